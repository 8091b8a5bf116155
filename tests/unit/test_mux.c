/* test_mux.c: the multiplexer of 3GPP TS 27.010 between bytes and terminals of the test's own. */
#include "base/text.h"
#include "check.h"
#include "mux/mux.h"

#include <stdlib.h>

enum { LINES = 3, FRAME_MAX = 20, CAP = 4096, HEARD_CAP = 80000, REST_MS = 1000 };

/* A terminal: what it has heard and has to say. */
struct toy {
    struct terminal base;
    struct channel *channel;
    char heard[HEARD_CAP];
    size_t heard_len;
    const char *says; /* NULL: nothing */
    bool deaf;        /* takes nothing */
    bool dtr, is_open;
};

struct bench {
    struct mux *mux;
    struct toy toys[LINES + 1];
    uint8_t out[CAP];
    size_t out_len;
    int64_t now_ms;
};

static size_t feed(struct terminal *base, struct span bytes)
{
    struct toy *toy = (struct toy *)base;

    if (toy->deaf)
        return 0;
    assert_true(toy->heard_len + bytes.len < HEARD_CAP);
    memcpy(toy->heard + toy->heard_len, bytes.data, bytes.len);
    toy->heard_len += bytes.len;
    return bytes.len;
}

static struct span peek(struct terminal *base)
{
    const struct toy *toy = (struct toy *)base;

    return toy->says != NULL ? span_of(toy->says) : span_at(NULL, 0);
}

static void consume(struct terminal *base, size_t count)
{
    struct toy *toy = (struct toy *)base;

    toy->says += count;
}

static void set_dtr(struct terminal *base, bool on)
{
    ((struct toy *)base)->dtr = on;
}

static const struct terminal_ops toy_ops = {
    .feed = feed, .peek = peek, .consume = consume, .set_dtr = set_dtr
};

static struct terminal *on_open(void *ctx, size_t dlci, struct channel *channel)
{
    struct bench *bench = ctx;

    bench->toys[dlci].is_open = true;
    bench->toys[dlci].channel = channel;
    return &bench->toys[dlci].base;
}

static void on_close(void *ctx, size_t dlci)
{
    struct bench *bench = ctx;

    bench->toys[dlci].is_open = false;
}

static void bench_init(struct bench *bench, enum mux_option option)
{
    struct mux_config config = { .option = option,
                                 .frame_max = FRAME_MAX,
                                 .line_max = LINES,
                                 .open = on_open,
                                 .close = on_close,
                                 .ctx = bench };

    *bench = (struct bench){ .now_ms = 5000 };
    for (size_t i = 0; i <= LINES; i++)
        bench->toys[i].base.ops = &toy_ops;
    bench->mux = mux_new(&config);
    assert_non_null(bench->mux);
}

static void take_out(struct bench *bench)
{
    struct span bytes;

    do {
        while (mux_work(bench->mux))
            ;
        bytes = mux_peek(bench->mux);
        assert_true(bench->out_len + bytes.len <= CAP);
        if (bytes.len > 0)
            memcpy(bench->out + bench->out_len, bytes.data, bytes.len);
        bench->out_len += bytes.len;
        mux_consume(bench->mux, bytes.len);
    } while (bytes.len > 0);
}

static size_t from_hex(const char *text, uint8_t *bytes)
{
    size_t len = 0;
    char *end;

    for (; *text != '\0'; text = end) {
        bytes[len++] = (uint8_t)strtoul(text, &end, 16);
        while (*end == ' ')
            end++;
    }
    return len;
}

static void host(struct bench *bench, const char *hex, size_t piece)
{
    uint8_t bytes[CAP];
    size_t len = from_hex(hex, bytes);

    for (size_t at = 0; at < len; at += piece) {
        size_t part = len - at < piece ? len - at : piece;

        assert_int_equal(mux_feed(bench->mux, bench->now_ms, span_at(bytes + at, part)), part);
        take_out(bench);
    }
}

static void check_out(const char *name, struct bench *bench, const char *hex)
{
    uint8_t bytes[CAP];
    size_t len = from_hex(hex, bytes);

    take_out(bench);
    check_bytes(name, span_at(bench->out, bench->out_len), span_at(bytes, len));
    bench->out_len = 0;
}

#define OPEN_0 "F9 03 3F 01 1C F9 "
#define OPEN_1 "F9 07 3F 01 DE F9 "
#define UA_0   "F9 03 73 01 D7 F9 "
#define UA_1   "F9 07 73 01 15 F9 "

