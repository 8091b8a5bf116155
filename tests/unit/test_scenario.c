/* test_scenario.c: a scenario is read, and each step comes at its millisecond. */
#include "check.h"
#include "talk.h"

#include "transcript/scenario_play.h"

#include <stdio.h>
#include <stdlib.h>

/* Memory fails from the given allocation on. */
static long allocations_left = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

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

void *__wrap_realloc(void *memory, size_t size)
{
    return is_refused() ? NULL : __real_realloc(memory, size);
}

enum { SAID_CAP = 8000 };

/* A file in memory, and what is said of it. */
struct bench {
    struct reader_world reader_world;
    struct span text;
    struct world world;
    struct scenario *scenario;
    struct scenario_play *play;
    char memory[SAID_CAP];
    struct text said;
};

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    struct bench *bench = (struct bench *)world;

    if (strcmp(path, "lab.at") != 0)
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
static const char *const known[] = { "name", "n", NULL };

static enum err read_text(struct bench *bench, struct span text)
{
    bench->reader_world.ops = &reader_ops;
    bench->text = text;
    text_init(&bench->said, bench->memory, sizeof(bench->memory));
    return scenario_read(&bench->reader_world, "lab.at", known, &bench->scenario);
}

static struct tlsmodem *modem_of(void *ctx)
{
    return ((struct bench *)ctx)->world.modem;
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    *ret_value = span_of(span_equal(name, span_of("n")) ? "7" : "one");
    return true;
}

static void say(void *ctx, bool is_error, const char *text)
{
    struct bench *bench = ctx;

    text_add(&bench->said, "%d %s%s\n", (int)(bench->world.virtual_clock.now_ms % 1000000),
             is_error ? "error: " : "", text);
}

static void begin(struct bench *bench, const char *text)
{
    struct scenario_play_config config = {
        .modem = modem_of, .terminals = 1, .variables = { find, bench }, .say = say, .ctx = bench
    };

    world_init(&bench->world);
    assert_int_equal(world_switch_on(&bench->world, "he910", false, 1), ERR_OK);
    talk_ok(&bench->world, "ATE0");
    world_forget(&bench->world, 0);
    assert_int_equal(read_text(bench, span_of(text)), ERR_OK);
    config.scenario = bench->scenario;
    config.clock = bench->world.clock;
    assert_int_equal(scenario_play_begin(&config, &bench->play), ERR_OK);
}

static void end(struct bench *bench)
{
    scenario_play_end(bench->play);
    world_deinit(&bench->world);
    scenario_free(bench->scenario);
}

static void expect_said(struct bench *bench, const char *expected)
{
    assert_string_equal(bench->memory, expected);
    text_init(&bench->said, bench->memory, sizeof(bench->memory));
}

/* ---- time ---- */

static void test_each_step_at_its_time(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "# a comment\nmodel m95\nsource who it is for\nonly engine\nset signal=1\n"
                  "at 250ms\nset signal=2\nwait 1ms\nset signal=3\nset cell=5\nat 0.251s\n"
                  "set signal=4\nat 2s\nset signal=5\n");
    assert_int_equal(scenario_count(bench.scenario), 6);
    assert_string_equal(scenario_path(bench.scenario), "lab.at");
    expect_said(&bench, ""); /* not inside of the call */
    world_advance(&bench.world, 0);
    expect_said(&bench, "0 lab.at:5: set signal=1\n");
    world_advance(&bench.world, 249);
    expect_said(&bench, "");
    world_advance(&bench.world, 2);
    expect_said(&bench, "250 lab.at:7: set signal=2\n251 lab.at:9: set signal=3\n"
                        "251 lab.at:10: set cell=5\n251 lab.at:12: set signal=4\n");
    talk_expect(&bench.world, "AT+CSQ", "\r\n+CSQ: 4,0\r\n\r\nOK\r\n");
    world_advance(&bench.world, 10000);
    expect_said(&bench, "2000 lab.at:14: set signal=5\n2000 lab.at: at its end, after 6 steps\n");
    end(&bench);
}

