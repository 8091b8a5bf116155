/* test_recorder_play.c: what is recorded of a modem in virtual time plays back. */
#include "check.h"
#include "talk.h"

#include "check/patterns.h"
#include "transcript/engine_stage.h"
#include "transcript/play.h"
#include "transcript/recorder.h"
#include "transcript/writer.h"

#include <string.h>

enum { TEXT_MAX = 200000, PORT = 4433 };

/* ---- recording ---- */

static char text[TEXT_MAX];
static size_t text_len;
static struct world world;
static struct writer *writer;
static struct recorder *recorder;
static struct scripted_peer *peer;

static void put(void *ctx, struct span more)
{
    (void)ctx;
    assert_true(text_len + more.len < TEXT_MAX);
    memcpy(text + text_len, more.data, more.len);
    text_len += more.len;
    text[text_len] = '\0';
}

static void patch(void *ctx, uint64_t offset, struct span bytes)
{
    (void)ctx;
    assert_true(offset + bytes.len <= text_len);
    memcpy(text + offset, bytes.data, bytes.len);
}

static void begin(const char *model)
{
    const struct writer_config config = {
        model, "a test", NULL, NULL, false, { put, patch, NULL }
    };

    text_len = 0;
    world_init(&world);
    assert_int_equal(writer_open(&config, &writer), ERR_OK);
    assert_int_equal(recorder_open(writer, &recorder), ERR_OK);
    world.net = recorder_net(recorder, world.clock, world.net);
    world.tls = recorder_tls(recorder, &world.tls, 1)[0];
    assert_int_equal(world_switch_on(&world, model, false, 1), ERR_OK);
    recorder_attach(recorder, world.modem);
    world.ports[0].terminal = recorder_terminal(recorder, 0, world.ports[0].terminal);
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world.scripted_net, PORT);
}

static void end(void)
{
    recorder_stop(recorder);
    world_deinit(&world);
    recorder_close(recorder);
    writer_close(writer);
}

static void type(const char *line)
{
    world_type_text(&world, line);
    world_settle(&world);
}

static void send(struct scripted_peer *to, const char *bytes)
{
    assert_true(peer_send(to, span_of(bytes)));
    world_settle(&world);
}

/* ---- playing ---- */

struct memory_file {
    struct reader_world world;
};

static enum err read_file(struct reader_world *reader_world, const char *path,
                          struct span *ret_bytes)
{
    (void)reader_world;
    (void)path;
    *ret_bytes = span_at(text, text_len);
    return ERR_OK;
}

static void complain(struct reader_world *reader_world, const char *mistake)
{
    (void)reader_world;
    fail_msg("%s\n%s", mistake, text);
}

static const struct reader_world_ops reader_ops = { .read_file = read_file, .complain = complain };

static void plays_back(const char *model)
{
    struct memory_file file = { { .ops = &reader_ops } };
    struct play_config config = { .patterns = patterns_iface() };
    struct engine_stage_config stage_config = { .model = model };
    struct engine_stage *stage;
    struct report report = { .cut = false };
    enum play_end result;
    uint64_t steps;

    end();
    assert_int_equal(reader_open(&file.world, "recorded.at", &config.reader), ERR_OK);
    stage_config.header = reader_header(config.reader);
    assert_int_equal(engine_stage_open(&stage_config, &report, &stage), ERR_OK);
    config.stage = engine_stage_iface(stage);
    result = play_script(&config, &report, &steps);
    if (result != PLAY_AS_WRITTEN)
        print_error("%.*s\n%s\n", (int)report.text.len, (const char *)report.text.data, text);
    assert_int_equal(result, PLAY_AS_WRITTEN);
    engine_stage_close(stage);
    reader_close(config.reader);
    report_free(&report);
}

/* ---- what a command fetches was there before it ---- */

static const char *const m95_lines[] = { "ATE0\r", "AT+QIFGCNT=0\r", "AT+QICSGP=1,\"CMNET\"\r" };

static void m95_opens(void)
{
    begin("m95");
    for (size_t i = 0; i < COUNT(m95_lines); i++)
        type(m95_lines[i]);
    type("AT+QINDI=1\r");
    type("AT+QIOPEN=\"TCP\",\"127.0.0.1\",4433\r");
    world_advance(&world, 1000);
    assert_int_equal(peer->state, PEER_CONNECTED);
}

/* More than the module holds: a read makes room, and it takes the rest while it answers. */
static void test_more_than_the_module_holds(void **state)
{
    static char bytes[20001];

    (void)state;
    memset(bytes, 'x', sizeof(bytes) - 1);
    m95_opens();
    send(peer, bytes);
    for (int i = 0; i < 14; i++) {
        type("AT+QIRD=0,1,0,1500\r");
        world_advance(&world, 100);
    }
    assert_true(span_contains(world_heard(&world, 0), "+QIRD"));
    plays_back("m95");
}

