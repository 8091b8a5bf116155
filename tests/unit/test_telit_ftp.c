/* test_telit_ftp.c: Telit's FTP commands in virtual time: what ends a session from outside, hosts
 * that are slow, the longest answers, and who may configure TLS.
 */
#include "check.h"
#include "talk.h"

#include "base/text.h"

#include <stdio.h>

enum { SERVER_PORT = 21, DATA_PORT = 4001, OTHER = 1 };

#define OPEN    "AT#FTPOPEN=\"127.0.0.1\",\"u\",\"p\",1"
#define PASSIVE "227 ok (127,0,0,1,15,161)\r\n"

struct rig {
    struct world world;
    struct scripted_peer *server, *data;
};

static void start(struct rig *rig)
{
    world_init(&rig->world);
    assert_int_equal(world_switch_on(&rig->world, "he910", false, 2), ERR_OK);
    talk_ok(&rig->world, "ATE0");
    talk_ok(&rig->world, "AT+CMEE=1;+CGDCONT=1,IP");
    talk_ok(&rig->world, "AT#SGACT=1,1");
    talk_on(&rig->world, OTHER, "ATE0");
    scripted_net_listen(&rig->world.scripted_net, SERVER_PORT, PEER_ACCEPTS);
    scripted_net_listen(&rig->world.scripted_net, DATA_PORT, PEER_ACCEPTS);
    rig->server = scripted_net_peer(&rig->world.scripted_net, SERVER_PORT);
    rig->data = scripted_net_peer(&rig->world.scripted_net, DATA_PORT);
}

static void finish(struct rig *rig)
{
    world_switch_off(&rig->world);
    assert_null(rig->world.scripted_net.streams);
    assert_null(rig->world.scripted_net.listeners);
    assert_int_equal(rig->world.scripted_net.spins, 0);
    world_deinit(&rig->world);
}

static void says(struct rig *rig, const char *reply)
{
    peer_send(rig->server, span_of(reply));
    world_settle(&rig->world);
}

static void heard(struct rig *rig, const char *row, const char *expected)
{
    world_settle(&rig->world);
    check_bytes(row, world_heard(&rig->world, 0), span_of(expected));
    world_forget(&rig->world, 0);
}

static void log_in(struct rig *rig)
{
    static const char *const replies[] = { "220 ready\r\n", "331 password\r\n", "230 in\r\n",
                                           "200 ok\r\n" };

    talk(&rig->world, OPEN);
    for (size_t i = 0; i < COUNT(replies); i++)
        says(rig, replies[i]);
    heard(rig, "open", "\r\nOK\r\n");
}

/* Up to the 150 of a transfer. */
static void transfer(struct rig *rig, const char *line, const char *answer)
{
    start(rig);
    log_in(rig);
    talk(&rig->world, line);
    says(rig, PASSIVE);
    world_forget(&rig->world, 0);
    says(rig, "150 go\r\n");
    heard(rig, line, answer);
}

/* ---- what ends a session from outside ---- */

enum state { OPENING, COMMAND, STARTING, GETTING, PUTTING, PACKETS, PROMPT, CLOSING, STATES };

static void enter(struct rig *rig, enum state state)
{
    static const char *const lines[STATES] = {
        [OPENING] = OPEN,           [COMMAND] = "AT#FTPPWD",   [STARTING] = "AT#FTPGET=f",
        [GETTING] = "AT#FTPGET=f",  [PUTTING] = "AT#FTPPUT=f", [PACKETS] = "AT#FTPGETPKT=f",
        [PROMPT] = "AT#FTPPUT=f,1", [CLOSING] = "AT#FTPCLOSE",
    };

    start(rig);
    if (state != OPENING)
        log_in(rig);
    talk(&rig->world, lines[state]);
    if (state >= GETTING && state <= PROMPT) {
        says(rig, PASSIVE);
        says(rig, "150 go\r\n");
    }
    if (state == PROMPT)
        talk(&rig->world, "AT#FTPAPPEXT=4");
    world_forget(&rig->world, 0);
}

static void test_switching_off(void **state)
{
    (void)state;
    for (enum state at = 0; at < STATES; at++) {
        struct rig rig;

        enter(&rig, at);
        finish(&rig);
    }
}

