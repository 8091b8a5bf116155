/* test_host.c: hosts inside: their rules, and what they type, hear and do, each at its millisecond.
 */
#include "check.h"
#include "talk.h"

#include "check/patterns.h"
#include "host/host.h"
#include "host/host_state.h"
#include "host/ramp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Memory fails from the given allocation on. */
static long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool is_refused(void)
{
    if (allocations_left < 0)
        return false;
    if (allocations_left == 0)
        return true;
    allocations_left--;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

enum { SAID_CAP = 16000, US_IN_MS = 1000, PATIENCE_MS = 30000, PORT = 7001 };

/* ---- rules ---- */

static struct on_error rule(const char *words)
{
    char memory[400];
    struct on_error got;
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (!on_error_read(span_of(words), &got, &why))
        fail_msg("%s: %s", words, memory);
    return got;
}

static void test_a_redial_has_its_schedule(void **state)
{
    static const int64_t expected[] = { 5000,   10000,  20000,  40000, 80000,
                                        160000, 300000, 300000, 300000 };
    struct on_error redial = rule("redial 5s x2 up to 300s"), retry = rule("retry 2 times");
    struct made made = { .seed = 1 };
    int64_t ms;

    (void)state;
    assert_int_equal(redial.kind, ON_ERROR_REDIAL);
    for (uint32_t i = 0; i < COUNT(expected); i++) {
        assert_true(on_error_wait(&redial, i + 1, &made, &ms));
        assert_int_equal(ms, expected[i]);
    }
    assert_true(on_error_wait(&redial, UINT32_MAX, &made, &ms));
    assert_int_equal(ms, 300000);
    assert_int_equal(made.draws, 0);
    assert_true(on_error_wait(&retry, 2, &made, &ms));
    assert_int_equal(ms, 1000);
    assert_false(on_error_wait(&retry, 3, &made, &ms));
    assert_false(on_error_wait(&(struct on_error){ .kind = ON_ERROR_GIVE_UP }, 1, &made, &ms));
}

static void test_what_is_random_is_so_by_a_seed(void **state)
{
    struct on_error redial = rule("redial 10s x1.5 up to 60s \xc2\xb1 20 % 100 times");
    struct made one = { .seed = 7 }, same = { .seed = 7 }, other = { .seed = 8 };
    bool differs = false;

    (void)state;
    assert_int_equal(redial.factor, 1500);
    assert_int_equal(redial.times_max, 100);
    for (uint32_t i = 1; i <= 50; i++) {
        int64_t a, b, c, middle = i < 6 ? 0 : 60000;

        assert_true(on_error_wait(&redial, i, &one, &a));
        assert_true(on_error_wait(&redial, i, &same, &b));
        assert_true(on_error_wait(&redial, i, &other, &c));
        assert_int_equal(a, b);
        differs = differs || a != c;
        if (middle > 0)
            assert_in_range(a, 48000, 72000);
    }
    assert_true(differs);
}

static void test_rules_as_they_are_written(void **state)
{
    static const char *const good[] = {
        "give up",
        "retry",
        "retry 5s",
        "retry 200ms 3 times",
        "redial 1s",
        "redial 1s up to 1s",
        "redial 5s x2 up to 300s +-20%",
        "redial 5s \xc2\xb1"
        "20%",
        "redial 5s 7 times x100",
    };
    static const struct {
        const char *rule, *told;
    } wrong[] = {
        { "", "something is missing at its end; allowed: give up, retry [TIME] [N times], redial" },
        { "again", "\"again\" is none of its words; allowed: give up, retry [TIME] [N times], r" },
        { "give", "something is missing at its end; allowed: give up" },
        { "give in", "\"in\" stands in the place of up; allowed: give up" },
        { "give up now", "\"now\" stands behind its end; allowed: give up" },
        { "retry never", "\"never\" is not understood here; allowed: retry [TIME] [N times]" },
        { "retry 5s x2", "\"x2\" is not understood here; allowed: retry [TIME] [N times]" },
        { "retry 1s 2 times more", "\"more\" stands behind its end; allowed: retry [TIME] [N tim" },
        { "redial", "something is missing at its end; allowed: 60s, 1.5s, 200ms" },
        { "redial x2", "\"x2\" is no time; allowed: 60s, 1.5s, 200ms" },
        { "redial 0s", "\"0s\" would be without a pause; allowed: 1ms or more" },
        { "redial 5s x0", "\"x0\" is no factor; allowed: x1, x1.5 to x100" },
        { "redial 5s x", "\"x\" is no factor" },
        { "redial 5s x101", "\"x101\" is no factor" },
        { "redial 5s x5000m", "\"x5000m\" is no factor" },
        { "redial 5s up", "something is missing at its end; allowed: up to TIME" },
        { "redial 5s up 9s", "\"9s\" stands in the place of to; allowed: up to TIME" },
        { "redial 5s up to", "something is missing at its end; allowed: 60s, 1.5s, 200ms" },
        { "redial 5s x2 up to 4s", "\"4s\" is less than the time that it begins with; allowed: t" },
        { "redial 5s \xc2\xb1 101 %", "\"101\" is no spread; allowed: \xc2\xb1 0 % to" },
        { "redial 5s \xc2\xb1 20", "something is missing at its end; allowed: \xc2\xb1 20 %" },
        { "redial 5s +-20 2 times", "\"2\" stands in the place of %; allowed: \xc2\xb1 20 %" },
        { "redial 5s 0 times", "\"0\" is not understood here; allowed: xFACTOR, up to TIME, " },
        { "redial 5s 5", "something is missing at its end; allowed: 1 times to 1000000 times" },
        { "redial 5s 5 up", "\"up\" stands in the place of times; allowed: 1 times" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        (void)rule(good[i]);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct on_error got;
        char memory[400];
        struct text why;

        text_init(&why, memory, sizeof(memory));
        if (on_error_read(span_of(wrong[i].rule), &got, &why))
            fail_msg("%s is taken", wrong[i].rule);
        if (strncmp(memory, wrong[i].told, strlen(wrong[i].told)) != 0)
            fail_msg("%s: %s", wrong[i].rule, memory);
    }
}

static void test_a_ramp(void **state)
{
    struct ramp ramp = { 0, 0 };
    char memory[200];
    struct text why;

    (void)state;
    text_init(&why, memory, sizeof(memory));
    assert_int_equal(ramp_ms(&ramp, 1000), 0);
    assert_true(ramp_read(span_of("100/s"), &ramp, &why));
    assert_int_equal(ramp_ms(&ramp, 0), 0);
    assert_int_equal(ramp_ms(&ramp, 1), 10);
    assert_int_equal(ramp_ms(&ramp, 9999), 99990);
    assert_true(ramp_read(span_of("7/min"), &ramp, &why));
    assert_int_equal(ramp_ms(&ramp, 7), 60000);
    assert_true(ramp_read(span_of("1/h"), &ramp, &why));
    assert_int_equal(ramp_ms(&ramp, 4000000), INT64_C(4000000) * 3600000);
    assert_false(ramp_read(span_of("0/s"), &ramp, &why));
    assert_false(ramp_read(span_of("5"), &ramp, &why));
    assert_false(ramp_read(span_of("5/d"), &ramp, &why));
    assert_non_null(strstr(memory, "allowed: 100/s, 30/min, 500/h"));
}

/* ---- a host at a modem ---- */

struct bench {
    struct reader_world reader_world;
    struct span text;
    struct world world;
    struct programme *programme;
    struct host_crowd crowd;
    struct host *host;
    int64_t start_ms;
    bool is_told; /* of answers, too */
    char memory[SAID_CAP];
    struct text said;
};

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    struct bench *bench = (struct bench *)world;

    if (strcmp(path, "host.at") != 0)
        return ERR_NOT_FOUND;
    *ret_bytes = bench->text;
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    struct bench *bench = (struct bench *)world;

    text_add(&bench->said, "%s\n", mistake);
}

static const struct reader_world_ops reader_ops = { .read_file = read_file, .complain = complain };

static bool knows(void *ctx, struct span name)
{
    (void)ctx;
    return span_equal(name, span_of("n")) || span_equal(name, span_of("port"));
}

static enum err read_text(struct bench *bench, const char *text)
{
    bench->reader_world.ops = &reader_ops;
    bench->text = span_of(text);
    text_init(&bench->said, bench->memory, sizeof(bench->memory));
    return programme_read(&bench->reader_world, "host.at", patterns_of_hosts(), knows, NULL,
                          &bench->programme);
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    *ret_value = span_of(span_equal(name, span_of("n")) ? "7" : "7001");
    return knows(NULL, name);
}

static int64_t now_ms(const struct bench *bench)
{
    return bench->world.virtual_clock.now_ms - bench->start_ms;
}

static uint64_t now_us(void *ctx)
{
    return (uint64_t)now_ms(ctx) * US_IN_MS;
}

static void dialled(void *ctx, uint64_t us)
{
    struct bench *bench = ctx;

    text_add(&bench->said, "%" PRId64 " dialled in %" PRIu64 "\n", now_ms(bench), us / US_IN_MS);
}

static void answered(void *ctx, uint64_t us)
{
    struct bench *bench = ctx;

    if (bench->is_told)
        text_add(&bench->said, "%" PRId64 " answered in %" PRIu64 "\n", now_ms(bench),
                 us / US_IN_MS);
}

static void played(void *ctx, uint64_t us)
{
    struct bench *bench = ctx;

    text_add(&bench->said, "%" PRId64 " played in %" PRIu64 "\n", now_ms(bench), us / US_IN_MS);
}

static void failed(void *ctx, enum host_reason reason, const char *words, const char *wanted,
                   const char *came)
{
    struct bench *bench = ctx;

    assert_int_equal(reason == HOST_UNEXPECTED, strstr(words, "unexpected") != NULL);
    text_add(&bench->said, "%" PRId64 " %s: %s, not %s\n", now_ms(bench), words,
             came != NULL ? came : "nothing", wanted != NULL ? wanted : "anything");
}

static void say(void *ctx, bool is_end, const char *line)
{
    (void)ctx;
    (void)is_end;
    (void)line;
}

static void finished(void *ctx, bool has_given_up)
{
    struct bench *bench = ctx;

    text_add(&bench->said, "%" PRId64 " %s\n", now_ms(bench), has_given_up ? "given up" : "done");
}

static const struct host_ops ops = { .find = find,
                                     .now_us = now_us,
                                     .dialled = dialled,
                                     .answered = answered,
                                     .played = played,
                                     .failed = failed,
                                     .say = say,
                                     .finished = finished };

static void begin_as(struct bench *bench, const char *model, const char *on_error,
                     struct host_config config, const char *text)
{
    world_init(&bench->world);
    assert_int_equal(world_switch_on(&bench->world, model, false, 1), ERR_OK);
    world_settle(&bench->world);
    if (read_text(bench, text) != ERR_OK)
        fail_msg("%s", bench->memory);
    bench->crowd = (struct host_crowd){ bench->programme, rule(on_error), PATIENCE_MS };
    config.crowd = &bench->crowd;
    config.clock = bench->world.clock;
    config.terminal = tlsmodem_terminal_at(bench->world.modem, 0);
    config.ops = &ops;
    config.ctx = bench;
    bench->start_ms = bench->world.virtual_clock.now_ms;
    assert_int_equal(host_begin(&config, &bench->host), ERR_OK);
    tlsmodem_attach(bench->world.modem, 0, host_channel(bench->host));
}

static void begin(struct bench *bench, const char *on_error, const char *text)
{
    begin_as(bench, "he910", on_error, (struct host_config){ .seed = 3 }, text);
}

static void end(struct bench *bench)
{
    tlsmodem_attach(bench->world.modem, 0, NULL);
    host_end(bench->host);
    world_deinit(&bench->world);
    programme_free(bench->programme);
}

/* Since the last time. */
static void expect_said(struct bench *bench, const char *expected)
{
    assert_string_equal(bench->memory, expected);
    text_init(&bench->said, bench->memory, sizeof(bench->memory));
}

static const char prepared[] = "> ATE0\n< OK\n> AT+CGDCONT=1,\"IP\",\"a\"\n< OK\n"
                               "> AT#SGACT=1,1\n<~ #SGACT: (?P<ip>[0-9.]+)\n< OK\n";

static void test_it_types_and_hears(void **state)
{
    static struct bench bench;

    (void)state;
    bench.is_told = true;
    begin_as(&bench, "he910", "give up", (struct host_config){ .delay_ms = 250 },
             "# for host ${n}\n> AT\n< OK\n> ATE0\n< OK\n> AT+CGDCONT=1,\"IP\",\"a${n:03}\"\n< OK\n"
             "wait 2s\n> AT+CGDCONT?\n< +CGDCONT: 1,\"IP\",\"a007\",\"\",0,0\n< OK\n"
             "> AT+NONSENSE\n< ERROR\n");
    world_advance(&bench.world, 249);
    expect_said(&bench, "");
    world_advance(&bench.world, 1);
    expect_said(&bench, "250 answered in 0\n250 answered in 0\n250 answered in 0\n");
    world_advance(&bench.world, 5000);
    expect_said(&bench, "2250 answered in 0\n2250 answered in 0\n2250 played in 2000\n2250 done\n");
    end(&bench);
    bench.is_told = false;
}

static void test_rounds_begin_at_their_time(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "give up", "every 60s\n> AT\n< OK\nwait 1s\nend\n");
    world_advance(&bench.world, 181000);
    expect_said(&bench, "1000 played in 1000\n61000 played in 1000\n121000 played in 1000\n"
                        "181000 played in 1000\n");
    end(&bench);

    /* One that takes longer than the time between two is followed at once. */
    begin(&bench, "give up", "every 10s\nwait 15s\nend\n");
    world_advance(&bench.world, 46000);
    expect_said(&bench, "15000 played in 15000\n30000 played in 15000\n45000 played in 15000\n");
    end(&bench);

    begin(&bench, "give up",
          "repeat 2\nrepeat 3\n> AT\n< OK\nwait 1s\nend\nwait 1s\nend\nwait 1s\n");
    world_advance(&bench.world, 20000);
    expect_said(&bench, "4000 played in 4000\n8000 played in 4000\n9000 done\n");
    end(&bench);
}

