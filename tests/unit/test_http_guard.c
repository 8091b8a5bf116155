/* test_http_guard.c: first lines of browsers and of hosts. */
#include "posix/http_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const requests[] = {
    "GET / HTTP/1.1\r\nHost: localhost:4000\r\n\r\n",
    "POST / HTTP/1.1\r\n",
    "POST /x?y=z HTTP/1.0\n",
    "HEAD http://localhost/ HTTP/1.1\r\n",
    "OPTIONS * HTTP/1.1\r\n",
    "M-SEARCH * HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET / HTTP/1.1", /* before whatever ends a line here */
    "GET /AT+CGDCONT=3 HTTP/1.1\r\n",
    "GET /\xC3\xA4 HTTP/1.1\r\n",
    "\r\nGET / HTTP/1.1\r\n",
    "\r\n\r\n\rGET / HTTP/1.1\r\n",
    "+++GET / HTTP/1.1\r\nGET / HTTP/1.1\r\n", /* nothing was a command yet */
    "Host: localhost\r\n",
    "HOST:x",
    "garbage\r\nhost: x\r\n",
};

static const char *const hosts[] = {
    "",
    "AT\r",
    "at\r\nATE0\r",
    "+++AT\rGET / HTTP/1.1\r\n", /* online by now, perhaps */
    "A/GET / HTTP/1.1\rGET / HTTP/1.1\r",
    "AT#SSLD=1,443,\"localhost\",0,0\rGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "AT+X=GET / HTTP/1.1\r",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\n",
    "get / HTTP/1.1\r\n",
    "GET  HTTP/1.1\r\n",
    "GET / / HTTP/1.1\r\n",
    " GET / HTTP/1.1\r\n",
    "GET / HTTP/\r\n1.1\r\n",
    "GET / http/1.1\r\n",
    "GET / HTTP/x.y\r\n",
    "GET\t/ HTTP/1.1\r\n",
    "GET /\x07 HTTP/1.1\r\n",
    "GET\r/ HTTP/1.1\r",
    "the Host: x\r\n",
    "Ho st: x\r\n",
    "Host\r\n: x\r\n",
    "\x1B\x1A\x00\xFF",
    "~\x7E\x7D GET / HTTP/1.1 \r\n",
};

/* Whether it is refused, in pieces of `size`. */
static bool is_refused(const char *text, size_t size)
{
    struct span rest = span_of(text);
    struct http_guard guard;

    http_guard_init(&guard);
    while (rest.len > 0) {
        size_t part = rest.len < size ? rest.len : size;

        if (http_guard_refuses(&guard, span_at(rest.data, part)))
            return true;
        rest = span_skip(rest, part);
    }
    return false;
}

static const size_t sizes[] = { 1, 2, 3, 7, 1000 };

static void requests_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(requests); i++) {
        for (size_t j = 0; j < COUNT(sizes); j++) {
            if (!is_refused(requests[i], sizes[j]))
                fail_msg("\"%s\" in pieces of %zu", requests[i], sizes[j]);
        }
    }
}

static void hosts_are_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hosts); i++) {
        for (size_t j = 0; j < COUNT(sizes); j++) {
            if (is_refused(hosts[i], sizes[j]))
                fail_msg("\"%s\" in pieces of %zu", hosts[i], sizes[j]);
        }
    }
}

static void line_end_is_not_awaited(void **state)
{
    struct http_guard guard;

    (void)state;
    http_guard_init(&guard);
    assert_false(http_guard_refuses(&guard, span_of("POST / HTTP/1.")));
    assert_true(http_guard_refuses(&guard, span_of("1")));
}

static void nothing_is_refused_when_stopped(void **state)
{
    struct http_guard guard;

    (void)state;
    http_guard_init(&guard);
    http_guard_stop(&guard);
    assert_false(http_guard_refuses(&guard, span_of("POST / HTTP/1.1\r\nPOST / HTTP/1.1\r\n")));
    http_guard_init(&guard); /* the next host */
    assert_true(http_guard_refuses(&guard, span_of("POST / HTTP/1.1\r\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_refused),
        cmocka_unit_test(hosts_are_not),
        cmocka_unit_test(line_end_is_not_awaited),
        cmocka_unit_test(nothing_is_refused_when_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