struct row {
    const char *name, *from_host, *to_host;
    const char *heard; /* by DLCI 1 */
};

/* Captures of docs/facts/mqtt-mux-ppp.md §3, and what follows from 27.010. */
static const struct row rows[] = {
    { "open", OPEN_0 OPEN_1 "F9 0B 3F 01 59 F9", UA_0 UA_1 "F9 0B 73 01 92 F9", "" },
    { "a shared flag", "F9 03 3F 01 1C F9 07 3F 01 DE F9", UA_0 UA_1, "" },
    { "many flags", "F9 F9 F9 F9 " OPEN_0 "F9 F9 " OPEN_1, UA_0 UA_1, "" },
    { "what stands before", "0A 41 54 0D " OPEN_0, UA_0, "" },
    { "open again", OPEN_0 OPEN_0 OPEN_1 OPEN_1, UA_0 UA_0 UA_1 UA_1, "" },
    { "no such DLCI", OPEN_0 "F9 13 3F 01 96 F9", UA_0 "F9 13 1F 01 BC F9", "" },
    { "data", OPEN_0 OPEN_1 "F9 07 EF 09 41 54 49 0D 39 F9", UA_0 UA_1, "ATI\r" },
    { "data with C/R 0", OPEN_0 OPEN_1 "F9 05 EF 05 41 54 51 F9", UA_0 UA_1, "AT" },
    { "flags among data", OPEN_0 OPEN_1 "F9 07 EF 07 F9 F9 F9 D3 F9", UA_0 UA_1, "\xF9\xF9\xF9" },
    { "no data", OPEN_0 OPEN_1 "F9 07 EF 01 37 F9", UA_0 UA_1, "" },
    { "data on a closed DLCI", OPEN_0 "F9 07 EF 05 41 54 30 F9", UA_0 "F9 07 1F 01 F4 F9", "" },
    { "close", OPEN_0 OPEN_1 "F9 07 53 01 3F F9", UA_0 UA_1 UA_1, "" },
    { "close what is closed", OPEN_0 "F9 07 53 01 3F F9", UA_0 "F9 07 1F 01 F4 F9", "" },
    { "close all", OPEN_0 "F9 03 53 01 FD F9", UA_0 UA_0, "" },
    { "CLD", OPEN_0 "F9 03 EF 05 C3 01 F2 F9", UA_0 "F9 01 EF 05 C1 01 93 F9", "" },
    { "CLD without length", OPEN_0 "F9 03 EF 03 C3 16 F9", UA_0 "F9 01 EF 05 C1 01 93 F9", "" },
    { "a wrong sequence", OPEN_0 OPEN_1 "F9 07 EF 05 41 54 31 F9 07 EF 05 42 43 30 F9", UA_0 UA_1,
      "BC" },
    { "half a frame", OPEN_0 OPEN_1 "F9 07 EF 09 41 F9 07 EF 05 42 43 30 F9", UA_0 UA_1, "BC" },
    { "too long a frame", OPEN_0 OPEN_1 "F9 07 EF 2B F9 07 EF 05 42 43 30 F9", UA_0 UA_1, "BC" },
    { "an unknown type", OPEN_0 "F9 03 11 01 73 F9 " OPEN_1, UA_0 UA_1, "" },
    { "TEST", OPEN_0 "F9 03 EF 09 23 05 41 42 FB F9", UA_0 "F9 01 EF 09 21 05 41 42 9A F9", "" },
    { "N1: the smaller holds", OPEN_0 "F9 03 EF 15 83 11 01 00 00 00 FF 00 03 00 EE F9",
      UA_0 "F9 01 EF 15 81 11 01 00 00 00 14 00 03 00 8F F9", "" },
    { "RPN is not supported", OPEN_0 "F9 03 EF 07 93 03 07 11 F9",
      UA_0 "F9 01 EF 07 11 03 93 70 F9", "" },
};

static void play(const struct row *row, size_t piece)
{
    static struct bench bench;

    bench_init(&bench, MUX_BASIC);
    host(&bench, row->from_host, piece);
    check_out(row->name, &bench, row->to_host);
    check_bytes(row->name, span_at(bench.toys[1].heard, bench.toys[1].heard_len),
                span_of(row->heard));
    mux_free(bench.mux);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        play(&rows[i], CAP);
        play(&rows[i], 1);
    }
}