/* The moments at which rounds have begun. */
static void read_moments(struct bench *bench, uint32_t seed, int64_t *ret_moments, size_t count)
{
    const char *at = bench->memory;

    begin_as(bench, "he910", "give up", (struct host_config){ .seed = seed },
             "every 60s \xc2\xb1 5s\n> AT\n< OK\nend\n");
    world_advance(&bench->world, 60000 * (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        ret_moments[i] = strtoll(at, NULL, 10);
        at = strchr(at, '\n') + 1;
    }
    end(bench);
}

static void test_rounds_are_spread_by_a_seed(void **state)
{
    static struct bench bench;
    enum { ROUNDS = 20 };
    int64_t one[ROUNDS], same[ROUNDS], other[ROUNDS];

    (void)state;
    read_moments(&bench, 1, one, ROUNDS);
    read_moments(&bench, 1, same, ROUNDS);
    read_moments(&bench, 2, other, ROUNDS);
    assert_memory_equal(one, same, sizeof(one));
    assert_memory_not_equal(one, other, sizeof(one));
    assert_int_equal(one[0], 0);
    for (size_t i = 1; i < ROUNDS; i++) /* they do not drift */
        assert_in_range(one[i], 60000 * (int64_t)i - 5000, 60000 * (int64_t)i + 5000);
}

static void test_values_that_it_makes(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "give up",
          "> ATE0\n< OK\nrepeat 2\nlet id ${random:8}-${count}\nlet port ${random:5-5}\n"
          "> AT+CGDCONT=1,\"IP\",\"${id}.${length:id}.${port}\"\n< OK\n> AT+CGDCONT?\n"
          "<~ \\+CGDCONT: 1,\"IP\",\"(?P<seen>[0-9a-f]{8}-[12]\\.10\\.5)\".*\n< OK\n"
          "> AT+CGDCONT=1,\"IP\",\"${seen}\"\n< OK\n> AT+CGDCONT?\n"
          "< +CGDCONT: 1,\"IP\",\"${id}.10.5\",\"\",0,0\n< OK\nend\n");
    world_advance(&bench.world, 100);
    expect_said(&bench, "0 played in 0\n0 played in 0\n0 done\n");
    end(&bench);
}