/* Another port takes the context down: the command under way gets 609, a transfer NO CARRIER. */
static void test_context_down(void **state)
{
    static const char *const answers[STATES] = {
        [OPENING] = "\r\n+CME ERROR: 609\r\n",
        [COMMAND] = "\r\n+CME ERROR: 609\r\n",
        [STARTING] = "\r\n+CME ERROR: 609\r\n",
        [GETTING] = "\r\nNO CARRIER\r\n",
        [PUTTING] = "\r\nNO CARRIER\r\n",
        [PACKETS] = "",
        [PROMPT] = "",
        [CLOSING] = "\r\n+CME ERROR: 609\r\n",
    };

    (void)state;
    for (enum state at = 0; at < STATES; at++) {
        struct rig rig;
        char row[20];

        snprintf(row, sizeof(row), "state %d", (int)at);
        enter(&rig, at);
        talk_on(&rig.world, OTHER, "AT#SGACT=1,0");
        heard(&rig, row, answers[at]);
        if (at == PROMPT)
            world_type_text(&rig.world, "four");
        if (at == PROMPT)
            heard(&rig, row, "\r\n+CME ERROR: 614\r\n");
        assert_null(rig.world.scripted_net.streams);
        talk_expect(&rig.world, "AT#FTPPWD", "\r\n+CME ERROR: 607\r\n");
        finish(&rig);
    }
}

/* DTR ends an upload as the escape sequence does. */
static void test_dtr(void **state)
{
    struct terminal *terminal;
    struct rig rig;

    (void)state;
    start(&rig);
    talk_ok(&rig.world, "AT&D2");
    log_in(&rig);
    talk(&rig.world, "AT#FTPPUT=f");
    says(&rig, PASSIVE);
    says(&rig, "150 go\r\n");
    world_type_text(&rig.world, "bytes");
    world_forget(&rig.world, 0);
    terminal = rig.world.ports[0].terminal;
    terminal->ops->set_dtr(terminal, true);
    terminal->ops->set_dtr(terminal, false);
    world_settle(&rig.world);
    check_bytes("upload", byte_queue_peek(&rig.data->got), span_of("bytes"));
    assert_int_equal(rig.data->state, PEER_CLOSED);
    says(&rig, "226 stored\r\n");
    heard(&rig, "end", "\r\nNO CARRIER\r\n");
    finish(&rig);
}

/* ---- slow hosts, long answers ---- */

static void test_host_that_does_not_read(void **state)
{
    static uint8_t bytes[50000];
    struct rig rig;

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    transfer(&rig, "AT#FTPGET=f", "\r\nCONNECT\r\n");
    world_set_appetite(&rig.world, 0, 0);
    peer_send(rig.data, span_at(bytes, sizeof(bytes)));
    peer_hang_up(rig.data);
    says(&rig, "226 done\r\n");
    world_advance(&rig.world, INT64_C(3600) * 1000);
    assert_int_equal(world_heard(&rig.world, 0).len, 0);
    world_set_appetite(&rig.world, 0, SIZE_MAX);
    world_settle(&rig.world);
    assert_int_equal(world_heard(&rig.world, 0).len, sizeof(bytes) + strlen("\r\nNO CARRIER\r\n"));
    assert_true(talk_ends_with(world_heard(&rig.world, 0), "NO CARRIER"));
    finish(&rig);
}

static void check_answer(struct span answer, const char *head, size_t bytes)
{
    static const char tail[] = "\r\n\r\nOK\r\n";
    size_t head_len = strlen(head), tail_len = sizeof(tail) - 1;

    assert_int_equal(answer.len, head_len + bytes + tail_len);
    assert_memory_equal(answer.data, head, head_len);
    assert_memory_equal(answer.data + answer.len - tail_len, tail, tail_len);
}

static void test_longest_answers(void **state)
{
    static uint8_t bytes[3000];
    struct rig rig;

    (void)state;
    for (int view = 0; view < 2; view++) {
        transfer(&rig, view == 0 ? "AT#FTPGETPKT=f" : "AT#FTPGETPKT=f,1", "\r\nOK\r\n");
        peer_send(rig.data, span_at(bytes, sizeof(bytes)));
        world_settle(&rig.world);
        talk_expect(&rig.world, "AT#FTPRECV?", "\r\n#FTPRECV: 3000\r\n\r\nOK\r\n");
        if (view == 0)
            check_answer(talk(&rig.world, "AT#FTPRECV=3000"), "\r\n#FTPRECV: 3000\r\n", 3000);
        else
            check_answer(talk(&rig.world, "AT#FTPRECV=3000"), "\r\n#FTPRECV: 1500\r\n", 3000);
        finish(&rig);
    }
}

