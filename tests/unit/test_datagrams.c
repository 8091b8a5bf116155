/* test_datagrams.c: datagrams that wait to be read, at once or in parts. */
#include "connection_bench.h"

#include "bridge/datagrams.h"

#include <string.h>

enum { CAP = DATAGRAM_MOST + 24 };

static struct datagrams datagrams;

static int tear_down(void **state)
{
    datagrams_clear(&datagrams);
    return bench_tear_down(state);
}

static struct scripted_peer *establish(struct bench *bench)
{
    bench->target.transport = NET_UDP;
    return bench_establish(bench);
}

static bool collect(struct bench *bench)
{
    return datagrams_collect(&datagrams, &bench->connection, CAP);
}

static void check_read(size_t cap, const char *text)
{
    uint8_t buf[DATAGRAM_MOST];

    check_bytes("read", span_at(buf, datagrams_read(&datagrams, buf, cap)), span_of(text));
}

static void each_is_read_by_itself(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = establish(bench);

    assert_true(peer_send(peer, span_of("first")));
    assert_true(peer_send(peer, span_of("second")));
    assert_true(collect(bench));
    assert_int_equal(datagrams_count(&datagrams), 2);
    assert_int_equal(datagrams_bytes(&datagrams), 11);
    assert_int_equal(datagrams_first(&datagrams), 5);
    check_read(100, "first");
    check_read(100, "second");
    check_read(100, "");
    assert_null(datagrams.ring.memory);
}

static void a_part_leaves_the_rest_first(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = establish(bench);

    assert_true(peer_send(peer, span_of("first")));
    assert_true(peer_send(peer, span_of("second")));
    assert_true(collect(bench));
    check_read(2, "fi");
    assert_int_equal(datagrams_count(&datagrams), 2);
    assert_int_equal(datagrams_bytes(&datagrams), 9);
    assert_int_equal(datagrams_first(&datagrams), 3);
    check_read(100, "rst");
    check_read(3, "sec");
    datagrams_skip(&datagrams);
    assert_int_equal(datagrams_count(&datagrams), 0);
    assert_int_equal(datagrams_bytes(&datagrams), 0);
    assert_null(datagrams.ring.memory);
}

/* What may not fit stays with the network. */
static void a_full_room_takes_no_more(void **state)
{
    struct bench *bench = *state;
    struct scripted_peer *peer = establish(bench);
    char twenty[] = "abcdefghijklmnopqrst";

    assert_true(peer_send(peer, span_of(twenty)));
    assert_true(peer_send(peer, span_of("later")));
    assert_false(collect(bench));
    assert_int_equal(datagrams_count(&datagrams), 1);
    check_read(100, twenty);
    assert_true(collect(bench));
    check_read(100, "later");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_is_read_by_itself, bench_set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_part_leaves_the_rest_first, bench_set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_room_takes_no_more, bench_set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