/* A round that takes no time leaves others theirs, whatever is in it. */
static void test_rounds_without_time_let_time_pass(void **state)
{
    static const char *const texts[] = {
        "repeat\nlet a x\nend\n",
        "repeat 999999999\nrepeat 999999999\nlet a x\nend\nend\n",
        "repeat\n> AT\n< OK\nend\n",
    };
    static struct bench bench;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        begin(&bench, "give up", texts[i]);
        world_advance(&bench.world, 20);
        assert_int_equal(now_ms(&bench), 20);
        if (i != 1)
            assert_non_null(strstr(bench.memory, "\n19 played in 0\n"));
        end(&bench);
    }
    begin(&bench, "retry 0s 5 times", "> AT+NOPE\n< OK\n");
    world_advance(&bench.world, 20);
    assert_non_null(strstr(bench.memory, "5 given up\n"));
    end(&bench);
}

static void test_a_value_does_not_grow_without_end(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "give up", "let a xxxxxxxxxxxxxxxx\nrepeat\nlet a ${a}${a}\nend\n");
    world_advance(&bench.world, 100);
    assert_non_null(strstr(bench.memory, "0 too long: nothing, not anything\n0 given up\n"));
    end(&bench);
    begin(&bench, "give up", "let a 16777216 bytes\nlet b ${a}\n> ${a}${b}x\n");
    world_advance(&bench.world, 100);
    expect_said(&bench, "0 too long: nothing, not anything\n0 given up\n");
    end(&bench);
}

