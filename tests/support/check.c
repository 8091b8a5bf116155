/* check.c: comparisons that name the row and show bytes. */
#include "check.h"

#include <stdio.h>

enum { SHOWN_MAX = 4000, SHOWN_COUNT = 4 };

static size_t show_byte(char *out, size_t cap, uint8_t byte)
{
    static const char *const named[] = {
        ['\r'] = "\\r", ['\n'] = "\\n", ['\t'] = "\\t", ['"'] = "\\\"", ['\\'] = "\\\\"
    };
    int len;

    if (byte < sizeof(named) / sizeof(named[0]) && named[byte] != NULL)
        len = snprintf(out, cap, "%s", named[byte]);
    else
        len = snprintf(out, cap, byte >= ' ' && byte < 0x7F ? "%c" : "\\x%02X", byte);
    return (size_t)len;
}

const char *show(struct span bytes)
{
    static char shown[SHOWN_COUNT][SHOWN_MAX];
    static unsigned next;
    char *text = shown[next++ % SHOWN_COUNT];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < bytes.len && len < SHOWN_MAX - 5; i++)
        len += show_byte(text + len, SHOWN_MAX - len, bytes.data[i]);
    return text;
}

void check_bytes(const char *row, struct span got, struct span expected)
{
    if (!span_equal(got, expected))
        fail_msg("%s:\n  got      \"%s\"\n  expected \"%s\"", row, show(got), show(expected));
}

void check_text(const char *row, const char *got, const char *expected)
{
    check_bytes(row, span_of(got), span_of(expected));
}

void check_int(const char *row, intmax_t got, intmax_t expected)
{
    if (got != expected)
        fail_msg("%s: got %jd, expected %jd", row, got, expected);
}