static void he910_opens(const char *dial)
{
    static const char *const lines[] = { "ATE0\r", "AT+CGDCONT=1,\"IP\",\"internet\"\r",
                                         "AT#SGACT=1,1\r", "AT#SSLEN=1,1\r",
                                         "AT#SSLSECCFG=1,0,0\r" };

    begin("he910");
    for (size_t i = 0; i < COUNT(lines); i++)
        type(lines[i]);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    type(dial);
    assert_int_equal(peer->state, PEER_OPEN);
}

/* A module that says nothing of what has come looks for it when it is asked. */
static void test_what_waits_for_a_command(void **state)
{
    (void)state;
    he910_opens("AT#SSLD=1,4433,\"127.0.0.1\",0,1\r");
    send(peer, "hello");
    world_advance(&world, 2000);
    type("AT#SSLRECV=1,3\r");
    type("AT#SSLRECV=1,100\r");
    send(peer, "more");
    assert_true(peer_close(peer));
    world_settle(&world);
    type("AT#SSLRECV=1,100\r");
    type("AT#SSLRECV=1,100\r");
    plays_back("he910");
}

/* Bytes that have come, and that the module fetches while it handles a line. */
static void test_what_comes_with_a_command(void **state)
{
    (void)state;
    he910_opens("AT#SSLD=1,4433,\"127.0.0.1\",0,1\r");
    assert_true(peer_send(peer, span_of("hello")));
    type("AT#SSLRECV=1,3\r");
    assert_true(peer_send(peer, span_of("more")));
    assert_true(peer_close(peer));
    type("AT#SSLS=1\r");
    type("AT#SSLRECV=1,100\r");
    plays_back("he910");
    m95_opens();
    assert_true(peer_send(peer, span_of("hello")));
    type("AT+QIRD=0,1,0,1500\r");
    assert_true(peer_send(peer, span_of("hello")));
    assert_true(peer_close(peer));
    type("AT+QISTATE\r");
    type("AT+QIRD=0,1,0,1500\r");
    plays_back("m95");
}

/* ---- one port, several connections ---- */

static void test_two_connections_to_one_port(void **state)
{
    struct scripted_peer *second;

    (void)state;
    begin("m95");
    second = scripted_net_nth_peer(&world.scripted_net, NET_TCP, PORT, 1);
    for (size_t i = 0; i < COUNT(m95_lines); i++)
        type(m95_lines[i]);
    type("AT+QIMUX=1\r");
    type("AT+QIOPEN=0,\"TCP\",\"127.0.0.1\",4433\r");
    world_advance(&world, 1000);
    type("AT+QIOPEN=1,\"TCP\",\"127.0.0.1\",4433\r");
    world_advance(&world, 1000);
    send(second, "for one");
    send(peer, "for nought");
    assert_true(peer_close(peer));
    world_advance(&world, 1000);
    type("AT+QICLOSE=0\r");
    world_advance(&world, 1000);
    type("AT+QIOPEN=2,\"TCP\",\"127.0.0.1\",4433\r");
    world_advance(&world, 1000);
    send(peer, "for two");
    send(second, "for one again");
    assert_true(peer_close(second));
    world_advance(&world, 1000);
    assert_non_null(strstr(text, "peer server2 4433"));
    assert_null(strstr(text, "does not play"));
    plays_back("m95");
}

/* Refused, without an answer, and taken at last. */
static void test_refused_and_taken(void **state)
{
    static const enum peer_listens met[] = { PEER_REFUSES, PEER_HANGS, PEER_ACCEPTS, PEER_REFUSES };

    (void)state;
    begin("m95");
    for (size_t i = 0; i < COUNT(m95_lines); i++)
        type(m95_lines[i]);
    for (size_t i = 0; i < COUNT(met); i++) {
        scripted_net_listen(&world.scripted_net, PORT, met[i]);
        type("AT+QIOPEN=\"TCP\",\"127.0.0.1\",4433\r");
        world_advance(&world, 200000);
        if (met[i] == PEER_ACCEPTS)
            send(peer, "hello");
        type("AT+QICLOSE\r");
        world_advance(&world, 1000);
    }
    assert_non_null(strstr(text, "peer server1 dial 1 refuse\n"));
    assert_non_null(strstr(text, "peer server1 dial 2 hang\n"));
    assert_non_null(strstr(text, "peer server1 dial 4 refuse\n"));
    plays_back("m95");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_than_the_module_holds),
        cmocka_unit_test(test_what_waits_for_a_command),
        cmocka_unit_test(test_what_comes_with_a_command),
        cmocka_unit_test(test_two_connections_to_one_port),
        cmocka_unit_test(test_refused_and_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