/* ---- connections ---- */

static const char online[] = "dial\n> AT#SD=1,0,${port},\"127.0.0.1\"\n< CONNECT\nconnected\n";

static void begin_online(struct bench *bench, const char *on_error, const char *before,
                         const char *behind)
{
    static char text[1000]; /* names in it are used until the end */

    snprintf(text, sizeof(text), "%s%s%s%s", prepared, before, online, behind);
    begin(bench, on_error, text);
}

static void test_a_dial_that_fails_is_dialled_again(void **state)
{
    static struct bench bench;
    struct scripted_peer *peer;

    (void)state;
    begin_online(&bench, "redial 5s x2 up to 20s", "", "> bytes \"hello\"\n< bytes \"hi\"\n");
    world_advance(&bench.world, 60000);
    expect_said(&bench, "0 dial refused: ERROR, not CONNECT\n"
                        "5000 dial refused: ERROR, not CONNECT\n"
                        "15000 dial refused: ERROR, not CONNECT\n"
                        "35000 dial refused: ERROR, not CONNECT\n"
                        "55000 dial refused: ERROR, not CONNECT\n");
    scripted_net_listen(&bench.world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&bench.world.scripted_net, PORT);
    world_advance(&bench.world, 20000);
    expect_said(&bench, "75000 dialled in 0\n");
    assert_true(span_equal(byte_queue_peek(&peer->got), span_of("hello")));
    assert_true(peer_send(peer, span_of("hi")));
    world_settle(&bench.world);
    expect_said(&bench, "80000 played in 80000\n80000 done\n");
    end(&bench);
}

