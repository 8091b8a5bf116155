/* reader_peer.c: steps of peers: `peer [NAME] VERB …`. */
#include "transcript/reader_peer.h"

#include "base/letters.h"
#include "base/tls_alerts.h"
#include "transcript/reader_text.h"
#include "transcript/reader_words.h"
#include "transcript/variable.h"

static const struct span nothing = { NULL, 0 };

static void take_duration(struct reader *reader, struct span rest)
{
    reader_take_duration(reader, rest, &reader->step.duration_ms);
}

static void take_data(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;

    if (reader_add_quoted(reader, rest) == READER_NOT_BYTES)
        reader_mistake(reader, rest, "it is no bytes", "\"...\", N bytes, N binary bytes");
    reader->step.text = reader_text_from(reader, first);
}

static void take_port(struct reader *reader, struct span rest)
{
    size_t first = reader->parts.count;
    struct variable variable;
    uint32_t number;

    if (!words_number(rest, UINT16_MAX, &number) &&
        (variable_find(rest, &variable) != 0 || variable.len != rest.len))
        reader_mistake(reader, rest, "it is no port", "a number, ${VARIABLE}");
    reader_add_template(reader, rest);
    reader->step.text = reader_text_from(reader, first);
}

/* The last word, and the text before it. */
static struct span last_word(struct span *text)
{
    struct span word = letters_trim(*text);
    size_t at = word.len;

    while (at > 0 && word.data[at - 1] != ' ' && word.data[at - 1] != '\t')
        at--;
    *text = span_at(word.data, at);
    return span_skip(word, at);
}

static void take_accepts(struct reader *reader, struct span rest)
{
    struct script_step *step = &reader->step;
    struct span before = rest, last = last_word(&before), word;

    if (letters_equal(last, span_of("resumed")))
        step->resumption = SCRIPT_RESUMED;
    else if (letters_equal(last, span_of("full")))
        step->resumption = SCRIPT_FULL;
    if (step->resumption != SCRIPT_RESUMED_UNSAID)
        rest = before;
    step->version = step->suite = -1;
    word = words_next(&rest);
    if (word.len > 0 && !words_wire_number(word, &step->version))
        reader_mistake(reader, word, "it is no version", "four hexadecimal digits such as 0301");
    word = words_next(&rest);
    if (word.len > 0 && !words_wire_number(word, &step->suite))
        reader_mistake(reader, word, "it is no suite", "four hexadecimal digits such as 0035");
    reader_take_nothing(reader, letters_trim(rest));
}

static const char *const reason_names[] = {
#define REASON_NAME(name, text) #name,
    TLS_REASONS(REASON_NAME)
#undef REASON_NAME
};

enum { REASON_COUNT = sizeof(reason_names) / sizeof(reason_names[0]) };

static const char *reason_at(size_t index)
{
    return index < REASON_COUNT ? reason_names[index] : NULL;
}

static void take_fails(struct reader *reader, struct span rest)
{
    struct script_step *step = &reader->step;
    struct span word = words_next(&rest);
    size_t reason = 0;
    uint32_t alert;

    while (reason < REASON_COUNT && !words_are(word, reason_names[reason]))
        reason++;
    if (reason == REASON_COUNT) {
        reader_mistake_words(reader, word, "it is no reason", reason_at);
        return;
    }
    step->reason = (enum tls_reason)reason;
    step->alert = -1;
    rest = letters_trim(rest);
    if (rest.len == 0)
        return;
    if (words_number(rest, UINT8_MAX, &alert))
        step->alert = (int)alert;
    else
        reader_mistake(reader, rest, "it is no alert's number", "0 to 255");
}

static const char *alert_word_at(size_t place)
{
    return tls_alert_at(place) >= 0 ? tls_alert_name(tls_alert_at(place)) : NULL;
}

static void take_alert(struct reader *reader, struct span rest)
{
    struct script_step *step = &reader->step;
    struct span word = words_next(&rest);
    size_t place = 0;

    while (alert_word_at(place) != NULL && !words_are(word, alert_word_at(place)))
        place++;
    if (alert_word_at(place) == NULL) {
        reader_mistake_words(reader, word, "it is no alert", alert_word_at);
        return;
    }
    step->alert = tls_alert_at(place);
    rest = letters_trim(rest);
    step->is_warning = letters_equal(rest, span_of("warning"));
    if (rest.len > 0 && !step->is_warning)
        reader_mistake(reader, rest, "it is no level but fatal", "warning");
}

