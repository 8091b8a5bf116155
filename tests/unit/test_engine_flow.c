/* test_engine_flow.c: a host that does not read, a peer that does not read: nothing is lost,
 * nothing is said twice, and everything goes on by itself when they read again.
 */
#include "check.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

static void start(struct world *world)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, "he910", false, 1), ERR_OK);
}

static void finish(struct world *world)
{
    assert_int_equal(world->scripted_net.spins, 0);
    world_deinit(world);
}

/* Bytes that show where one is lost or doubled. */
static struct span pattern(size_t len)
{
    static uint8_t bytes[300000];

    assert_true(len <= sizeof(bytes));
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)((i % 7 == 0 ? 'A' : 'a') + i / 7 % 26);
    return span_at(bytes, len);
}

/* ---- a host that does not read ---- */

static void type_many(struct world *world, const char *line, int count)
{
    for (int i = 0; i < count; i++)
        world_type_text(world, line);
}

static void check_repeated(struct world *world, const char *answer, int count)
{
    struct span heard = world_heard(world, 0);
    size_t len = strlen(answer);

    check_int(answer, (intmax_t)heard.len, (intmax_t)len * count);
    for (int i = 0; i < count; i++)
        check_bytes(answer, span_at(heard.data + (size_t)i * len, len), span_of(answer));
}

/* The module stops reading when it has no room for another answer; nothing is cut. */
static void test_answers_wait_for_the_host(void **state)
{
    enum { LINES = 1000 };
    struct world world;

    (void)state;
    start(&world);
    world_set_appetite(&world, 0, 0);
    type_many(&world, "AT+CGMM\r", LINES);
    assert_true(byte_queue_len(&world.ports[0].typed) > 0);
    check_bytes("nothing yet", world_heard(&world, 0), span_of(""));
    world_set_appetite(&world, 0, SIZE_MAX);
    check_repeated(&world, "AT+CGMM\r\r\nHE910\r\n\r\nOK\r\n", LINES);
    assert_int_equal(byte_queue_len(&world.ports[0].typed), 0);
    finish(&world);
}

/* The same when it reads a byte now and then. */
static void test_a_slow_host(void **state)
{
    enum { LINES = 300 };
    struct world world;

    (void)state;
    start(&world);
    world_set_appetite(&world, 0, 0);
    type_many(&world, "AT+CGMM;+CGMM\r\n", LINES);
    for (int i = 0; i < 100000 && byte_queue_len(&world.ports[0].typed) > 0; i++)
        world_set_appetite(&world, 0, 1 + (size_t)i % 3);
    world_set_appetite(&world, 0, SIZE_MAX);
    check_repeated(&world, "AT+CGMM;+CGMM\r\r\nHE910\r\n\r\nHE910\r\n\r\nOK\r\n", LINES);
    finish(&world);
}

/* A line that has more to say than fits at once goes on where it stopped. */
static void test_a_line_waits_for_room(void **state)
{
    char line[400] = "AT", expected[20000] = "";
    struct world world;

    (void)state;
    start(&world);
    talk_ok(&world, "ATE0");
    for (int i = 0; i < 55; i++) {
        strcat(line, "#SCFG?;");
        for (int connection = 1; connection <= 6; connection++)
            snprintf(expected + strlen(expected), 60, "%s#SCFG: %d,%d,300,90,600,50\r\n",
                     connection == 1 ? "\r\n" : "", connection, connection <= 3 ? 1 : 2);
    }
    strcat(expected, "\r\nOK\r\n");
    world_set_appetite(&world, 0, 0);
    talk(&world, line);
    world_set_appetite(&world, 0, SIZE_MAX);
    check_bytes("all", world_heard(&world, 0), span_of(expected));
    finish(&world);
}

/* What a prompt echoes leaves room for the final result, however the host edits: a character and
 * its erasure are an echo of four bytes for nothing. */
static void check_prompt_echo(const char *line, const char *typed, int blanks, const char *result)
{
    char padded[60];
    struct world world;

    start(&world);
    talk_connect(&world, false);
    if (strstr(line, "SECDATA") != NULL)
        talk_ok(&world, "AT#SSLH=1");
    talk_ok(&world, "ATE1");
    world_set_appetite(&world, 0, 0);
    snprintf(padded, sizeof(padded), "%s%*s", line, blanks, "");
    talk(&world, padded);
    world_type_text(&world, typed);
    for (int i = 0; i < 1522; i++) /* the queue has 6144 bytes */
        world_type_text(&world, "\by");
    world_type_text(&world, "\x1A");
    world_set_appetite(&world, 0, SIZE_MAX);
    if (!talk_ends_with(world_heard(&world, 0), result))
        fail_msg("%s: it ends with \"%s\"", padded,
                 show(span_skip(world_heard(&world, 0), world_heard(&world, 0).len - 30)));
    finish(&world);
}

