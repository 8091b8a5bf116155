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

/* ---- MQTT ---- */

enum { CONNECT = 0x10, TERMS_BYTES = 4, MORE = 0x80 };

/* In their order. */
enum part { NONE, LENGTH, NAME, TERMS, CLIENT_ID, WILL_TOPIC, WILL, USER, PASSWORD, END };

static bool has_part(uint8_t flags, uint8_t part)
{
    switch (part) {
    case WILL_TOPIC:
    case WILL:
        return (flags & 0x04) != 0;
    case USER:
        return (flags & 0x80) != 0;
    case PASSWORD:
        return (flags & 0x40) != 0;
    default:
        return true;
    }
}

static void next_part(struct fields *fields)
{
    struct fields_connect *connect = &fields->connect;

    do {
        connect->part++;
    } while (!has_part(connect->flags, connect->part));
    connect->digits = 0;
    connect->left = connect->part == TERMS ? TERMS_BYTES : 0;
    if (connect->part == END)
        *fields = (struct fields){ .len = 0 };
}

static void take_length(struct fields *fields, uint8_t c)
{
    if (c < MORE)
        next_part(fields);
    else if (++fields->connect.digits == 4)
        fields->connect.part = NONE;
}

static void take_terms(struct fields *fields, uint8_t c)
{
    if (--fields->connect.left == TERMS_BYTES - 2)
        fields->connect.flags = c;
    if (fields->connect.left == 0)
        next_part(fields);
}

/* "MQTT", or "MQIsdp" of 3.1; what is none begins no CONNECT. */
static bool is_of_name(const struct fields_connect *connect, uint8_t c)
{
    if (connect->digits < 2)
        return true;
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* True for a byte of the password. */
static bool take_text(struct fields *fields, uint8_t c)
{
    struct fields_connect *connect = &fields->connect;
    bool secret = connect->part == PASSWORD && connect->digits == 2;

    if (connect->digits < 2) {
        connect->left = (uint16_t)(connect->left << 8 | c);
        connect->digits++;
    } else {
        connect->left--;
    }
    if (connect->digits == 2 && connect->left == 0)
        next_part(fields);
    return secret;
}

static bool take_connect(struct fields *fields, uint8_t c)
{
    struct fields_connect *connect = &fields->connect;

    switch (connect->part) {
    case LENGTH:
        take_length(fields, c);
        break;
    case TERMS:
        take_terms(fields, c);
        break;
    case NAME:
        if (!is_of_name(connect, c)) {
            connect->part = NONE;
            break;
        }
        (void)take_text(fields, c);
        if (connect->part == NAME && connect->digits == 2 && connect->left > 6)
            connect->part = NONE;
        break;
    default:
        return take_text(fields, c);
    }
    if (connect->part == NONE)
        fields->decided = true; /* something else, that begins so */
    return false;
}

/* ---- all of them ---- */

/* True for a byte of a secret. */
static bool take(struct fields *fields, uint8_t c)
{
    if (fields->connect.part != NONE)
        return take_connect(fields, c);
    if (c == CONNECT && fields->len == 0 && !fields->decided) {
        fields->connect = (struct fields_connect){ .part = LENGTH };
        return false;
    }
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
