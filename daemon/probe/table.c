/* table.c: how each fact of a maker is found out of a real module. */
#include "probe/table.h"

#include "base/letters.h"
#include "base/number.h"
#include "probe/texts.h"

static const char fact_head[] = "fact ";

static const char *const other_heads[] = { "before", "in the network" };

static struct span next_line(struct span *text)
{
    const uint8_t *end = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
    size_t len = end != NULL ? (size_t)(end - text->data) : text->len;
    struct span line = span_at(text->data, len);

    *text = span_skip(*text, end != NULL ? len + 1 : len);
    return line;
}

static struct span next_word(struct span *rest)
{
    size_t len = 0;
    struct span word;

    *rest = letters_trim(*rest);
    while (len < rest->len && rest->data[len] != ' ')
        len++;
    word = span_at(rest->data, len);
    *rest = span_skip(*rest, len);
    return word;
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
    return begins(line, fact_head, &rest);
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
    while ((word = next_word(&rest)).len > 0) {
        if (span_equal(word, span_of(fact)))
            return true;
    }
    return false;
}

static bool take_search(struct span rest, enum probe_search search, struct probe *probe)
{
    struct span from = next_word(&rest), to = next_word(&rest);

    if (!span_equal(to, span_of("to")))
        return false;
    to = next_word(&rest);
    probe->search = search;
    if (span_equal(next_word(&rest), span_of("or")))
        probe->or_else = next_word(&rest);
    return number_parse(from, &probe->from) && number_parse(to, &probe->to) &&
           probe->from < probe->to && letters_trim(rest).len == 0;
}

/* What stands before the steps. */
static bool take_conditions(struct span part, struct probe *probe)
{
    struct span rest;
    bool good = true;

    for (struct span left = part; left.len > 0 && good; part = left) {
        struct span line = next_line(&left);

        if (begins(line, "because ", &probe->reason))
            continue;
        if (begins(line, "needs the network", &rest)) {
            probe->needs_network = rest.len == 0;
            good = rest.len == 0;
        } else if (begins(line, "largest ", &rest)) {
            good = take_search(rest, PROBE_LARGEST, probe);
        } else if (begins(line, "smallest ", &rest)) {
            good = take_search(rest, PROBE_SMALLEST, probe);
        } else {
            break;
        }
    }
    probe->steps = part;
    return good && (probe->reason.len > 0) == (part.len == 0);
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
        while ((word = next_word(&rest)).len > 0) {
            if (index-- == 0)
                return word;
        }
    }
    return span_at(NULL, 0);
}
