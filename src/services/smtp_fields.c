/* smtp_fields.c: how the fields of a mail's header are written. */
#include "services/smtp_fields.h"

#include "base/base64.h"

#include <assert.h>

/* Of a header: with the longest charset's name below 75 characters. */
enum { ENCODED_WORD_BYTES = 36 };

const char *smtp_charset(struct span text, const char *charset)
{
    return strcmp(charset, "US-ASCII") == 0 && !smtp_is_ascii(text) ? "UTF-8" : charset;
}

/* How many bytes the character at the front has, so that none is cut. */
static size_t character_length(struct span text, const char *charset)
{
    size_t len = 1;

    if (text.data[0] < 0x80)
        return 1;
    if (strcmp(charset, "UTF-8") != 0)
        return text.len > 1 ? 2 : 1; /* GB 2312, Big5: pairs */
    while (len < text.len && len < 4 && (text.data[len] & 0xC0) == 0x80)
        len++;
    return len;
}

size_t smtp_add_encoded_word(struct text *out, struct span text, const char *charset)
{
    char encoded[ENCODED_WORD_BYTES / 3 * 4 + 1];
    size_t len = 0;

    assert(text.len > 0 && charset != NULL);
    while (len < text.len) {
        size_t next = character_length(span_skip(text, len), charset);

        if (len + next > ENCODED_WORD_BYTES)
            break;
        len += next;
    }
    base64_encode(span_at(text.data, len), encoded);
    text_add(out, "=?%s?B?%s?=", charset, encoded);
    return len;
}

/* A quoted string (RFC 5322 §3.2.4). */
static void add_quoted(struct text *out, const char *value)
{
    text_add(out, "\"");
    for (; *value != '\0'; value++)
        text_add(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    text_add(out, "\"");
}

void smtp_add_name_parameter(struct text *out, const char *parameter, const char *name)
{
    if (smtp_is_ascii(span_of(name))) {
        text_add(out, " %s=", parameter);
        add_quoted(out, name);
        return;
    }
    text_add(out, " %s*=UTF-8''", parameter);
    for (; *name != '\0'; name++)
        text_add(out, "%%%02X", (unsigned)(uint8_t)*name);
}

void smtp_add_from(struct text *out, const struct smtp_content *content)
{
    struct span name = span_of(content->name);

    text_add(out, "From: ");
    if (name.len > 0 && smtp_is_ascii(name))
        add_quoted(out, content->name);
    for (size_t at = 0; !smtp_is_ascii(name) && at < name.len;) {
        text_add(out, at > 0 ? " " : "");
        at += smtp_add_encoded_word(out, span_skip(name, at), "UTF-8");
    }
    text_add(out, "%s<%s>", name.len > 0 ? " " : "", content->sender);
}
