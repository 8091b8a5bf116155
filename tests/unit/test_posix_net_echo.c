/* test_posix_net_echo.c: echo requests to loopback, where the kernel lets a program send them. */
#include "test_posix_fake.h"

#include "posix/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct posix_loop loop;
    struct net *net;
    struct net_query *query;
    bool calling; /* inside echo(): no callback may come */
    int answers;
    enum err err;
    uint32_t round_trip_ms;
    int ttl;
};

static const struct net_address loopback = { .bytes = { 127, 0, 0, 1 } };
static const struct net_address loopback6 = { .family = NET_IPV6, .bytes = { [15] = 1 } };

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(posix_net_open(&f->loop, &f->net), ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    posix_net_close(f->net);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    free(f);
    return 0;
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    f->answers++;
    f->err = err;
    f->round_trip_ms = round_trip_ms;
    f->ttl = ttl;
}

static enum err ask(struct fixture *f, const struct net_echo *echo)
{
    enum err err;

    f->calling = true;
    err = net_start_echo(f->net, echo, on_echo, f, &f->query);
    f->calling = false;
    return err;
}

/* Starts an echo request, or ends the test here where the machine allows none. */
static void must_ask(struct fixture *f, const struct net_echo *echo)
{
    enum err err = ask(f, echo);

    if (err == ERR_DENIED) {
        print_message("net.ipv4.ping_group_range allows no echo request here\n");
        skip();
    }
    assert_int_equal(err, ERR_OK);
}

static bool is_answered(void *ctx)
{
    return ((struct fixture *)ctx)->answers > 0;
}

static bool is_answered_again(void *ctx)
{
    return ((struct fixture *)ctx)->answers > 1;
}

static void loopback_answers(void **state)
{
    struct fixture *f = *state;
    const struct net_address *const addresses[] = { &loopback, &loopback6 };
    static const size_t sizes[] = { 0, 1, 32, NET_ECHO_MAX };

    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct net_echo echo = {
            .to = *addresses[i % 2], .bytes = sizes[i / 2], .ttl = 77, .timeout_ms = LIMIT_MS
        };

        f->answers = 0;
        must_ask(f, &echo);
        assert_true(run_until(&f->loop, is_answered, f, LIMIT_MS));
        assert_int_equal(f->err, ERR_OK);
        assert_true(f->round_trip_ms < LIMIT_MS);
        assert_in_range(f->ttl, 1, 255);
    }
}

/* The answer is there already, but the limit is looked at first. */
static void limit_ends_the_wait(void **state)
{
    struct fixture *f = *state;
    struct net_echo echo = { .to = loopback, .bytes = 8, .timeout_ms = 0 };

    must_ask(f, &echo);
    assert_true(run_until(&f->loop, is_answered, f, LIMIT_MS));
    assert_int_equal(f->err, ERR_TIMEOUT);
    assert_int_equal(f->round_trip_ms, 0);
    assert_false(run_until(&f->loop, is_answered_again, f, 20));
}

/* A broadcast is no host; the kernel's EACCES for it is not about permission to ask. */
static void broadcast_is_unreachable(void **state)
{
    struct fixture *f = *state;
    struct net_echo usual = { .to = loopback, .bytes = 8, .timeout_ms = LIMIT_MS };
    struct net_echo echo = { .to = { .bytes = { 127, 255, 255, 255 } }, .timeout_ms = LIMIT_MS };

    must_ask(f, &usual);
    net_cancel(f->query);
    assert_int_equal(ask(f, &echo), ERR_UNREACHABLE);
}

/* Also one that is no address of this machine, which then cannot be used. */
static void request_comes_from_its_source(void **state)
{
    struct fixture *f = *state;
    struct net_echo echo = { .to = loopback,
                             .bytes = 8,
                             .timeout_ms = LIMIT_MS,
                             .has_source = true,
                             .source = { .bytes = { 127, 0, 0, 9 } } };

    must_ask(f, &echo);
    assert_true(run_until(&f->loop, is_answered, f, LIMIT_MS));
    assert_int_equal(f->err, ERR_OK);
    echo.source = (struct net_address){ .bytes = { 192, 0, 2, 1 } };
    assert_int_equal(ask(f, &echo), ERR_UNREACHABLE);
    echo.to = loopback6;
    echo.source = loopback6;
    must_ask(f, &echo);
    assert_true(run_until(&f->loop, is_answered_again, f, LIMIT_MS));
    assert_int_equal(f->err, ERR_OK);
}

static void cancelled_request_is_silent(void **state)
{
    struct fixture *f = *state;
    struct net_echo echo = { .to = loopback, .bytes = 8, .timeout_ms = 10 };

    must_ask(f, &echo);
    net_cancel(f->query);
    assert_false(run_until(&f->loop, is_answered, f, 30));
}

static void impossible_requests_are_refused(void **state)
{
    struct fixture *f = *state;
    struct net_echo large = { .to = loopback, .bytes = NET_ECHO_MAX + 1, .timeout_ms = 10 };
    struct net_echo far = { .to = loopback, .ttl = 256, .timeout_ms = 10 };

    assert_int_equal(ask(f, &large), ERR_INVALID);
    assert_int_equal(ask(f, &far), ERR_INVALID);
    assert_null(f->query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(loopback_answers),
        TEST(limit_ends_the_wait),
        TEST(broadcast_is_unreachable),
        TEST(request_comes_from_its_source),
        TEST(cancelled_request_is_silent),
        TEST(impossible_requests_are_refused),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