/* The rest of a frame does not come, and what had begun in it is found. */
static void test_a_cut_frame_ends_by_time(void **state)
{
    static struct bench bench;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    host(&bench, OPEN_0 OPEN_1, CAP);
    check_out("open", &bench, UA_0 UA_1);
    host(&bench, "F9 07 EF 21 41 F9 07 EF 05 42 43 30 F9", CAP);
    check_bytes("held", span_at(bench.toys[1].heard, bench.toys[1].heard_len), span_of(""));
    check_int("deadline", mux_deadline(bench.mux), bench.now_ms + REST_MS);
    bench.now_ms += REST_MS;
    mux_tick(bench.mux, bench.now_ms);
    check_bytes("found", span_at(bench.toys[1].heard, bench.toys[1].heard_len), span_of("BC"));
    mux_free(bench.mux);
}

static void test_circuits(void **state)
{
    static struct bench bench;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    host(&bench, OPEN_0 OPEN_1, CAP);
    check_out("open", &bench, UA_0 UA_1);
    bench.toys[1].channel->ops->set_lines(bench.toys[1].channel, LINE_DSR);
    check_out("DSR", &bench, "F9 01 EF 09 E3 05 07 0D 9A F9");
    bench.toys[1].channel->ops->set_lines(bench.toys[1].channel, LINE_DSR | LINE_DCD | LINE_RI);
    check_out("DCD and RI", &bench, "F9 01 EF 09 E3 05 07 CD 9A F9");
    host(&bench, "F9 03 EF 09 E3 05 07 0D FB F9", CAP);
    check_out("answer", &bench, "F9 01 EF 09 E1 05 07 0D 9A F9");
    assert_true(bench.toys[1].dtr);
    host(&bench, "F9 03 EF 09 E3 05 07 09 FB F9", CAP);
    assert_false(bench.toys[1].dtr);
    mux_free(bench.mux);
}

static void test_turns_and_frames(void **state)
{
    static struct bench bench;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    host(&bench, OPEN_0 OPEN_1 "F9 0B 3F 01 59 F9", CAP);
    bench.out_len = 0;
    bench.toys[1].says = "0123456789ABCDEFGHIJxy";
    bench.toys[2].says = "two";
    check_out("a frame each", &bench,
              "F9 05 EF 29 30 31 32 33 34 35 36 37 38 39 41 42 43 44 45 46 47 48 49 4A 60 F9 "
              "F9 09 EF 07 74 77 6F 35 F9 F9 05 EF 05 78 79 51 F9");
    mux_free(bench.mux);
}

/* The host's FC stops one DLCI, its FCoff all; answers go on. */
static void test_the_host_says_wait(void **state)
{
    static struct bench bench;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    host(&bench, OPEN_0 OPEN_1 "F9 0B 3F 01 59 F9 F9 03 EF 09 E3 05 07 0F FB F9", CAP);
    bench.out_len = 0;
    bench.toys[1].says = "A";
    bench.toys[2].says = "B";
    check_out("one waits", &bench, "F9 09 EF 03 42 32 F9");
    host(&bench, "F9 03 EF 09 E3 05 07 0D FB F9", CAP);
    check_out("and goes on", &bench, "F9 01 EF 09 E1 05 07 0D 9A F9 F9 05 EF 03 41 B5 F9");
    host(&bench, "F9 03 EF 05 63 01 F2 F9", CAP);
    bench.toys[1].says = "A";
    check_out("all wait", &bench, "F9 01 EF 05 61 01 93 F9");
    host(&bench, "F9 03 EF 05 A3 01 F2 F9", CAP);
    check_out("all go on", &bench, "F9 01 EF 05 A1 01 93 F9 F9 05 EF 03 41 B5 F9");
    mux_free(bench.mux);
}

/* What a terminal does not take is kept, the host is told, and the others hear; who does not listen
 * is held up as a whole, and loses nothing, however long it takes. */