/* Its connection was there before, or nobody knows since when it dials. */
static void test_who_did_not_dial_is_not_counted(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "give up", "wait 5s\nconnected\n");
    world_advance(&bench.world, 6000);
    expect_said(&bench, "5000 played in 5000\n5000 done\n");
    end(&bench);
    begin(&bench, "give up", "dial\nwait 5s\nconnected\nconnected\n");
    world_advance(&bench.world, 6000);
    expect_said(&bench, "5000 dialled in 5000\n5000 played in 5000\n5000 done\n");
    end(&bench);
}

/* While it waits for its next round, too; and its dials begin with the first wait again. */
static void test_a_connection_that_ends_is_noticed(void **state)
{
    static struct bench bench;
    struct scripted_peer *peer;

    (void)state;
    begin_online(&bench, "redial 5s x2", "", "every 60s\n> bytes \"x\"\nend\n");
    scripted_net_listen(&bench.world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&bench.world.scripted_net, PORT);
    world_advance(&bench.world, 70000);
    expect_said(&bench, "0 dialled in 0\n0 played in 0\n60000 played in 0\n");
    assert_true(peer_hang_up(peer));
    world_advance(&bench.world, 5000);
    expect_said(&bench, "70000 closed: NO CARRIER, not anything\n75000 dialled in 0\n"
                        "75000 played in 0\n");
    end(&bench);
}

