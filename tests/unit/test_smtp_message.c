/* test_smtp_message.c: mails as lines: header fields, encodings, attachments, dates, base64. */
#include "base/base64.h"
#include "base/date.h"
#include "base/text.h"
#include "check.h"
#include "services/smtp_message.h"

#include <stdio.h>

static const struct smtp_recipient to_one[] = { { SMTP_TO, "b@y.test" } };

static struct smtp_content simple(void)
{
    return (struct smtp_content){ .sender = "a@x.test",
                                  .name = "",
                                  .recipients = to_one,
                                  .recipient_count = 1,
                                  .subject = span_of("Hello"),
                                  .subject_charset = "US-ASCII",
                                  .body = span_of("One\r\nTwo"),
                                  .body_charset = "US-ASCII",
                                  .utc_s = 1735732800,
                                  .unique = 7 };
}

static const char *lines_of(const struct smtp_content *content)
{
    static char memory[100000];
    char line[SMTP_LINE_MAX + 1];
    struct smtp_message message;
    struct text out;
    size_t len;

    assert_true(smtp_content_is_valid(content));
    text_init(&out, memory, sizeof(memory));
    smtp_message_init(&message, content);
    while (smtp_message_next(&message, line, &len)) {
        text_add_span(&out, span_at(line, len));
        text_add(&out, "\n");
    }
    return memory;
}

#define HEAD(from, rest)                                                                           \
    "Date: Wed, 01 Jan 2025 12:00:00 +0000\nFrom: " from                                           \
    "\nMessage-ID: <1735732800.7@x.test>\n" rest

#define PLAIN                                                                                      \
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=US-ASCII\n"                              \
    "Content-Transfer-Encoding: 7bit\n\n"

static void test_simple(void **state)
{
    struct smtp_content content = simple();

    (void)state;
    check_text("simple", lines_of(&content),
               HEAD("<a@x.test>", "To: <b@y.test>\nSubject: Hello\n" PLAIN "One\nTwo\n"));
    content.body = span_of("");
    content.subject = span_of("");
    content.name = "Alice \"A\" \\ X";
    content.zone_quarters = -14;
    check_text("empty", lines_of(&content),
               "Date: Wed, 01 Jan 2025 08:30:00 -0330\n"
               "From: \"Alice \\\"A\\\" \\\\ X\" <a@x.test>\n"
               "Message-ID: <1735732800.7@x.test>\nTo: <b@y.test>\nSubject: \n" PLAIN);
}

static void test_recipients(void **state)
{
    static const struct smtp_recipient many[] = { { SMTP_CC, "c@y.test" },
                                                  { SMTP_TO, "b@y.test" },
                                                  { SMTP_BCC, "x@y.test" },
                                                  { SMTP_TO, "d@y.test" },
                                                  { SMTP_CC, "e@y.test" } };
    static const struct smtp_recipient blind[] = { { SMTP_BCC, "x@y.test" } };
    struct smtp_content content = simple();

    (void)state;
    content.recipients = many;
    content.recipient_count = COUNT(many);
    check_text("many", lines_of(&content),
               HEAD("<a@x.test>", "To: <b@y.test>,\n\t<d@y.test>\nCc: <c@y.test>,\n\t<e@y.test>\n"
                                  "Subject: Hello\n" PLAIN "One\nTwo\n"));
    content.recipients = blind;
    content.recipient_count = 1;
    check_text(
        "blind", lines_of(&content),
        HEAD("<a@x.test>", "To: undisclosed-recipients:;\nSubject: Hello\n" PLAIN "One\nTwo\n"));
}

static void test_charsets(void **state)
{
    struct smtp_content content = simple();

    (void)state;
    content.subject_charset = "UTF-8";
    content.subject = span_of("Gr\xC3\xBC\xC3\x9F"
                              "e");
    content.name = "J\xC3\xBCrgen";
    content.body_charset = "UTF-8";
    content.body = span_of("\xC3\xA4\r\n");
    check_text("UTF-8", lines_of(&content),
               HEAD("=?UTF-8?B?SsO8cmdlbg==?= <a@x.test>",
                    "To: <b@y.test>\nSubject: =?UTF-8?B?R3LDvMOfZQ==?=\nMIME-Version: 1.0\n"
                    "Content-Type: text/plain; charset=UTF-8\n"
                    "Content-Transfer-Encoding: base64\n\nw6QNCg==\n"));
    content = simple();
    content.subject = span_of("=?UTF-8?B?SGk=?="); /* what looks encoded is shown as it is typed */
    assert_non_null(
        strstr(lines_of(&content), "\nSubject: =?US-ASCII?B?PT9VVEYtOD9CP1NHaz0/PQ==?=\n"));
}

