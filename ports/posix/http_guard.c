/* http_guard.c: knows a browser among hosts by its first line. */
#include "posix/http_guard.h"

#include "base/letters.h"

#include <string.h>

/* Longer than any method that there is. */
enum { METHOD_MAX = 32 };

/* 'd' is a digit. */
static const char version[] = "HTTP/d.d";
static const char field[] = "HOST:";

static void begin_line(struct http_guard *guard)
{
    *guard = (struct http_guard){ .state = GUARD_METHOD };
}

void http_guard_init(struct http_guard *guard)
{
    begin_line(guard);
}

void http_guard_stop(struct http_guard *guard)
{
    guard->state = GUARD_OFF;
}

static void enter(struct http_guard *guard, enum http_guard_state next)
{
    guard->state = next;
    guard->at = 0;
}

static void look_at_method(struct http_guard *guard, uint8_t c)
{
    if (c == ' ' && guard->at > 0)
        enter(guard, GUARD_TARGET);
    else if (((c < 'A' || c > 'Z') && c != '-') || ++guard->at > METHOD_MAX)
        enter(guard, GUARD_OTHER);
}

static void look_at_target(struct http_guard *guard, uint8_t c)
{
    if (c == ' ')
        enter(guard, guard->at > 0 ? GUARD_VERSION : GUARD_OTHER);
    else if (c > ' ' && c != 0x7F)
        guard->at = 1;
    else
        enter(guard, GUARD_OTHER);
}

static void look_at_version(struct http_guard *guard, uint8_t c)
{
    char wanted = version[guard->at];

    if (wanted == 'd' ? c >= '0' && c <= '9' : c == (uint8_t)wanted)
        guard->at++;
    else
        enter(guard, GUARD_OTHER);
}

static void look_at_line(struct http_guard *guard, uint8_t c)
{
    switch (guard->state) {
    case GUARD_METHOD:
        look_at_method(guard, c);
        break;
    case GUARD_TARGET:
        look_at_target(guard, c);
        break;
    case GUARD_VERSION:
        look_at_version(guard, c);
        break;
    case GUARD_OTHER:
    case GUARD_OFF:
        break;
    }
    if (guard->field_at < sizeof(field) - 1)
        guard->field_at = letter_upper(c) == (uint8_t)field[guard->field_at] ? guard->field_at + 1
                                                                             : sizeof(field);
    guard->command = guard->command || (guard->a && (letter_upper(c) == 'T' || c == '/'));
    guard->a = letter_upper(c) == 'A';
}

static bool is_http(const struct http_guard *guard)
{
    return (guard->state == GUARD_VERSION && guard->at == sizeof(version) - 1) ||
           guard->field_at == sizeof(field) - 1;
}

bool http_guard_refuses(struct http_guard *guard, struct span bytes)
{
    for (size_t i = 0; i < bytes.len && guard->state != GUARD_OFF; i++) {
        uint8_t c = bytes.data[i];

        if (c != '\r' && c != '\n') {
            look_at_line(guard, c);
            if (is_http(guard))
                return true;
        } else if (guard->command) {
            http_guard_stop(guard);
        } else {
            begin_line(guard);
        }
    }
    return false;
}
