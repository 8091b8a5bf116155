/* report.c: what a person reads about a difference. */
#include "transcript/report.h"

#include "base/text.h"

enum { SHOWN_MAX = 4000, BEFORE_MAX = 40, BEHIND_MAX = 60 };

void report_add_span(struct report *report, struct span bytes)
{
    if (bytes_add(&report->text, bytes, UINT32_MAX) != ERR_OK)
        report->cut = true;
}

void report_add(struct report *report, const char *format, ...)
{
    char memory[REPORT_LINE_MAX + 1];
    struct text text;
    va_list values;

    text_init(&text, memory, sizeof(memory));
    va_start(values, format);
    text_add_list(&text, format, values);
    va_end(values);
    report_add_span(report, text_span(&text));
}

static void add_byte(struct report *report, uint8_t byte)
{
    switch (byte) {
    case '\r':
        report_add_span(report, span_of("\\r"));
        break;
    case '\n':
        report_add_span(report, span_of("\\n"));
        break;
    case '"':
        report_add_span(report, span_of("\\\""));
        break;
    case '\\':
        report_add_span(report, span_of("\\\\"));
        break;
    default:
        if (byte >= ' ' && byte < 0x7F)
            report_add_span(report, span_at(&byte, 1));
        else
            report_add(report, "\\x%02x", (unsigned)byte);
        break;
    }
}

/* How many bytes the printable character has that `text` begins with (UTF-8); 0: none does. */
static size_t character_len(struct span text)
{
    uint8_t first = text.data[0];
    size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if (first < ' ' || first == 0x7F || (first >= 0x80 && first < 0xC2) || first > 0xF4 ||
        len > text.len || (first == 0xC2 && text.data[1] < 0xA0))
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((text.data[i] & 0xC0) != 0x80)
            return 0;
    }
    return len;
}

void report_add_text(struct report *report, struct span text)
{
    while (text.len > 0) {
        size_t len = character_len(text);

        if (len > 0)
            report_add_span(report, span_at(text.data, len));
        else
            add_byte(report, text.data[0]);
        text = span_skip(text, len > 0 ? len : 1);
    }
}

void report_add_bytes(struct report *report, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        add_byte(report, bytes.data[i]);
}

/* As it stands in the line of a transcript, where quotes are nothing special. */
static void add_shown(struct report *report, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.data[i] == '"')
            report_add_span(report, span_of("\""));
        else
            add_byte(report, bytes.data[i]);
    }
}

void report_add_lines(struct report *report, const char *indent, struct span bytes)
{
    size_t shown = bytes.len < SHOWN_MAX ? bytes.len : SHOWN_MAX;

    for (size_t i = 0; i < shown; i++) {
        if (i == 0 || bytes.data[i - 1] == '\n')
            report_add(report, "%s%s", i > 0 ? "\n" : "", indent);
        add_shown(report, span_at(bytes.data + i, 1));
    }
    if (shown == 0)
        report_add(report, "%s(nothing)", indent);
    if (shown < bytes.len)
        report_add(report, "\n%s… and %zu bytes more", indent, bytes.len - shown);
    report_add_span(report, span_of("\n"));
}

/* The bytes around the place where both part. */
static void add_place(struct report *report, const char *name, struct span bytes, size_t at)
{
    size_t from = at > BEFORE_MAX ? at - BEFORE_MAX : 0;
    size_t left = bytes.len - at < BEHIND_MAX ? bytes.len - at : BEHIND_MAX;

    report_add(report, "    %s ", name);
    add_shown(report, span_at(bytes.data + from, at - from));
    report_add_span(report, span_of("»"));
    if (left > 0)
        add_shown(report, span_at(bytes.data + at, left));
    else
        report_add_span(report, span_of("(nothing more)"));
    report_add_span(report, span_of("\n"));
}

void report_add_difference(struct report *report, struct span expected, struct span received)
{
    static const uint8_t nothing[1];
    size_t at = 0;

    if (expected.len == 0)
        expected.data = nothing;
    if (received.len == 0)
        received.data = nothing;
    while (at < expected.len && at < received.len && expected.data[at] == received.data[at])
        at++;
    report_add_span(report, span_of("  expected:\n"));
    report_add_lines(report, "    ", expected);
    report_add_span(report, span_of("  received:\n"));
    report_add_lines(report, "    ", received);
    report_add(report, "  the same for %zu bytes, then:\n", at);
    add_place(report, "expected", expected, at);
    add_place(report, "received", received, at);
}

void report_free(struct report *report)
{
    bytes_free(&report->text);
    *report = (struct report){ .cut = false };
}