static void test_it_may_end_before(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "at 1s\nset signal=1\nat 5s\nset signal=2\n");
    world_advance(&bench.world, 2000);
    expect_said(&bench, "1000 lab.at:2: set signal=1\n");
    end(&bench);
    scenario_play_end(NULL);
    scenario_free(NULL);
}

/* ---- steps ---- */

static void test_errors_do_not_end_it(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "ring end\nset signal=${n}\nset signal=${n:03}2\non port 2\nset dtr=off\n"
                  "on port 1\nset dtr=off\n");
    world_advance(&bench.world, 1);
    expect_said(&bench, "0 lab.at:1: ring end\n"
                        "0 error: lab.at:1: ring end: ring-end: not possible in this state; it "
                        "needs a call\n"
                        "0 lab.at:2: set signal=${n}\n"
                        "0 lab.at:3: set signal=${n:03}2\n"
                        "0 error: lab.at:3: set signal=${n:03}2: signal: \"0072\" is wrong; "
                        "allowed: 0 to 31, 99\n"
                        "0 lab.at:5: set dtr=off\n"
                        "0 error: lab.at:5: set dtr=off: the modem has no port 2\n"
                        "0 lab.at:7: set dtr=off\n"
                        "0 lab.at: at its end, after 5 steps\n");
    talk_expect(&bench.world, "AT+CSQ", "\r\n+CSQ: 7,0\r\n\r\nOK\r\n");
    end(&bench);
}

static void test_there_may_be_no_modem(void **state)
{
    static struct bench bench;

    (void)state;
    begin(&bench, "at 1s\nset signal=1\n");
    world_switch_off(&bench.world);
    world_advance(&bench.world, 1000);
    expect_said(&bench, "1000 lab.at:2: set signal=1\n"
                        "1000 error: lab.at:2: set signal=1: there is no modem\n"
                        "1000 lab.at: at its end, after 1 step\n");
    end(&bench);
}

static void test_two_modems_play_one(void **state)
{
    static struct bench one, two;
    struct scenario_play_config config = {
        .modem = modem_of, .terminals = 1, .variables = { find, &two }, .say = say, .ctx = &two
    };

    (void)state;
    begin(&one, "at 1s\nset operator=${name} ${n}\n");
    world_init(&two.world);
    assert_int_equal(world_switch_on(&two.world, "m95", false, 1), ERR_OK);
    text_init(&two.said, two.memory, sizeof(two.memory));
    config.scenario = one.scenario;
    config.clock = two.world.clock;
    assert_int_equal(scenario_play_begin(&config, &two.play), ERR_OK);
    world_advance(&one.world, 1000);
    world_advance(&two.world, 1000);
    talk_expect(&one.world, "AT+COPS?", "\r\n+COPS: 0,0,\"one 7\",2\r\n\r\nOK\r\n");
    talk_ok(&two.world, "ATE0");
    talk_expect(&two.world, "AT+COPS?", "\r\n+COPS: 0,0,\"one 7\"\r\n\r\nOK\r\n");
    scenario_play_end(two.play);
    world_deinit(&two.world);
    end(&one);
}

/* ---- what is asked about it ---- */

