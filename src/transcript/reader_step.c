/* reader_step.c: the lines of a transcript that are steps. */
#include "transcript/reader_step.h"

#include "base/letters.h"
#include "laboratory/trouble.h"
#include "transcript/circuit.h"
#include "transcript/reader_text.h"
#include "transcript/reader_words.h"
#include "transcript/variable.h"

#include <assert.h>

static const struct span nothing = { NULL, 0 };

/* ---- host ---- */

/* `data "…"`, `data N bytes`: told apart from a line that begins so. */
static bool take_payload(struct reader *reader, struct span rest)
{
    struct span data;

    if (!words_begin(rest, "data", &data) || reader_add_quoted(reader, data) == READER_NOT_BYTES)
        return false;
    reader->step.typing = SCRIPT_TYPE_PAYLOAD;
    return true;
}

static void take_typed(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;

    reader->step.kind = SCRIPT_TYPE;
    if (words_are(rest, "ctrl-z")) {
        reader_add_literal(reader, span_of("\x1a"));
    } else if (words_are(rest, "esc")) {
        reader_add_literal(reader, span_of("\x1b"));
    } else if (reader_add_bytes(reader, rest) == READER_NOT_BYTES && !take_payload(reader, rest)) {
        reader->step.typing = SCRIPT_TYPE_LINE;
        reader_add_template(reader, rest);
        reader_add_literal(reader, span_of("\r"));
    }
    reader->step.text = reader_text_from(reader, first);
}

static bool take_burst(struct reader *reader, struct span rest)
{
    struct span data;

    reader->step.is_burst =
        words_begin(rest, "burst", &data) && reader_add_quoted(reader, data) != READER_NOT_BYTES;
    return reader->step.is_burst;
}

static void take_expected(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;

    reader->step.kind = SCRIPT_EXPECT;
    if (rest.len == 0) {
        reader_mistake(reader, nothing, "nothing is expected", "an empty line is bytes \"\\r\\n\"");
    } else if (words_are(rest, "prompt")) {
        reader_add_literal(reader, span_of("\r\n> "));
    } else if (reader_add_bytes(reader, rest) == READER_NOT_BYTES && !take_burst(reader, rest)) {
        reader->step.is_line = true;
        reader_add_literal(reader, span_of("\r\n"));
        reader_add_template(reader, rest);
        reader_add_literal(reader, span_of("\r\n"));
    }
    reader->step.text = reader_text_from(reader, first);
}

static void take_further(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;

    reader->step.kind = SCRIPT_EXPECT;
    reader->step.is_line = true;
    if (reader_add_bytes(reader, rest) == READER_NOT_BYTES)
        reader_add_template(reader, rest);
    reader_add_literal(reader, span_of("\r\n"));
    reader->step.text = reader_text_from(reader, first);
}

static void take_match(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_MATCH;
    reader_take_pattern(reader, rest);
}

static void take_further_match(struct reader *reader, struct span rest)
{
    reader->step.is_further = true;
    take_match(reader, rest);
}

static void take_after(struct reader *reader, struct span rest)
{
    struct span all = rest, time = words_next(&rest);

    reader->step.kind = SCRIPT_NOTHING;
    if (words_are(letters_trim(rest), "nothing"))
        reader_take_duration(reader, time, &reader->step.duration_ms);
    else
        reader_mistake(reader, all, "nothing can be expected so", "after TIME nothing");
}

/* `60s`, or `60s ± 5s`: how much more or less it may be at random.  A time that is another each
 * time has no place in what happens twice the same. */
static void read_spread(struct reader *reader, struct span rest, uint32_t least_ms)
{
    static const char spreads[] = "1.5s, 200ms, 10s ± 2s";
    struct script_step *step = &reader->step;
    struct span time, spread;
    bool has_spread = words_cut_spread(rest, &time, &spread);

    if (!words_duration(time, &step->duration_ms))
        reader_mistake(reader, time, "it is no time", spreads);
    else if (step->duration_ms < least_ms)
        reader_mistake(reader, time, "it would be without a pause", "1ms or more");
    else if (has_spread && !words_duration(spread, &step->spread_ms))
        reader_mistake(reader, spread.len > 0 ? spread : rest, "it is no time behind ±", spreads);
    else if (step->spread_ms > step->duration_ms)
        reader_mistake(reader, spread, "it is more than the time before ±", spreads);
    else if (step->spread_ms > 0 && reader->is_scenario)
        reader_mistake(reader, rest, "a scenario is the same each time", "1.5s, 200ms");
}

