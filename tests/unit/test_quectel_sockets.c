/* test_quectel_sockets.c: sockets of a Quectel where a transcript does not reach: a peer that does
 * not read, circuits, several ports, a clock that a server sets. */
#include "check.h"
#include "services/sntp_packet.h"
#include "talk.h"
#include "toy_record.h"

#include "personalities/quectel/quectel.h"
#include "services/sntp.h"

#include <stdio.h>
#include <string.h>

enum { PORT = 80, BLOCK = 1460 };

static struct scripted_peer *start(struct world *world, size_t ports)
{
    static const char *const lines[] = { "ATE0", "AT+QIREGAPP", "AT+QIACT" };

    world_init(world);
    assert_int_equal(world_switch_on(world, "m95", false, ports), ERR_OK);
    for (size_t i = 0; i < COUNT(lines); i++)
        talk_ok(world, lines[i]);
    scripted_net_listen(&world->scripted_net, PORT, PEER_ACCEPTS);
    return scripted_net_peer(&world->scripted_net, PORT);
}

/* What comes within a while after OK, on one port. */
static void expect_later(struct world *world, size_t port, const char *expected)
{
    world_advance(world, 1000);
    check_bytes(expected, world_heard(world, port), span_of(expected));
    world_forget(world, port);
}

static void open_socket(struct world *world, const char *line, const char *expected)
{
    talk_ok(world, line);
    world_forget(world, 0);
    expect_later(world, 0, expected);
}

static struct span send_block(struct world *world, char fill)
{
    uint8_t block[BLOCK];

    memset(block, fill, sizeof(block));
    talk_expect(world, "AT+QISEND=1460", "\r\n> ");
    world_forget(world, 0);
    world_type(world, 0, span_at(block, sizeof(block)));
    return world_heard(world, 0);
}

/* SEND FAIL says that nothing of a block was taken; what SEND OK said arrives, once. */
static void test_blocked_peer(void **state)
{
    struct scripted_peer *peer;
    struct world world;
    size_t accepted = 0;
    struct span heard;

    (void)state;
    peer = start(&world, 1);
    open_socket(&world, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "\r\nCONNECT OK\r\n");
    peer_stall(peer);
    while (talk_ends_with(send_block(&world, (char)('a' + accepted)), "SEND OK"))
        assert_true(++accepted < 26);
    assert_true(talk_ends_with(world_heard(&world, 0), "SEND FAIL"));
    assert_true(accepted > 1);
    talk(&world, "AT+QISACK");
    heard = world_heard(&world, 0);
    assert_non_null(memmem(heard.data, heard.len, "+QISACK: ", 9));
    peer_resume(peer);
    world_settle(&world);
    assert_true(talk_ends_with(send_block(&world, (char)('a' + accepted)), "SEND OK"));
    world_settle(&world);
    for (size_t i = 0; i <= accepted; i++) {
        uint8_t block[BLOCK];
        struct span got = byte_queue_peek(&peer->got);

        memset(block, (int)('a' + i), sizeof(block));
        assert_true(got.len >= BLOCK);
        assert_memory_equal(got.data, block, BLOCK);
        byte_queue_drop(&peer->got, BLOCK);
    }
    assert_int_equal(byte_queue_peek(&peer->got).len, 0);
    world_deinit(&world);
}

static void drop_dtr(struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;

    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
    world_settle(world);
}

