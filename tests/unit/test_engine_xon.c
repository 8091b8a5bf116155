/* test_engine_xon.c: XON and XOFF between a host and the module, and bytes that look like them.
 */
#include "check.h"
#include "talk.h"

#include <stdio.h>
#include <string.h>

#define ON  "\x11"
#define OFF "\x13"

enum { PORT = 20444, MUCH = 20000, KEPT_MAX = 1024 };

static void start(struct world *world, const char *model)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, model, false, 1), ERR_OK);
    talk_ok(world, "ATE0");
}

static void finish(struct world *world)
{
    assert_int_equal(world->scripted_net.spins, 0);
    world_deinit(world);
}

static struct span pattern(size_t len)
{
    static uint8_t bytes[MUCH];

    assert_true(len <= sizeof(bytes));
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)('A' + i % 16);
    return span_at(bytes, len);
}

static void check_typed(struct world *world, const char *name, const char *typed, const char *heard)
{
    world_forget(world, 0);
    world_type_text(world, typed);
    check_bytes(name, world_heard(world, 0), span_of(heard));
}

/* ---- what each setting of each maker means ---- */

struct setting_row {
    const char *model, *setting;
    const char *while_off; /* heard of AT behind an XOFF, which stands there with an XON behind */
    const char *read;      /* what +IFC? and &K have come to: typed, */
    const char *shown;     /* and heard */
};

