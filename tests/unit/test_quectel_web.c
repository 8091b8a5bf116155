/* test_quectel_web.c: HTTP and mail of a Quectel where a transcript does not reach: circuits, a
 * host that leaves, types on or does not read, and what is left in memory.
 */
#include "check.h"
#include "talk.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

enum { PORT = 80, BODY = 50000 };

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n"

static struct scripted_peer *start(struct world *world)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, "m95", false, 1), ERR_OK);
    talk_ok(world, "ATE0");
    talk_ok(world, "AT+QIACT");
    scripted_net_listen(&world->scripted_net, PORT, PEER_ACCEPTS);
    talk(world, "AT+QHTTPURL=18");
    world_type_text(world, "http://localhost/x");
    world_forget(world, 0);
    return scripted_net_peer(&world->scripted_net, PORT);
}

/* The response is there, none of its body has come. */
static struct scripted_peer *get(struct world *world)
{
    struct scripted_peer *peer = start(world);

    talk(world, "AT+QHTTPGET");
    peer_send(peer, span_of(HEAD));
    world_settle(world);
    check_bytes("GET", world_heard(world, 0), span_of("\r\nOK\r\n"));
    world_forget(world, 0);
    return peer;
}

static void expect_heard(struct world *world, const char *expected)
{
    world_settle(world);
    check_bytes("the host hears", world_heard(world, 0), span_of(expected));
    world_forget(world, 0);
}

/* A drop of DTR ends the reading, where &D says that it means anything. */
static void test_dropping_dtr(void **state)
{
    static const struct {
        const char *setting, *heard;
        enum peer_state peer;
    } rows[] = {
        { "AT&D0", "", PEER_CONNECTED },
        { "AT&D1", "\r\nOK\r\n", PEER_CLOSED },
        { "AT&D2", "\r\nOK\r\n", PEER_CLOSED },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct world world;
        struct scripted_peer *peer = get(&world);
        struct terminal *terminal = world.ports[0].terminal;

        talk_ok(&world, rows[i].setting);
        talk(&world, "AT+QHTTPREAD");
        peer_send(peer, span_of("half"));
        expect_heard(&world, "\r\nCONNECT\r\nhalf");
        terminal->ops->set_dtr(terminal, false);
        expect_heard(&world, rows[i].heard);
        check_int(rows[i].setting, peer->state, rows[i].peer);
        world_deinit(&world);
    }
}

/* A line that is typed while the body comes runs after it. */
static void test_typing_during_a_read(void **state)
{
    static char body[BODY];
    struct world world;
    struct scripted_peer *peer = get(&world);

    (void)state;
    memset(body, 'b', sizeof(body));
    talk(&world, "AT+QHTTPREAD");
    world_forget(&world, 0);
    world_type_text(&world, "AT+QHTTPREAD\r");
    expect_heard(&world, "");
    peer_send(peer, span_at(body, sizeof(body)));
    world_settle(&world);
    assert_int_equal(world_heard(&world, 0).len,
                     BODY + strlen("\r\nOK\r\n\r\n+CME ERROR: 3804\r\n"));
    assert_true(talk_ends_with(world_heard(&world, 0), "+CME ERROR: 3804"));
    world_deinit(&world);
}

/* Nothing is fetched for a host that does not read. */
static void test_slow_host(void **state)
{
    static char body[BODY];
    struct world world;
    struct scripted_peer *peer = get(&world);

    (void)state;
    memset(body, 'b', sizeof(body));
    world_set_appetite(&world, 0, 0);
    world_type_text(&world, "AT+QHTTPREAD=5\r");
    peer_send(peer, span_at(body, sizeof(body)));
    world_settle(&world);
    assert_true(byte_queue_len(&peer->stream->inbound) > BODY - 10000);
    world_advance(&world, 3600000); /* its own time, not the server's */
    assert_int_equal(world.scripted_net.spins, 0);
    world_set_appetite(&world, 0, SIZE_MAX);
    assert_int_equal(world_heard(&world, 0).len, strlen("\r\nCONNECT\r\n") + BODY + 6);
    assert_true(talk_ends_with(world_heard(&world, 0), "OK"));
    world_deinit(&world);
}

/* A host that leaves in the middle of a body or a text leaves no command behind. */
static void test_host_leaves_at_a_prompt(void **state)
{
    static const char *const lines[] = { "AT+QHTTPPOST=9", "AT+QSMTPBODY=1", "AT+QSMTPATT=\"a\",9",
                                         "AT+QHTTPURL=9" };
    struct world world;

    (void)state;
    start(&world);
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct terminal *terminal = world.ports[0].terminal;

        assert_true(talk_ends_with(talk(&world, lines[i]), "CONNECT"));
        world_type_text(&world, "half");
        terminal->ops->host_gone(terminal);
        world_advance(&world, 1000);
        world_forget(&world, 0);
        talk_ok(&world, "AT");
        talk_ok(&world, "AT+QSMTPCLR"); /* which a prompt under way would refuse */
        talk_expect(&world, "AT+QHTTPREAD", "\r\n+CME ERROR: 3804\r\n");
    }
    world_deinit(&world);
}

/* One that leaves while it reads a body takes the rest with it. */
static void test_host_leaves_a_body(void **state)
{
    static char body[BODY];
    struct world world;
    struct scripted_peer *peer = get(&world);
    struct terminal *terminal = world.ports[0].terminal;

    (void)state;
    memset(body, 'b', sizeof(body));
    world_set_appetite(&world, 0, 0);
    world_type_text(&world, "AT+QHTTPREAD=5\r");
    peer_send(peer, span_at(body, sizeof(body)));
    world_settle(&world);
    terminal->ops->host_gone(terminal);
    world_set_appetite(&world, 0, SIZE_MAX);
    world_advance(&world, 1000);
    assert_int_equal(world_heard(&world, 0).len, 0);
    talk_ok(&world, "AT");
    talk_expect(&world, "AT+QHTTPREAD", "\r\n+CME ERROR: 3804\r\n");
    world_deinit(&world);
}

static const char password[] = "a password";
static int given_back, with_password; /* blocks */

void __real_free(void *memory);
void __wrap_free(void *memory);

/* The test's own queues, which hold what was typed, are larger. */
void __wrap_free(void *memory)
{
    size_t size = memory != NULL ? malloc_usable_size(memory) : 0;

    if (size > 0 && size < 200) {
        given_back++;
        with_password += memmem(memory, size, password, sizeof(password) - 1) != NULL;
    }
    __real_free(memory);
}

/* Memory that +QSMTPCLR, another password and power-off give back has nothing secret in it. */
static void test_secrets_are_wiped(void **state)
{
    static const char *const ends[] = { "AT+QSMTPCLR", "AT+QSMTPPWD=\"another\"", "AT+QPOWD=1" };
    char line[80];

    (void)state;
    snprintf(line, sizeof(line), "AT+QSMTPUSER=\"me\";+QSMTPPWD=\"%s\"", password);
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct world world;

        start(&world);
        talk_ok(&world, line);
        given_back = with_password = 0;
        talk(&world, ends[i]);
        check_int(ends[i], given_back > 0, true);
        check_int(ends[i], with_password, 0);
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropping_dtr),       cmocka_unit_test(test_typing_during_a_read),
        cmocka_unit_test(test_slow_host),          cmocka_unit_test(test_host_leaves_at_a_prompt),
        cmocka_unit_test(test_host_leaves_a_body), cmocka_unit_test(test_secrets_are_wiped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