static void test_prompt_without_data(void **state)
{
    struct rig rig;

    (void)state;
    transfer(&rig, "AT#FTPPUT=f,1", "\r\nOK\r\n");
    talk_expect(&rig.world, "AT#FTPAPPEXT=5", "\r\n> ");
    world_forget(&rig.world, 0);
    world_advance(&rig.world, 300000);
    heard(&rig, "prompt", "\r\nERROR\r\n");
    talk_expect(&rig.world, "AT#FTPAPPEXT=5", "\r\n> ");
    world_forget(&rig.world, 0);
    world_type_text(&rig.world, "hello");
    heard(&rig, "chunk", "\r\n#FTPAPPEXT: 5\r\n\r\nOK\r\n");
    check_bytes("server", byte_queue_peek(&rig.data->got), span_of("hello"));
    finish(&rig);
}

/* A server that takes no more of a chunk holds the answer back, but not for ever. */
static void test_slow_server(void **state)
{
    struct rig rig;

    (void)state;
    transfer(&rig, "AT#FTPPUT=f,1", "\r\nOK\r\n");
    rig.data->stalled = true;
    rig.data->stall_room = 2;
    talk(&rig.world, "AT#FTPAPPEXT=5");
    world_forget(&rig.world, 0);
    world_type_text(&rig.world, "hello");
    heard(&rig, "waits", "");
    peer_resume(rig.data);
    heard(&rig, "goes on", "\r\n#FTPAPPEXT: 5\r\n\r\nOK\r\n");
    rig.data->stalled = true;
    rig.data->stall_room = 2;
    talk(&rig.world, "AT#FTPAPPEXT=5");
    world_forget(&rig.world, 0);
    world_type_text(&rig.world, "hello");
    world_advance(&rig.world, 90000);
    says(&rig, "426 cut\r\n");
    heard(&rig, "given up", "\r\n+CME ERROR: 633\r\n");
    finish(&rig);
}

/* ---- between the last byte and the server's last word ---- */

static void read_to_the_end(struct rig *rig)
{
    transfer(rig, "AT#FTPGETPKT=f", "\r\nOK\r\n");
    peer_send(rig->data, span_of("all"));
    peer_hang_up(rig->data);
    world_settle(&rig->world);
    talk_expect(&rig->world, "AT#FTPRECV=10", "\r\n#FTPRECV: 3\r\nall\r\n\r\nOK\r\n");
    byte_queue_clear(&rig->server->got);
}

#define NOTHING_LEFT "\r\n#FTPRECV: 0\r\n\r\n\r\nOK\r\n"

static void test_next_command_waits(void **state)
{
    struct rig rig;

    (void)state;
    read_to_the_end(&rig);
    talk_expect(&rig.world, "AT#FTPRECV=10", NOTHING_LEFT);
    talk_expect(&rig.world, "AT#FTPDELE=\"a b\"", "");
    check_bytes("not yet", byte_queue_peek(&rig.server->got), span_of(""));
    says(&rig, "226 done\r\n");
    check_bytes("now", byte_queue_peek(&rig.server->got), span_of("DELE a b\r\n"));
    says(&rig, "250 gone\r\n");
    heard(&rig, "DELE", "\r\nOK\r\n");
    finish(&rig);
}

/* The end of the data does not come either: the wait is #FTPTO, and the transfer goes on. */
static void test_next_command_waits_in_vain(void **state)
{
    struct rig rig;

    (void)state;
    transfer(&rig, "AT#FTPGETPKT=f", "\r\nOK\r\n");
    peer_send(rig.data, span_of("part"));
    world_settle(&rig.world);
    talk_expect(&rig.world, "AT#FTPRECV=10", "\r\n#FTPRECV: 4\r\npart\r\n\r\nOK\r\n");
    talk_expect(&rig.world, "AT#FTPPWD", "");
    world_advance(&rig.world, 9999);
    heard(&rig, "not yet", "");
    world_advance(&rig.world, 1);
    heard(&rig, "in vain", "\r\n+CME ERROR: 613\r\n");
    peer_send(rig.data, span_of("rest"));
    world_settle(&rig.world);
    talk_expect(&rig.world, "AT#FTPRECV=10", "\r\n#FTPRECV: 4\r\nrest\r\n\r\nOK\r\n");
    finish(&rig);
}

