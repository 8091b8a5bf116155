/* test_ping.c: look-ups and echo requests of commands, with their limits. */
#include "connection_bench.h"

#include "bridge/ping.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT_MS = 5000, TEXT_MAX = 400 };

/* What the two tell, a word each; in front of it the time. */
struct teller {
    struct bench *bench;
    struct lookup lookup;
    struct ping ping;
    char text[TEXT_MAX];
    bool starts_again; /* the next event of a look-up starts another */
    bool cancels;      /* and one of a ping ends it */
};

static struct teller teller;

static void tell(const char *word, int number)
{
    size_t len = strlen(teller.text);

    snprintf(teller.text + len, sizeof(teller.text) - len, "%d:%s%d ",
             (int)teller.bench->clock.now_ms, word, number);
}

static void check_told(const char *expected)
{
    assert_string_equal(teller.text, expected);
    teller.text[0] = '\0';
}

static void on_looked_up(void *ctx, enum err err, const struct net_address *list, size_t count);

static enum err look_up(const char *host)
{
    return lookup_start(&teller.lookup, &teller.bench->world, host, LIMIT_MS, on_looked_up,
                        &teller);
}

static void on_looked_up(void *ctx, enum err err, const struct net_address *list, size_t count)
{
    assert_ptr_equal(ctx, &teller);
    assert_false(lookup_is_busy(&teller.lookup));
    assert_true(err != ERR_OK || list[0].bytes[3] == 1);
    tell(err == ERR_OK ? "found" : err == ERR_TIMEOUT ? "late" : "none", (int)count);
    if (teller.starts_again) {
        teller.starts_again = false;
        assert_int_equal(look_up("hangs"), ERR_OK);
    }
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    assert_ptr_equal(ctx, &teller);
    assert_true(err != ERR_OK || ttl == 55);
    tell(err == ERR_OK ? "echo" : err == ERR_TIMEOUT ? "late" : "bad", (int)round_trip_ms);
    if (teller.cancels)
        ping_cancel(&teller.ping);
}

static void on_done(void *ctx, enum err err)
{
    assert_ptr_equal(ctx, &teller);
    assert_false(ping_is_busy(&teller.ping));
    tell(err == ERR_OK ? "done" : "none", teller.ping.answered);
}

static const struct ping_events ping_events = { .on_echo = on_echo, .on_done = on_done };

static const struct ping_job job = {
    .count = 3, .bytes = 32, .timeout_ms = 1000, .lookup_ms = LIMIT_MS, .pause_ms = 200
};

static enum err ping(const char *host, const struct ping_job *what)
{
    return ping_start(&teller.ping, &teller.bench->world, host, what, &ping_events, &teller);
}

static bool step(void)
{
    int64_t now_ms = teller.bench->clock.now_ms;

    if (scripted_net_step(&teller.bench->scripted_net))
        return true;
    if (now_ms < lookup_deadline(&teller.lookup) && now_ms < ping_deadline(&teller.ping))
        return false;
    lookup_tick(&teller.lookup);
    ping_tick(&teller.ping);
    return true;
}

static void run(int64_t ms)
{
    int64_t end_ms = teller.bench->clock.now_ms + ms;

    for (;;) {
        while (step())
            continue;
        if (teller.bench->clock.now_ms == end_ms)
            return;
        teller.bench->clock.now_ms++;
    }
}

static void address(struct scripted_net *net, const char *name, uint8_t last, uint32_t after_ms)
{
    struct scripted_echo echo = { .address = { .family = NET_IPV4, .bytes = { 10, 0, 0, last } },
                                  .after_ms = after_ms,
                                  .ttl = 55 };

    if (after_ms == 0)
        echo.err = ERR_TIMEOUT;
    scripted_net_name(net, name, NAME_ADDRESSES, &echo.address, 1);
    scripted_net_echo(net, &echo);
}

static int set_up(void **state)
{
    int failed = bench_set_up(state);
    struct scripted_net *net = &((struct bench *)*state)->scripted_net;

    teller = (struct teller){ .bench = *state };
    teller.bench->clock.now_ms = 0;
    address(net, "near", 1, 30);
    address(net, "deaf", 2, 0);
    scripted_net_name(net, "fails", NAME_FAILS, NULL, 0);
    scripted_net_name(net, "hangs", NAME_HANGS, NULL, 0);
    return failed;
}

