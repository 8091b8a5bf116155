/* test_engine_waits.c: a host that goes, or drops DTR with &D2, ends what its port waited for: the
 * next one's AT is answered at once.  Every command of each maker that waits for somebody. */
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <string.h>

enum { SERVER = 7000, HANGS = 7001, DATA = 4001, STEPS_MAX = 12, HOUR_MS = 3600000 };

/* What a step begins with. */
enum {
    LINE = '>',  /* the host types the line */
    BYTES = '=', /* the same without a CR */
    REPLY = '<', /* the server says this */
    ACCEPT = '!' /* the server accepts a handshake */
};

struct wait_row {
    const char *model, *name;
    const char *steps[STEPS_MAX]; /* after the last one the port waits */
};

#define TELIT                                                                                      \
    ">ATE0&D2+CMEE=1", ">AT+CGDCONT=1,\"IP\",\"internet\"", ">AT#SGACT=1,1", ">AT#SSLEN=1,1"
#define QUECTEL ">ATE0&D2", ">AT+QIREGAPP", ">AT+QIACT"
#define FIBOCOM ">ATE0&D2", ">AT+MIPCALL=1,\"a\""

#define TELIT_FTP   ">AT#FTPOPEN=\"127.0.0.1:7000\",\"u\",\"p\",1"
#define FIBOCOM_FTP ">AT+FTPOPEN=\"127.0.0.1\",\"u\",\"p\",\"\",,7000"
#define LOGIN       "<220 a\r\n", "<331 b\r\n", "<230 c\r\n", "<200 d\r\n"
#define PASSIVE     "<227 ok (127,0,0,1,15,161)\r\n"

static const struct wait_row rows[] = {
    { "he910", "name", { TELIT, ">AT#SSLD=1,7000,\"hangs.test\",0,1,600" } },
    { "he910", "connection", { TELIT, ">AT#SSLD=1,7001,\"127.0.0.1\",0,1,600" } },
    { "he910", "handshake", { TELIT, ">AT#SSLD=1,7000,\"127.0.0.1\",0,1,600" } },
    { "he910", "handshake, online", { TELIT, ">AT#SSLD=1,7000,\"127.0.0.1\",0,0,600" } },
    { "gl865-dual", "handshake", { TELIT, ">AT#SSLD=1,7000,\"127.0.0.1\",0,1,600" } },
    { "le866", "handshake", { TELIT, ">AT#SSLD=1,7000,\"127.0.0.1\",0,1,600" } },
    { "he910", "data", { TELIT, "!", ">AT#SSLD=1,7000,\"127.0.0.1\",0,1", ">AT#SSLRECV=1,9,600" } },
    { "he910", "greeting", { TELIT, TELIT_FTP } },
    { "he910", "login", { TELIT, TELIT_FTP, "<220 a\r\n", "<331 b\r\n" } },
    { "he910", "reply", { TELIT, TELIT_FTP, LOGIN, ">AT#FTPDELE=\"x\"" } },
    { "m95",
      "response",
      { QUECTEL, ">AT+QHTTPURL=21", "=http://127.0.0.1:7000", ">AT+QHTTPGET=600" } },
    { "m95",
      "response to a body",
      { QUECTEL, ">AT+QHTTPURL=21", "=http://127.0.0.1:7000", ">AT+QHTTPPOST=1,60,600", "=x" } },
    { "l610", "name", { FIBOCOM, ">AT+MIPDNS=\"hangs.test\"" } },
    { "l610", "transparent socket", { FIBOCOM, ">AT+MIPODM=1,,\"127.0.0.1\",7000,2" } },
    { "l610", "farewell", { FIBOCOM, FIBOCOM_FTP, LOGIN, ">AT+FTPCLOSE" } },
    { "l610",
      "file",
      { FIBOCOM, FIBOCOM_FTP, LOGIN, ">AT+FTPGET=\"x\"", PASSIVE, "<150 go\r\n",
        ">AT+FTPRECV=100" } },
    { "nl668-eau",
      "stream",
      { FIBOCOM, ">AT+HTTPSET=\"URL\",\"http://127.0.0.1:7000/\"", ">AT+HTTPSET=\"MODE\",\"1\"",
        ">AT+HTTPACT=0,600", "<HTTP/1.1 200 OK\r\n\r\n", ">AT+HTTPREAD" } },
};