static void test_end_is_told_when_it_is_known(void **state)
{
    struct rig rig;

    (void)state;
    read_to_the_end(&rig);
    talk_expect(&rig.world, "AT#FTPGETPKT?", "");
    says(&rig, "226 done\r\n");
    heard(&rig, "complete", "\r\n#FTPGETPKT: f,0,1\r\n\r\nOK\r\n");
    talk_expect(&rig.world, "AT#FTPRECV=10", "\r\n+CME ERROR: 614\r\n");
    finish(&rig);

    read_to_the_end(&rig);
    talk_expect(&rig.world, "AT#FTPGETPKT?", "");
    says(&rig, "451 disk broken\r\n");
    heard(&rig, "not complete", "\r\n#FTPGETPKT: f,0,0\r\n\r\nOK\r\n");
    talk_expect(&rig.world, "AT#FTPRECV=10", NOTHING_LEFT);
    talk_expect(&rig.world, "AT#FTPRECV=10", "\r\n+CME ERROR: 614\r\n");
    finish(&rig);
}

static void test_last_word_does_not_come(void **state)
{
    static const char *const lines[] = { "AT#FTPGETPKT?", "AT#FTPPWD", "AT#FTPCLOSE" };
    static const char *const answers[] = { "\r\n#FTPGETPKT: f,0,0\r\n\r\nOK\r\n",
                                           "\r\n+CME ERROR: 643\r\n", "\r\nOK\r\n" };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct rig rig;

        read_to_the_end(&rig);
        talk_expect(&rig.world, lines[i], "");
        world_advance(&rig.world, 10000);
        heard(&rig, lines[i], answers[i]);
        talk_expect(&rig.world, "AT#FTPRECV=10", "\r\n+CME ERROR: 614\r\n");
        talk_expect(&rig.world, "AT#FTPPWD", "\r\n+CME ERROR: 607\r\n");
        finish(&rig);
    }
}

/* ---- settings ---- */

static void test_time_limit(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    talk_expect(&rig.world, "AT#FTPTO?", "\r\n#FTPTO: 100\r\n\r\nOK\r\n");
    talk_ok(&rig.world, "AT#FTPTO=200");
    talk_expect(&rig.world, "AT#FTPCFG?", "\r\n#FTPCFG: 200,0,0\r\n\r\nOK\r\n");
    talk(&rig.world, OPEN);
    world_advance(&rig.world, 19999);
    heard(&rig, "not yet", "");
    world_advance(&rig.world, 1);
    heard(&rig, "now", "\r\n+CME ERROR: 642\r\n");
    log_in(&rig);
    talk(&rig.world, "AT#FTPPWD");
    world_advance(&rig.world, 20000);
    heard(&rig, "command", "\r\n+CME ERROR: 643\r\n");
    finish(&rig);
}

/* #FTPCFG lets security be set without #SSLEN, and #SSLEN may come first. */
static void test_who_may_configure_tls(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    talk_expect(&rig.world, "AT#SSLSECCFG=1,0,0", "\r\n+CME ERROR: 836\r\n");
    talk_ok(&rig.world, "AT#FTPCFG=100,0,1");
    talk_ok(&rig.world, "AT#SSLSECCFG=1,3,1");
    talk_expect(&rig.world, "AT#SSLSECDATA?", "\r\n#SSLSECDATA: 1,0,0,0\r\n\r\nOK\r\n");
    talk_expect(&rig.world, "AT#SSLD=1,443,\"h\",0,1", "\r\n+CME ERROR: 836\r\n");
    talk_ok(&rig.world, "AT#FTPCFG=100,0,0");
    talk_expect(&rig.world, "AT#SSLSECCFG?", "\r\n+CME ERROR: 836\r\n");
    talk_ok(&rig.world, "AT#SSLEN=1,1");
    talk_ok(&rig.world, "AT#SSLSECCFG=1,0,0");
    talk_ok(&rig.world, "AT#FTPCFG=100,0,1");
    talk_ok(&rig.world, "AT#SSLSECCFG=1,1,0");
    talk_on(&rig.world, OTHER, "AT+CMEE=1");
    check_bytes("the owner's", talk_on(&rig.world, OTHER, "AT#SSLSECCFG=1,0,0"),
                span_of("\r\n+CME ERROR: 836\r\n"));
    finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switching_off),
        cmocka_unit_test(test_context_down),
        cmocka_unit_test(test_dtr),
        cmocka_unit_test(test_host_that_does_not_read),
        cmocka_unit_test(test_longest_answers),
        cmocka_unit_test(test_prompt_without_data),
        cmocka_unit_test(test_slow_server),
        cmocka_unit_test(test_next_command_waits),
        cmocka_unit_test(test_next_command_waits_in_vain),
        cmocka_unit_test(test_end_is_told_when_it_is_known),
        cmocka_unit_test(test_last_word_does_not_come),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_who_may_configure_tls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