/* &D1 leaves transparent mode and ATO returns to it; &D2 ends the connection; &D0 is deaf. */
static void test_circuits(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    peer = start(&world, 1);
    talk_ok(&world, "AT+QIMODE=1;&D1");
    open_socket(&world, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "\r\nCONNECT\r\n");
    drop_dtr(&world);
    check_bytes("&D1", world_heard(&world, 0), span_of("\r\nOK\r\n"));
    talk_expect(&world, "AT&D0", "\r\nOK\r\n");
    talk_expect(&world, "ATO", "\r\nCONNECT\r\n");
    world_forget(&world, 0);
    drop_dtr(&world);
    assert_int_equal(world_heard(&world, 0).len, 0);
    talk(&world, "to the peer");
    world_advance(&world, 1000);
    check_bytes("online", byte_queue_peek(&peer->got), span_of("to the peer\r"));
    world_advance(&world, 2000);
    world_type_text(&world, "+++");
    world_advance(&world, 1100);
    talk_expect(&world, "AT&D2", "\r\nOK\r\n");
    talk_expect(&world, "ATO", "\r\nCONNECT\r\n");
    world_forget(&world, 0);
    drop_dtr(&world);
    check_bytes("&D2", world_heard(&world, 0), span_of("\r\nCLOSED\r\n"));
    talk_expect(&world, "ATO", "\r\nNO CARRIER\r\n");
    world_deinit(&world);
}

/* The socket goes while its prompt is open: the data ends with ERROR. */
static void test_lost_under_prompt(void **state)
{
    struct world world;

    (void)state;
    start(&world, 2);
    open_socket(&world, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "\r\nCONNECT OK\r\n");
    talk_expect(&world, "AT+QISEND=4", "\r\n> ");
    talk_on(&world, 1, "AT+CGATT=0");
    check_bytes("port 1", world_heard(&world, 1),
                span_of("AT+CGATT=0\r\r\n+PDP DEACT\r\n\r\nOK\r\n"));
    world_forget(&world, 0);
    world_type_text(&world, "four");
    check_bytes("port 0", world_heard(&world, 0), span_of("\r\nERROR\r\n"));
    world_forget(&world, 0);
    expect_later(&world, 0, "\r\n+PDP DEACT\r\n");
    world_deinit(&world);
}

/* Lines about a socket go to the port that opened it; another may use it. */
static void test_two_ports(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    peer = start(&world, 2);
    talk_ok(&world, "AT+QIMUX=1;+QINDI=1");
    open_socket(&world, "AT+QIOPEN=4,\"TCP\",\"127.0.0.1\",80", "\r\n4, CONNECT OK\r\n");
    world_forget(&world, 1);
    assert_true(peer_send(peer, span_of("data")));
    world_settle(&world);
    expect_later(&world, 0, "\r\n+QIRDI: 0,1,4\r\n");
    assert_int_equal(world_heard(&world, 1).len, 0);
    talk_on(&world, 1, "AT+QIRD=0,1,4,100");
    check_bytes("read", world_heard(&world, 1),
                span_of("AT+QIRD=0,1,4,100\r\r\n+QIRD: 127.0.0.1:80,TCP,4\r\ndata\r\nOK\r\n"));
    world_deinit(&world);
}

/* OK, then 100 ms of silence, then the result; two lines are 50 ms apart. */
static void test_bursts(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    peer = start(&world, 1);
    talk_ok(&world, "AT+QIMUX=1;+QINDI=1");
    talk_expect(&world, "AT+QIOPEN=0,\"TCP\",\"127.0.0.1\",80", "\r\nOK\r\n");
    assert_true(peer_send(peer, span_of("data")));
    world_forget(&world, 0);
    world_advance(&world, 99);
    assert_int_equal(world_heard(&world, 0).len, 0);
    world_advance(&world, 1);
    check_bytes("result", world_heard(&world, 0), span_of("\r\n0, CONNECT OK\r\n"));
    world_forget(&world, 0);
    world_advance(&world, 49);
    assert_int_equal(world_heard(&world, 0).len, 0);
    world_advance(&world, 1);
    check_bytes("data", world_heard(&world, 0), span_of("\r\n+QIRDI: 0,1,0\r\n"));
    world_deinit(&world);
}

