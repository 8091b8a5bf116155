/* test_fibocom_flow.c: a Fibocom module whose peer or host is slow, and which has two ports. */
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <string.h>

enum { PORT = 20444, LONG_ENOUGH_MS = 30000, DATAGRAM_HEAD = 4 };

static void switch_on(struct world *world, size_t ports)
{
    world_init(world);
    check_int("l610", world_switch_on(world, "l610", false, ports), ERR_OK);
    for (size_t i = 0; i < ports; i++) {
        talk_on(world, i, "ATE0");
        world_forget(world, i);
    }
    talk(world, "AT+MIPCALL=1");
}

static struct scripted_peer *open_socket(struct world *world)
{
    struct scripted_peer *peer;

    scripted_net_listen(&world->scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world->scripted_net, PORT);
    talk_expect(world, "AT+MIPOPEN=1,,\"127.0.0.1\",20444,0", "\r\nOK\r\n\r\n+MIPOPEN: 1,1\r\n");
    return peer;
}

static void type_block(struct world *world, size_t len)
{
    uint8_t block[2048];

    memset(block, 'x', sizeof(block));
    world_type(world, 0, span_at(block, len));
    world_settle(world);
}

/* The command waits for the peer; when that is too long the host is told, and nothing is lost. */
static void test_peer_that_takes_nothing(void **state)
{
    struct scripted_peer *peer;
    struct world world;
    size_t sent = 0;
    bool waits = false;

    (void)state;
    switch_on(&world, 1);
    peer = open_socket(&world);
    peer_stall(peer);
    for (int i = 0; i < 200 && !waits; i++) {
        talk_expect(&world, "AT+MIPSEND=1,2048", "\r\n>");
        world_forget(&world, 0);
        type_block(&world, 2048);
        sent += 2048;
        waits = world_heard(&world, 0).len == 0;
    }
    assert_true(waits);
    world_advance(&world, LONG_ENOUGH_MS);
    assert_non_null(
        memmem(world_heard(&world, 0).data, world_heard(&world, 0).len, "+MIPSEND: 1,1,", 14));
    talk_error(&world, "AT+MIPSEND=1,2048"); /* there is no room for so much */
    peer_resume(peer);
    world_settle(&world);
    check_int("bytes", (intmax_t)byte_queue_len(&peer->got), (intmax_t)sent);
    talk_expect(&world, "AT+MIPSEND?", "\r\n+MIPSEND: 1,2048\r\n\r\nOK\r\n");
    world_deinit(&world);
}

/* A host that does not read holds the peer up, and gets every byte when it reads again. */
static void test_host_that_reads_nothing(void **state)
{
    struct scripted_peer *peer;
    struct world world;
    size_t sent = 0;

    (void)state;
    switch_on(&world, 1);
    talk_ok(&world, "AT+GTSET=\"IPRFMT\",1");
    peer = open_socket(&world);
    world_forget(&world, 0);
    world_set_appetite(&world, 0, 0);
    for (int i = 0; i < 100; i++) {
        peer_send(peer, span_of("0123456789012345678901234567890123456789"
                                "0123456789012345678901234567890123456789"
                                "0123456789012345678901234567890123456789"));
        sent += 120;
        world_settle(&world);
    }
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_int("bytes", (intmax_t)world_heard(&world, 0).len, (intmax_t)sent);
    world_deinit(&world);
}

/* A datagram waits until its host has room for all of it. */
static void test_datagrams_for_a_slow_host(void **state)
{
    enum { COUNT_OF_THEM = 12, LENGTH = 1000 };
    struct scripted_peer *peer;
    struct world world;
    uint8_t datagram[LENGTH];

    (void)state;
    memset(datagram, 'd', sizeof(datagram));
    switch_on(&world, 1);
    peer = scripted_net_udp_peer(&world.scripted_net, PORT);
    talk(&world, "AT+MIPODM=1,,\"127.0.0.1\",20444,1");
    world_type_text(&world, "hello");
    world_settle(&world);
    world_forget(&world, 0);
    world_set_appetite(&world, 0, 0);
    for (int i = 0; i < COUNT_OF_THEM; i++) {
        assert_true(peer_send(peer, span_at(datagram, sizeof(datagram))));
        world_settle(&world);
    }
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_int("bytes", (intmax_t)world_heard(&world, 0).len, COUNT_OF_THEM * LENGTH);
    world_deinit(&world);
}