static void test_a_terminal_that_takes_nothing(void **state)
{
    enum { LOTS = 70000 };
    static const char two[] = "F9 07 EF 05 42 43 30 F9";
    static struct bench bench;
    uint8_t bytes[CAP];
    size_t sent = 1, taken = 0, len;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    host(&bench, OPEN_0 OPEN_1 "F9 0B 3F 01 59 F9", CAP);
    bench.out_len = 0;
    bench.toys[1].deaf = true;
    host(&bench, two, CAP);
    check_out("told to wait", &bench, "F9 01 EF 09 E3 05 07 0B 9A F9");
    host(&bench, "F9 0B EF 05 41 54 B7 F9", CAP);
    check_bytes("the other", span_at(bench.toys[2].heard, bench.toys[2].heard_len), span_of("AT"));
    len = from_hex(two, bytes);
    while (mux_has_room(bench.mux) && sent < LOTS) {
        assert_int_equal(mux_feed(bench.mux, bench.now_ms, span_at(bytes, len)), len);
        sent++;
    }
    assert_true(sent < LOTS);
    check_int("frames that wait are no half one", mux_deadline(bench.mux), CLOCK_NEVER);
    mux_tick(bench.mux, bench.now_ms + REST_MS);
    taken = mux_feed(bench.mux, bench.now_ms, span_at(bytes, len));
    check_int("held up", (intmax_t)taken, 0);
    bench.toys[1].deaf = false;
    take_out(&bench);
    assert_true(mux_has_room(bench.mux));
    check_int("all of it", (intmax_t)bench.toys[1].heard_len, (intmax_t)(2 * sent));
    check_out("goes on", &bench, "F9 01 EF 09 E3 05 07 09 9A F9");
    mux_free(bench.mux);
}

/* A frame of messages of two octets gets an answer to each. */
static void test_many_messages_in_a_frame(void **state)
{
    static struct bench bench;
    size_t frames = 0;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    for (int i = 0; i < 50; i++) {
        host(&bench,
             "F9 03 EF 29 23 01 23 01 23 01 23 01 23 01 23 01 23 01 23 01 23 01 23 01 C3 F9", CAP);
        bench.out_len = 0;
    }
    host(&bench, "F9 03 EF 29 23 01 23 01 23 01 23 01 23 01 23 01 23 01 23 01 23 01 23 01 C3 F9",
         CAP);
    for (size_t i = 0; i + 1 < bench.out_len; i++)
        frames += bench.out[i] == 0x21 && bench.out[i + 1] == 0x01;
    check_int("answers", (intmax_t)frames, 10);
    mux_free(bench.mux);
}

static void test_the_end(void **state)
{
    static struct bench bench;

    (void)state;
    bench_init(&bench, MUX_BASIC);
    assert_false(mux_was_opened(bench.mux));
    host(&bench, OPEN_0 OPEN_1, CAP);
    assert_true(mux_was_opened(bench.mux) && bench.toys[1].is_open);
    assert_int_equal(mux_feed(bench.mux, 0,
                              span_at("\xF9\x03\xEF\x05\xC3\x01\xF2\xF9"
                                      "AT",
                                      10)),
                     10);
    assert_false(bench.toys[1].is_open);
    assert_false(mux_is_over(bench.mux));
    take_out(&bench);
    assert_true(mux_is_over(bench.mux));
    mux_free(bench.mux);
}

/* 7E and 7D are marked, both ways. */
static void test_advanced(void **state)
{
    uint8_t bytes[CAP];
    struct mux_reader reader;
    struct mux_frame frame = { .dlci = 1, .type = MUX_UIH, .information = span_of("a~b}c\xF9") };
    size_t len = mux_frame_write(bytes, MUX_ADVANCED, &frame);
    static struct bench bench;

    (void)state;
    assert_true(mux_reader_init(&reader, MUX_ADVANCED, FRAME_MAX));
    for (size_t i = 0; i < len; i++) {
        frame.information = span_of("");
        assert_int_equal(mux_reader_put(&reader, span_at(bytes + i, 1)), 1);
        check_int("whole at its end", mux_reader_next(&reader, &frame), i + 1 == len);
    }
    check_bytes("information", frame.information, span_of("a~b}c\xF9"));
    mux_reader_deinit(&reader);

    bench_init(&bench, MUX_ADVANCED);
    host(&bench, "7E 03 3F FC 7E 7E 07 3F 89 7E", CAP);
    bench.out_len = 0;
    host(&bench, "7E 07 3F 00 7E", CAP);
    check_out("a wrong sequence", &bench, "");
    mux_free(bench.mux);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_a_cut_frame_ends_by_time),
        cmocka_unit_test(test_circuits),
        cmocka_unit_test(test_turns_and_frames),
        cmocka_unit_test(test_the_host_says_wait),
        cmocka_unit_test(test_a_terminal_that_takes_nothing),
        cmocka_unit_test(test_many_messages_in_a_frame),
        cmocka_unit_test(test_the_end),
        cmocka_unit_test(test_advanced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