static void take_wait(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_WAIT;
    read_spread(reader, rest, 0);
}

static void take_escape(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_ESCAPE;
    reader_take_nothing(reader, rest);
}

static void take_echo(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_ECHO;
    reader->step.on = words_are(rest, "on");
    if (!reader->step.on && !words_are(rest, "off"))
        reader_mistake(reader, rest, "an echo is not so", "on, off");
}

static void take_circuit(struct reader *reader, struct span rest)
{
    bool found = circuit_find(reader->key, &reader->step.circuit);

    assert(found);
    (void)found;
    reader->step.kind = SCRIPT_CIRCUIT;
    reader->step.on = words_are(rest, "on");
    if (!reader->step.on && !words_are(rest, "off"))
        reader_mistake(reader, rest, "a circuit is not so", "on, off");
}

static void take_unnoticed(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_UNNOTICED;
    reader_take_nothing(reader, rest);
}

static void take_on(struct reader *reader, struct span rest)
{
    struct span number = nothing;
    uint32_t port = 0;

    reader->step.kind = SCRIPT_ON_PORT;
    if (!words_begin(rest, "port", &number) || !words_number(number, SCRIPT_PORTS_MAX, &port) ||
        port == 0) {
        reader_mistake(reader, rest, "it is no port of the modem", "on port N, from 1 to 8");
        return;
    }
    reader->step.port = port;
    if (port > reader->header.ports) {
        reader->header.ports = port;
        reader->header.ports_file = reader->step.file;
        reader->header.ports_line = reader->step.line;
    }
}

/* ---- what comes again ---- */

static void open_block(struct reader *reader)
{
    reader->step.kind = SCRIPT_REPEAT;
    if (reader->nested == SCRIPT_NESTED_MAX) {
        reader_mistake(reader, nothing, "too many stand in each other", "four of repeat and every");
        return;
    }
    reader->blocks[reader->nested++] =
        (struct reader_block){ reader->step.file, reader->step.line, true };
}

static void take_repeat(struct reader *reader, struct span rest)
{
    if (rest.len > 0 &&
        (!words_number(rest, SCRIPT_ROUNDS_MAX, &reader->step.rounds) || reader->step.rounds == 0))
        reader_mistake(reader, rest, "it is no number of times", "repeat N, from 1; repeat");
    open_block(reader);
}

static void take_every(struct reader *reader, struct span rest)
{
    read_spread(reader, rest, 1);
    open_block(reader);
}

static void take_end(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_END;
    reader_take_nothing(reader, rest);
    if (reader->nested == 0)
        reader_mistake(reader, nothing, "nothing is repeated here", "behind a repeat or every");
    else if (reader->blocks[--reader->nested].is_empty)
        reader_mistake(reader, nothing, "there is nothing to be repeated", "steps before it");
}

static void take_let(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;
    struct span name = words_next(&rest), value = letters_trim(rest);

    reader->step.kind = SCRIPT_LET;
    reader->step.words = name;
    if (!variable_is_name(name) || words_are(name, "count")) {
        reader_mistake(reader, name, "a variable is not called so",
                       "let NAME TEXT, NAME of letters, digits and _; not count");
        return;
    }
    if (reader_add_bytes(reader, value) == READER_NOT_BYTES)
        reader_add_template(reader, value);
    reader->step.text = reader_text_from(reader, first);
}

static void take_mark(struct reader *reader, enum script_kind kind, struct span rest)
{
    reader->step.kind = kind;
    reader_take_nothing(reader, rest);
}

static void take_dial(struct reader *reader, struct span rest)
{
    take_mark(reader, SCRIPT_DIAL, rest);
}

static void take_dialled(struct reader *reader, struct span rest)
{
    take_mark(reader, SCRIPT_DIALLED, rest);
}

static void take_hung_up(struct reader *reader, struct span rest)
{
    take_mark(reader, SCRIPT_HUNG_UP, rest);
}

/* ---- the world ---- */

