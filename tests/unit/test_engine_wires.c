/* test_engine_wires.c: the port around the bytes: circuits, rate, who is busy; and what the log and
 * the traces never show.
 */
#include "check.h"
#include "talk.h"

#include <stdio.h>

static void start(struct world *world, size_t terminals)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, "he910", false, terminals), ERR_OK);
}

/* ---- circuits ---- */

static void test_lines(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world, 1);
    assert_int_equal(world.ports[0].lines, LINE_DSR);
    peer = talk_connect(&world, false);
    assert_int_equal(world.ports[0].lines, LINE_DSR);
    talk(&world, "AT#SSLO=1");
    assert_int_equal(world.ports[0].lines, LINE_DSR | LINE_DCD);
    peer_close(peer);
    world_settle(&world);
    assert_int_equal(world.ports[0].lines, LINE_DSR);
    talk_ok(&world, "AT&C0");
    assert_int_equal(world.ports[0].lines, LINE_DSR | LINE_DCD);
    talk_ok(&world, "AT&C1");
    talk_ok(&world, "AT#REBOOT");
    assert_int_equal(world.ports[0].lines, 0);
    world_advance(&world, 10000);
    assert_int_equal(world.ports[0].lines, LINE_DSR);
    world_deinit(&world);
}

struct drop_row {
    const char *setting;
    const char *heard; /* when the host drops DTR online */
    enum peer_state peer;
};

static const struct drop_row drop_rows[] = {
    { "AT&D0", "", PEER_OPEN },
    { "AT&D1", "\r\nOK\r\n", PEER_OPEN },
    { "AT&D2", "\r\nNO CARRIER\r\n", PEER_CLOSED },
};

static void test_dropping_dtr(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(drop_rows); i++) {
        const struct drop_row *row = &drop_rows[i];
        struct scripted_peer *peer;
        struct terminal *terminal;
        struct world world;

        start(&world, 1);
        peer = talk_connect(&world, false);
        talk_ok(&world, row->setting);
        talk(&world, "AT#SSLO=1");
        world_forget(&world, 0);
        terminal = world.ports[0].terminal;
        terminal->ops->set_dtr(terminal, false);
        terminal->ops->set_dtr(terminal, false); /* no news */
        terminal->ops->set_dtr(terminal, true);
        world_settle(&world);
        check_bytes(row->setting, world_heard(&world, 0), span_of(row->heard));
        check_int(row->setting, peer->state, row->peer);
        world_deinit(&world);
    }
}

static void test_dropping_dtr_in_command_state(void **state)
{
    struct terminal *terminal;
    struct world world;

    (void)state;
    start(&world, 1);
    talk_connect(&world, false);
    talk_ok(&world, "AT&D2");
    terminal = world.ports[0].terminal;
    terminal->ops->set_dtr(terminal, false);
    talk_expect(&world, "AT#SSLS=1", "\r\n#SSLS: 1,2,5\r\n\r\nOK\r\n");
    world_deinit(&world);
}

static void test_rate(void **state)
{
    struct world world;

    (void)state;
    start(&world, 1);
    talk_ok(&world, "AT+IPR=9600");
    assert_int_equal(world.ports[0].rate, 9600);
    talk_ok(&world, "AT&F");
    assert_int_equal(world.ports[0].rate, 0);
    world_deinit(&world);
}

static bool busy(struct world *world)
{
    return world->ports[0].terminal->ops->busy(world->ports[0].terminal);
}

static void test_busy(void **state)
{
    struct world world;

    (void)state;
    start(&world, 1);
    talk_connect(&world, false);
    assert_false(busy(&world));
    talk(&world, "AT#SSLSEND=1");
    assert_true(busy(&world));
    world_type_text(&world, "x\x1A");
    assert_false(busy(&world));
    talk(&world, "AT#SSLRECV=1,10,20");
    assert_true(busy(&world));
    world_advance(&world, 2000);
    assert_false(busy(&world));
    talk(&world, "AT#SSLO=1");
    assert_true(busy(&world));
    world_deinit(&world);
}

/* Nobody carries the port's bytes for a while: what is said then is there for the next one. */
static void test_detached(void **state)
{
    struct world world;

    (void)state;
    start(&world, 2);
    talk_ok(&world, "ATE0");
    talk_ok(&world, "AT+CREG=1");
    world_forget(&world, 0);
    tlsmodem_attach(world.modem, 0, NULL);
    talk_on(&world, 1, "AT+CFUN=4");
    check_bytes("detached", world_heard(&world, 0), span_of(""));
    tlsmodem_attach(world.modem, 0, &world.ports[0].base);
    check_bytes("attached", world_heard(&world, 0), span_of("\r\n+CREG: 0\r\n"));
    assert_int_equal(world.ports[0].lines, LINE_DSR);
    talk_ok(&world, "AT");
    world_deinit(&world);
}