static struct scripted_peer *server_of(struct world *world)
{
    return scripted_net_peer(&world->scripted_net, SERVER);
}

static void take_step(struct world *world, const char *step)
{
    switch (step[0]) {
    case LINE:
        talk(world, step + 1);
        break;
    case BYTES:
        world_type_text(world, step + 1);
        break;
    case REPLY:
        peer_send(server_of(world), span_of(step + 1));
        break;
    case ACCEPT:
        peer_decide(server_of(world), &(struct peer_handshake){ .verdict = VERDICT_YES });
        break;
    default:
        fail_msg("no such step: %s", step);
    }
    world_settle(world);
}

static bool is_busy(const struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;

    return terminal->ops->busy(terminal);
}

static void switch_on(struct world *world, const char *model)
{
    world_init(world);
    check_int(model, world_switch_on(world, model, false, 1), ERR_OK);
    world_advance(world, 10000);
    scripted_net_name(&world->scripted_net, "hangs.test", NAME_HANGS, NULL, 0);
    scripted_net_listen(&world->scripted_net, SERVER, PEER_ACCEPTS);
    scripted_net_listen(&world->scripted_net, DATA, PEER_ACCEPTS);
    scripted_net_listen(&world->scripted_net, HANGS, PEER_HANGS);
}

/* Up to where the port waits. */
static void wait_as(const struct wait_row *row, struct world *world)
{
    size_t i;

    switch_on(world, row->model);
    for (i = 0; i < STEPS_MAX && row->steps[i] != NULL; i++)
        take_step(world, row->steps[i]);
    if (!is_busy(world))
        fail_msg("%s: %s: it does not wait: \"%s\"", row->model, row->name,
                 show(world_heard(world, 0)));
    world_forget(world, 0);
}

static void check_row(const struct wait_row *row)
{
    struct terminal *terminal;
    struct world world;

    wait_as(row, &world);
    terminal = world.ports[0].terminal;
    world_set_appetite(&world, 0, 0);
    terminal->ops->host_gone(terminal);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_bytes(row->name, world_heard(&world, 0), span_of(""));
    talk_expect(&world, "AT", "\r\nOK\r\n");
    world_forget(&world, 0);
    world_advance(&world, HOUR_MS);
    if (world_heard(&world, 0).len > 0)
        assert_null(memmem(world_heard(&world, 0).data, world_heard(&world, 0).len, "ERROR", 5));
    assert_int_equal(world.scripted_net.spins, 0);
    world_deinit(&world);
}

static void test_host_goes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
}

/* What it has typed meanwhile is not the beginning of the next host's line, whether the port kept
 * it or XON and XOFF did. */
static void check_half_a_line(const struct wait_row *row, bool flow)
{
    struct terminal *terminal;
    struct world world;

    wait_as(row, &world);
    if (flow) {
        module_enter(world.modem);
        world.modem->terminals[0]->settings.flow_te = 1;
        world.modem->terminals[0]->settings.flow_ta = 1;
        terminal_set_flow(world.modem->terminals[0]);
        module_leave(world.modem);
    }
    world_type_text(&world, "AT+CM");
    terminal = world.ports[0].terminal;
    world_set_appetite(&world, 0, 0);
    terminal->ops->host_gone(terminal);
    if (byte_queue_len(&world.ports[0].typed) == 0)
        terminal->ops->host_gone(terminal);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_settle(&world);
    check_int("typed", (intmax_t)byte_queue_len(&world.ports[0].typed), 0);
    world_advance(&world, HOUR_MS);
    world_forget(&world, 0);
    world_type_text(&world, "EE?\r");
    check_bytes(row->name, world_heard(&world, 0), span_of(""));
    talk_expect(&world, "AT", "\r\nOK\r\n");
    world_deinit(&world);
}

