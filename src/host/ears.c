/* ears.c: what a host has heard. */
#include "host/ears.h"

static void drop(struct bytes *bytes, size_t count)
{
    bytes_drop(bytes, count);
    if (bytes->len == 0)
        bytes_free(bytes);
}

enum err ears_expect_echo(struct ears *ears, struct span bytes)
{
    ears->echo_at = 0;
    return bytes_copy(&ears->echo, bytes);
}

/* How many of the bytes are echo. */
static size_t take_echo(struct ears *ears, struct span bytes)
{
    size_t taken = 0;

    while (taken < bytes.len && ears->echo_at < ears->echo.len &&
           bytes.data[taken] == ears->echo.data[ears->echo_at]) {
        ears->echo_at++;
        taken++;
    }
    if (taken < bytes.len || ears->echo_at == ears->echo.len)
        bytes_free(&ears->echo);
    return taken;
}

enum err ears_take(struct ears *ears, struct span bytes)
{
    enum err err = bytes_reserve(&ears->heard, ears->heard.len + bytes.len + 1);

    if (err != ERR_OK)
        return err;
    if (ears->echo.len > 0)
        bytes = span_skip(bytes, take_echo(ears, bytes));
    if (bytes.len > 0)
        err = bytes_add(&ears->heard, bytes, UINT32_MAX);
    else if (ears->heard.len == 0)
        bytes_free(&ears->heard);
    return err;
}

struct span ears_bytes(const struct ears *ears)
{
    return bytes_span(&ears->heard);
}

void ears_drop(struct ears *ears, size_t count)
{
    drop(&ears->heard, count);
}

static bool is_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

bool ears_line(struct ears *ears, struct span *ret_line)
{
    struct span heard = bytes_span(&ears->heard);
    size_t empty = 0, len = 0;

    while (empty < heard.len && is_end(heard.data[empty]))
        empty++;
    if (empty > 0)
        ears_drop(ears, empty);
    heard = bytes_span(&ears->heard);
    while (len < heard.len && heard.data[len] != '\n')
        len++;
    if (len == heard.len)
        return false;
    while (len > 0 && heard.data[len - 1] == '\r')
        len--;
    *ret_line = span_at(heard.data, len);
    return true;
}

void ears_drop_line(struct ears *ears, struct span line)
{
    size_t len = line.len;

    while (ears->heard.data[len] != '\n') /* ears_line() has seen it */
        len++;
    ears_drop(ears, len + 1);
}

static size_t line_length(struct span bytes)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != '\n')
        len++;
    return len;
}

void ears_put_aside(struct ears *ears, struct span line)
{
    struct bytes *aside = &ears->aside;

    if (line.len < EARS_ASIDE_MAX) {
        while (aside->len + line.len + 1 > EARS_ASIDE_MAX)
            bytes_drop(aside, line_length(bytes_span(aside)) + 1);
        if (bytes_reserve(aside, aside->len + line.len + 1) == ERR_OK) {
            (void)bytes_add(aside, line, UINT32_MAX); /* there is memory for both */
            (void)bytes_add(aside, span_of("\n"), UINT32_MAX);
        }
    }
    ears_drop_line(ears, line);
}

bool ears_find_aside(struct ears *ears, bool (*is_wanted)(void *ctx, struct span line), void *ctx)
{
    struct bytes *aside = &ears->aside;
    size_t at = 0;

    while (at < aside->len) {
        struct span rest = span_skip(bytes_span(aside), at);
        size_t len = line_length(rest);

        if (is_wanted(ctx, span_at(rest.data, len))) {
            memmove(aside->data + at, aside->data + at + len + 1, aside->len - at - len - 1);
            aside->len -= (uint32_t)(len + 1);
            if (aside->len == 0)
                bytes_free(aside);
            return true;
        }
        at += len + 1;
    }
    return false;
}

void ears_forget_aside(struct ears *ears)
{
    bytes_free(&ears->aside);
}

void ears_clear(struct ears *ears)
{
    bytes_free(&ears->heard);
    bytes_free(&ears->aside);
    bytes_free(&ears->echo);
}
