/* test_nvm_sqlite_faults.c: what ports/nvm_sqlite keeps when its process is killed, its disk is
 * full or SQLite's memory runs out. */
#include "nvm_folder.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { PADS = 5, PAD_SIZE = 3000, KILLS = 48 };

/* A step writes its number into three places, one of them a secret, and removes a fourth. */

static enum err apply_step(const struct storage *storage, uint32_t step)
{
    uint8_t pad[PAD_SIZE];
    char name[16], gone[16];
    struct span number = span_at(&step, sizeof(step));
    struct storage_change changes[] = {
        { .key = "plain", .value = number },
        { .key = name, .secret = step % 2, .value = span_at(pad, sizeof(pad)) },
        { .key = gone, .secret = (step + 1) % 2, .remove = true },
        { .key = "secret", .secret = true, .value = number },
    };

    memset(pad, (int)(step % 251), sizeof(pad));
    snprintf(name, sizeof(name), "pad/%u", step % PADS);
    snprintf(gone, sizeof(gone), "pad/%u", (step + 1) % PADS);
    return storage->ops->apply(storage->impl, changes, 4);
}

static uint32_t load_number(const struct storage *storage, const char *key, bool secret)
{
    uint32_t number = 0;
    size_t len;
    enum err err = storage->ops->load(storage->impl, key, secret, &number, sizeof(number), &len);

    if (err != ERR_OK && err != ERR_NOT_FOUND)
        fail_msg("%s", err_text(err));
    return number;
}

/* The last step that is there; fails when one is there in part. */
static uint32_t whole_step(const struct storage *storage)
{
    uint32_t step = load_number(storage, "plain", false);
    uint8_t pad[PAD_SIZE];
    char name[16];

    assert_int_equal(load_number(storage, "secret", true), step);
    if (step == 0)
        return 0;
    memset(pad, (int)(step % 251), sizeof(pad));
    snprintf(name, sizeof(name), "pad/%u", step % PADS);
    nvm_expect(storage, name, step % 2, span_at(pad, sizeof(pad)));
    snprintf(name, sizeof(name), "pad/%u", (step + 1) % PADS);
    nvm_expect_err(storage, name, (step + 1) % 2, ERR_NOT_FOUND);
    return step;
}

/* Killed */

static void work_until_killed(struct nvm_folder_test *test, int acknowledge)
{
    if (nvm_folder_try(test) != ERR_OK)
        _exit(1);
    for (uint32_t step = load_number(&test->gate, "plain", false) + 1;; step++)
        if (apply_step(&test->gate, step) != ERR_OK ||
            write(acknowledge, &step, sizeof(step)) != sizeof(step))
            _exit(1);
}

static void check_after_kill(struct nvm_folder_test *test, uint32_t acknowledged)
{
    uint32_t step;

    nvm_folder_reopen(test);
    step = whole_step(&test->gate);
    if (acknowledged != 0)
        assert_in_range(step, acknowledged, acknowledged + 1);
    nvm_folder_shut(test);
}

static void a_kill_loses_nothing_acknowledged(void **state)
{
    struct nvm_folder_test *test = *state;
    uint32_t before = 0;

    for (long i = 0; i < KILLS; i++) {
        uint32_t last = nvm_folder_run_and_kill(test, work_until_killed, 1000 + i * 2300);

        assert_true(last == 0 || last > before);
        before = last == 0 ? before : last;
        check_after_kill(test, last);
    }
    assert_true(before > 0);
}

static void a_kill_at_the_first_start_does_no_harm(void **state)
{
    for (long i = 0; i < KILLS; i++) {
        uint32_t last = nvm_folder_run_and_kill(*state, work_until_killed, 100 + i * 500);

        check_after_kill(*state, last);
        nvm_folder_remove(*state);
    }
}

/* No room: a limit on the size of files stands for the disk */

static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int ignore_limit_signal(void **state)
{
    signal(SIGXFSZ, SIG_IGN);
    return nvm_folder_setup(state);
}

