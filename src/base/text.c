/* text.c: building a text in memory of fixed size. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

void text_init(struct text *text, char *memory, size_t cap)
{
    *text = (struct text){ .at = memory, .cap = cap };
    memory[0] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    size_t room = text->cap - text->len;
    va_list args;
    int need;

    va_start(args, format);
    need = vsnprintf(text->at + text->len, room, format, args);
    va_end(args);
    if (need < 0 || (size_t)need >= room) {
        text->len = text->cap - 1;
        text->cut = true;
        return;
    }
    text->len += (size_t)need;
}

void text_add_span(struct text *text, struct span bytes)
{
    size_t room = text->cap - 1 - text->len;
    size_t part = bytes.len < room ? bytes.len : room;

    if (part > 0)
        memcpy(text->at + text->len, bytes.data, part);
    text->len += part;
    text->at[text->len] = '\0';
    text->cut = text->cut || part < bytes.len;
}

struct span text_span(const struct text *text)
{
    return span_at(text->at, text->len);
}
