/* mask.c: user name and password of URLs. */
#include "base/mask.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { PORT_DIGITS = 5 };

/* The last `c` of text[from] to text[end]; `end`: there is none. */
static size_t last(const char *text, size_t from, size_t end, char c)
{
    size_t at = end;

    while (at > from && text[at - 1] != c)
        at--;
    return at > from ? at - 1 : end;
}

static bool is_port(const char *text, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
    }
    return end - from <= PORT_DIGITS;
}

/* Hides text[from] to text[end]; returns what `end` has become. */
static size_t hide(char *text, size_t from, size_t end)
{
    if (from == end)
        return end;
    text[from] = '*';
    memmove(text + from + 1, text + end, strlen(text + end) + 1);
    return from + 1;
}

/* What stands between // and the host; returns where to go on.  Some write a / into a password:
 * then what looks like a port is none. */
static size_t mask_authority(char *text, size_t from, size_t end)
{
    size_t authority = from, at, colon;

    while (authority < end && strchr("/?#", text[authority]) == NULL)
        authority++;
    at = last(text, from, authority, '@');
    if (at < authority)
        return hide(text, from, at);
    colon = last(text, from, authority, ':');
    if (colon == authority || text[from] == '[' || is_port(text, colon + 1, authority))
        return authority;
    at = last(text, authority, end, '@');
    return at < end ? hide(text, from, at) : hide(text, colon + 1, authority);
}

/* Up to the quote that ends what one has begun, or without it the end of a word. */
static size_t end_of(const char *text, size_t from, bool quoted)
{
    while (text[from] != '\0' && text[from] != '"' && (quoted || (unsigned char)text[from] > ' '))
        from++;
    return from;
}

/* "user:password@host" without a scheme. */
static bool is_bare(const char *text, size_t from, size_t end)
{
    size_t slash = from, at;

    while (slash < end && text[slash] != '/')
        slash++;
    at = last(text, from, slash, '@');
    return at < slash && last(text, from, at, ':') < at;
}

void mask_urls(char *text)
{
    bool quoted = false;

    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '"') {
            quoted = !quoted;
            if (quoted && strncmp(text + i + 1, "//", 2) != 0 &&
                is_bare(text, i + 1, end_of(text, i + 1, true)))
                i = mask_authority(text, i + 1, end_of(text, i + 1, true)) - 1;
        } else if (strncmp(text + i, "://", 3) == 0) {
            i = mask_authority(text, i + 3, end_of(text, i + 3, quoted)) - 1;
        }
    }
}
