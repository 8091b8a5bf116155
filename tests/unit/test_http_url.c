/* test_http_url.c: addresses of web resources, good and bad, and where references lead. */
#include "base/text.h"
#include "check.h"
#include "services/http_url.h"

#include <stdio.h>

static const char *describe(enum err err, const struct http_url *url)
{
    static char memory[4096];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    if (err != ERR_OK)
        text_add(&text, "%s", err_text(err));
    else
        text_add(&text, "%s %s %u %s", url->secure ? "https" : "http", url->host,
                 (unsigned)url->port, url->path);
    return memory;
}

static const struct {
    const char *url, *outcome;
} rows[] = {
    { "http://example.org/", "http example.org 80 /" },
    { "http://example.org", "http example.org 80 /" },
    { "https://example.org/a/b?c=d&e", "https example.org 443 /a/b?c=d&e" },
    { "HTTP://Example.ORG:8080/X", "http Example.ORG 8080 /X" },
    { "example.org", "http example.org 80 /" },
    { "example.org:81/x", "http example.org 81 /x" },
    { "10.0.0.1/x", "http 10.0.0.1 80 /x" },
    { "http://h:/x", "http h 80 /x" },
    { "http://h?q", "http h 80 /?q" },
    { "http://h#f", "http h 80 /" },
    { "http://h/a#f?g", "http h 80 /a" },
    { "http://[::1]:8080/x", "http ::1 8080 /x" },
    { "https://[2001:db8::1]", "https 2001:db8::1 443 /" },
    { "http://h/a b\xC3\xA9", "http h 80 /a%20b%C3%A9" },
    { "http://h/?u=http://other/", "http h 80 /?u=http://other/" },
    { "http://h_1-2.x/", "http h_1-2.x 80 /" },
    { "", "not valid" },
    { "http://", "not valid" },
    { "http:///x", "not valid" },
    { "http://user@h/", "not valid" },
    { "http://user:secret@h/", "not valid" },
    { "http://h:0/", "not valid" },
    { "http://h:65536/", "not valid" },
    { "http://h:8o/", "not valid" },
    { "http://h:-1/", "not valid" },
    { "http://[::1/", "not valid" },
    { "http://[::1]x/", "not valid" },
    { "http://[]/", "not valid" },
    { "http://a b/", "not valid" },
    { "http://h\r\n/", "not valid" },
    { "http://h/a\r\nHost: x", "not valid" },
    { "http://h/a\tb", "not valid" },
    { "http://h/a\x7F", "not valid" },
    { "ftp://h/", "not supported" },
    { "file:///etc/passwd", "not supported" },
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_url url = { .port = 7 };
        enum err err = http_url_parse(span_of(rows[i].url), &url);

        check_text(rows[i].url, describe(err, &url), rows[i].outcome);
        if (err != ERR_OK)
            assert_int_equal(url.port, 7); /* untouched */
    }
}

static void test_limits(void **state)
{
    char text[HTTP_PATH_MAX + HTTP_HOST_MAX + 20];
    struct http_url url;

    (void)state;
    snprintf(text, sizeof(text), "http://h/%0*d", HTTP_PATH_MAX - 1, 0);
    assert_int_equal(http_url_parse(span_of(text), &url), ERR_OK);
    assert_int_equal(strlen(url.path), HTTP_PATH_MAX);
    snprintf(text, sizeof(text), "http://h/%0*d", HTTP_PATH_MAX, 0);
    assert_int_equal(http_url_parse(span_of(text), &url), ERR_FULL);
    snprintf(text, sizeof(text), "http://%0*d/", HTTP_HOST_MAX, 0);
    assert_int_equal(http_url_parse(span_of(text), &url), ERR_OK);
    snprintf(text, sizeof(text), "http://%0*d/", HTTP_HOST_MAX + 1, 0);
    assert_int_equal(http_url_parse(span_of(text), &url), ERR_FULL);
    assert_int_equal(http_url_parse(span_at("http://h/\0x", 11), &url), ERR_INVALID);
    assert_int_equal(http_url_parse(span_at("h\0", 2), &url), ERR_INVALID);
}

/* All from http://h:81/a/b/c?d; mostly RFC 3986 §5.4. */
static const struct {
    const char *reference, *outcome;
} ways[] = {
    { "https://other/x", "https other 443 /x" },
    { "//other:82/x", "http other 82 /x" },
    { "/x/y", "http h 81 /x/y" },
    { "x", "http h 81 /a/b/x" },
    { "./x", "http h 81 /a/b/x" },
    { "x/", "http h 81 /a/b/x/" },
    { "?y", "http h 81 /a/b/c?y" },
    { "x?y=../z", "http h 81 /a/b/x?y=../z" },
    { "", "http h 81 /a/b/c?d" },
    { "#s", "http h 81 /a/b/c?d" },
    { ".", "http h 81 /a/b/" },
    { "..", "http h 81 /a/" },
    { "../x", "http h 81 /a/x" },
    { "../../x", "http h 81 /x" },
    { "../../../../x", "http h 81 /x" },
    { "/./x", "http h 81 /x" },
    { "/../x", "http h 81 /x" },
    { "x.", "http h 81 /a/b/x." },
    { "..x", "http h 81 /a/b/..x" },
    { "./../x", "http h 81 /a/x" },
    { "x/./y", "http h 81 /a/b/x/y" },
    { "x/../y", "http h 81 /a/b/y" },
    { "mailto:x@y", "not supported" },
    { "ftp://h/x", "not supported" },
    { "x\r\ny", "not valid" },
    { "//user@other/", "not valid" },
};

static void test_follow(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct http_url url;
        enum err err;

        assert_int_equal(http_url_parse(span_of("http://h:81/a/b/c?d"), &url), ERR_OK);
        err = http_url_follow(&url, span_of(ways[i].reference));
        check_text(ways[i].reference, describe(err, &url), ways[i].outcome);
        if (err != ERR_OK)
            check_text(ways[i].reference, describe(ERR_OK, &url), "http h 81 /a/b/c?d");
    }
}

static void test_authority(void **state)
{
    static const struct {
        const char *url, *authority;
    } cases[] = {
        { "http://h", "h" },         { "http://h:443", "h:443" }, { "https://h", "h" },
        { "https://h:443", "h" },    { "https://h:80", "h:80" },  { "http://[::1]:81", "[::1]:81" },
        { "http://[::1]", "[::1]" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[HTTP_AUTHORITY_MAX + 1];
        struct http_url url;

        assert_int_equal(http_url_parse(span_of(cases[i].url), &url), ERR_OK);
        http_url_authority(&url, text, sizeof(text));
        check_text(cases[i].url, text, cases[i].authority);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_follow),
        cmocka_unit_test(test_authority),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
