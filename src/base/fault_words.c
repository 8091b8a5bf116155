/* fault_words.c: a whole fault as text, and back. */
#include "base/fault.h"

#include "base/letters.h"
#include "base/text.h"

#include <assert.h>

enum { NAMES_MAX = 16 };

/* Takes the next NAME=VALUE off `words`, quotes undone; false: it is none. */
static bool next_pair(struct span *words, struct span *ret_name, struct span *ret_value)
{
    size_t equals = 0, len = 0;
    bool quoted;

    while (equals < words->len && words->data[equals] != '=' && words->data[equals] != ' ')
        equals++;
    if (equals == 0 || equals == words->len || words->data[equals] != '=')
        return false;
    *ret_name = span_at(words->data, equals);
    *words = span_skip(*words, equals + 1);
    quoted = words->len > 0 && words->data[0] == '"';
    *words = span_skip(*words, quoted ? 1 : 0);
    while (len < words->len && words->data[len] != (quoted ? '"' : ' '))
        len++;
    if (quoted && len == words->len)
        return false;
    *ret_value = span_at(words->data, len);
    *words = letters_trim(span_skip(*words, quoted ? len + 1 : len));
    return true;
}

static bool complain(char *why, size_t cap, struct span what, const char *how)
{
    struct text text;

    text_init(&text, why, cap);
    text_add(&text, "\"%.*s\" %s", (int)(what.len < 80 ? what.len : 80), (const char *)what.data,
             how);
    return false;
}

static bool is_among(struct span name, const struct span *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_equal(name, names[i]))
            return true;
    }
    return false;
}

bool fault_read(struct span words, struct fault *ret_fault, char *why, size_t cap)
{
    struct span rest = letters_trim(words);
    struct span names[NAMES_MAX], value;
    struct fault fault;
    size_t len = 0, count = 0;

    while (len < rest.len && rest.data[len] != ' ')
        len++;
    if (!fault_begin(span_at(rest.data, len), &fault, why, cap))
        return false;
    rest = letters_trim(span_skip(rest, len));
    for (; rest.len > 0; count++) {
        struct span at = rest;

        if (count == NAMES_MAX || !next_pair(&rest, &names[count], &value))
            return complain(why, cap, at, "is no NAME=VALUE");
        if (is_among(names[count], names, count))
            return complain(why, cap, names[count], "is said twice");
        if (!fault_set(&fault, names[count], value, why, cap))
            return false;
    }
    if (!fault_check(&fault, why, cap))
        return false;
    *ret_fault = fault;
    return true;
}

/* ---- back ---- */

static void write_attribute(const struct fault *fault, size_t index, struct text *out)
{
    const struct fault_attribute *attribute = &fault_kind_at(fault->type)->attributes[index];
    int32_t number = fault->attributes[index];

    if ((fault->given & 1U << index) == 0)
        return;
    text_add(out, " %s=", attribute->name);
    if (attribute->words == NULL)
        text_add(out, "%d", (int)number);
    else if (attribute->words[0] == '\0')
        text_add(out, "\"%s\"", fault->text);
    else
        text_add_span(out, fault_word_at(attribute->words, number));
}

static void write_toxicity(uint32_t toxicity, struct text *out)
{
    uint32_t scale = FAULT_CERTAIN / 10;

    if (toxicity == FAULT_CERTAIN)
        return;
    text_add(out, " toxicity=0%s", toxicity > 0 ? "." : "");
    for (; toxicity > 0; scale /= 10) {
        text_add_char(out, (char)('0' + toxicity / scale));
        toxicity %= scale;
    }
}

static void write_counter(const char *name, uint32_t value, uint32_t preset, struct text *out)
{
    if (value != preset)
        text_add(out, " %s=%u", name, (unsigned)value);
}

void fault_write(const struct fault *fault, char *words)
{
    struct text out;

    assert(fault->type < FAULT_TYPE_COUNT);
    text_init(&out, words, FAULT_WORDS_MAX);
    text_add(&out, "%s", fault_kind_at(fault->type)->name);
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX; i++)
        write_attribute(fault, i, &out);
    if (fault->stream == FAULT_UPSTREAM)
        text_add(&out, " stream=upstream");
    write_toxicity(fault->toxicity, &out);
    if (fault->command[0] != '\0')
        text_add(&out, " command=\"%s\"", fault->command);
    if (fault->socket != FAULT_ANY_SOCKET)
        text_add(&out, " socket=%d", (int)fault->socket);
    if (fault->phase != FAULT_ANY_PHASE)
        text_add(&out, " phase=%s", fault_phase_word(fault->phase));
    write_counter("after", fault->after, 0, &out);
    write_counter("count", fault->count, 0, &out);
    write_counter("every", fault->every, 1, &out);
    write_counter("seed", fault->seed, 0, &out);
    assert(!out.cut);
}