static void a_name_is_found_or_not(void **state)
{
    (void)state;
    assert_int_equal(lookup_deadline(&teller.lookup), CLOCK_NEVER);
    assert_int_equal(look_up("near"), ERR_OK);
    assert_true(lookup_is_busy(&teller.lookup));
    run(0);
    check_told("0:found1 ");
    assert_int_equal(look_up("fails"), ERR_OK);
    run(0);
    check_told("0:none0 ");
    assert_int_equal(lookup_deadline(&teller.lookup), CLOCK_NEVER);
}

static void a_name_server_that_is_silent_is_given_up(void **state)
{
    (void)state;
    assert_int_equal(look_up("hangs"), ERR_OK);
    run(LIMIT_MS - 1);
    check_told("");
    run(1);
    check_told("5000:late0 ");
    run(LIMIT_MS);
    check_told("");
}

static void the_next_look_up_may_start_from_inside(void **state)
{
    (void)state;
    teller.starts_again = true;
    assert_int_equal(look_up("near"), ERR_OK);
    run(100);
    check_told("0:found1 ");
    assert_true(lookup_is_busy(&teller.lookup));
    lookup_cancel(&teller.lookup);
    lookup_cancel(&teller.lookup);
    run(LIMIT_MS);
    check_told("");
}

static void requests_go_one_after_the_other(void **state)
{
    (void)state;
    assert_int_equal(ping("near", &job), ERR_OK);
    assert_true(ping_is_looking_up(&teller.ping));
    run(10000);
    check_told("30:echo30 260:echo30 490:echo30 490:done3 ");
    assert_int_equal(ping_average_ms(&teller.ping), 30);
    assert_int_equal(teller.ping.shortest_ms, 30);
    assert_int_equal(teller.ping.longest_ms, 30);
    assert_int_equal(ping_deadline(&teller.ping), CLOCK_NEVER);
}

static void without_a_pause_the_next_goes_at_once(void **state)
{
    struct ping_job quick = job;

    (void)state;
    quick.pause_ms = 0;
    assert_int_equal(ping("deaf", &quick), ERR_OK);
    run(10000);
    check_told("1000:late0 2000:late0 3000:late0 3000:done0 ");
    assert_int_equal(teller.ping.sent, 3);
    assert_int_equal(ping_average_ms(&teller.ping), 0);
}

/* Many such requests are no recursion. */
static void requests_that_cannot_be_sent_count(void **state)
{
    struct ping_job many = job;

    (void)state;
    many.pause_ms = 0;
    many.bytes = NET_ECHO_MAX + 1;
    assert_int_equal(ping("near", &many), ERR_OK);
    run(0);
    check_told("0:bad0 0:bad0 0:bad0 0:done0 ");
    assert_int_equal(teller.ping.sent, 3);
}

static void a_host_that_is_none_gets_no_request(void **state)
{
    (void)state;
    assert_int_equal(ping("fails", &job), ERR_OK);
    run(0);
    check_told("0:none0 ");
    assert_int_equal(ping("hangs", &job), ERR_OK);
    run(LIMIT_MS);
    check_told("5000:none0 ");
    assert_int_equal(teller.ping.sent, 0);
}

static void a_ping_that_is_cancelled_says_nothing_more(void **state)
{
    (void)state;
    assert_int_equal(ping("near", &job), ERR_OK);
    run(10);
    assert_false(ping_is_looking_up(&teller.ping));
    ping_cancel(&teller.ping);
    run(10000);
    check_told("");
    teller.cancels = true;
    assert_int_equal(ping("near", &job), ERR_OK);
    run(10000);
    check_told("10040:echo30 ");
    assert_int_equal(teller.ping.answered, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_name_is_found_or_not),
        TEST(a_name_server_that_is_silent_is_given_up),
        TEST(the_next_look_up_may_start_from_inside),
        TEST(requests_go_one_after_the_other),
        TEST(without_a_pause_the_next_goes_at_once),
        TEST(requests_that_cannot_be_sent_count),
        TEST(a_host_that_is_none_gets_no_request),
        TEST(a_ping_that_is_cancelled_says_nothing_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
