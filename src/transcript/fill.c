/* fill.c: a step's text becomes bytes: variables get their values, counted patterns are made. */
#include "transcript/fill.h"

#include "base/letters.h"
#include "transcript/variable.h"

#include <assert.h>

enum { LINE_BYTES = 44 }; /* of the printable pattern */

uint8_t fill_counted_byte(uint64_t position, bool binary)
{
    static const char rest[] = " abcdefghijklmnopqrstuvwxyz.0123456\r\n";
    uint64_t column = position % LINE_BYTES;
    uint64_t number = position - column;

    if (binary)
        return (uint8_t)((position * 7 + position / 251) & 0xff);
    if (column >= 7)
        return (uint8_t)rest[column - 7];
    for (; column < 6; column++)
        number /= 10;
    return (uint8_t)('0' + number % 10);
}

static enum err add_counted(const struct script_part *part, uint64_t *position, struct bytes *bytes)
{
    enum err err;

    if (part->count == 0)
        return ERR_OK;
    if (bytes->len > FILL_MAX || part->count > FILL_MAX - bytes->len)
        return ERR_FULL;
    err = bytes_reserve(bytes, (size_t)bytes->len + part->count);
    if (err != ERR_OK)
        return err;
    for (uint32_t i = 0; i < part->count; i++)
        bytes->data[bytes->len + i] = fill_counted_byte((*position)++, part->binary);
    bytes_commit(bytes, part->count);
    return ERR_OK;
}

/* Numbers of a pattern such as `${n:04}` get zeros before them. */
static enum err add_value(struct span value, uint32_t digits, struct bytes *bytes)
{
    enum err err = ERR_OK;

    for (size_t len = value.len; len < digits && err == ERR_OK; len++)
        err = bytes_add(bytes, span_of("0"), FILL_MAX);
    return err == ERR_OK ? bytes_add(bytes, value, FILL_MAX) : err;
}

static enum err add_variable(struct span name, uint32_t digits,
                             const struct fill_variables *variables, struct bytes *bytes,
                             struct span *ret_unknown)
{
    struct span value;

    if (!variables->find(variables->ctx, name, &value)) {
        *ret_unknown = name;
        return ERR_NOT_FOUND;
    }
    return add_value(value, digits, bytes);
}

enum err fill_text(const struct script_text *text, const struct fill_variables *variables,
                   uint64_t *position, struct bytes *bytes, struct span *ret_unknown)
{
    assert(variables->find != NULL);
    for (size_t i = 0; i < text->count; i++) {
        const struct script_part *part = &text->parts[i];
        enum err err = ERR_OK;

        switch (part->kind) {
        case SCRIPT_LITERAL:
            err = bytes_add(bytes, part->text, FILL_MAX);
            break;
        case SCRIPT_VARIABLE:
            err = add_variable(part->text, part->count, variables, bytes, ret_unknown);
            break;
        case SCRIPT_COUNTED:
            err = add_counted(part, position, bytes);
            break;
        }
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

enum err fill_words(struct span words, const struct fill_variables *variables, struct bytes *bytes,
                    struct span *ret_unknown)
{
    assert(variables->find != NULL);
    while (words.len > 0) {
        struct variable variable;
        size_t before = variable_find(words, &variable);
        enum err err = bytes_add(bytes, span_at(words.data, before), FILL_MAX);

        if (err == ERR_OK && before < words.len)
            err = add_variable(variable.name, variable.digits, variables, bytes, ret_unknown);
        if (err != ERR_OK)
            return err;
        words = span_skip(words, before < words.len ? before + variable.len : before);
    }
    return ERR_OK;
}
