/* test_log.c: what may stand in a line, whoever its words are from. */
#include "base/log.h"
#include "check.h"

#include <stdio.h>

static char written[600];

static void write_line(void *ctx, const char *tag, const char *text)
{
    (void)ctx;
    snprintf(written, sizeof(written), "%s: %s", tag, text);
}

struct words {
    const char *said, *written;
};

static const struct words words[] = {
    { "220 ready", "warning: 220 ready" },
    { "220 a\r\nb\tc\x1b[2J\x7f", "warning: 220 a??b?c?[2J?" },
    { "AT\u2026, \u00e9\u20ac\U0001f600", "warning: AT\u2026, \u00e9\u20ac\U0001f600" },
    { "\xe9.test", "warning: ?.test" },
    { "\xc2\x9b"
      "2J",
      "warning: ??2J" },
    { "cut \xe2\x80", "warning: cut ??" },
    { "\xc0\xafx\xff", "warning: ??x?" },
};

static void test_words_of_others(void **state)
{
    const struct log log = { .write = write_line, .level = LOG_WARNING, .traced = UINT32_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        log_say(&log, LOG_WARNING, "%s", words[i].said);
        check_text("line", written, words[i].written);
    }
    log_trace(&log, TRACE_AT, "> AT%s", "\x9b");
    check_text("trace", written, "at: > AT?");
}

static const struct words urls[] = {
    { "http://host.test/a?b=c@d:e", "http://host.test/a?b=c@d:e" },
    { "http://host:8080/@ http://[::1]:80/a@b", "http://host:8080/@ http://[::1]:80/a@b" },
    { "to http://me:pw@host.test/ and x@y", "to http://*@host.test/ and x@y" },
    { "https://token@host:1", "https://*@host:1" },
    { "http://a:b@c@host", "http://*@host" },
    { "http://me:p/w?#@host/x", "http://*@host/x" },
    { "\"http://me:p w,@host\",\"b@c\"", "\"http://*@host\",\"b@c\"" },
    { "\"http://me:passw\u2026\": why", "\"http://me:*\": why" },
    { "\"me:pw@host/x\"", "\"*@host/x\"" },
    { "\"a\",\"me@host\",\"12:30\"", "\"a\",\"me@host\",\"12:30\"" },
    { "http://a:x@h ftp://b:y@i", "http://*@h ftp://*@i" },
    { "\"http://a:x@h\" \"b:y@i\"", "\"http://*@h\" \"*@i\"" },
    { "://", "://" },
    { "http://@h \"", "http://@h \"" },
};

static void test_secrets_of_urls(void **state)
{
    const struct log log = { .write = write_line, .level = LOG_WARNING, .traced = UINT32_MAX };
    char expected[600];

    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        log_say(&log, LOG_WARNING, "%s", urls[i].said);
        snprintf(expected, sizeof(expected), "warning: %s", urls[i].written);
        check_text(urls[i].said, written, expected);
        log_trace(&log, TRACE_AT, "%s", urls[i].said);
        snprintf(expected, sizeof(expected), "at: %s", urls[i].written);
        check_text(urls[i].said, written, expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_others),
        cmocka_unit_test(test_secrets_of_urls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
