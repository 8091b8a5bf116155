/* smtp_content.c: what may stand in a mail. */
#include "services/smtp_content.h"

#include <string.h>

enum { CHARSET_MAX = 20 };

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