static void test_half_a_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        check_half_a_line(&rows[i], false);
        check_half_a_line(&rows[i], true);
    }
}

/* The host is still there, and is told that it waits in vain. */
static void test_dtr_drops(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct terminal *terminal;
        struct world world;

        wait_as(&rows[i], &world);
        terminal = world.ports[0].terminal;
        terminal->ops->set_dtr(terminal, false);
        terminal->ops->set_dtr(terminal, true);
        world_settle(&world);
        if (world_heard(&world, 0).len == 0 || is_busy(&world))
            fail_msg("%s: %s: nothing is said", rows[i].model, rows[i].name);
        talk_expect(&world, "AT", "\r\nOK\r\n");
        world_deinit(&world);
    }
}

/* &D0 takes no notice, and &D1 is about online mode. */
static void test_dtr_that_does_not_count(void **state)
{
    static const char *const settings[] = { "AT&D0", "AT&D1" };

    (void)state;
    for (size_t i = 0; i < COUNT(settings); i++) {
        struct terminal *terminal;
        struct world world;

        switch_on(&world, "he910");
        talk_prepare(&world);
        talk_ok(&world, settings[i]);
        talk(&world, "AT#SSLD=1,7000,\"127.0.0.1\",0,1");
        terminal = world.ports[0].terminal;
        terminal->ops->set_dtr(terminal, false);
        world_settle(&world);
        assert_true(is_busy(&world));
        peer_decide(server_of(&world), &(struct peer_handshake){ .verdict = VERDICT_YES });
        world_settle(&world);
        check_bytes(settings[i], world_heard(&world, 0), span_of("\r\nOK\r\n"));
        world_deinit(&world);
    }
}

/* ---- what a host has sent is not lost ---- */

/* Sends blocks until the command waits for the peer; bytes sent. */
static size_t send_until_it_waits(struct world *world, const char *line, size_t size)
{
    static uint8_t block[2048];
    size_t sent = 0;

    memset(block, 'x', sizeof(block));
    peer_stall(server_of(world));
    do {
        talk(world, line);
        world_type(world, 0, span_at(block, size));
        world_settle(world);
        sent += size;
    } while (!is_busy(world) && sent < 1000000);
    assert_true(is_busy(world));
    return sent;
}

static void check_sending(struct world *world, const char *line, size_t size)
{
    struct terminal *terminal = world->ports[0].terminal;
    size_t sent = send_until_it_waits(world, line, size);

    terminal->ops->host_gone(terminal);
    world_forget(world, 0);
    talk_expect(world, "AT", "\r\nOK\r\n");
    peer_resume(server_of(world));
    world_settle(world);
    check_int("bytes", (intmax_t)byte_queue_len(&server_of(world)->got), (intmax_t)sent);
    world_deinit(world);
}

static void test_host_goes_while_it_sends(void **state)
{
    static const struct wait_row sockets[] = {
        { "he910", NULL, { TELIT, "!", ">AT#SSLD=1,7000,\"127.0.0.1\",0,1" } },
        { "l610", NULL, { FIBOCOM, ">AT+MIPOPEN=1,,\"127.0.0.1\",7000,0" } },
    };
    struct world world;

    (void)state;
    for (size_t i = 0; i < COUNT(sockets); i++) {
        switch_on(&world, sockets[i].model);
        for (size_t s = 0; s < STEPS_MAX && sockets[i].steps[s] != NULL; s++)
            take_step(&world, sockets[i].steps[s]);
        if (i == 0)
            check_sending(&world, "AT#SSLSENDEXT=1,1500", 1500);
        else
            check_sending(&world, "AT+MIPSEND=1,2048", 2048);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_goes),
        cmocka_unit_test(test_half_a_line),
        cmocka_unit_test(test_dtr_drops),
        cmocka_unit_test(test_dtr_that_does_not_count),
        cmocka_unit_test(test_host_goes_while_it_sends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