/* In transparent mode over UDP what a host sends together is one datagram, up to its greatest
 * length. */
static void test_datagrams_of_the_host(void **state)
{
    enum { LONGEST = 1024 };
    struct scripted_peer *peer;
    struct world world;
    uint8_t bytes[LONGEST];

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    switch_on(&world, 1);
    peer = scripted_net_udp_peer(&world.scripted_net, PORT);
    talk_expect(&world, "AT+MIPODM=1,,\"127.0.0.1\",20444,1", "\r\nOK\r\n\r\n+MIPODM: 1,1\r\n");
    world_type(&world, 0, span_at(bytes, LONGEST - 1));
    world_settle(&world);
    check_int("a part waits", (intmax_t)byte_queue_len(&peer->got), 0);
    world_type(&world, 0, span_at(bytes, 2));
    world_settle(&world);
    check_int("one is full", (intmax_t)byte_queue_len(&peer->got), DATAGRAM_HEAD + LONGEST);
    world_advance(&world, 100);
    check_int("the rest", (intmax_t)byte_queue_len(&peer->got), 2 * DATAGRAM_HEAD + LONGEST + 1);
    world_deinit(&world);
}

/* Each port has the lines of its own sockets; files and settings are the module's. */
static void test_two_ports(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    switch_on(&world, 2);
    peer = open_socket(&world);
    world_forget(&world, 1);
    peer_send(peer, span_of("hi"));
    world_settle(&world);
    check_int("the other port", (intmax_t)world_heard(&world, 1).len, 0);
    talk_expect(&world, "AT+GTSSLFILE=\"TRUSTFILE\",4", "\r\n>");
    check_bytes("one entry at a time", talk_on(&world, 1, "AT+GTSSLFILE=\"TRUSTFILE\",4"),
                span_of("\r\nERROR\r\n"));
    world_type(&world, 0, span_of("abcd"));
    world_settle(&world);
    check_bytes("the same files", talk_on(&world, 1, "AT+GTSSLFILE?"),
                span_of("\r\n+GTSSLFILE: CERTFILE,0\r\n+GTSSLFILE: KEYFILE,0\r\n"
                        "+GTSSLFILE: TRUSTFILE,1\r\n\r\nOK\r\n"));
    check_bytes("its socket", talk_on(&world, 1, "AT+MIPOPEN?"),
                span_of("\r\n+MIPOPEN: 2,3,4,5,6\r\n\r\nOK\r\n"));
    talk(&world, "AT+MIPCALL=0");
    world_deinit(&world);
}

/* Two ports that want to send through one socket: one prompt at a time, and each hears of its own.
 */
static void test_ports_that_send_through_one_socket(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    switch_on(&world, 2);
    peer = open_socket(&world);
    world_forget(&world, 1);
    talk_expect(&world, "AT+MIPSEND=1,2048", "\r\n>");
    check_bytes("second", talk_on(&world, 1, "AT+MIPSEND=1,2048"), span_of("\r\nERROR\r\n"));
    world_forget(&world, 0);
    world_forget(&world, 1);
    type_block(&world, 2048);
    check_bytes("first", world_heard(&world, 0),
                span_of("\r\nOK\r\n\r\n+MIPPUSH: 1,0\r\n\r\n+MIPSEND: 1,0,2048\r\n"));
    check_bytes("the other port", world_heard(&world, 1), span_of(""));
    check_int("bytes", (intmax_t)byte_queue_len(&peer->got), 2048);
    check_bytes("now", talk_on(&world, 1, "AT+MIPSEND=1,1"), span_of("\r\n>"));
    talk_on(&world, 0, "AT+MIPCLOSE=1");
    talk(&world, "AT+MIPOPEN=1,,\"127.0.0.1\",20444,0");
    world_forget(&world, 1);
    world_type(&world, 1, span_of("x"));
    world_settle(&world);
    check_bytes("of another connection", world_heard(&world, 1), span_of("\r\nERROR\r\n"));
    talk_expect(&world, "AT+MIPSEND=1,1", "\r\n>");
    world_deinit(&world);
}