/* A text that is known before anything plays; false: it has variables. */
static bool is_known(const struct script_text *text, struct span *ret_value)
{
    *ret_value = text->count > 0 ? text->parts[0].text : nothing;
    return text->count == 0 || (text->count == 1 && text->parts[0].kind == SCRIPT_LITERAL);
}

/* Tells a value that is wrong whatever modem it is for. */
static void check_value(struct reader *reader, const struct lab_rule *rule,
                        const struct script_text *text)
{
    char memory[READER_MISTAKE_MAX / 2];
    struct text allowed;
    struct span value;

    if (reader->out_of_memory || !is_known(text, &value) || lab_rule_allows(rule, value))
        return;
    text_init(&allowed, memory, sizeof(memory));
    lab_rule_describe(rule, &allowed);
    if (value.len > 0)
        reader_mistake(reader, value, "it is no such value", allowed.at);
    else
        reader_mistake(reader, nothing, "a value is missing", allowed.at);
}

static void take_set(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;
    struct span name, value;

    reader->step.kind = SCRIPT_SET;
    reader->step.words = rest;
    if (!words_pair(rest, &name, &value) || value.len == 0) {
        reader_mistake(reader, rest, "nothing is set so", "set NAME=VALUE");
        return;
    }
    reader->step.setting = lab_setting_find(name);
    if (reader->step.setting == NULL) {
        reader_mistake_words(reader, name, "there is no such setting", lab_setting_name);
        return;
    }
    reader_add_template(reader, value);
    reader->step.text = reader_text_from(reader, first);
    check_value(reader, reader->step.setting, &reader->step.text);
}

/* The act of this name, whose values are the texts of the step. */
static void take_act(struct reader *reader, const char *name)
{
    struct script_step *step = &reader->step;

    step->kind = SCRIPT_ACT;
    step->act = lab_act_find(span_of(name));
    assert(step->act != NULL);
    if (step->act->value_count > 0)
        check_value(reader, &step->act->values[0], &step->text);
    if (step->act->value_count > 1)
        check_value(reader, &step->act->values[1], &step->second);
}

/* A word alone, as it stands. */
static void take_word(struct reader *reader, const char *name, struct span word)
{
    size_t first = reader->parts.count;

    reader_add_template(reader, word);
    reader->step.text = reader_text_from(reader, first);
    take_act(reader, name);
}

static bool has_variable(struct span text)
{
    struct variable variable;

    return variable_find(text, &variable) < text.len;
}

static void take_power(struct reader *reader, struct span rest)
{
    const struct lab_act *power = lab_act_find(span_of("power"));

    if (words_are(rest, "cycle") && !reader->is_scenario)
        reader->step.kind = SCRIPT_CYCLE;
    else if (has_variable(rest) || lab_rule_allows(&power->values[0], rest))
        take_word(reader, "power", rest);
    else
        reader_mistake(reader, rest, "power does no such thing",
                       reader->is_scenario ? "off, on, reset, brown-out"
                                           : "cycle, off, on, reset, brown-out");
}

/* The length of a quoted text at the beginning, its quotes included; 0: there is none. */
static size_t quoted_len(struct span text)
{
    if (text.len == 0 || text.data[0] != '"')
        return 0;
    for (size_t i = 1; i < text.len; i++) {
        if (text.data[i] == '\\')
            i++;
        else if (text.data[i] == '"')
            return i + 1;
    }
    return 0;
}

static void take_ring(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;

    if (words_are(rest, "end")) {
        take_act(reader, "ring-end");
        return;
    }
    if (rest.len > 0 &&
        (quoted_len(rest) != rest.len || reader_add_quoted(reader, rest) != READER_BYTES)) {
        reader_mistake(reader, rest, "it is no caller", "ring \"NUMBER\", ring, ring end");
        return;
    }
    reader->step.text = reader_text_from(reader, first);
    take_act(reader, "ring");
}

static void take_sms(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count, second, from = quoted_len(rest);
    struct span text = letters_trim(span_skip(rest, from));

    if (from == 0 || text.len == 0 || quoted_len(text) != text.len) {
        reader_mistake(reader, rest, "it is no message", "sms \"FROM\" \"TEXT\"");
        return;
    }
    (void)reader_add_quoted(reader, span_at(rest.data, from));
    second = reader->parts.count;
    if (reader_add_quoted_text(reader, text) != READER_BYTES)
        return;
    reader->step.second = reader_text_from(reader, second);
    reader->step.text = reader_text_from(reader, first);
    reader->step.text.count = second - first;
    take_act(reader, "sms");
}

