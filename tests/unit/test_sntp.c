/* test_sntp.c: the time from a scripted server, and what else a server may say. */
#include "check.h"
#include "scripted_net.h"

#include "base/time.h"
#include "services/sntp.h"
#include "services/sntp_packet.h"
#include "toy_record.h"

#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 2000, TRIES = 3, FIELD = 8, ORIGINATE = 24, RECEIVE = 32, TRANSMIT = 40 };

struct fixture {
    struct virtual_clock clock;
    struct scripted_net scripted_net;
    struct net *net;
    struct connection_world world;
    struct sntp sntp;
    struct sntp_target target;
    bool calling;
    int times, failures;
    int64_t utc_ms;
    enum err err;
    uint8_t request[SNTP_PACKET_BYTES], answer[SNTP_PACKET_BYTES + 20];
};

static int64_t now_ms(void *ctx)
{
    return ((struct fixture *)ctx)->clock.now_ms;
}

static int64_t utc_s(void *ctx)
{
    (void)ctx;
    return 0; /* a module that was never told the time */
}

static void nothing(void *ctx)
{
    (void)ctx;
}

static void on_time(void *ctx, int64_t utc_ms)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    assert_false(sntp_is_busy(&f->sntp));
    f->times++;
    f->utc_ms = utc_ms;
}

static void on_failed(void *ctx, enum err err)
{
    struct fixture *f = ctx;

    assert_false(f->calling);
    assert_false(sntp_is_busy(&f->sntp));
    f->failures++;
    f->err = err;
}

static const struct sntp_events events = { on_time, on_failed };

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    virtual_clock_init(&f->clock);
    scripted_net_init(&f->scripted_net);
    f->net = scripted_net_iface(&f->scripted_net);
    f->world = (struct connection_world){ .net = f->net,
                                          .now_ms = now_ms,
                                          .utc_s = utc_s,
                                          .enter = nothing,
                                          .leave = nothing,
                                          .ctx = f };
    f->target = (struct sntp_target){ "localhost", SNTP_PORT, TIMEOUT_MS, TRIES };
    sntp_init(&f->sntp, 1, &f->world, &events, f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sntp_cancel(&f->sntp);
    assert_int_equal(f->scripted_net.spins, 0);
    assert_null(f->scripted_net.streams);
    assert_null(f->scripted_net.queries);
    assert_int_equal(sntp_deadline(&f->sntp), CLOCK_NEVER);
    scripted_net_deinit(&f->scripted_net);
    free(f);
    return 0;
}

static void settle(struct fixture *f)
{
    do {
        if (sntp_deadline(&f->sntp) <= f->clock.now_ms)
            sntp_tick(&f->sntp);
    } while (scripted_net_step(&f->scripted_net));
}

static void advance(struct fixture *f, int64_t ms)
{
    int64_t end_ms = f->clock.now_ms + ms;

    settle(f);
    while (f->clock.now_ms < end_ms) {
        f->clock.now_ms = time_earlier(end_ms, sntp_deadline(&f->sntp));
        settle(f);
    }
}

static struct scripted_peer *server_of(struct fixture *f)
{
    return scripted_net_udp_peer(&f->scripted_net, SNTP_PORT);
}

/* The next request that the server has got. */
static void take_request(struct fixture *f)
{
    struct toy_record datagram;

    assert_true(toy_record_peek(&server_of(f)->got, &datagram));
    assert_int_equal(datagram.body.len, SNTP_PACKET_BYTES);
    memcpy(f->request, datagram.body.data, SNTP_PACKET_BYTES);
    toy_record_drop(&server_of(f)->got);
}

static void ask(struct fixture *f)
{
    f->calling = true;
    assert_int_equal(sntp_start(&f->sntp, &f->target), ERR_OK);
    f->calling = false;
    settle(f);
    take_request(f);
}

static void put_stamp(uint8_t *at, uint64_t stamp)
{
    for (int i = 0; i < FIELD; i++)
        at[i] = (uint8_t)(stamp >> (56 - 8 * i));
}