/* No character is cut in two, no word is too long. */
static void test_long_subject(void **state)
{
    char subject[SMTP_SUBJECT_MAX + 1];
    struct smtp_content content = simple();
    const char *at;

    (void)state;
    for (size_t i = 0; i + 1 < SMTP_SUBJECT_MAX; i += 2)
        memcpy(subject + i, "\xC3\xA4", 2);
    subject[0] = 'x';
    subject[1] = 'y';
    content.subject = span_at(subject, SMTP_SUBJECT_MAX);
    content.subject_charset = "UTF-8";
    at = strstr(lines_of(&content), "\nSubject: =?UTF-8?B?");
    assert_non_null(at);
    for (at++; strncmp(at, "MIME", 4) != 0; at = strchr(at, '\n') + 1) {
        assert_true(strcspn(at, "\n") <= 76 + 8);
        assert_true(strncmp(at, "Subject: =?", 11) == 0 || strncmp(at, " =?UTF-8?B?", 11) == 0);
    }
    content.subject_charset = "GB2312";
    content.subject = span_of("\xC4\xE3\xBA\xC3");
    assert_non_null(strstr(lines_of(&content), "\nSubject: =?GB2312?B?xOO6ww==?=\n"));
}

static void test_bodies(void **state)
{
    static const struct {
        const char *body, *lines;
    } rows[] = {
        { "a\nb\rc\r\nd", "a\nb\nc\nd\n" },
        { "a\n\n\nb\n", "a\n\n\nb\n" },
        { "\r\n.\r\n..x\r\n", "\n.\n..x\n" },
        { "--x", "--x\n" },
    };
    char wide[SMTP_LINE_MAX + 2];
    struct smtp_content content = simple();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        content.body = span_of(rows[i].body);
        check_text(rows[i].body, strstr(lines_of(&content), "\n\n") + 2, rows[i].lines);
    }
    memset(wide, 'w', sizeof(wide));
    content.body = span_at(wide, SMTP_LINE_MAX);
    assert_non_null(strstr(lines_of(&content), "7bit"));
    content.body = span_at(wide, SMTP_LINE_MAX + 1);
    assert_non_null(strstr(lines_of(&content), "base64"));
    content.body = span_at("a\0b", 3);
    assert_non_null(strstr(lines_of(&content), "\nYQBi\n"));
}

static void test_attachments(void **state)
{
    uint8_t bytes[60];
    struct smtp_attachment two[] = { { "a \"b\".bin", { bytes, sizeof(bytes) } },
                                     { "\xC3\xA4.txt", { NULL, 0 } } };
    struct smtp_content content = simple();

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    content.attachments = two;
    content.attachment_count = 2;
    check_text(
        "two", lines_of(&content),
        HEAD("<a@x.test>",
             "To: <b@y.test>\nSubject: Hello\nMIME-Version: 1.0\n"
             "Content-Type: multipart/mixed; boundary=\"=_67752e40_7\"\n\n--=_67752e40_7\n"
             "Content-Type: text/plain; charset=US-ASCII\nContent-Transfer-Encoding: 7bit\n\n"
             "One\nTwo\n--=_67752e40_7\n"
             "Content-Type: application/octet-stream; name=\"a \\\"b\\\".bin\"\n"
             "Content-Transfer-Encoding: base64\n"
             "Content-Disposition: attachment; filename=\"a \\\"b\\\".bin\"\n\n"
             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
             "AAAA\n--=_67752e40_7\n"
             "Content-Type: application/octet-stream; name*=UTF-8''%C3%A4%2E%74%78%74\n"
             "Content-Transfer-Encoding: base64\n"
             "Content-Disposition: attachment; filename*=UTF-8''%C3%A4%2E%74%78%74\n\n"
             "--=_67752e40_7--\n"));
    content.body = span_of("--=_67752e40_7--"); /* a body cannot end the parts */
    assert_non_null(strstr(lines_of(&content), "\nLS09XzY3"));
}