static void test_prompt_echo_leaves_room(void **state)
{
    (void)state;
    for (int blanks = 0; blanks < 40; blanks++) {
        check_prompt_echo("AT#SSLSEND=1", "x", blanks, "OK");
        check_prompt_echo("AT#SSLSECDATA=1,1,0,3", "123456", blanks, "+CME ERROR: 837");
    }
}

/* Online: the peer's bytes wait in the peer, not in an ever growing queue. */
static void test_online_to_a_host_that_does_not_read(void **state)
{
    enum { BYTES = 300000 };
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world);
    peer = talk_connect(&world, true);
    world_set_appetite(&world, 0, 0);
    peer_send(peer, pattern(BYTES));
    world_settle(&world);
    assert_true(byte_queue_len(&peer->stream->inbound) > BYTES / 2);
    for (int i = 0; i < 2000; i++)
        world_set_appetite(&world, 0, 100);
    world_set_appetite(&world, 0, SIZE_MAX);
    check_bytes("all", world_heard(&world, 0), pattern(BYTES));
    finish(&world);
}

/* The end of the connection comes after the last byte, also to a host that was slow. */
static void test_end_comes_after_the_last_byte(void **state)
{
    enum { BYTES = 20000 };
    struct scripted_peer *peer;
    struct world world;
    struct span heard;

    (void)state;
    start(&world);
    peer = talk_connect(&world, true);
    world_set_appetite(&world, 0, 0);
    peer_send(peer, pattern(BYTES));
    peer_close(peer);
    world_settle(&world);
    world_set_appetite(&world, 0, SIZE_MAX);
    heard = world_heard(&world, 0);
    assert_true(heard.len > BYTES);
    check_bytes("data", span_at(heard.data, BYTES), pattern(BYTES));
    check_bytes("end", span_skip(heard, BYTES), span_of("\r\nNO CARRIER\r\n"));
    finish(&world);
}

/* ---- a peer that does not read ---- */

static void test_online_to_a_peer_that_does_not_read(void **state)
{
    enum { BYTES = 200000 };
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world);
    peer = talk_connect(&world, true);
    peer_stall(peer);
    world_type(&world, 0, pattern(BYTES));
    world_advance(&world, 30000);
    assert_true(byte_queue_len(&world.ports[0].typed) > BYTES / 2);
    peer_resume(peer);
    world_settle(&world);
    assert_int_equal(byte_queue_len(&world.ports[0].typed), 0);
    world_advance(&world, 10000); /* txTo sends the last piece */
    check_bytes("all", byte_queue_peek(&peer->got), pattern(BYTES));
    finish(&world);
}

/* Stalls of every length: what is in flight at the last byte differs from row to row. */
static void test_the_tail_arrives(void **state)
{
    for (size_t bytes = 3600; bytes < 6800; bytes += 20) {
        struct scripted_peer *peer;
        struct world world;

        (void)state;
        start(&world);
        peer = talk_connect(&world, true);
        peer_stall(peer);
        world_type(&world, 0, pattern(bytes));
        world_advance(&world, 10000);
        peer_resume(peer);
        world_advance(&world, 10000);
        check_bytes("all", byte_queue_peek(&peer->got), pattern(bytes));
        finish(&world);
    }
}

/* Command mode: the command waits for the peer, within its timeout. */
static void test_send_waits_for_the_peer(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world);
    peer = talk_connect(&world, false);
    peer_stall(peer);
    for (int i = 0; i < 3; i++) {
        talk(&world, "AT#SSLSENDEXT=1,1400");
        world_forget(&world, 0);
        world_type(&world, 0, pattern(1400));
    }
    peer_resume(peer);
    world_settle(&world);
    check_bytes("OK", world_heard(&world, 0), span_of("\r\nOK\r\n"));
    check_int("got", (intmax_t)byte_queue_len(&peer->got), 3 * 1400);
    finish(&world);
}

static void test_send_times_out(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world);
    peer = talk_connect(&world, false);
    peer_stall(peer);
    for (int i = 0; i < 6; i++) {
        talk(&world, "AT#SSLSENDEXT=1,1400,10");
        world_type(&world, 0, pattern(1400));
        world_advance(&world, 1000);
    }
    talk_ok(&world, "AT"); /* not stuck, whatever the six have answered */
    finish(&world);
}