static void test_what_it_needs(void **state)
{
    static struct bench bench;

    (void)state;
    assert_int_equal(read_text(&bench, span_of("set signal=1\non port 3\nset dtr=on\n"
                                               "sms \"1\" \"for ${n}\"\n")),
                     ERR_OK);
    assert_null(scenario_beyond(bench.scenario, 3));
    assert_int_equal(scenario_beyond(bench.scenario, 2)->step.line, 3);
    assert_int_equal(scenario_uses(bench.scenario, "n")->step.line, 4);
    assert_null(scenario_uses(bench.scenario, "name"));
    scenario_free(bench.scenario);
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { "", "lab.at: nothing happens in it; allowed: at least one step of the world\n" },
        { "wait 1s\n", "lab.at: nothing happens in it" },
        { "at 5s\nset signal=1\nat 4.999s\nset signal=2\n",
          "lab.at:3: at: \"4.999s\" is wrong because it is later by then; allowed: 5.000s or "
          "later\n" },
        { "ring \"${who}\"\nat 1s\nring \"1\"\nat 0s\n",
          "lab.at:1: there is no variable ${who}; allowed: ${name}, ${n}\n"
          "lab.at:4: at: \"0.000s\" is wrong because it is later by then; allowed: 1.000s or "
          "later\n" },
        { "set signal=99\nset signal=40\n",
          "lab.at:2: set: \"40\" is wrong because it is no such value; allowed: 0 to 31, 99\n" },
        { "clock manual\n", "lab.at:1: \"clock manual\" is wrong because a scenario does no such "
                            "thing; allowed: wait, at, on, power, set, ring, sms, context-lost, "
                            "fault, link, include\n" },
        { "after 1s nothing\n", "lab.at:1: \"after 1s nothing\" is wrong" },
        { "power cycle\n", "allowed: off, on, reset, brown-out\n" },
        { "include lab.at\n", "it includes itself" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        static struct bench bench;

        assert_int_equal(read_text(&bench, span_of(cases[i].text)), ERR_INVALID);
        if (strstr(bench.memory, cases[i].told) == NULL)
            fail_msg("%s: %s", cases[i].text, bench.memory);
    }
}

static void test_a_file_that_is_not_there(void **state)
{
    static struct bench bench;
    struct scenario *scenario = NULL;

    (void)state;
    bench.reader_world.ops = &reader_ops;
    text_init(&bench.said, bench.memory, sizeof(bench.memory));
    assert_int_equal(scenario_read(&bench.reader_world, "gone.at", NULL, &scenario), ERR_NOT_FOUND);
    assert_non_null(strstr(bench.memory, "gone.at"));
}

static void test_too_many_steps(void **state)
{
    static const char line[] = "set signal=1\n";
    static struct bench bench;
    size_t len = sizeof(line) - 1;
    char *text = malloc((SCENARIO_STEPS_MAX + 1) * len);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i <= SCENARIO_STEPS_MAX; i++)
        memcpy(text + i * len, line, len);
    assert_int_equal(read_text(&bench, span_at(text, SCENARIO_STEPS_MAX * len)), ERR_OK);
    assert_int_equal(scenario_count(bench.scenario), SCENARIO_STEPS_MAX);
    scenario_free(bench.scenario);
    assert_int_equal(read_text(&bench, span_at(text, (SCENARIO_STEPS_MAX + 1) * len)), ERR_INVALID);
    assert_string_equal(bench.memory,
                        "lab.at: it has more steps than the 100000 that are allowed\n");
    free(text);
}

static void test_no_memory(void **state)
{
    static const char text[] =
        "set operator=${name} and more\nsms \"1\" \"a\\r${n}b\"\nat 1s\nring\n";
    static struct bench bench;
    enum err err = ERR_NO_MEMORY;

    (void)state;
    for (long left = 0; err != ERR_OK; left++) {
        assert_true(left < 1000);
        allocations_left = left;
        err = read_text(&bench, span_of(text));
        allocations_left = -1;
        assert_true(err == ERR_OK || err == ERR_NO_MEMORY);
    }
    assert_int_equal(scenario_count(bench.scenario), 3);
    scenario_free(bench.scenario);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_step_at_its_time),
        cmocka_unit_test(test_it_may_end_before),
        cmocka_unit_test(test_errors_do_not_end_it),
        cmocka_unit_test(test_there_may_be_no_modem),
        cmocka_unit_test(test_two_modems_play_one),
        cmocka_unit_test(test_what_it_needs),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_a_file_that_is_not_there),
        cmocka_unit_test(test_too_many_steps),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