static const struct setting_row setting_rows[] = {
    { "m95", "AT+IFC=1,1", "", "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n" },
    { "m95", "AT+IFC=1,0", "", "AT+IFC?", "\r\n+IFC: 1,0\r\n\r\nOK\r\n" },
    { "m95", "AT+IFC=0,1", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 0,1\r\n\r\nOK\r\n" },
    { "m95", "AT+IFC=2,2", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 2,2\r\n\r\nOK\r\n" },
    { "l610", "AT+IFC=1,1", "", "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n" },
    { "he910", "AT+IFC=1,1", "", "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n" },
    { "he910", "AT&K0", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 0,0\r\n\r\nOK\r\n" },
    { "he910", "AT&K1", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 0,2\r\n\r\nOK\r\n" },
    { "he910", "AT&K2", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 0,1\r\n\r\nOK\r\n" },
    { "he910", "AT&K3", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 2,2\r\n\r\nOK\r\n" },
    { "he910", "AT&K4", "", "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n" },
    { "he910", "AT&K5", "", "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n" },
    { "he910", "AT&K6", "", "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n" },
    { "he910", "AT&K4;&K3", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 2,2\r\n\r\nOK\r\n" },
    { "he910", "AT&K4;&F", "\r\nOK\r\n", "AT+IFC?", "\r\n+IFC: 2,2\r\n\r\nOK\r\n" },
};

static void test_settings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(setting_rows); i++) {
        const struct setting_row *row = &setting_rows[i];
        struct world world;

        start(&world, row->model);
        talk(&world, row->setting);
        talk_ok(&world, "ATE0");
        check_typed(&world, row->setting, OFF "AT\r", row->while_off);
        check_typed(&world, row->setting, ON, row->while_off[0] == '\0' ? "\r\nOK\r\n" : "");
        talk_ok(&world, "AT+CMEE=0");
        check_bytes(row->setting, talk(&world, row->read), span_of(row->shown));
        finish(&world);
    }
}

static void test_kept_by_a_profile(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "he910", true, 1), ERR_OK);
    talk_ok(&world, "ATE0&K5&W");
    assert_int_equal(world_switch_on(&world, "he910", true, 1), ERR_OK);
    talk_expect(&world, "AT+IFC?", "\r\n+IFC: 1,1\r\n\r\nOK\r\n");
    check_typed(&world, "stopped", OFF "AT\r", "");
    check_typed(&world, "again", ON, "\r\nOK\r\n");
    finish(&world);
}

/* ---- a host that stops the module ---- */

/* Lines behind an XOFF fill all that there is, so that an XON behind them could not be seen. */
static void test_stopped_by_its_own_lines(void **state)
{
    struct world world;

    (void)state;
    start(&world, "m95");
    talk_ok(&world, "AT+IFC=1,1");
    world_type_text(&world, OFF);
    for (int i = 0; i < 2000; i++)
        world_type_text(&world, "AT\r");
    world_type_text(&world, ON);
    world_settle(&world);
    world_forget(&world, 0);
    check_typed(&world, "heard", "AT\r", "\r\nOK\r\n");
    finish(&world);
}

/* What comes from the peer waits where it is; the module keeps no more than its output holds. */
static void test_host_stops_the_module(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world, "he910");
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT&K4");
    talk(&world, "AT#SSLO=1");
    world_forget(&world, 0);
    world_type_text(&world, OFF);
    peer_send(peer, pattern(MUCH));
    world_settle(&world);
    check_bytes("stopped", world_heard(&world, 0), span_of(""));
    world_type_text(&world, "up" OFF);
    world_advance(&world, 6000);
    check_bytes("the other way", byte_queue_peek(&peer->got), span_of("up"));
    check_bytes("still stopped", world_heard(&world, 0), span_of(""));
    world_type_text(&world, ON);
    world_settle(&world);
    check_bytes("all", world_heard(&world, 0), pattern(MUCH));
    finish(&world);
}

static void test_who_comes_next_is_not_stopped(void **state)
{
    struct terminal *terminal;
    struct world world;

    (void)state;
    start(&world, "he910");
    talk_ok(&world, "AT&K4");
    world_type_text(&world, OFF "AT\r");
    terminal = world.ports[0].terminal;
    terminal->ops->host_gone(terminal);
    world_settle(&world);
    talk_expect(&world, "AT", "\r\nOK\r\n");
    world_type_text(&world, OFF);
    world_type_text(&world, "AT#REBOOT\r");
    world_advance(&world, 20000);
    world_forget(&world, 0);
    check_bytes("after a restart", talk(&world, "AT"), span_of("AT\r\r\nOK\r\n"));
    finish(&world);
}

/* A host on a pseudo-terminal that has gone while its XOFF stood: the next finds the port alive. */
static void test_forgotten(void **state)
{
    struct world world;

    (void)state;
    start(&world, "he910");
    talk_ok(&world, "AT&K4");
    check_typed(&world, "stopped", OFF, "");
    world_advance(&world, 59000);
    check_typed(&world, "still", "AT\r", "");
    world_advance(&world, 1000);
    check_typed(&world, "forgotten", "AT\r", "\r\nOK\r\n\r\nOK\r\n");
    check_typed(&world, "anew", OFF "AT\r", "");
    finish(&world);
}

/* ---- a module that stops its host ---- */

static void test_module_stops_its_host(void **state)
{
    struct scripted_peer *peer;
    struct world world;
    size_t sent = 0;

    (void)state;
    start(&world, "he910");
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT&K2");
    talk(&world, "AT#SSLO=1");
    world_forget(&world, 0);
    peer_stall(peer);
    while (world_heard(&world, 0).len == 0 && sent < MUCH * 20) {
        world_type(&world, 0, pattern(100));
        world_settle(&world);
        sent += 100;
    }
    check_bytes("stop", world_heard(&world, 0), span_of(OFF));
    world_type(&world, 0, pattern(200)); /* was on its way */
    sent += 200;
    assert_int_equal(byte_queue_len(&world.ports[0].typed), 0);
    peer_resume(peer);
    world_advance(&world, 10000);
    check_bytes("go on", world_heard(&world, 0), span_of(OFF ON));
    check_int("all arrives", (intmax_t)byte_queue_len(&peer->got), (intmax_t)sent);
    finish(&world);
}

/* A host that does not stop is held up by the port, and nothing is lost. */
static void test_host_that_does_not_stop(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world, "he910");
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT&K4");
    talk(&world, "AT#SSLO=1");
    world_forget(&world, 0);
    peer_stall(peer);
    for (int i = 0; i < 20; i++)
        world_type(&world, 0, pattern(MUCH));
    assert_true(byte_queue_len(&world.ports[0].typed) > 0);
    peer_resume(peer);
    world_advance(&world, 10000);
    check_int("all arrives", (intmax_t)byte_queue_len(&peer->got), MUCH * 20);
    finish(&world);
}

/* ---- bytes that look like them ---- */

static struct scripted_peer *open_transparent(struct world *world, const char *setting)
{
    scripted_net_listen(&world->scripted_net, PORT, PEER_ACCEPTS);
    talk_ok(world, setting);
    talk(world, "AT+QIMODE=1;+QIREGAPP;+QIACT;+QIOPEN=\"TCP\",\"127.0.0.1\",20444");
    world_advance(world, 1000);
    assert_true(talk_ends_with(world_heard(world, 0), "CONNECT"));
    world_forget(world, 0);
    return scripted_net_peer(&world->scripted_net, PORT);
}

struct coded_row {
    const char *setting;
    struct span typed, got;  /* from the host to the peer, */
    struct span sent, heard; /* and back */
};

#define BYTES(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct coded_row coded_rows[] = {
    { "AT+IFC=1,1", BYTES("w\x88w\x88w\x88.w\xEEw\xECw\x8A."), BYTES("www.\x11\x13_."),
      BYTES("www.\x11\x13_\xEE"), BYTES("w\x88w\x88w\x88.w\xEEw\xEC_\xEE") },
    { "AT+IFC=1,1", BYTES("www.x"), BYTES("www.x"), BYTES("x"), BYTES("x") },
    { "AT+IFC=1,1", BYTES("www"), BYTES("www"), BYTES("x"), BYTES("x") },
    { "AT+IFC=1,1", BYTES("a" OFF "b" ON "c"), BYTES("abc"), BYTES(""), BYTES("") },
    { "AT+IFC=1,0", BYTES("w\x88.w\xEE."), BYTES("w.\x11."), BYTES("w\x11"), BYTES("w\x11") },
    { "AT+IFC=0,1", BYTES("w\x88" ON OFF "."), BYTES("w\x88" ON OFF "."), BYTES("w\x11"),
      BYTES("w\x88w\xEE") },
    { "AT+IFC=0,0", BYTES("w\x88" ON OFF "."), BYTES("w\x88" ON OFF "."), BYTES("w\x11"),
      BYTES("w\x11") },
};