/* Escape characters that were none wait for the peer too, and go to it by themselves. */
static void test_held_escape_characters_arrive(void **state)
{
    static const char *const held[] = { "+", "++" };

    (void)state;
    for (size_t i = 0; i < COUNT(held); i++) {
        struct scripted_peer *peer;
        struct world world;
        struct span got;

        start(&world);
        peer = talk_connect(&world, true);
        peer_stall(peer);
        world_type(&world, 0, pattern(4200));
        for (int b = 0; b < 300; b++) /* just taken: a packet waits for the peer */
            world_type_text(&world, "x");
        assert_int_equal(byte_queue_len(&world.ports[0].typed), 0);
        world_advance(&world, 6000);
        world_type_text(&world, held[i]);
        world_advance(&world, 6000);
        peer_resume(peer);
        world_advance(&world, 10000);
        got = byte_queue_peek(&peer->got);
        check_int(held[i], (intmax_t)got.len, (intmax_t)(4500 + strlen(held[i])));
        finish(&world);
    }
}

/* ---- both ways ---- */

enum { TRAFFIC_BYTES = 100000 };

struct traffic {
    struct world world;
    struct scripted_peer *peer;
    uint32_t random;
    size_t typed, sent;
};

static void type_more(struct traffic *traffic, size_t part)
{
    size_t left = TRAFFIC_BYTES - traffic->typed;

    if (byte_queue_len(&traffic->world.ports[0].typed) > 0 || left == 0)
        return; /* a port stops reading while the module takes no more */
    part = part < left ? part : left;
    world_type(&traffic->world, 0, span_at(pattern(TRAFFIC_BYTES).data + traffic->typed, part));
    traffic->typed += part;
}

static void send_more(struct traffic *traffic, size_t part)
{
    size_t left = TRAFFIC_BYTES - traffic->sent;

    part = part < left ? part : left;
    if (part > 0)
        peer_send(traffic->peer, span_at(pattern(TRAFFIC_BYTES).data + traffic->sent, part));
    traffic->sent += part;
}

static void take_step(struct traffic *traffic)
{
    size_t part;

    traffic->random = traffic->random * 1664525U + 1013904223U;
    part = 1 + (traffic->random >> 8) % 5000;
    switch (traffic->random >> 29) {
    case 0:
        peer_stall(traffic->peer);
        break;
    case 1:
        peer_resume(traffic->peer);
        break;
    case 2:
    case 3:
        world_set_appetite(&traffic->world, 0, part);
        break;
    case 4:
    case 5:
        type_more(traffic, part);
        break;
    default:
        send_more(traffic, part);
        break;
    }
    world_advance(&traffic->world, traffic->random >> 16 & 63);
}

static void test_both_ways_at_random(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        struct traffic traffic = { .random = seed };

        start(&traffic.world);
        traffic.peer = talk_connect(&traffic.world, true);
        while (traffic.typed < TRAFFIC_BYTES || traffic.sent < TRAFFIC_BYTES)
            take_step(&traffic);
        peer_resume(traffic.peer);
        world_set_appetite(&traffic.world, 0, SIZE_MAX);
        world_advance(&traffic.world, 20000);
        check_bytes("heard", world_heard(&traffic.world, 0), pattern(TRAFFIC_BYTES));
        check_bytes("got", byte_queue_peek(&traffic.peer->got), pattern(TRAFFIC_BYTES));
        finish(&traffic.world);
    }
}

/* Command mode with length rings: what is read in pieces is what was sent. */
static void test_reading_in_pieces(void **state)
{
    enum { BYTES = 40000 };
    struct byte_queue read = { 0 };
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world);
    peer = talk_connect(&world, false);
    peer_send(peer, pattern(BYTES));
    world_settle(&world);
    while (byte_queue_len(&read) < BYTES) {
        struct span answer = talk(&world, "AT#SSLRECV=1,777");
        const char *text = (const char *)answer.data;
        size_t len;

        if (answer.len < 20 || memcmp(text, "\r\n#SSLRECV: ", 12) != 0)
            fail_msg("\"%s\" after %zu bytes", show(answer), byte_queue_len(&read));
        len = strtoul(text + 12, NULL, 10);
        text = (const char *)memchr(text + 12, '\n', answer.len - 12) + 1;
        byte_queue_put(&read, span_at(text, len));
        check_bytes("end", span_at(text + len, 8), span_of("\r\n\r\nOK\r\n"));
    }
    check_bytes("all", byte_queue_peek(&read), pattern(BYTES));
    byte_queue_deinit(&read);
    finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_wait_for_the_host),
        cmocka_unit_test(test_a_slow_host),
        cmocka_unit_test(test_a_line_waits_for_room),
        cmocka_unit_test(test_prompt_echo_leaves_room),
        cmocka_unit_test(test_online_to_a_host_that_does_not_read),
        cmocka_unit_test(test_end_comes_after_the_last_byte),
        cmocka_unit_test(test_online_to_a_peer_that_does_not_read),
        cmocka_unit_test(test_the_tail_arrives),
        cmocka_unit_test(test_send_waits_for_the_peer),
        cmocka_unit_test(test_send_times_out),
        cmocka_unit_test(test_held_escape_characters_arrive),
        cmocka_unit_test(test_both_ways_at_random),
        cmocka_unit_test(test_reading_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