/* In the words of modules whose sockets say more than CLOSED. */
static void test_a_loss_has_words_of_its_own(void **state)
{
    static const struct {
        const char *model, *text, *loss;
    } rows[] = {
        { "m95",
          "> ATE0\n< OK\n> AT+QIFGCNT=0\n< OK\n> AT+QICSGP=1,\"a\"\n< OK\n> AT+QIREGAPP\n< OK\n"
          "> AT+QIACT\n< OK\n> AT+QILOCIP\n<~ [0-9.]+\ndial\n> AT+QMTCLOSE=0\n<~ OK|ERROR\n"
          "> AT+QMTOPEN=0,\"127.0.0.1\",7001\n< OK\n< +QMTOPEN: 0,0\nconnected\nevery 60s\n> AT\n< "
          "OK\nend\n",
          "closed: +QMTSTAT: 0,1, not anything\n" },
        { "l610",
          "> ATE0\n< OK\n> AT+MIPCALL=1,\"a\"\n< OK\n<~ \\+MIPCALL: [0-9.]+\ndial\n> "
          "AT+MIPCLOSE=1\n"
          "<~ OK|ERROR\n> AT+MIPOPEN=1,,\"127.0.0.1\",7001,0\n< OK\n< +MIPOPEN: 1,1\nconnected\n"
          "every 60s\n> AT\n< OK\nend\n",
          "closed: +MIPSTAT: 1,2, not anything\n" },
    };
    static struct bench bench;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin_as(&bench, rows[i].model, "redial 5s", (struct host_config){ .seed = 3 },
                 rows[i].text);
        scripted_net_listen(&bench.world.scripted_net, PORT, PEER_ACCEPTS);
        world_advance(&bench.world, 70000);
        assert_non_null(strstr(bench.memory, " dialled in "));
        text_init(&bench.said, bench.memory, sizeof(bench.memory));
        assert_true(peer_hang_up(scripted_net_peer(&bench.world.scripted_net, PORT)));
        world_advance(&bench.world, 7000);
        assert_memory_equal(strchr(bench.memory, ' ') + 1, rows[i].loss, strlen(rows[i].loss));
        assert_non_null(strstr(bench.memory, " dialled in "));
        end(&bench);
    }
}

/* Another socket of the module's is not the one that the host has dialled. */
static void test_a_loss_of_another_socket_is_none(void **state)
{
    static struct bench bench;

    (void)state;
    begin_as(&bench, "l610", "redial 5s", (struct host_config){ .seed = 3 },
             "> ATE0\n< OK\n> AT+MIPCALL=1,\"a\"\n< OK\n<~ \\+MIPCALL: [0-9.]+\n"
             "> AT+MIPOPEN=2,,\"127.0.0.1\",7002,0\n< OK\n< +MIPOPEN: 2,1\n"
             "dial\n> AT+MIPOPEN=1,,\"127.0.0.1\",7001,0\n< OK\n< +MIPOPEN: 1,1\nconnected\n"
             "every 60s\n> AT+MIPSTAT?\n< OK\nend\n");
    scripted_net_listen(&bench.world.scripted_net, PORT, PEER_ACCEPTS);
    scripted_net_listen(&bench.world.scripted_net, PORT + 1, PEER_ACCEPTS);
    world_advance(&bench.world, 70000);
    text_init(&bench.said, bench.memory, sizeof(bench.memory));
    assert_true(peer_hang_up(scripted_net_peer(&bench.world.scripted_net, PORT + 1)));
    world_advance(&bench.world, 40000);
    assert_null(strstr(bench.memory, "closed"));
    assert_true(peer_hang_up(scripted_net_peer(&bench.world.scripted_net, PORT)));
    world_advance(&bench.world, 1000);
    assert_non_null(strstr(bench.memory, "closed: +MIPSTAT: 1,"));
    end(&bench);
}