/* A good answer to the request, sent at `stamp`. */
static void make_answer(struct fixture *f, uint64_t stamp)
{
    memset(f->answer, 0, sizeof(f->answer));
    f->answer[0] = 4 << 3 | 4;
    f->answer[1] = 2;
    memcpy(f->answer + 12, "GPS", 3);
    memcpy(f->answer + ORIGINATE, f->request + TRANSMIT, FIELD);
    put_stamp(f->answer + RECEIVE, stamp);
    put_stamp(f->answer + TRANSMIT, stamp);
}

static void give(struct fixture *f, size_t len)
{
    assert_true(peer_send(server_of(f), span_at(f->answer, len)));
    settle(f);
}

static const uint64_t half = UINT64_C(0x80000000);

static void request_is_a_clients(void **state)
{
    struct fixture *f = *state;
    static const uint8_t zeros[TRANSMIT - 1];

    ask(f);
    assert_int_equal(f->request[0], 4 << 3 | 3); /* no leap, version 4, client */
    check_bytes("nothing else", span_at(f->request + 1, sizeof(zeros)),
                span_at(zeros, sizeof(zeros)));
    assert_true(memcmp(f->request + TRANSMIT, zeros, FIELD) != 0);
    assert_int_equal(sntp_start(&f->sntp, &f->target), ERR_STATE);
}

static void time_is_told_with_half_the_way(void **state)
{
    struct fixture *f = *state;

    ask(f);
    advance(f, 300);
    make_answer(f, sntp_stamp(1735732800, 0) + half);
    put_stamp(f->answer + RECEIVE, sntp_stamp(1735732800, 0) + half - (UINT64_C(1) << 32) / 10);
    give(f, SNTP_PACKET_BYTES);
    assert_int_equal(f->times, 1);
    assert_int_equal(f->utc_ms, INT64_C(1735732800500) + (300 - 100) / 2);
}

static void timestamps_are_read_in_both_eras(void **state)
{
    static const struct {
        uint32_t seconds;
        int64_t utc_s;
    } rows[] = {
        { 0x83AA7E80, 0 },                   /* 1970-01-01, RFC 4330 section 3 */
        { 0x80000000, -61505152 },           /* 1968-01-20 */
        { 0xFFFFFFFF, INT64_C(2085978495) }, /* 2036-02-07 06:28:15 */
        { 0x00000000, INT64_C(2085978496) }, /* and on */
        { 0x7FFFFFFF, INT64_C(4233462143) }, /* 2104-02-26 */
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        ask(f);
        make_answer(f, (uint64_t)rows[i].seconds << 32 | half);
        give(f, SNTP_PACKET_BYTES);
        assert_int_equal(f->times, (int)i + 1);
        assert_int_equal(f->utc_ms, rows[i].utc_s * 1000 + 500);
        assert_int_equal(sntp_stamp(rows[i].utc_s, 7), (uint64_t)rows[i].seconds << 32 | 7);
    }
}

/* Changes of a good answer that make it no answer to our request. */
static void strangers_are_ignored(void **state)
{
    static const struct {
        const char *name;
        size_t at, len;
        uint8_t flips;
    } rows[] = {
        { "short", 0, SNTP_PACKET_BYTES - 1, 0 },
        { "one byte", 0, 1, 0 },
        { "client mode", 0, SNTP_PACKET_BYTES, 4 ^ 3 },
        { "broadcast", 0, SNTP_PACKET_BYTES, 4 ^ 5 },
        { "no version", 0, SNTP_PACKET_BYTES, 4 << 3 },
        { "another's, at the end", ORIGINATE + FIELD - 1, SNTP_PACKET_BYTES, 0x01 },
        { "another's, at the beginning", ORIGINATE, SNTP_PACKET_BYTES, 0x80 },
    };
    struct fixture *f = *state;

    ask(f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        make_answer(f, sntp_stamp(1735732800, 0));
        f->answer[rows[i].at] = (uint8_t)(f->answer[rows[i].at] ^ rows[i].flips);
        give(f, rows[i].len);
        check_int(rows[i].name, f->times + f->failures, 0);
    }
    make_answer(f, sntp_stamp(1735732800, 0));
    give(f, sizeof(f->answer)); /* with an extension behind */
    assert_int_equal(f->times, 1);
}

