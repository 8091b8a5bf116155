/* fuzz_mail.c: what a mail server may say, and what a host may put into a mail.
 *
 * The first byte says which: 0 replies, else a mail of blocks: sender, recipient, subject, name,
 * body, attachment; the byte itself chooses the charset.
 */
#include "input.h"
#include "services/reply.h"
#include "services/smtp_message.h"

#include <stdio.h>
#include <stdlib.h>

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static void read_replies(struct span bytes)
{
    struct reply_reader reader;

    reply_reset(&reader);
    for (size_t i = 0; i < bytes.len; i++) {
        enum reply_event event = reply_feed(&reader, bytes.data[i]);

        claim(reader.len <= REPLY_TEXT_MAX, "a reply beyond its limit");
        if (event == REPLY_WHOLE)
            claim(reader.code >= 100 && reader.code <= 599, "a code that is none");
        if (event == REPLY_WHOLE || event == REPLY_LINE)
            claim(strlen(reply_words(&reader)) <= REPLY_TEXT_MAX, "words without end");
    }
}

/* A copy as a C string, in memory of its size. */
static char *text_of(struct span bytes)
{
    char *text = malloc(bytes.len + 1);

    if (text == NULL)
        abort();
    if (bytes.len > 0)
        memcpy(text, bytes.data, bytes.len);
    text[bytes.len] = '\0';
    return text;
}

static void write_mail(const struct smtp_content *content)
{
    char line[SMTP_LINE_MAX + 1];
    struct smtp_message message;
    size_t len, lines = 0;

    smtp_message_init(&message, content);
    while (smtp_message_next(&message, line, &len)) {
        claim(len <= SMTP_LINE_MAX && strlen(line) == len, "a line beyond its limit");
        claim(strpbrk(line, "\r\n") == NULL, "a line end inside a line");
        claim(lines++ < 1000 + content->body.len + content->attachments[0].bytes.len,
              "a mail without end");
    }
    claim(lines >= 9, "a mail without its fields");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const charsets[] = { "US-ASCII", "UTF-8", "GB2312", "Big5" };
    struct input input = { span_at(data, size) };
    uint8_t how = input_byte(&input);
    char *sender, *recipient, *name;
    struct smtp_recipient recipients[1];
    struct smtp_attachment attachments[1];
    struct smtp_content content = { .recipients = recipients,
                                    .recipient_count = 1,
                                    .attachments = attachments,
                                    .attachment_count = how >> 7,
                                    .subject_charset = charsets[how & 3],
                                    .body_charset = charsets[how >> 2 & 3] };

    if (how == 0) {
        read_replies(input.left);
        return 0;
    }
    content.sender = sender = text_of(input_block(&input));
    recipient = text_of(input_block(&input));
    content.subject = input_block(&input);
    content.name = name = text_of(input_block(&input));
    content.body = input_block(&input);
    recipients[0] = (struct smtp_recipient){ (enum smtp_recipient_kind)(how >> 4 & 1), recipient };
    attachments[0] = (struct smtp_attachment){ name, input.left };
    if (smtp_content_is_valid(&content))
        write_mail(&content);
    free(sender);
    free(recipient);
    free(name);
    return 0;
}