/* Also by the awaited word with another value, which is a mistake of the transcript elsewhere. */
static void test_a_dial_is_refused_in_other_words(void **state)
{
    static struct bench bench;

    (void)state;
    begin_as(&bench, "m95", "give up", (struct host_config){ .seed = 3 },
             "> ATE0\n< OK\n> AT+QIFGCNT=0\n< OK\n> AT+QICSGP=1,\"a\"\n< OK\n> AT+QIREGAPP\n< OK\n"
             "> AT+QIACT\n< OK\n> AT+QILOCIP\n<~ [0-9.]+\ndial\n"
             "> AT+QMTOPEN=0,\"127.0.0.1\",7001\n< OK\n< +QMTOPEN: 0,0\nconnected\n");
    scripted_net_listen(&bench.world.scripted_net, PORT, PEER_REFUSES);
    world_advance(&bench.world, 7000);
    assert_non_null(strstr(bench.memory, " dial refused: +QMTOPEN: 0,-1, not +QMTOPEN: 0,0\n"));
    end(&bench);
}

/* A host that is online when something is wrong gets back by the escape sequence. */
static void test_online_it_escapes_first(void **state)
{
    static struct bench bench;
    struct scripted_peer *peer;

    (void)state;
    begin_online(&bench, "redial 1s", "", "> bytes \"ask\"\n< bytes \"yes\"\n");
    scripted_net_listen(&bench.world.scripted_net, PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&bench.world.scripted_net, PORT);
    world_advance(&bench.world, 5000);
    expect_said(&bench, "0 dialled in 0\n");
    assert_true(peer_send(peer, span_of("no")));
    world_advance(&bench.world, 2200);
    expect_said(&bench, "5000 unexpected: no, not yes\n7200 dial refused: ERROR, not CONNECT\n");
    end(&bench);
}

/* What comes before it is asked for is found later; the same word with another value is wrong. */
static void test_lines_are_put_aside(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "give up",
          "> ATE0\n< OK\n> AT+CREG=1;+CGMM;+CSQ\n< OK\n<~ \\+CSQ: .*\n< HE910\n"
          "> AT+CSQ\n< +CSQ: 5,0\n");
    world_advance(&bench.world, 1000);
    expect_said(&bench, "0 unexpected: +CSQ: 20,0, not +CSQ: 5,0\n0 given up\n");
    end(&bench);
}

static void test_what_does_not_come(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "retry 2s 1 times", "> AT\n< OK\n<~ RING\n");
    world_advance(&bench.world, 100000);
    expect_said(&bench, "30000 timeout: nothing, not RING\n62000 timeout: nothing, not RING\n"
                        "62000 given up\n");
    end(&bench);
    begin(&bench, "give up", "> ATE0\n< OK\nafter 5s nothing\n> AT+CGMM\nafter 1s nothing\n");
    world_advance(&bench.world, 100000);
    expect_said(&bench, "5000 unexpected: ..HE910....OK.., not nothing\n5000 given up\n");
    end(&bench);
}