static void servers_may_refuse(void **state)
{
    static const struct {
        const char *name;
        uint8_t first, stratum;
        char reference[5];
        bool has_time;
        enum err err;
    } rows[] = {
        { "not synchronized", 3 << 6 | 4 << 3 | 4, 2, "GPS", true, ERR_INVALID },
        { "stratum 16", 4 << 3 | 4, 16, "GPS", true, ERR_INVALID },
        { "no time", 4 << 3 | 4, 2, "GPS", false, ERR_INVALID },
        { "starting", 3 << 6 | 4 << 3 | 4, 0, "INIT", true, ERR_INVALID },
        { "stratum 0", 4 << 3 | 4, 0, "", true, ERR_INVALID },
        { "deny", 3 << 6 | 4 << 3 | 4, 0, "DENY", false, ERR_DENIED },
        { "restrict", 3 << 6 | 4 << 3 | 4, 0, "RSTR", false, ERR_DENIED },
        { "rate", 3 << 6 | 4 << 3 | 4, 0, "RATE", true, ERR_BUSY },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        ask(f);
        make_answer(f, rows[i].has_time ? sntp_stamp(1735732800, 0) : 0);
        f->answer[0] = rows[i].first;
        f->answer[1] = rows[i].stratum;
        memcpy(f->answer + 12, rows[i].reference, 4);
        give(f, SNTP_PACKET_BYTES);
        check_int(rows[i].name, f->failures, (int)i + 1);
        check_int(rows[i].name, f->err, rows[i].err);
    }
    assert_int_equal(f->times, 0);
}

static void silence_is_asked_again(void **state)
{
    struct fixture *f = *state;
    uint8_t first[SNTP_PACKET_BYTES];

    ask(f);
    memcpy(first, f->request, sizeof(first));
    advance(f, TIMEOUT_MS);
    make_answer(f, sntp_stamp(1735732800, 0)); /* to the first, too late */
    take_request(f);
    assert_true(memcmp(first, f->request, sizeof(first)) != 0);
    give(f, SNTP_PACKET_BYTES);
    assert_int_equal(f->times, 0);
    advance(f, TIMEOUT_MS);
    take_request(f);
    advance(f, TIMEOUT_MS - 1);
    assert_int_equal(f->failures, 0);
    advance(f, 1);
    assert_int_equal(f->failures, 1);
    assert_int_equal(f->err, ERR_TIMEOUT);
    assert_int_equal(byte_queue_len(&server_of(f)->got), 0); /* as many as were asked for */
}

static void names_may_fail(void **state)
{
    struct fixture *f = *state;

    f->target.host = "nowhere.test";
    assert_int_equal(sntp_start(&f->sntp, &f->target), ERR_OK);
    settle(f);
    assert_int_equal(f->err, ERR_RESOLVE);
    scripted_net_name(&f->scripted_net, "slow.test", NAME_HANGS, NULL, 0);
    f->target.host = "slow.test";
    assert_int_equal(sntp_start(&f->sntp, &f->target), ERR_OK);
    advance(f, TIMEOUT_MS);
    assert_int_equal(f->err, ERR_TIMEOUT);
    assert_int_equal(f->failures, 2);
}

static void cancelled_is_silent(void **state)
{
    struct fixture *f = *state;

    ask(f);
    sntp_cancel(&f->sntp);
    assert_false(sntp_is_busy(&f->sntp));
    advance(f, 10 * TIMEOUT_MS);
    assert_int_equal(f->times + f->failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(request_is_a_clients),
        TEST(time_is_told_with_half_the_way),
        TEST(timestamps_are_read_in_both_eras),
        TEST(strangers_are_ignored),
        TEST(servers_may_refuse),
        TEST(silence_is_asked_again),
        TEST(names_may_fail),
        TEST(cancelled_is_silent),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
