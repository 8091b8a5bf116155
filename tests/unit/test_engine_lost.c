/* test_engine_lost.c: what a module drops of a host's or a peer's bytes: the log says how many,
 * where, and what to use instead, once.
 */
#include "check.h"
#include "talk.h"

#include <stdio.h>

enum { PORT = 20444, LINES_MAX = 8, LINE_CAP = 200 };

struct said {
    char lines[LINES_MAX][LINE_CAP];
    size_t count;
};

static void write_line(void *ctx, const char *level, const char *text)
{
    struct said *said = ctx;

    if (strcmp(level, "warning") != 0)
        return;
    assert_true(said->count < LINES_MAX);
    snprintf(said->lines[said->count++], LINE_CAP, "%s", text);
}

static void start(struct world *world, struct said *said, const char *model)
{
    *said = (struct said){ .count = 0 };
    world_init(world);
    world->log = (struct log){ .write = write_line, .ctx = said, .level = LOG_WARNING };
    assert_int_equal(world_switch_on(world, model, false, 1), ERR_OK);
}

static void type_many(struct world *world, size_t count)
{
    uint8_t bytes[4096];

    assert_true(count <= sizeof(bytes));
    memset(bytes, 'x', count);
    world_type(world, 0, span_at(bytes, count));
}

static void check_said(const char *name, struct said *said, const char *line)
{
    check_int(name, (intmax_t)said->count, line[0] != '\0');
    if (said->count > 0)
        check_text(name, said->lines[0], line);
    said->count = 0;
}

/* The command stands in front. */
static void check_said_of(const char *command, struct said *said, const char *what)
{
    char line[LINE_CAP];

    snprintf(line, sizeof(line), "port 1: %s: %s", command, what);
    check_said(command, said, what[0] != '\0' ? line : "");
}

/* ---- prompts ---- */

struct prompt_row {
    const char *line;
    size_t count;    /* bytes that are typed, */
    const char *end; /* and what behind them */
    const char *said;
};

static const struct prompt_row telit_rows[] = {
    { "AT#SSLSEND=1", 1023, "\x1A", "" },
    { "AT#SSLSEND=1", 1500, "\x1A",
      "477 bytes over 1023 dropped; send them in parts, or by #SSLSENDEXT" },
    { "AT#SSLSEND=1", 2, "\x1B", "ESC at byte 3: nothing is taken; binary data needs #SSLSENDEXT" },
    { "AT#SSLSEND=1", 0, "\x1B", "" },
    { "AT#SSLSENDEXT=1,5", 5, "\x1B", "" },
};

static const struct prompt_row security_rows[] = {
    { "AT#SSLSECDATA=1,1,1,10", 12, "\x1A", "" },
    { "AT#SSLSECDATA=1,1,1,10", 15, "\x1A",
      "3 bytes over 12: nothing is taken; line ends count as they are sent" },
};

static const struct prompt_row quectel_rows[] = {
    { "AT+QISEND", 1460, "\x1A", "" },
    { "AT+QISEND", 1470, "\x1A",
      "10 bytes over 1460: nothing is taken; line ends count as they are sent" },
    { "AT+QISEND", 7, "\x1B",
      "ESC at byte 8: nothing is taken; binary data needs a length in the command" },
};

static const struct prompt_row fibocom_rows[] = {
    { "AT+MIPSEND=1", 2048, "\x1A", "" },
    { "AT+MIPSEND=1", 2050, "\x1A",
      "2 bytes over 2048: nothing is taken; line ends count as they are sent" },
};

static void play(struct world *world, struct said *said, const struct prompt_row *rows,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        talk(world, rows[i].line);
        type_many(world, rows[i].count);
        world_type_text(world, rows[i].end);
        world_settle(world);
        check_said_of(rows[i].line, said, rows[i].said);
    }
}