/* Whatever there is no memory for, and when: a host that may try again is done once there is. */
static void test_memory_comes_back(void **state)
{
    static struct bench bench;

    (void)state;
    for (long left = 0; left < 100; left++) {
        begin(&bench, "retry 5s",
              "> ATE0\n< OK\nlet id ${random:8}\n> AT+CGDCONT=1,\"IP\",\"${id}\"\n< OK\n"
              "> AT+CGMM;+CGDCONT?\n<~ \\+CGDCONT: 1,\"IP\",\"(?P<seen>.*)\",\"\",0,0\n"
              "< HE910\n< OK\n> AT+CGDCONT=1,\"IP\",\"${seen}\"\n< OK\n");
        allocations_left = left;
        world_advance(&bench.world, 1000);
        allocations_left = -1;
        world_advance(&bench.world, 10 * PATIENCE_MS);
        if (strstr(bench.memory, " done\n") == NULL)
            fail_msg("%ld: %s", left, bench.memory);
        end(&bench);
    }
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { "", "host.at: a host does nothing in it; allowed: at least one step\n" },
        { "> AT${who}\n< OK\n", "host.at:1: there is no variable ${who}; allowed: those of" },
        { "> AT${length:who}\n", "host.at:1: there is no variable ${length:who}; allowed: " },
        { "set signal=5\n> AT\n", "host.at:1: \"set signal=5\" is wrong because a host inside does "
                                  "no such thing; allowed: >, <, <|, <~, <|~, after, wait, at, " },
        { "on port 2\n", "a host inside does no such thing" },
        { "dtr off\n", "a host inside does no such thing" },
        { "repeat\n> AT\n< OK\n", "what is repeated from host.at:1 on has no end; allowed: a line: "
                                  "end\n" },
        { "> AT\nend\n", "host.at:2: end: nothing is repeated here" },
        { "repeat 0\n> AT\nend\n", "host.at:1: repeat: \"0\" is wrong because it is no number of "
                                   "times; allowed: repeat N, from 1; repeat\n" },
        { "repeat\nend\n", "there is nothing to be repeated" },
        { "> AT${random:9-1}\n", "host.at:1: ${random:9-1} is wrong because its first number is "
                                 "above its second; allowed: ${random:A-B}, A not above B\n" },
        { "> AT${random:1-x}\n", "it is no range of numbers; allowed: ${random:A-B}, from 0 to 4" },
        { "> AT${random:0}\n", "${random:0} is wrong because it is no number of digits; allowed: "
                               "${random:1} to ${random:64}\n" },
        { "> AT${random:65}\n", "it is no number of digits" },
        { "> AT${random:}\n", "it ends too early; allowed: ${random:16}" },
        { "> AT${length:1x}\n", "it is of no name; allowed: ${length:NAME}" },
        { "every 5s \xc2\xb1 6s\n> AT\nend\n", "host.at:1: every: \"6s\" is wrong because it is "
                                               "more than the time before \xc2\xb1; allowed: "
                                               "1.5s, 200ms, 10s \xc2\xb1 2s\n" },
        { "every five\n> AT\nend\n", "\"five\" is wrong because it is no time; allowed: 1.5s" },
        { "every 5s +- x\n> AT\nend\n", "\"x\" is wrong because it is no time behind" },
        { "every 5s +-\n> AT\nend\n", "\"5s +-\" is wrong because it is no time behind" },
        { "every 0s\n> AT\nend\n", "\"0s\" is wrong because it would be without a pause" },
        { "let 1x y\n", "a variable is not called so" },
        { "let count 1\n", "a variable is not called so" },
        { "dial 5\n", "nothing may stand behind this step" },
        { "repeat\nrepeat\nrepeat\nrepeat\nrepeat\n> AT\nend\nend\nend\nend\nend\n",
          "too many stand in each other; allowed: four of repeat and every" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        static struct bench bench;

        assert_int_equal(read_text(&bench, cases[i].text), ERR_INVALID);
        if (strstr(bench.memory, cases[i].told) == NULL)
            fail_msg("%s: %s", cases[i].text, bench.memory);
    }
}

static void test_it_weighs_little(void **state)
{
    (void)state;
    assert_in_range(sizeof(struct host), 1, 448);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_redial_has_its_schedule),
        cmocka_unit_test(test_what_is_random_is_so_by_a_seed),
        cmocka_unit_test(test_rules_as_they_are_written),
        cmocka_unit_test(test_a_ramp),
        cmocka_unit_test(test_it_types_and_hears),
        cmocka_unit_test(test_rounds_begin_at_their_time),
        cmocka_unit_test(test_rounds_are_spread_by_a_seed),
        cmocka_unit_test(test_values_that_it_makes),
        cmocka_unit_test(test_rounds_without_time_let_time_pass),
        cmocka_unit_test(test_a_value_does_not_grow_without_end),
        cmocka_unit_test(test_who_did_not_dial_is_not_counted),
        cmocka_unit_test(test_a_dial_that_fails_is_dialled_again),
        cmocka_unit_test(test_a_connection_that_ends_is_noticed),
        cmocka_unit_test(test_a_loss_has_words_of_its_own),
        cmocka_unit_test(test_a_loss_of_another_socket_is_none),
        cmocka_unit_test(test_a_dial_is_refused_in_other_words),
        cmocka_unit_test(test_online_it_escapes_first),
        cmocka_unit_test(test_lines_are_put_aside),
        cmocka_unit_test(test_what_does_not_come),
        cmocka_unit_test(test_memory_comes_back),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_it_weighs_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
