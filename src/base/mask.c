/* mask.c: user name and password of URLs. */
#include "base/mask.h"

#include <stdbool.h>
#include <string.h>

/* A line of the log has no more. */
enum { PORT_DIGITS = 5, URLS_MAX = 64 };

static bool is_among(uint8_t c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Where the last `c` stands; the length: there is none. */
static size_t last(struct span text, char c)
{
    size_t at = text.len;

    while (at > 0 && text.data[at - 1] != (uint8_t)c)
        at--;
    return at > 0 ? at - 1 : text.len;
}

static bool is_port(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.len <= PORT_DIGITS;
}

/* What stands between // and the host, which may be empty.  Some write a / into a password: then
 * what looks like a port is none. */
static struct span secret_of(struct span rest)
{
    size_t end = 0, at, colon;
    struct span authority;

    while (end < rest.len && !is_among(rest.data[end], "/?#"))
        end++;
    authority = span_at(rest.data, end);
    at = last(authority, '@');
    if (at < end)
        return span_at(rest.data, at);
    colon = last(authority, ':');
    if (colon == end || rest.data[0] == '[' || is_port(span_skip(authority, colon + 1)))
        return span_at(rest.data, 0);
    at = last(rest, '@');
    return at < rest.len ? span_at(rest.data, at) : span_skip(authority, colon + 1);
}

/* Up to the quote that ends what one has begun, or without it the end of a word. */
static struct span word_of(struct span text, bool quoted)
{
    size_t end = 0;

    while (end < text.len && text.data[end] != '"' && (quoted || text.data[end] > ' '))
        end++;
    return span_at(text.data, end);
}

/* "user:password@host" without a scheme. */
static bool is_bare(struct span word)
{
    size_t slash = 0, at;

    while (slash < word.len && word.data[slash] != '/')
        slash++;
    at = last(span_at(word.data, slash), '@');
    return at < slash && last(span_at(word.data, at), ':') < at;
}

static bool begins(struct span text, const char *with)
{
    size_t len = strlen(with);

    return text.len >= len && memcmp(text.data, with, len) == 0;
}

size_t mask_find(struct span text, struct span *list, size_t cap)
{
    bool quoted = false;
    size_t count = 0;

    while (text.len > 0 && count < cap) {
        struct span found = span_at(text.data, 0);
        size_t step = 1;

        if (text.data[0] == '"') {
            struct span word = word_of(span_skip(text, 1), true);

            quoted = !quoted;
            if (quoted && is_bare(word))
                found = secret_of(word);
        } else if (begins(text, "://")) {
            step = strlen("://");
            found = secret_of(word_of(span_skip(text, step), quoted));
        }
        if (found.len > 0) {
            list[count++] = found;
            step = (size_t)(found.data - text.data) + found.len;
        }
        text = span_skip(text, step);
    }
    return count;
}

void mask_urls(char *text)
{
    struct span list[URLS_MAX];
    size_t count = mask_find(span_of(text), list, URLS_MAX);

    while (count-- > 0) {
        char *secret = text + (list[count].data - (const uint8_t *)text);

        *secret = '*';
        memmove(secret + 1, secret + list[count].len, strlen(secret + list[count].len) + 1);
    }
}
