/* smtp_fields.c: what may stand in a mail's header, and how. */
#include "services/smtp_fields.h"

#include "base/base64.h"

enum {
    ENCODED_WORD_BYTES = 36, /* of a header: with the longest charset's name below 75 characters */
    CHARSET_MAX = 20
};

/* ---- what is valid ---- */

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] == 0x7F)
            return true;
    }
    return false;
}

bool smtp_is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] > 0x7E)
            return false;
    }
    return true;
}

bool smtp_address_is_valid(struct span address)
{
    const uint8_t *at = address.len > 0 ? memchr(address.data, '@', address.len) : NULL;

    if (at == NULL || at == address.data || at == address.data + address.len - 1 ||
        address.len > SMTP_ADDRESS_MAX || has_control(address) || !smtp_is_ascii(address))
        return false;
    for (size_t i = 0; i < address.len; i++) {
        if (strchr(" <>,;\"", address.data[i]) != NULL)
            return false;
    }
    return memchr(at + 1, '@', (size_t)(address.data + address.len - at - 1)) == NULL;
}

static bool is_text(struct span text, size_t max)
{
    return text.len <= max && !has_control(text);
}

static bool is_charset(const char *charset)
{
    return charset[0] != '\0' && strlen(charset) <= CHARSET_MAX &&
           strspn(charset, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               strlen(charset);
}

bool smtp_content_is_valid(const struct smtp_content *content)
{
    bool valid = smtp_address_is_valid(span_of(content->sender)) &&
                 is_text(span_of(content->name), SMTP_NAME_MAX) &&
                 is_text(content->subject, SMTP_SUBJECT_MAX) &&
                 is_charset(content->subject_charset) && is_charset(content->body_charset);

    for (size_t i = 0; i < content->recipient_count; i++)
        valid = valid && smtp_address_is_valid(span_of(content->recipients[i].address));
    for (size_t i = 0; i < content->attachment_count; i++)
        valid = valid && is_text(span_of(content->attachments[i].name), SMTP_NAME_MAX);
    return valid && content->recipient_count > 0;
}

/* ---- how it is written ---- */

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