static int end_limit(void **state)
{
    limit_files(RLIM_INFINITY);
    return nvm_folder_teardown(state);
}

static void a_full_disk_changes_nothing(void **state)
{
    struct nvm_folder_test *test = *state;
    uint32_t step = 1;
    int refused = 0;

    nvm_folder_reopen(test);
    assert_int_equal(apply_step(&test->gate, step), ERR_OK);
    for (rlim_t size = 0; size < 60000; size += 1100) {
        enum err err;

        limit_files(size);
        err = apply_step(&test->gate, step + 1);
        if (err == ERR_OK) {
            step++;
        } else {
            assert_int_equal(err, ERR_IO);
            assert_non_null(strstr(test->said, "nvm.sqlite"));
            refused++;
        }
        assert_int_equal(whole_step(&test->gate), step);
        limit_files(RLIM_INFINITY);
        if (size % 3 == 0)
            nvm_folder_reopen(test);
        assert_int_equal(whole_step(&test->gate), step);
        assert_int_equal(apply_step(&test->gate, ++step), ERR_OK);
    }
    assert_true(refused > 0);
}

static void a_full_disk_at_the_start_does_no_harm(void **state)
{
    struct nvm_folder_test *test = *state;
    int refused = 0;

    for (rlim_t size = 0; size < 50000; size += 900) {
        limit_files(size);
        if (nvm_folder_try(test) != ERR_OK) {
            assert_non_null(strstr(test->message, test->dir));
            refused++;
        }
        limit_files(RLIM_INFINITY);
        nvm_folder_reopen(test);
        assert_int_equal(apply_step(&test->gate, 1), ERR_OK);
        nvm_folder_remove(test);
    }
    assert_true(refused > 0);
}

static void a_full_disk_still_shows_what_it_has(void **state)
{
    struct nvm_folder_test *test = *state;

    nvm_folder_reopen(test);
    assert_int_equal(apply_step(&test->gate, 1), ERR_OK);
    nvm_folder_shut(test);
    limit_files(0);
    nvm_folder_reopen(test);
    assert_int_equal(whole_step(&test->gate), 1);
    assert_int_equal(apply_step(&test->gate, 2), ERR_IO);
    assert_int_equal(whole_step(&test->gate), 1);
}

/* The host may try as often as it likes: the operator reads it once for each place, and again when
 * it was over in between. */
static void a_full_disk_is_said_once(void **state)
{
    static const char *const keys[] = { "security/1/0", "security/2/1", "set/+X/0",
                                        "security/1/0" };
    struct nvm_folder_test *test = *state;

    nvm_folder_reopen(test);
    assert_int_equal(nvm_put(&test->gate, "set/+X/0", false, span_of("old")), ERR_OK);
    assert_int_equal(test->lines, 0);
    for (int round = 0; round < 2; round++) {
        test->lines = 0;
        limit_files(0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(nvm_put(&test->gate, keys[i], i != 2, span_of("new")), ERR_IO);
        limit_files(RLIM_INFINITY);
        assert_int_equal(test->lines, 2);
        assert_non_null(strstr(test->said, "\"set/+X/0\" is not stored: cannot write "));
        nvm_expect(&test->gate, "set/+X/0", false, span_of("old"));
        assert_int_equal(nvm_put(&test->gate, "set/+X/0", false, span_of("old")), ERR_OK);
        assert_int_equal(test->lines, 3);
        assert_non_null(strstr(test->said, "takes changes again; failed before: 4"));
    }
    assert_int_equal(nvm_put(&test->gate, "set/+X/0", false, span_of("old")), ERR_OK);
    assert_int_equal(test->lines, 3);
}

/* A change that fails and leaves the transaction open */

static void a_failed_change_takes_the_others_along(void **state)
{
    struct nvm_folder_test *test = *state;
    struct storage_change changes[] = {
        { .key = "good", .value = span_of("1") },
        { .key = "secret", .secret = true, .value = span_of("2") },
        { .key = "bad", .value = span_of("3") },
    };

    nvm_folder_reopen(test);
    nvm_folder_shut(test);
    nvm_file_sql(test, "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN new.key='bad'"
                       " BEGIN SELECT RAISE(ABORT, 'refused'); END");
    nvm_folder_reopen(test);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(test->gate.ops->apply(test->gate.impl, changes, 3), ERR_IO);
        assert_non_null(strstr(test->said, "refused"));
        nvm_expect_err(&test->gate, "good", false, ERR_NOT_FOUND);
        nvm_expect_err(&test->gate, "secret", true, ERR_NOT_FOUND);
    }
    assert_int_equal(test->gate.ops->apply(test->gate.impl, changes, 2), ERR_OK);
    nvm_folder_reopen(test);
    nvm_expect(&test->gate, "secret", true, span_of("2"));
}