static void check_coded(const struct coded_row *row, bool byte_by_byte)
{
    struct scripted_peer *peer;
    struct world world;

    start(&world, "m10");
    peer = open_transparent(&world, row->setting);
    for (size_t i = 0; byte_by_byte && i < row->typed.len; i++)
        world_type(&world, 0, span_at(row->typed.data + i, 1));
    if (!byte_by_byte)
        world_type(&world, 0, row->typed);
    world_advance(&world, 2000);
    check_bytes(row->setting, byte_queue_peek(&peer->got), row->got);
    if (row->sent.len > 0)
        peer_send(peer, row->sent);
    if (byte_by_byte)
        world_set_appetite(&world, 0, 0);
    for (size_t i = 0; byte_by_byte && i < 2 * row->sent.len; i++)
        world_set_appetite(&world, 0, 1);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_bytes(row->setting, world_heard(&world, 0), row->heard);
    finish(&world);
}

static void test_coded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(coded_rows); i++) {
        check_coded(&coded_rows[i], false);
        check_coded(&coded_rows[i], true);
    }
}

/* Command lines are coded too, and so are their answers. */
static void test_coded_lines(void **state)
{
    struct world world;

    (void)state;
    start(&world, "m10");
    talk_ok(&world, "AT+IFC=1,1");
    check_typed(&world, "a line", "AT+QICSGP=1,\"w\x88w\x8A\"\r", "\r\nOK\r\n");
    check_typed(&world, "its answer", "AT+QIREGAPP?\r",
                "\r\n+QIREGAPP: \"w\x88_\",\"\",\"\"\r\n\r\nOK\r\n");
    check_typed(&world, "off", "AT+IFC=0,0\r", "\r\nOK\r\n");
    check_typed(&world, "as it is", "AT+QIREGAPP?\r",
                "\r\n+QIREGAPP: \"w_\",\"\",\"\"\r\n\r\nOK\r\n");
    finish(&world);
}

/* A code that is cut by the end of the rule, and by the power. */
static void test_half_a_code(void **state)
{
    struct world world;

    (void)state;
    start(&world, "m10");
    talk_ok(&world, "AT+QICSGP=1,\"w\"");
    talk_ok(&world, "AT+IFC=1,1");
    world_set_appetite(&world, 0, 0);
    world_type_text(&world, "AT+QIREGAPP?\r");
    world_set_appetite(&world, 0, 15 + 1); /* up to the mark */
    world_type_text(&world, "AT+IFC=0,0\rw");
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_bytes("whole", world_heard(&world, 0),
                span_of("\r\nOK\r\n\r\n+QIREGAPP: \"w\x88\",\"\",\"\"\r\n\r\nOK\r\n\r\nOK\r\n"));
    talk_ok(&world, "AT");
    finish(&world);
}

/* A mark that ends what there is: the code may be late, but not for long. */
static void test_a_mark_alone(void **state)
{
    struct terminal *terminal;
    struct world world;

    (void)state;
    start(&world, "m10");
    talk_ok(&world, "AT+IFC=1,1");
    check_typed(&world, "late", "AT+QICSGP=1,\"w", "");
    world_advance(&world, 100);
    check_typed(&world, "a code still", "\x8A\"\r", "\r\nOK\r\n");
    check_typed(&world, "its answer", "AT+QIREGAPP?\r",
                "\r\n+QIREGAPP: \"_\",\"\",\"\"\r\n\r\nOK\r\n");
    world_forget(&world, 0);
    world_type_text(&world, "ATw"); /* all that a program has written */
    terminal = world.ports[0].terminal;
    assert_true(terminal->ops->end_input(terminal));
    check_bytes("the end", world_heard(&world, 0), span_of("\r\nERROR\r\n"));
    finish(&world);
}

/* &K5: the characters hold up, and are data. */
static void test_not_filtered(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    start(&world, "he910");
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT&K5");
    talk(&world, "AT#SSLO=1");
    world_type_text(&world, "a" OFF "b" ON "c");
    world_advance(&world, 6000);
    check_bytes("data", byte_queue_peek(&peer->got), span_of("a" OFF "b" ON "c"));
    finish(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_stopped_by_its_own_lines),
        cmocka_unit_test(test_kept_by_a_profile),
        cmocka_unit_test(test_host_stops_the_module),
        cmocka_unit_test(test_who_comes_next_is_not_stopped),
        cmocka_unit_test(test_forgotten),
        cmocka_unit_test(test_module_stops_its_host),
        cmocka_unit_test(test_host_that_does_not_stop),
        cmocka_unit_test(test_coded),
        cmocka_unit_test(test_coded_lines),
        cmocka_unit_test(test_half_a_code),
        cmocka_unit_test(test_a_mark_alone),
        cmocka_unit_test(test_not_filtered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