static void take_offered(struct reader *reader, struct span rest)
{
    struct span all = rest, word, name, value;
    size_t count = 0;

    for (; (word = words_next(&all)).len > 0; count++) {
        if (!words_pair(word, &name, &value))
            reader_mistake(reader, word, "it is no KEY=VALUE",
                           "max, min, suites, verify, ignore_dates, name, sni, ca, cert, key, "
                           "resume, each with a value");
    }
    if (count == 0)
        reader_mistake(reader, nothing, "what was offered?", "KEY=VALUE...");
    reader->step.words = rest;
}

static void (*const takers[])(struct reader *reader, struct span rest) = {
    [SCRIPT_CONNECTED] = reader_take_nothing,
    [SCRIPT_CONNECTS] = take_port,
    [SCRIPT_FROM] = take_port,
    [SCRIPT_ACCEPTS] = take_accepts,
    [SCRIPT_FAILS] = take_fails,
    [SCRIPT_GETS] = take_data,
    [SCRIPT_GETS_MATCH] = reader_take_pattern,
    [SCRIPT_GETS_NOTHING] = take_duration,
    [SCRIPT_GETS_CLOSE] = reader_take_nothing,
    [SCRIPT_GETS_ALERT] = take_alert,
    [SCRIPT_GETS_RENEGOTIATION] = reader_take_nothing,
    [SCRIPT_SENDS] = take_data,
    [SCRIPT_CLOSES] = reader_take_nothing,
    [SCRIPT_HANGS_UP] = reader_take_nothing,
    [SCRIPT_RESETS] = reader_take_nothing,
    [SCRIPT_CORRUPTS] = reader_take_nothing,
    [SCRIPT_OFFERED] = take_offered,
    [SCRIPT_OFFERED_MATCH] = reader_take_pattern,
    [SCRIPT_CLIENT] = take_data,
};

static const char *const verb_words[] = {
#define VERB_WORD(name, word) word,
    SCRIPT_VERBS(VERB_WORD)
#undef VERB_WORD
};

enum { VERB_COUNT = sizeof(verb_words) / sizeof(verb_words[0]) };

static const char *verb_at(size_t index)
{
    return index < VERB_COUNT ? verb_words[index] : NULL;
}

/* The longest verb that `text` begins with, so that `gets close` is not `gets`. */
static size_t find_verb(struct span text, struct span *ret_rest)
{
    size_t found = VERB_COUNT;
    struct span rest;

    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (words_begin(text, verb_words[i], &rest) &&
            (found == VERB_COUNT || strlen(verb_words[i]) > strlen(verb_words[found]))) {
            found = i;
            *ret_rest = rest;
        }
    }
    return found;
}

/* Which peer the step is of; what is behind its name.  False: told. */
static bool find_peer(struct reader *reader, struct span *rest)
{
    const struct script_peer *peers = reader->peers.items;
    size_t seen =
        reader->peers_seen < reader->peers.count ? reader->peers_seen : reader->peers.count;
    struct span after;

    for (size_t i = 0; i < seen; i++) {
        after = *rest;
        if (span_equal(words_next(&after), peers[i].name)) {
            reader->step.peer = i;
            *rest = after.len > 0 ? span_skip(after, 1) : after;
            return true;
        }
    }
    reader->step.peer = 0;
    after = *rest;
    if (seen != 1)
        reader_mistake(reader, seen > 0 ? words_next(&after) : nothing,
                       seen > 0 ? "it is no peer's name" : "no peer was declared before",
                       "a name of a line peer NAME PORTVAR KIND");
    return seen == 1;
}

void reader_take_peer_step(struct reader *reader, struct span rest)
{
    struct span behind = nothing;
    size_t verb;

    reader->step.kind = SCRIPT_PEER;
    if (!find_peer(reader, &rest))
        return;
    verb = find_verb(rest, &behind);
    if (verb == VERB_COUNT) {
        reader_mistake_words(reader, rest, "a peer does no such thing", verb_at);
        return;
    }
    reader->step.verb = (enum script_verb)verb;
    takers[verb](reader, behind);
}