/* No memory for SQLite */

static sqlite3_mem_methods real_memory;
static long until_failure = -1; /* allocations; -1: never */
static bool fails_for_good;

static bool fails_now(void)
{
    if (until_failure < 0)
        return false;
    if (until_failure > 0) {
        until_failure--;
        return false;
    }
    if (!fails_for_good)
        until_failure = -1;
    return true;
}

static void *failing_malloc(int size)
{
    return fails_now() ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *memory, int size)
{
    return fails_now() ? NULL : real_memory.xRealloc(memory, size);
}

static int install_failing_memory(void **state)
{
    sqlite3_mem_methods failing;

    sqlite3_shutdown();
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    failing = real_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing), SQLITE_OK);
    return nvm_folder_setup(state);
}

static int remove_failing_memory(void **state)
{
    until_failure = -1;
    nvm_folder_teardown(state);
    sqlite3_shutdown();
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &real_memory);
}

static bool is_allowed(enum err err)
{
    return err == ERR_OK || err == ERR_NO_MEMORY || err == ERR_IO;
}

/* Opens, stores step 2 and loads, with the nth allocation failing; true when none did. */
static bool survives_failure(struct nvm_folder_test *test, long nth, bool for_good)
{
    enum err opened, applied = ERR_IO;
    bool untouched;
    uint32_t step;

    until_failure = nth;
    fails_for_good = for_good;
    opened = nvm_folder_try(test);
    assert_true(is_allowed(opened));
    if (opened == ERR_OK) {
        applied = apply_step(&test->gate, 2);
        assert_true(is_allowed(applied));
    }
    untouched = until_failure > 0;
    until_failure = -1;
    if (opened == ERR_OK)
        assert_int_equal(whole_step(&test->gate), applied == ERR_OK ? 2 : 1);
    nvm_folder_reopen(test);
    step = whole_step(&test->gate);
    assert_int_equal(step, applied == ERR_OK ? 2 : 1);
    return untouched;
}

static void no_memory_does_no_harm(void **state)
{
    struct nvm_folder_test *test = *state;

    for (int for_good = 0; for_good <= 1; for_good++) {
        bool done = false;

        for (long nth = 0; !done; nth++) {
            nvm_folder_reopen(test);
            assert_int_equal(apply_step(&test->gate, 1), ERR_OK);
            nvm_folder_shut(test);
            done = survives_failure(test, nth, for_good);
            nvm_folder_shut(test);
        }
    }
}

#define TEST(name)         cmocka_unit_test_setup_teardown(name, nvm_folder_setup, nvm_folder_teardown)
#define LIMITED_TEST(name) cmocka_unit_test_setup_teardown(name, ignore_limit_signal, end_limit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kill_loses_nothing_acknowledged),
        TEST(a_kill_at_the_first_start_does_no_harm),
        TEST(a_failed_change_takes_the_others_along),
        LIMITED_TEST(a_full_disk_changes_nothing),
        LIMITED_TEST(a_full_disk_at_the_start_does_no_harm),
        LIMITED_TEST(a_full_disk_still_shows_what_it_has),
        LIMITED_TEST(a_full_disk_is_said_once),
        cmocka_unit_test_setup_teardown(no_memory_does_no_harm, install_failing_memory,
                                        remove_failing_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