/* What one port does to a socket or a file of the other leaves neither of them waiting. */
static void test_ports_and_each_other(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, 2);
    scripted_net_listen(&world.scripted_net, PORT, PEER_HANGS);
    talk_expect(&world, "AT+MIPODM=1,,\"127.0.0.1\",20444,0", "\r\nOK\r\n");
    world_forget(&world, 0);
    talk_on(&world, 1, "AT+MIPCLOSE=1");
    check_bytes("opening", world_heard(&world, 0), span_of("\r\n+MIPODM: 1,0\r\n"));
    talk_ok(&world, "AT");
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    talk_expect(&world, "AT+MIPODM=1,,\"127.0.0.1\",20444,0", "\r\nOK\r\n\r\n+MIPODM: 1,1\r\n");
    check_bytes("online", talk_on(&world, 1, "AT+MIPSEND=1,2"), span_of("\r\nERROR\r\n"));
    talk_on(&world, 1, "AT+MIPCLOSE=1");
    talk_ok(&world, "AT");
    talk_expect(&world, "AT+HTTPDATA=4", "\r\n>");
    check_bytes("entering", talk_on(&world, 1, "AT+HTTPDATA=4"), span_of("\r\nERROR\r\n"));
    talk_on(&world, 1, "AT+HTTPSET=\"URL\",\"127.0.0.1:20444\"");
    check_bytes("acting", talk_on(&world, 1, "AT+HTTPACT=1"), span_of("\r\nERROR\r\n"));
    world_type(&world, 0, span_of("abcd"));
    world_settle(&world);
    talk_ok(&world, "AT");
    scripted_net_name(&world.scripted_net, "slow.test", NAME_HANGS, NULL, 0);
    talk(&world, "AT+MIPDNS=\"slow.test\"");
    talk_on(&world, 1, "AT+MPING=0");
    world_forget(&world, 0);
    scripted_net_name(&world.scripted_net, "slow.test", NAME_FAILS, NULL, 0);
    talk_on(&world, 1, "AT+RESET");
    world_advance(&world, LONG_ENOUGH_MS);
    talk_ok(&world, "ATE0");
    world_deinit(&world);
}

/* Has a response of 20000 bytes and a header, of which the host of the first port has read 100. */
static void start_reading(struct world *world)
{
    struct scripted_peer *peer;

    scripted_net_listen(&world->scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world->scripted_net, PORT);
    talk_ok(world, "AT+HTTPSET=\"URL\",\"127.0.0.1:20444\"");
    talk(world, "AT+HTTPACT=0");
    peer_send(peer, span_of("HTTP/1.0 200 OK\r\n\r\n"));
    for (int i = 0; i < 1000; i++) {
        peer_send(peer, span_of("01234567890123456789"));
        world_settle(world);
    }
    peer_close(peer);
    world_settle(world);
    world_forget(world, 0);
    world_set_appetite(world, 0, 100);
    world_type_text(world, "AT+HTTPREAD\r");
    world_settle(world);
}

/* A response is read while the other port asks for the next one.  No data flows as V.24 means it.
 */
static void test_response_that_is_being_read(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, 2);
    start_reading(&world);
    check_int("DCD", (intmax_t)(world.ports[0].lines & LINE_DCD), 0);
    check_bytes("asking", talk_on(&world, 1, "AT+HTTPACT=0"), span_of("\r\nERROR\r\n"));
    check_bytes("reading", talk_on(&world, 1, "AT+HTTPREAD"), span_of("\r\nERROR\r\n"));
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    assert_true(world_heard(&world, 0).len > 20000);
    assert_true(talk_ends_with(world_heard(&world, 0), "OK"));
    world_deinit(&world);
}

/* A host that leaves takes the rest of what it reads with it; the response may be read again. */
static void test_reader_leaves(void **state)
{
    struct terminal *terminal;
    struct world world;

    (void)state;
    switch_on(&world, 1);
    start_reading(&world);
    terminal = world.ports[0].terminal;
    terminal->ops->host_gone(terminal);
    world_forget(&world, 0);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_bytes("next host", world_heard(&world, 0), span_of(""));
    talk_expect(&world, "AT+HTTPREAD=19,5", "\r\n+HTTPREAD: 5\r\n01234\r\nOK\r\n");
    world_deinit(&world);
}

/* MODE 1: nothing is fetched for a host that does not read, and what it has not fetched when it
 * goes is the next host's. */
