/* reader_text.c: see reader_text.h. */
#include "transcript/reader_text.h"

#include "base/hex.h"
#include "transcript/reader_words.h"
#include "transcript/variable.h"

#include <assert.h>

static struct script_part *add_part(struct reader *reader)
{
    return reader_list_add(reader, &reader->parts, sizeof(struct script_part), SIZE_MAX);
}

void reader_add_literal(struct reader *reader, struct span bytes)
{
    struct script_part *part = bytes.len > 0 ? add_part(reader) : NULL;

    if (part != NULL)
        *part = (struct script_part){ .kind = SCRIPT_LITERAL, .text = bytes };
}

static void add_variable(struct reader *reader, const struct variable *variable)
{
    struct script_part *part = add_part(reader);

    if (part != NULL)
        *part = (struct script_part){ .kind = SCRIPT_VARIABLE,
                                      .text = variable->name,
                                      .count = variable->digits };
}

void reader_add_template(struct reader *reader, struct span text)
{
    while (text.len > 0) {
        struct variable variable;
        size_t before = variable_find(text, &variable);

        reader_add_literal(reader, span_at(text.data, before));
        if (before == text.len)
            return;
        add_variable(reader, &variable);
        text = span_skip(text, before + variable.len);
    }
}

/* The byte that an escape stands for, `text` being what is behind the backslash; -1: there is none
 * such. */
static int read_escape(struct span text, size_t *ret_len)
{
    static const char letters[] = "rntb0\\\"$";
    static const char bytes[] = "\r\n\t\b\0\\\"$";
    const char *found;

    if (text.len == 0)
        return -1;
    *ret_len = 1;
    if (text.data[0] == 'x') {
        *ret_len = 3;
        if (text.len < 3 || hex_digit(text.data[1]) < 0 || hex_digit(text.data[2]) < 0)
            return -1;
        return hex_digit(text.data[1]) * 16 + hex_digit(text.data[2]);
    }
    found = memchr(letters, text.data[0], sizeof(letters) - 1);
    return found != NULL ? (uint8_t)bytes[found - letters] : -1;
}

/* Undoes the escapes of a piece without variables; false: told. */
static bool add_unescaped(struct reader *reader, struct span text, bool is_ascii)
{
    struct bytes *scratch = &reader->scratch;
    uint8_t *begin = scratch->data + scratch->len;
    uint8_t *end = begin;

    for (size_t i = 0; i < text.len; i++) {
        size_t len;
        int byte = text.data[i];

        if (byte == '\\') {
            byte = read_escape(span_skip(text, i + 1), &len);
            if (byte < 0) {
                reader_mistake(reader, span_skip(text, i), "this escape is unknown",
                               "\\r, \\n, \\t, \\b, \\0, \\\\, \\\", \\$, \\xHH");
                return false;
            }
            i += len;
        } else if (byte >= 0x80 && is_ascii) {
            reader_mistake(reader, text, "it is not ASCII", "ASCII, and \\xHH for other bytes");
            return false;
        }
        *end++ = (uint8_t)byte;
    }
    bytes_commit(scratch, (size_t)(end - begin));
    reader_add_literal(reader, span_at(begin, (size_t)(end - begin)));
    return true;
}

static bool add_escaped(struct reader *reader, struct span text, bool is_ascii)
{
    while (text.len > 0) {
        struct variable variable;
        size_t before = variable_find(text, &variable);

        if (!add_unescaped(reader, span_at(text.data, before), is_ascii))
            return false;
        if (before == text.len)
            return true;
        add_variable(reader, &variable);
        text = span_skip(text, before + variable.len);
    }
    return true;
}

/* `N bytes`, `N binary bytes`. */
static enum reader_form add_counted(struct reader *reader, struct span text)
{
    struct script_part *part;
    struct span number = text;
    uint32_t count;
    bool binary;

    number.len = 0;
    while (number.len < text.len && text.data[number.len] >= '0' && text.data[number.len] <= '9')
        number.len++;
    text = span_skip(text, number.len);
    binary = words_are(text, " binary bytes");
    if (number.len == 0 || (!binary && !words_are(text, " bytes")))
        return READER_NOT_BYTES;
    if (!words_number(number, SCRIPT_COUNTED_MAX, &count)) {
        reader_mistake(reader, number, "this is too many", "at most 16777216 bytes");
        return READER_MISTAKE;
    }
    part = add_part(reader);
    if (part != NULL)
        *part = (struct script_part){ .kind = SCRIPT_COUNTED, .count = count, .binary = binary };
    return READER_BYTES;
}

static enum reader_form add_quoted(struct reader *reader, struct span text, bool is_ascii)
{
    if (text.len == 0 || text.data[0] != '"')
        return READER_NOT_BYTES;
    if (text.len < 2 || text.data[text.len - 1] != '"') {
        reader_mistake(reader, text, "its closing quote is missing", "\"...\"");
        return READER_MISTAKE;
    }
    text = span_at(text.data + 1, text.len - 2);
    return add_escaped(reader, text, is_ascii) ? READER_BYTES : READER_MISTAKE;
}

enum reader_form reader_add_quoted(struct reader *reader, struct span text)
{
    enum reader_form form = add_counted(reader, text);

    return form == READER_NOT_BYTES ? add_quoted(reader, text, true) : form;
}

enum reader_form reader_add_quoted_text(struct reader *reader, struct span text)
{
    return add_quoted(reader, text, false);
}

enum reader_form reader_add_bytes(struct reader *reader, struct span text)
{
    struct span quoted;

    if (words_begin(text, "bytes", &quoted) && quoted.len > 0 && quoted.data[0] == '"')
        return reader_add_quoted(reader, quoted);
    return add_counted(reader, text);
}

struct script_text reader_text_from(const struct reader *reader, size_t first)
{
    const struct script_part *parts = reader->parts.items;

    assert(first <= reader->parts.count);
    return (struct script_text){ parts != NULL ? parts + first : NULL,
                                 reader->parts.count - first };
}

/* ---- what steps of all kinds have ---- */

void reader_take_nothing(struct reader *reader, struct span rest)
{
    if (rest.len > 0)
        reader_mistake(reader, rest, "nothing may stand behind this step", NULL);
}

void reader_take_duration(struct reader *reader, struct span rest, uint32_t *ret_ms)
{
    if (!words_duration(rest, ret_ms))
        reader_mistake(reader, rest, "it is no time", "1.5s, 200ms");
}

void reader_take_pattern(struct reader *reader, struct span rest)
{
    char memory[READER_MISTAKE_MAX / 2];
    struct text why;

    reader->step.pattern = rest;
    text_init(&why, memory, sizeof(memory));
    if (reader->first_pass && reader->world->ops->check_pattern != NULL &&
        !reader->world->ops->check_pattern(reader->world, rest, &why))
        reader_mistake(reader, rest, why.at, "a regular expression");
}