/* A host that asks again and again hears of it all the same, after a second. */
static void test_host_without_pause(void **state)
{
    struct world world;
    int64_t waited_ms = 0;

    (void)state;
    start(&world, 1);
    talk_expect(&world, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "\r\nOK\r\n");
    while (!talk_ends_with(world_heard(&world, 0), "CONNECT OK")) {
        talk_ok(&world, "AT+CSQ");
        world_advance(&world, 60);
        waited_ms += 60;
        assert_true(waited_ms < 2000);
    }
    assert_true(waited_ms >= 900);
    world_deinit(&world);
}

/* A host that types ATO before it was told CONNECT hears it once. */
static void test_return_before_connect(void **state)
{
    struct world world;

    (void)state;
    start(&world, 1);
    talk_ok(&world, "AT+QIMODE=1");
    talk_expect(&world, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "\r\nOK\r\n");
    talk_expect(&world, "ATO", "\r\nCONNECT\r\n");
    world_advance(&world, 2000);
    world_type_text(&world, "+++");
    world_forget(&world, 0);
    expect_later(&world, 0, "\r\nOK\r\n");
    world_advance(&world, 5000);
    talk_expect(&world, "AT", "\r\nOK\r\n");
    world_deinit(&world);
}

/* A time server sets the clock that certificates are checked by. */
static void test_time_server(void **state)
{
    enum { ORIGINATE = 24, RECEIVE = 32, TRANSMIT = 40, STAMP = 8 };
    struct scripted_peer *server;
    uint8_t answer[SNTP_PACKET_BYTES] = { 4 << 3 | 4, 2 };
    const uint64_t stamp = sntp_stamp(INT64_C(1780315200), 0); /* 2026-06-01T12:00:00Z */
    struct toy_record request;
    struct world world;

    (void)state;
    start(&world, 1);
    server = scripted_net_udp_peer(&world.scripted_net, SNTP_PORT);
    talk_expect(&world, "AT+QNTP=\"localhost\"", "\r\nOK\r\n");
    assert_true(toy_record_peek(&server->got, &request));
    memcpy(answer + ORIGINATE, request.body.data + TRANSMIT, STAMP);
    for (int i = 0; i < STAMP; i++)
        answer[RECEIVE + i] = answer[TRANSMIT + i] = (uint8_t)(stamp >> (56 - 8 * i));
    assert_true(peer_send(server, span_at(answer, sizeof(answer))));
    world_forget(&world, 0);
    expect_later(&world, 0, "\r\n+QNTP: 0\r\n");
    talk_expect(&world, "AT+CCLK?", "\r\n+CCLK: \"26/06/01,12:00:01+00\"\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+QNTP=\"localhost\"", "\r\nOK\r\n");
    world_forget(&world, 0);
    world_advance(&world, module_fact_peek(world.modem, FACT_NTP_TRIES) *
                                  module_fact_peek(world.modem, FACT_NTP_LIMIT_MS) +
                              1000);
    check_bytes("silence", world_heard(&world, 0), span_of("\r\n+QNTP: 5\r\n"));
    world_deinit(&world);
}

/* A restart closes what is open, and says nothing of it. */
static void test_restart(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    peer = start(&world, 1);
    talk_ok(&world, "AT+QIURC=0");
    open_socket(&world, "AT+QIOPEN=\"TCP\",\"127.0.0.1\",80", "\r\nCONNECT OK\r\n");
    talk_ok(&world, "AT+CFUN=1,1");
    world_forget(&world, 0);
    world_settle(&world);
    assert_string_equal(peer_state_name(peer->state), "closed");
    world_advance(&world, 10000);
    talk(&world, "AT+QISTAT");
    assert_true(talk_ends_with(world_heard(&world, 0), "STATE: IP INITIAL"));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocked_peer),
        cmocka_unit_test(test_circuits),
        cmocka_unit_test(test_lost_under_prompt),
        cmocka_unit_test(test_two_ports),
        cmocka_unit_test(test_bursts),
        cmocka_unit_test(test_host_without_pause),
        cmocka_unit_test(test_return_before_connect),
        cmocka_unit_test(test_time_server),
        cmocka_unit_test(test_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