static void test_prompts(void **state)
{
    struct world world;
    struct said said;

    (void)state;
    start(&world, &said, "he910");
    talk_connect(&world, false);
    said.count = 0;
    play(&world, &said, telit_rows, COUNT(telit_rows));
    talk_ok(&world, "AT#SSLH=1");
    play(&world, &said, security_rows, COUNT(security_rows));
    world_deinit(&world);

    start(&world, &said, "m95");
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    talk(&world, "ATE0;+QIREGAPP;+QIACT;+QIOPEN=\"TCP\",\"127.0.0.1\",20444");
    world_advance(&world, 1000);
    said.count = 0;
    play(&world, &said, quectel_rows, COUNT(quectel_rows));
    world_deinit(&world);

    start(&world, &said, "l610");
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    talk(&world, "ATE0;+MIPCALL=1;+MIPOPEN=1,,\"127.0.0.1\",20444,0");
    world_advance(&world, 1000);
    said.count = 0;
    play(&world, &said, fibocom_rows, COUNT(fibocom_rows));
    world_deinit(&world);
}

/* A product of revision 6 has no #SSLSENDEXT that could be advised. */
static void test_advice_of_revision_6(void **state)
{
    static const struct prompt_row row = {
        "AT#SSLSEND=1", 1024, "\x1A",
        "1 bytes over 1023 dropped; send them in parts, or by online mode, #SSLO"
    };
    struct world world;
    struct said said;

    (void)state;
    start(&world, &said, "gc864-quad");
    talk_connect(&world, false);
    said.count = 0;
    play(&world, &said, &row, 1);
    world_deinit(&world);
}

/* ---- datagrams ---- */

static void send_datagrams(struct world *world, int count)
{
    static uint8_t datagram[3000];
    struct scripted_peer *peer = scripted_net_udp_peer(&world->scripted_net, PORT);

    memset(datagram, 'd', sizeof(datagram));
    for (int i = 0; i < count; i++) {
        assert_true(peer_send(peer, span_at(datagram, sizeof(datagram))));
        world_advance(world, 1000);
    }
}

static void test_datagrams(void **state)
{
    struct world world;
    struct said said;

    (void)state;
    start(&world, &said, "l610");
    talk(&world, "ATE0;+MIPCALL=1;+MIPOPEN=1,,\"127.0.0.1\",20444,1");
    talk(&world, "AT+MIPSEND=1,1");
    world_type_text(&world, "x");
    said.count = 0;
    send_datagrams(&world, 3);
    check_said(
        "l610", &said,
        "socket 1: the host gets 1500 bytes of a datagram of 3000, the others are lost; such "
        "are counted from now on");
    talk(&world, "AT+MIPCALL=0");
    check_said("l610, at the end", &said,
               "socket 1: 3 datagrams were too long, 4500 bytes of them are lost");
    world_deinit(&world);
}

static void test_datagrams_that_are_read_in_part(void **state)
{
    struct world world;
    struct said said;

    (void)state;
    start(&world, &said, "m95");
    talk(&world, "ATE0;+QINDI=1;+QIREGAPP;+QIACT;+QIOPEN=\"UDP\",\"127.0.0.1\",20444");
    world_advance(&world, 1000);
    talk(&world, "AT+QISEND=1");
    world_type_text(&world, "x");
    said.count = 0;
    assert_true(peer_send(scripted_net_udp_peer(&world.scripted_net, PORT), span_of("0123456789")));
    world_advance(&world, 1000);
    talk_ok(&world, "AT+QIRD=0,1,0,4");
    check_said("m95", &said,
               "socket 0: the host gets 4 bytes of a datagram of 10, the others are lost; such are "
               "counted from now on");
    world_deinit(&world);
    check_said("m95, at the end", &said, "");
}

/* ---- unsolicited lines ---- */

/* A port that is held by a half typed line keeps the newest. */
static void test_unsolicited_lines(void **state)
{
    struct world world;
    struct said said = { .count = 0 };

    (void)state;
    world_init(&world);
    world.log = (struct log){ .write = write_line, .ctx = &said, .level = LOG_WARNING };
    assert_int_equal(world_switch_on(&world, "he910", false, 2), ERR_OK);
    talk_ok(&world, "AT+CREG=1");
    world_type_text(&world, "AT");
    for (int i = 0; said.count == 0 && i < 100; i++) {
        talk_on(&world, 1, "AT+CFUN=4");
        talk_on(&world, 1, "AT+CFUN=1");
    }
    assert_non_null(strstr(said.lines[0], "\"+CREG: 0\" is lost"));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prompts),
        cmocka_unit_test(test_advice_of_revision_6),
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_datagrams_that_are_read_in_part),
        cmocka_unit_test(test_unsolicited_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
