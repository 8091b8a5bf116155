/* test_outbox.c: what the peer of a connection has not taken yet. */
#include "connection_bench.h"

#include "services/outbox.h"

#include <string.h>

enum { CAP = 300000 };

static uint8_t bulk[CAP];

static void fill_bulk(void)
{
    for (size_t i = 0; i < CAP; i++)
        bulk[i] = (uint8_t)(i % 251);
}

static void memory_is_there_while_something_waits(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    struct outbox outbox;

    outbox_init(&outbox, 8);
    assert_true(outbox_flush(&outbox, &bench->connection));
    assert_null(outbox.memory);
    assert_int_equal(outbox_put(&outbox, span_of("hello")), 5);
    assert_int_equal(outbox_room(&outbox), 3);
    assert_int_equal(outbox_put(&outbox, span_of("world")), 3);
    assert_int_equal(outbox_put(&outbox, span_of("x")), 0);
    assert_int_equal(outbox_len(&outbox), 8);
    assert_true(outbox_flush(&outbox, &bench->connection));
    assert_null(outbox.memory);
    assert_int_equal(outbox_room(&outbox), 8);
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_of("hellowor"));
}

static void what_a_slow_peer_leaves_goes_later_in_order(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    struct outbox outbox;
    size_t left;

    fill_bulk();
    outbox_init(&outbox, CAP);
    peer_stall(peer);
    assert_int_equal(outbox_put(&outbox, span_at(bulk, CAP - 10)), CAP - 10);
    assert_false(outbox_flush(&outbox, &bench->connection));
    left = outbox_len(&outbox);
    assert_true(left > 0 && left < CAP - 10);
    /* Room in front of what waits is room. */
    assert_int_equal(outbox_put(&outbox, span_at(bulk + CAP - 10, 10)), 10);
    assert_int_equal(outbox_len(&outbox), left + 10);
    assert_false(outbox_flush(&outbox, &bench->connection));
    peer_resume(peer);
    do {
        bench_settle(bench);
    } while (!outbox_flush(&outbox, &bench->connection));
    assert_null(outbox.memory);
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_at(bulk, CAP));
}

static void lent_memory_stays_and_is_wiped(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    char memory[16];
    static const char nothing[sizeof(memory)];
    struct outbox outbox;

    outbox_init_in(&outbox, memory, sizeof(memory));
    memcpy(outbox_tail(&outbox), "secret", 6);
    outbox_commit(&outbox, 6);
    assert_true(outbox_flush(&outbox, &bench->connection));
    assert_ptr_equal(outbox_tail(&outbox), memory);
    assert_memory_equal(memory, nothing, sizeof(memory));
    assert_int_equal(outbox_put(&outbox, span_of("more")), 4);
    outbox_clear(&outbox);
    assert_memory_equal(memory, nothing, sizeof(memory));
    assert_true(outbox_flush(&outbox, &bench->connection));
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_of("secret"));
}

static void what_waits_for_a_peer_that_is_gone_stays_until_it_is_cleared(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = bench_establish(bench);
    struct outbox outbox;

    outbox_init(&outbox, 8);
    peer_reset(peer);
    bench_settle(bench);
    assert_int_equal(outbox_put(&outbox, span_of("late")), 4);
    assert_false(outbox_flush(&outbox, &bench->connection));
    assert_int_equal(outbox_len(&outbox), 4);
    outbox_clear(&outbox);
    assert_null(outbox.memory);
    assert_int_equal(outbox_len(&outbox), 0);
}

static void a_datagram_is_sent_in_one_piece(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer;
    struct outbox outbox;

    bench->target.transport = NET_UDP;
    peer = bench_establish(bench);
    outbox_init(&outbox, 100);
    outbox_put(&outbox, span_of("one "));
    outbox_put(&outbox, span_of("datagram"));
    assert_true(outbox_flush(&outbox, &bench->connection));
    bench_settle(bench);
    check_bytes("peer", byte_queue_peek(&peer->got), span_at("\x17\0\0\014one datagram", 16));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(memory_is_there_while_something_waits),
        TEST(what_a_slow_peer_leaves_goes_later_in_order),
        TEST(lent_memory_stays_and_is_wiped),
        TEST(what_waits_for_a_peer_that_is_gone_stays_until_it_is_cleared),
        TEST(a_datagram_is_sent_in_one_piece),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