/* ---- AT instances: the secure socket is the port's that has enabled it ---- */

static void test_instances(void **state)
{
    struct world world;

    (void)state;
    start(&world, 2);
    talk_connect(&world, false);
    talk_on(&world, 1, "ATE0+CMEE=1");
    check_bytes("SSLEN", talk_on(&world, 1, "AT#SSLEN=1,1"), span_of("\r\n+CME ERROR: 831\r\n"));
    check_bytes("SSLSEND", talk_on(&world, 1, "AT#SSLSEND=1"), span_of("\r\n+CME ERROR: 836\r\n"));
    check_bytes("SSLEN off", talk_on(&world, 1, "AT#SSLEN=1,0"),
                span_of("\r\n+CME ERROR: 836\r\n"));
    talk_ok(&world, "AT#SSLH=1");
    talk_ok(&world, "AT#SSLEN=1,0");
    check_bytes("free", talk_on(&world, 1, "AT#SSLEN=1,1"), span_of("\r\nOK\r\n"));
    talk_expect(&world, "AT#SSLEN=1,1", "\r\n+CME ERROR: 831\r\n");
    world_deinit(&world);
}

/* Unsolicited lines go to the owner only, whatever the other port is doing. */
static void test_rings_go_to_the_owner(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world, 2);
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT#SSLH=1");
    talk_ok(&world, "AT#SSLCFG=1,1,300,90,100,50,1");
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    talk_ok(&world, "AT#SSLD=1,443,\"localhost\",0,1");
    world_forget(&world, 0);
    peer_send(peer, span_of("12345"));
    world_settle(&world);
    check_bytes("owner", world_heard(&world, 0), span_of("\r\nSSLSRING: 1,5\r\n"));
    check_bytes("other", world_heard(&world, 1), span_of(""));
    world_deinit(&world);
}

/* ---- secrets ---- */

static struct byte_queue logged;

static void collect(void *ctx, const char *level_or_component, const char *text)
{
    (void)ctx;
    (void)level_or_component;
    byte_queue_put(&logged, span_of(text));
    byte_queue_put(&logged, span_of("\n"));
}

static bool is_logged(const char *text)
{
    struct span all = byte_queue_peek(&logged);
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= all.len; i++) {
        if (memcmp(all.data + i, text, len) == 0)
            return true;
    }
    return false;
}

static const char *const secrets[] = { "hunter2", "4711", "MIIKEY", "host-secret", "peer-secret" };

static void test_no_secret_is_logged(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    world_init(&world);
    world.log = (struct log){ .write = collect, .level = LOG_DEBUG, .traced = UINT32_MAX };
    assert_int_equal(world_switch_on(&world, "he910", true, 1), ERR_OK);
    peer = talk_connect(&world, false);
    talk(&world, "AT#SSLSEND=1");
    world_type_text(&world, "host-secret\x1A");
    peer_send(peer, span_of("peer-secret"));
    talk_ok(&world, "AT#SSLRECV=1,100");
    talk(&world, "AT#SSLO=1");
    peer_send(peer, span_of("peer-secret"));
    world_type_text(&world, "host-secret");
    world_advance(&world, 10000);
    peer_close(peer);
    world_settle(&world);
    talk_ok(&world, "AT#SGACT=1,0");
    talk_ok(&world, "AT#SGACT=1,1,\"user\",\"hunter2\"");
    talk_ok(&world, "AT#PASSW=\"hunter2\"");
    talk_ok(&world, "AT#PASSW=hunter2");
    talk(&world, "AT+CPIN=4711");
    talk(&world, "AT+CMEE=1;+CPIN=\"4711\"");
    talk(&world, "AT#PASSW=\"hunter2");
    talk(&world, "AT+NOSUCH=\"hunter2\""); /* another maker's password */
    talk(&world, "x4at+MIIKEY/");          /* the line of a key whose prompt has not come */
    talk(&world, "x4at+c=1;E0MIIKEY");
    talk(&world, "AT#SSLSECDATA=1,1,2,40");
    world_type_text(&world, "-----BEGIN X-----\nMIIKEY\n\x1A");
    talk_ok(&world, "AT#SSLSECDATA=1,2,2");
    world_deinit(&world);
    assert_true(is_logged("AT#SSLD"));
    for (size_t i = 0; i < COUNT(secrets); i++)
        check_int(secrets[i], is_logged(secrets[i]), 0);
    byte_queue_deinit(&logged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_dropping_dtr),
        cmocka_unit_test(test_dropping_dtr_in_command_state),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_detached),
        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_rings_go_to_the_owner),
        cmocka_unit_test(test_no_secret_is_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