static void take_context_lost(struct reader *reader, struct span rest)
{
    take_word(reader, "context-lost", rest);
}

/* Words are looked at that have no variables in them. */
static void take_trouble(struct reader *reader, struct span words, const char *missing,
                         bool (*allows)(struct span words, struct text *why), const char *form)
{
    char memory[READER_MISTAKE_MAX];
    char *allowed;
    struct text why;

    reader->step.words = words;
    if (letters_trim(words).len == 0) {
        reader_mistake(reader, nothing, missing, form);
        return;
    }
    text_init(&why, memory, sizeof(memory));
    if (has_variable(words) || allows(words, &why))
        return;
    allowed = strstr(memory, "; allowed: ");
    if (allowed != NULL)
        *allowed = '\0';
    reader_mistake(reader, words, memory, allowed != NULL ? allowed + strlen("; allowed: ") : form);
}

static void take_fault(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_FAULT;
    take_trouble(reader, rest, "which fault?", lab_fault_allows,
                 "fault TYPE NAME=VALUE..., fault none");
}

static void take_link(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_LINK;
    take_trouble(reader, rest, "which link?", lab_link_allows,
                 "link NAME, link down=236 up=118 rtt=600, link none");
}

static void take_at(struct reader *reader, struct span rest)
{
    reader->step.kind = SCRIPT_AT;
    reader_take_duration(reader, rest, &reader->step.duration_ms);
}

/* ---- all of them ---- */

/* Who does such a step. */
enum doer {
    HOST,
    WORLD,
    TIME, /* anybody's */
    PORT  /* where hosts inside have none: a circuit */
};

static const struct {
    const char *word;
    void (*take)(struct reader *reader, struct span rest);
    enum doer doer;
} lines[] = {
    { ">", take_typed, HOST },
    { "<", take_expected, HOST },
    { "<|", take_further, HOST },
    { "<~", take_match, HOST },
    { "<|~", take_further_match, HOST },
    { "after", take_after, HOST },
    { "wait", take_wait, TIME },
    { "at", take_at, TIME },
    { "repeat", take_repeat, HOST },
    { "every", take_every, HOST },
    { "end", take_end, HOST },
    { "let", take_let, HOST },
    { "dial", take_dial, HOST },
    { "connected", take_dialled, HOST },
    { "disconnected", take_hung_up, HOST },
    { "escape", take_escape, HOST },
    { "echo", take_echo, HOST },
    { "unnoticed", take_unnoticed, HOST },
    { "dtr", take_circuit, PORT },
    { "rts", take_circuit, PORT },
    { "dcd", take_circuit, PORT },
    { "dsr", take_circuit, PORT },
    { "cts", take_circuit, PORT },
    { "ri", take_circuit, PORT },
    { "on", take_on, WORLD },
    { "power", take_power, WORLD },
    { "set", take_set, WORLD },
    { "ring", take_ring, WORLD },
    { "sms", take_sms, WORLD },
    { "context-lost", take_context_lost, WORLD },
    { "fault", take_fault, WORLD },
    { "link", take_link, WORLD },
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]) };

const char *reader_step_word(size_t index)
{
    return index < LINE_COUNT ? lines[index].word : NULL;
}

bool reader_step_is_of_host(struct span word)
{
    for (size_t i = 0; i < LINE_COUNT; i++) {
        if (words_are(word, lines[i].word))
            return lines[i].doer == HOST || lines[i].doer == TIME;
    }
    return false;
}

bool reader_step_is_of_world(struct span word)
{
    for (size_t i = 0; i < LINE_COUNT; i++) {
        if (words_are(word, lines[i].word))
            return lines[i].doer == WORLD || lines[i].doer == TIME;
    }
    return false;
}

bool reader_take_step(struct reader *reader, struct span rest)
{
    for (size_t i = 0; i < LINE_COUNT; i++) {
        if (words_are(reader->key, lines[i].word)) {
            lines[i].take(reader, rest);
            return true;
        }
    }
    return false;
}
