/* fields.c: what in the lines of a protocol is a secret by where it stands. */
#include "transcript/fields.h"

#include <assert.h>
#include <string.h>

/* What a line begins with, in lower case: RFC 9110 §11, RFC 6265, RFC 4954, RFC 1939, RFC 959. */
static const char *const heads[] = {
    "authorization:", "proxy-authorization:", "cookie:",
    "set-cookie:",    "x-api-key:",           "x-auth-token:",
    "pass ",          "auth plain ",          "auth login ",
};

enum { HEADS = sizeof(heads) / sizeof(heads[0]) };

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* Whether the head is one of the above, or may become one. */
static void decide(struct fields *fields)
{
    bool may_become = false;

    for (size_t i = 0; i < HEADS; i++) {
        size_t len = strlen(heads[i]);

        if (fields->len > len || memcmp(fields->head, heads[i], fields->len) != 0)
            continue;
        fields->inside = fields->inside || fields->len == len;
        may_become = true;
    }
    fields->decided = fields->inside || !may_become;
}

/* True for a byte of a secret. */
static bool take(struct fields *fields, uint8_t c)
{
    if (c == '\r' || c == '\n') {
        *fields = (struct fields){ .len = 0 };
        return false;
    }
    if (fields->decided)
        return fields->inside;
    assert(fields->len < FIELDS_HEAD_MAX);
    fields->head[fields->len++] = (char)lower(c);
    decide(fields);
    return false;
}

size_t fields_find(struct fields *fields, struct span bytes, struct span *list, size_t cap)
{
    size_t count = 0;
    bool before = false;

    assert(cap > 0);
    for (size_t i = 0; i < bytes.len; i++) {
        bool secret = take(fields, bytes.data[i]);

        if (secret && !before && count < cap)
            list[count++] = span_at(bytes.data + i, 0);
        if (secret)
            list[count - 1].len = (size_t)(bytes.data + i + 1 - list[count - 1].data);
        before = secret;
    }
    return count;
}
