/* test_signal_command.c: what a command for the signal says, and how it is run. */
#include "runtime/signal_command.h"

#include "posix/now.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NONE = -1, LIMIT_MS = 60000 };

static void numbers_are_read(void **state)
{
    static const struct {
        const char *said;
        int signal;
    } rows[] = {
        { "0", 0 },
        { "17\n", 17 },
        { "31", 31 },
        { "32", NONE },
        { "98", NONE },
        { "99", 99 },
        { "100", NONE },
        { "-113", 0 },
        { "-140", 0 },
        { "-112", 0 },
        { "-111", 1 },
        { "-71", 21 },
        { "-71 dBm\n", 21 },
        { "-71dBm", 21 },
        { "-71.5\n", 21 },
        { "-53", 30 },
        { "-51", 31 },
        { "-1", 31 },
        { "-0", 0 },
        { " \r\n\t9 bars", 9 },
        { "9\n99\n", 9 },
        { "", NONE },
        { "\n", NONE },
        { "-", NONE },
        { "x", NONE },
        { "9x", NONE },
        { "9.", NONE },
        { "--9", NONE },
        { "+9", NONE },
        { "99999999999999999999", NONE },
        { "-99999999999999999999", NONE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int signal = NONE;
        bool good = signal_command_read(span_of(rows[i].said), &signal);

        if ((good ? signal : NONE) != rows[i].signal)
            fail_msg("\"%s\" is %d, not %d", rows[i].said, good ? signal : NONE, rows[i].signal);
    }
}

/* ---- running ---- */

struct bench {
    struct posix_loop loop;
    struct log log;
    char said[1024];
    int signal, told;
};

static void say(void *ctx, const char *tag, const char *text)
{
    struct bench *bench = ctx;
    size_t len = strlen(bench->said);

    snprintf(bench->said + len, sizeof(bench->said) - len, "%s: %s|", tag, text);
}

static void on_signal(void *ctx, int signal)
{
    struct bench *bench = ctx;

    bench->signal = signal;
    bench->told++;
    posix_loop_stop(&bench->loop);
}

static void begin_for(struct bench *bench, const char *text, uint32_t limit_ms,
                      struct signal_command **ret_command)
{
    const struct signal_command_config config = { .command = text,
                                                  .name = "meter-1",
                                                  .interface = "wwan0",
                                                  .limit_ms = limit_ms,
                                                  .log = &bench->log,
                                                  .on_signal = on_signal,
                                                  .ctx = bench };

    *bench = (struct bench){ .signal = NONE };
    bench->log = (struct log){ .write = say, .ctx = bench, .level = LOG_INFO };
    assert_int_equal(posix_loop_open(&bench->loop, &bench->log), ERR_OK);
    assert_int_equal(signal_command_open(&bench->loop, &config, ret_command), ERR_OK);
}

static void begin(struct bench *bench, const char *text, struct signal_command **ret_command)
{
    begin_for(bench, text, SIGNAL_COMMAND_LIMIT_MS, ret_command);
}

static void commands_are_run(void **state)
{
    static const struct {
        const char *command;
        int signal;
        const char *said;
    } rows[] = {
        { "echo 17", 17, "" },
        { "echo -71 dBm; echo 3", 21, "" },
        { "test $TLSMODEM_NAME.$TLSMODEM_INTERFACE = meter-1.wwan0 && echo 5", 5, "" },
        /* The shell's own environment has it once, though we had another. */
        { "tr '\\0' '\\n' </proc/$$/environ | grep -c ^TLSMODEM_NAME=", 1, "" },
        { "read line; echo ${line:-7}", 7, "" }, /* there is nothing to read */
        { "echo 8; head -c 1000000 /dev/zero", 8, "" },
        { "echo 17; exit 1", 99,
          "warning: the command for the signal has failed; it is not known|" },
        { "kill -9 $$", 99, "warning: the command for the signal has failed; it is not known|" },
        { "no-such-command 2>&-", 99,
          "warning: the command for the signal has failed; it is not known|" },
        { "echo strong", 99,
          "warning: the command for the signal says no number of 0 to 31, 99, or below 0 in dBm; "
          "it is not known|" },
        { ":", 99,
          "warning: the command for the signal says no number of 0 to 31, 99, or below 0 in dBm; "
          "it is not known|" },
    };

    (void)state;
    assert_int_equal(setenv("TLSMODEM_NAME", "another", 1), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signal_command *command;
        struct bench bench;

        begin(&bench, rows[i].command, &command);
        posix_loop_run(&bench.loop);
        assert_int_equal(bench.told, 1);
        if (bench.signal != rows[i].signal || strcmp(bench.said, rows[i].said) != 0)
            fail_msg("%s: %d, %s", rows[i].command, bench.signal, bench.said);
        signal_command_close(command);
        assert_true(posix_loop_close(&bench.loop, LIMIT_MS));
    }
}

/* What has a session of its own is not killed with the group, and says nothing of a number.  It
 * ends with the test.  A machine that is busy may need more time. */
static void one_that_leaves_somebody_behind_was_not_killed(void **state)
{
    static const char leaves[] = "exec 3>&1; { setsid sh -c 'echo begun; exec >&3; "
                                 "while kill -0 $0 2>&-; do sleep 0.1; done' $PPID & } |"
                                 "{ read begun; }; echo 5";
    static const char truth[] = "has ended, but something that it started still had its output";
    bool has_ended = false;

    (void)state;
    for (uint32_t limit_ms = 250; limit_ms <= LIMIT_MS && !has_ended; limit_ms *= 2) {
        struct signal_command *command;
        struct bench bench;

        begin_for(&bench, leaves, limit_ms, &command);
        posix_loop_run(&bench.loop);
        assert_int_equal(bench.signal, SIGNAL_UNKNOWN);
        has_ended = strstr(bench.said, truth) != NULL;
        if (!has_ended)
            assert_non_null(strstr(bench.said, "was not over after "));
        signal_command_close(command);
        assert_true(posix_loop_close(&bench.loop, LIMIT_MS));
    }
    assert_true(has_ended);
}

/* It is killed, and does not stay as a zombie: the loop ends, which waits for it. */
static void one_that_is_closed_is_killed(void **state)
{
    struct signal_command *command;
    struct bench bench;
    int64_t begun_ms;

    (void)state;
    begin(&bench, "sleep 1000", &command);
    for (int i = 0; i < 10; i++)
        posix_loop_step(&bench.loop);
    begun_ms = posix_now_ms();
    signal_command_close(command);
    assert_true(posix_loop_close(&bench.loop, LIMIT_MS));
    assert_true(posix_now_ms() - begun_ms < LIMIT_MS);
    assert_int_equal(bench.told, 0);
}

static void one_that_was_not_run_yet_is_closed(void **state)
{
    struct signal_command *command;
    struct bench bench;

    (void)state;
    begin(&bench, "echo 1", &command);
    signal_command_close(command);
    assert_true(posix_loop_close(&bench.loop, LIMIT_MS));
    assert_int_equal(bench.told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(commands_are_run),
        cmocka_unit_test(one_that_leaves_somebody_behind_was_not_killed),
        cmocka_unit_test(one_that_is_closed_is_killed),
        cmocka_unit_test(one_that_was_not_run_yet_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
