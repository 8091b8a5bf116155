/* test_packets.c: packets of a size and of a time. */
#include "connection_bench.h"

#include "bridge/packets.h"

#include <string.h>

enum { CAP = 10 };

static const struct packet_rule fives = { .size = 5, .wait_ms = 300 };

static struct packets packets;

static int set_up(void **state)
{
    packets_init(&packets, CAP);
    return bench_set_up(state);
}

static int tear_down(void **state)
{
    packets_clear(&packets);
    return bench_tear_down(state);
}

static size_t put(struct bench *bench, const struct packet_rule *rule, const char *text)
{
    return packets_put(&packets, &bench->connection, rule, span_of(text));
}

static void check_peer(struct bench *bench, struct scripted_peer *peer, const char *text)
{
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_of(text));
    byte_queue_clear(&peer->got);
}

static bool tick_at(struct bench *bench, int64_t after_ms)
{
    bench_advance(bench, after_ms);
    return packets_tick(&packets, &bench->connection);
}

static void a_part_waits_for_the_rest_or_its_time(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    int64_t now_ms = bench->clock.now_ms;

    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
    assert_int_equal(put(bench, &fives, "abc"), 3);
    assert_int_equal(packets_deadline(&packets), now_ms + 300);
    check_peer(bench, peer, "");
    assert_false(tick_at(bench, 100));
    assert_int_equal(put(bench, &fives, "d"), 1);
    assert_int_equal(packets_deadline(&packets), now_ms + 300); /* of the first of its bytes */
    assert_true(tick_at(bench, 200));
    check_peer(bench, peer, "abcd");
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
    assert_null(packets.outbox.memory);
}

static void full_packets_go_at_once(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    assert_int_equal(put(bench, &fives, "abcdefghijklm"), 13);
    check_peer(bench, peer, "abcdefghij");
    assert_int_equal(put(bench, &fives, "no"), 2);
    check_peer(bench, peer, "klmno");
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
}

static void each_byte_begins_the_time_anew(void **state)
{
    const struct packet_rule anew = { .size = 5, .wait_ms = 300, .anew = true };
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    int64_t now_ms = bench->clock.now_ms;

    assert_int_equal(put(bench, &anew, "a"), 1);
    bench_advance(bench, 200);
    assert_int_equal(put(bench, &anew, "b"), 1);
    assert_int_equal(packets_deadline(&packets), now_ms + 500);
    assert_int_equal(put(bench, &anew, "cde"), 3);
    check_peer(bench, peer, "abcde");
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
}

/* Datagrams show where packets end. */
static void packets_are_as_long_as_the_rule_says(void **state)
{
    struct packet_rule longer = { .size = 5, .longer = true };
    struct bench *bench = *state;
    struct scripted_peer *peer;

    bench->target.transport = NET_UDP;
    peer = bench_establish(bench);
    assert_int_equal(put(bench, &fives, "abcdefgh"), 8);
    assert_true(packets_flush(&packets, &bench->connection));
    assert_int_equal(put(bench, &longer, "ABCDEFGH"), 8);
    assert_int_equal(put(bench, &longer, "I"), 1);
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got),
                span_at("\x17\0\0\5abcde\x17\0\0\3fgh\x17\0\0\10ABCDEFGH\x17\0\0\1I", 33));
}

static void without_a_time_a_part_waits_until_it_is_flushed(void **state)
{
    struct packet_rule patient = { .size = 5, .wait_ms = CLOCK_NEVER };
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    assert_int_equal(put(bench, &patient, "abc"), 3);
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
    assert_false(tick_at(bench, 1000000));
    check_peer(bench, peer, "");
    assert_true(packets_flush(&packets, &bench->connection));
    check_peer(bench, peer, "abc");
}

static void a_shorter_size_counts_from_the_next_byte(void **state)
{
    struct packet_rule twos = { .size = 2, .wait_ms = 300 };
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    assert_int_equal(put(bench, &fives, "abcd"), 4);
    assert_int_equal(put(bench, &twos, "e"), 1);
    check_peer(bench, peer, "abcd");
    assert_int_equal(put(bench, &twos, "f"), 1);
    check_peer(bench, peer, "ef");
}

static void a_slow_peer_holds_the_host(void **state)
{
    static char bulk[400000];
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    size_t taken;

    memset(bulk, 'x', sizeof(bulk));
    peer_stall(peer);
    taken = packets_put(&packets, &bench->connection, &fives, span_at(bulk, sizeof(bulk)));
    assert_true(taken > 0 && taken < sizeof(bulk));
    packets_clear(&packets); /* a part, if there is one */
    byte_queue_clear(&peer->got);
    assert_int_equal(put(bench, &fives, "abcdefgh"), 0);
    assert_int_equal(put(bench, &fives, "abc"), 3); /* one packet may wait here, and no more */
    assert_int_equal(put(bench, &fives, "defgh"), 2);
    assert_int_equal(put(bench, &fives, "f"), 0);
    peer_resume(peer);
    bench_settle(bench);
    assert_true(packets_flush(&packets, &bench->connection));
    assert_int_equal(put(bench, &fives, "fghij"), 5);
    bench_settle(bench);
    assert_true(span_contains(byte_queue_peek(&peer->got), "xabcdefghij"));
}

static void a_peer_that_is_gone_takes_nothing(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);

    peer_hang_up(peer);
    bench_settle(bench);
    assert_int_equal(put(bench, &fives, "abc"), 0);
    assert_true(packets_flush(&packets, &bench->connection));
}

/* What its owner has put there by itself: the first call counts, and any flush ends it. */
static void what_is_held_has_its_time(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    int64_t now_ms = bench->clock.now_ms;

    packets_hold(&packets, &bench->connection, 300); /* nothing waits */
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
    assert_int_equal(outbox_put(&packets.outbox, span_of("ab")), 2);
    packets_hold(&packets, &bench->connection, CLOCK_NEVER);
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
    packets_hold(&packets, &bench->connection, 300);
    packets_hold(&packets, &bench->connection, 900);
    assert_int_equal(packets_deadline(&packets), now_ms + 300);
    assert_true(tick_at(bench, 300));
    check_peer(bench, peer, "ab");
    assert_int_equal(outbox_put(&packets.outbox, span_of("c")), 1);
    packets_hold(&packets, &bench->connection, 300);
    assert_true(packets_flush(&packets, &bench->connection));
    assert_int_equal(packets_deadline(&packets), CLOCK_NEVER);
    check_peer(bench, peer, "c");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_part_waits_for_the_rest_or_its_time),
        TEST(what_is_held_has_its_time),
        TEST(each_byte_begins_the_time_anew),
        TEST(full_packets_go_at_once),
        TEST(packets_are_as_long_as_the_rule_says),
        TEST(without_a_time_a_part_waits_until_it_is_flushed),
        TEST(a_shorter_size_counts_from_the_next_byte),
        TEST(a_slow_peer_holds_the_host),
        TEST(a_peer_that_is_gone_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
