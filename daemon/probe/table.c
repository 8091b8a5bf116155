/* table.c: how each fact of a maker is found out of a real module. */
#include "probe/table.h"

#include "base/letters.h"
#include "base/number.h"
#include "probe/texts.h"
#include "transcript/reader_words.h"

static const char fact_head[] = "fact ", part_head[] = "part ";

static const char *const other_heads[] = { "before", "in the network", "before a restart" };

static const struct {
    const char *line;
    enum probe_turn turn;
} turns[] = {
    { "and then", PROBE_GOES_ON },          { "or else", PROBE_BEGINS_ANEW },
    { "when it is woken", PROBE_IS_WOKEN }, { "when it answers again", PROBE_ANSWERS_AGAIN },
    { "afterwards", PROBE_ENDS },
};

static struct span next_line(struct span *text)
{
    const uint8_t *end = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    struct span line = span_at(text->data, len);

    *text = span_skip(*text, end != NULL ? len + 1 : len);
    return line;
}

/* True when the line begins with `word`; `ret_rest` is what stands behind it. */
static bool begins(struct span line, const char *word, struct span *ret_rest)
{
    size_t len = strlen(word);

    if (line.len < len || memcmp(line.data, word, len) != 0)
        return false;
    *ret_rest = span_skip(line, len);
    return true;
}

static bool is_head(struct span line)
{
    struct span rest;

    for (size_t i = 0; i < sizeof(other_heads) / sizeof(other_heads[0]); i++) {
        if (span_equal(line, span_of(other_heads[i])))
            return true;
    }
    return begins(line, fact_head, &rest) || begins(line, part_head, &rest);
}

static struct span text_of(const char *maker)
{
    struct probe_text text;

    for (size_t i = 0; probe_text_at(i, &text); i++) {
        if (strcmp(text.maker, maker) == 0)
            return text.text;
    }
    return span_at(NULL, 0);
}

/* What stands before the next head, without blank lines at its end. */
static struct span part_of(struct span text)
{
    struct span left = text;
    size_t len = 0;

    while (left.len > 0) {
        struct span line = next_line(&left);

        if (is_head(line))
            break;
        if (letters_trim(line).len > 0 && line.data[0] != '#')
            len = text.len - left.len;
    }
    return span_at(text.data, len);
}

static bool names(struct span head, const char *fact)
{
    struct span rest, word;

    if (!begins(head, fact_head, &rest))
        return false;
    while ((word = words_next(&rest)).len > 0) {
        if (span_equal(word, span_of(fact)))
            return true;
    }
    return false;
}

static bool take_word(struct span *rest, const char *word)
{
    return span_equal(words_next(rest), span_of(word));
}

static bool take_search(struct span rest, enum probe_search search, struct probe *probe)
{
    struct span from = words_next(&rest), to = words_next(&rest);

    if (!span_equal(to, span_of("to")))
        return false;
    to = words_next(&rest);
    probe->search = search;
    if (take_word(&rest, "or"))
        probe->or_else = words_next(&rest);
    if (span_equal(probe->or_else, span_of("more"))) {
        probe->takes_more = true;
        probe->or_else.len = 0;
    }
    return number_parse(from, &probe->from) && number_parse(to, &probe->to) &&
           probe->from < probe->to && letters_trim(rest).len == 0;
}

/* `in steps of 1s`, or `below 2s is yes, else no`. */
static bool take_time(struct span rest, struct probe *probe)
{
    if (take_word(&rest, "in"))
        return take_word(&rest, "steps") && take_word(&rest, "of") &&
               words_duration(letters_trim(rest), &probe->time_step_ms) && probe->time_step_ms > 0;
    if (!words_duration(words_next(&rest), &probe->time_limit_ms) || !take_word(&rest, "is"))
        return false;
    probe->sooner = words_next(&rest);
    if (probe->sooner.len < 2 || probe->sooner.data[probe->sooner.len - 1] != ',' ||
        !take_word(&rest, "else"))
        return false;
    probe->sooner.len--;
    probe->later = words_next(&rest);
    return probe->time_limit_ms > 0 && probe->later.len > 0 && letters_trim(rest).len == 0;
}

/* True when the line is one of these words about the module. */
static bool take_need(struct span line, struct probe *probe)
{
    if (span_equal(line, span_of("needs the network")))
        probe->needs_network = true;
    else if (span_equal(line, span_of("needs a name")))
        probe->needs_network = probe->needs_name = true;
    else if (span_equal(line, span_of("needs a second port")))
        probe->needs_second_port = true;
    else if (span_equal(line, span_of("restarts")))
        probe->restarts = true;
    else
        return false;
    return true;
}

/* What stands before the steps. */
static bool take_conditions(struct span part, struct probe *probe)
{
    struct span rest;
    bool good = true;

    for (struct span left = part; left.len > 0 && good; part = left) {
        struct span line = next_line(&left);

        if (begins(line, "because ", &probe->reason) || take_need(line, probe))
            continue;
        if (begins(line, "patience ", &rest))
            good = words_duration(rest, &probe->patience_ms);
        else if (begins(line, "servers wait ", &rest))
            good = words_duration(rest, &probe->servers_wait_ms);
        else if (begins(line, "time ", &rest))
            good = take_time(rest, probe);
        else if (begins(line, "largest ", &rest))
            good = take_search(rest, PROBE_LARGEST, probe);
        else if (begins(line, "smallest ", &rest))
            good = take_search(rest, PROBE_SMALLEST, probe);
        else
            break;
    }
    probe->steps = part;
    return good && (probe->reason.len > 0) == (part.len == 0);
}

static bool is_turn(struct span line, enum probe_turn *ret_turn)
{
    for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
        if (span_equal(line, span_of(turns[i].line))) {
            *ret_turn = turns[i].turn;
            return true;
        }
    }
    return false;
}

bool probe_next_steps(struct span *steps, enum probe_turn *ret_turn, struct span *ret_steps)
{
    struct span left = *steps, begin;
    enum probe_turn next;

    if (steps->len == 0)
        return false;
    *ret_turn = PROBE_BEGINS;
    if (is_turn(next_line(&left), ret_turn))
        *steps = left;
    begin = *steps;
    for (left = *steps; left.len > 0; *steps = left) {
        if (is_turn(next_line(&left), &next))
            break;
    }
    *ret_steps = span_at(begin.data, begin.len - steps->len);
    return true;
}

bool probe_find(const char *maker, const char *fact, struct probe *ret_probe)
{
    struct span left = text_of(maker);
    struct probe probe = { .search = PROBE_ONCE };

    while (left.len > 0) {
        if (!names(next_line(&left), fact))
            continue;
        if (!take_conditions(part_of(left), &probe))
            return false;
        *ret_probe = probe;
        return true;
    }
    return false;
}

struct span probe_part(const char *maker, const char *head)
{
    struct span left = text_of(maker);

    while (left.len > 0) {
        if (span_equal(next_line(&left), span_of(head)))
            return part_of(left);
    }
    return span_at(NULL, 0);
}

struct span probe_fact_at(const char *maker, size_t index)
{
    struct span left = text_of(maker), rest, word;

    while (left.len > 0) {
        if (!begins(next_line(&left), fact_head, &rest))
            continue;
        while ((word = words_next(&rest)).len > 0) {
            if (index-- == 0)
                return word;
        }
    }
    return span_at(NULL, 0);
}