static void test_what_is_refused(void **state)
{
    static const char *const addresses[] = { "",      "a",          "@b",
                                             "a@",    "a@b@c",      "a b@c",
                                             "a@b>",  "<a@b",       "a@b\r\nRCPT TO:<c@d>",
                                             "a@b\n", "\xC3\xA4@b", "a,b@c" };
    struct smtp_content content = simple();
    struct smtp_recipient recipient = { SMTP_TO, NULL };
    struct smtp_attachment attachment = { "a\r\nb", { NULL, 0 } };
    char wide[SMTP_ADDRESS_MAX + 2];

    (void)state;
    for (size_t i = 0; i < COUNT(addresses); i++) {
        assert_false(smtp_address_is_valid(span_of(addresses[i])));
        content = simple();
        content.sender = addresses[i];
        assert_false(smtp_content_is_valid(&content));
        content = simple();
        recipient.address = addresses[i];
        content.recipients = &recipient;
        assert_false(smtp_content_is_valid(&content));
    }
    assert_true(smtp_address_is_valid(span_of("a.b+c@[10.0.0.1]")));
    memset(wide, 'a', sizeof(wide));
    wide[1] = '@';
    assert_true(smtp_address_is_valid(span_at(wide, SMTP_ADDRESS_MAX)));
    assert_false(smtp_address_is_valid(span_at(wide, SMTP_ADDRESS_MAX + 1)));
    content = simple();
    content.subject = span_of("x\r\nBcc: y@z");
    assert_false(smtp_content_is_valid(&content));
    content = simple();
    content.name = "x\ny";
    assert_false(smtp_content_is_valid(&content));
    content = simple();
    content.body_charset = "UTF-8\r\nX: y";
    assert_false(smtp_content_is_valid(&content));
    content = simple();
    content.attachments = &attachment;
    content.attachment_count = 1;
    assert_false(smtp_content_is_valid(&content));
    content = simple();
    content.recipient_count = 0;
    assert_false(smtp_content_is_valid(&content));
}

static void test_base64(void **state)
{
    static const char *const rows[][2] = { /* RFC 4648 §10 */
                                           { "", "" },
                                           { "f", "Zg==" },
                                           { "fo", "Zm8=" },
                                           { "foo", "Zm9v" },
                                           { "foob", "Zm9vYg==" },
                                           { "fooba", "Zm9vYmE=" },
                                           { "foobar", "Zm9vYmFy" },
                                           { "\xFF\xFE\xFD", "//79" }
    };
    char text[20];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        base64_encode(span_of(rows[i][0]), text);
        check_text(rows[i][0], text, rows[i][1]);
        assert_int_equal(strlen(text), base64_length(strlen(rows[i][0])));
    }
}

static void test_dates(void **state)
{
    static const struct {
        int64_t utc_s;
        int quarters;
        const char *text;
    } rows[] = {
        { 0, 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
        { -1, 0, "Wed, 31 Dec 1969 23:59:59 +0000" },
        { 951782399, 0, "Mon, 28 Feb 2000 23:59:59 +0000" },
        { 951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000" },
        { 951868800, 0, "Wed, 01 Mar 2000 00:00:00 +0000" },
        { 1072915200, 4, "Thu, 01 Jan 2004 01:00:00 +0100" },
        { 1735689599, 0, "Tue, 31 Dec 2024 23:59:59 +0000" },
        { 1735689600, -1, "Tue, 31 Dec 2024 23:45:00 -0015" },
        { 4107542400, 56, "Mon, 01 Mar 2100 14:00:00 +1400" },
    };
    char text[DATE_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        date_text(rows[i].utc_s, rows[i].quarters, text, sizeof(text));
        check_text(rows[i].text, text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),          cmocka_unit_test(test_recipients),
        cmocka_unit_test(test_charsets),        cmocka_unit_test(test_long_subject),
        cmocka_unit_test(test_bodies),          cmocka_unit_test(test_attachments),
        cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_base64),
        cmocka_unit_test(test_dates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