static void test_stream(void **state)
{
    enum { BODY = 40000, KEPT_BY_NOBODY = 20000 };
    static char body[BODY];
    struct scripted_peer *peer;
    struct terminal *terminal;
    struct world world;

    (void)state;
    switch_on(&world, 1);
    terminal = world.ports[0].terminal;
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world.scripted_net, PORT);
    memset(body, 'b', sizeof(body));
    talk_ok(&world, "AT+HTTPSET=\"URL\",\"127.0.0.1:20444\"");
    talk_ok(&world, "AT+HTTPSET=\"MODE\",\"1\"");
    talk_ok(&world, "AT+HTTPSET=\"RESPONSEHEADER\",\"1\"");
    talk(&world, "AT+HTTPACT=0");
    world_forget(&world, 0);
    peer_send(peer, span_of("HTTP/1.1 200 OK\r\nContent-Length: 40002\r\n\r\n"));
    peer_send(peer, span_at(body, sizeof(body)));
    world_settle(&world);
    check_bytes("the header has come", world_heard(&world, 0),
                span_of("\r\n+HTTPRES: 0,200,40002\r\n"));
    world_advance(&world, 3600000); /* its own time, not the server's */
    world_set_appetite(&world, 0, 0);
    world_type_text(&world, "AT+HTTPREAD\r");
    world_settle(&world);
    assert_true(byte_queue_len(&peer->stream->inbound) > KEPT_BY_NOBODY);
    terminal->ops->host_gone(terminal);
    world_forget(&world, 0);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_bytes("next host", world_heard(&world, 0), span_of(""));
    world_type_text(&world, "AT+HTTPREAD\r");
    world_settle(&world);
    check_int("all of it", (intmax_t)byte_queue_len(&peer->stream->inbound), 0);
    assert_true(world_heard(&world, 0).len > KEPT_BY_NOBODY);
    world_forget(&world, 0);
    terminal->ops->host_gone(terminal);
    peer_send(peer, span_of("in"));
    world_settle(&world);
    check_bytes("one more host", world_heard(&world, 0), span_of(""));
    talk_expect(&world, "AT+HTTPREAD", "\r\n+HTTPREAD: 2\r\nin\r\nOK\r\n");
    talk_expect(&world, "AT+HTTPREAD", "\r\nERROR\r\n");
    world_deinit(&world);
}

/* Power goes while a response is read: the next request is not refused. */
static void test_power_off_while_reading(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, 2);
    start_reading(&world);
    talk_on(&world, 1, "AT+RESET");
    world_advance(&world, LONG_ENOUGH_MS);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    talk_ok(&world, "ATE0");
    talk_expect(&world, "AT+HTTPREAD", "\r\nERROR\r\n");
    talk_expect(&world, "AT+HTTPDATA=4", "\r\n>");
    world_deinit(&world);
}

/* Power goes while a file is entered: its memory is given back. */
static void test_power_off_in_a_prompt(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, 2);
    talk_expect(&world, "AT+GTSSLFILE=\"KEYFILE\",100", "\r\n>");
    world_type(&world, 0, span_of("-----BEGIN"));
    talk_on(&world, 1, "AT+RESET");
    world_advance(&world, LONG_ENOUGH_MS);
    talk_ok(&world, "ATE0");
    talk_expect(&world, "AT+GTSSLFILE?",
                "\r\n+GTSSLFILE: CERTFILE,0\r\n+GTSSLFILE: KEYFILE,0\r\n"
                "+GTSSLFILE: TRUSTFILE,0\r\n\r\nOK\r\n");
    talk_expect(&world, "AT+GTSSLFILE=\"KEYFILE\",100", "\r\n>");
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer_that_takes_nothing),
        cmocka_unit_test(test_host_that_reads_nothing),
        cmocka_unit_test(test_datagrams_for_a_slow_host),
        cmocka_unit_test(test_datagrams_of_the_host),
        cmocka_unit_test(test_two_ports),
        cmocka_unit_test(test_ports_that_send_through_one_socket),
        cmocka_unit_test(test_ports_and_each_other),
        cmocka_unit_test(test_response_that_is_being_read),
        cmocka_unit_test(test_reader_leaves),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_power_off_while_reading),
        cmocka_unit_test(test_power_off_in_a_prompt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
