/* test_nvm_sqlite_shared.c: changes of many modems that share transactions. */
#include "nvm_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { THREADS = 3, MODEMS = 200, ROUNDS = 5, KILLS = 24, VALUE_MAX = 64 };

/* One thread with its modems; `woken` is its loop. */
struct user {
    struct nvm *nvm;
    int index;
    sem_t woken;
    struct storage modems[MODEMS];
    int settled, failed;
};

static void wake(void *ctx)
{
    sem_post(&((struct user *)ctx)->woken);
}

static void on_settled(void *ctx, enum err err)
{
    struct user *user = ctx;

    user->settled++;
    if (err != ERR_OK)
        user->failed++;
}

static void open_user(struct user *user, struct nvm *nvm, int index)
{
    char name[32];

    *user = (struct user){ .nvm = nvm, .index = index };
    sem_init(&user->woken, 0, 0);
    for (int i = 0; i < MODEMS; i++) {
        snprintf(name, sizeof(name), "m-%d-%d", index, i);
        assert_int_equal(nvm_modem(nvm, name, NULL, &user->modems[i]), ERR_OK);
        assert_int_equal(nvm_modem_share_writes(&user->modems[i], wake, user), ERR_OK);
        user->modems[i].ops->watch(user->modems[i].impl, on_settled, user);
    }
}

static void close_user(struct user *user)
{
    for (int i = 0; i < MODEMS; i++)
        nvm_modem_release(&user->modems[i]);
    sem_destroy(&user->woken);
}

static void settle_all(struct user *user, int wanted)
{
    while (user->settled < wanted) {
        sem_wait(&user->woken);
        for (int i = 0; i < MODEMS; i++)
            nvm_modem_settle(&user->modems[i]);
    }
}

static size_t value_of(const struct user *user, int modem, int round, char text[VALUE_MAX])
{
    return (size_t)snprintf(text, VALUE_MAX, "user %d modem %d round %d", user->index, modem,
                            round);
}

static void *change_all(void *ctx)
{
    struct user *user = ctx;
    char text[VALUE_MAX];

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < MODEMS; i++) {
            struct span value = span_at(text, value_of(user, i, round, text));

            nvm_put(&user->modems[i], "setting", i % 2 == 0, value);
        }
        settle_all(user, (round + 1) * MODEMS);
    }
    return NULL;
}

static void check_all(struct nvm_folder_test *test, const struct user *user)
{
    char name[32], text[VALUE_MAX];
    struct storage modem;

    for (int i = 0; i < MODEMS; i++) {
        snprintf(name, sizeof(name), "m-%d-%d", user->index, i);
        assert_int_equal(nvm_modem(test->nvm, name, NULL, &modem), ERR_OK);
        nvm_expect(&modem, "setting", i % 2 == 0,
                   span_at(text, value_of(user, i, ROUNDS - 1, text)));
    }
}

static void test_many_modems_share_a_transaction(void **state)
{
    static struct user users[THREADS];
    struct nvm_folder_test *test = *state;
    pthread_t threads[THREADS];
    struct nvm_counts counts;

    nvm_folder_reopen(test);
    for (int i = 0; i < THREADS; i++)
        open_user(&users[i], test->nvm, i);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, change_all, &users[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    counts = nvm_counts(test->nvm);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(users[i].failed, 0);
        close_user(&users[i]);
    }
    assert_int_equal(counts.writes, THREADS * MODEMS * ROUNDS);
    assert_true(counts.commits < counts.writes / 4);
    nvm_folder_reopen(test);
    for (int i = 0; i < THREADS; i++)
        check_all(test, &users[i]);
    nvm_folder_shut(test);
}

/* What is under way is read as if it were there, and is there when the handle is released. */
static void test_what_is_under_way_is_read(void **state)
{
    static struct user user;
    struct nvm_folder_test *test = *state;
    struct storage *modem = &user.modems[0];
    char text[VALUE_MAX];

    nvm_folder_reopen(test);
    open_user(&user, test->nvm, 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct storage_change remove = { .key = "setting", .remove = true };
        struct span value = span_at(text, value_of(&user, 0, round, text));

        assert_int_equal(nvm_put(modem, "setting", false, value), ERR_OK);
        nvm_expect(modem, "setting", false, value);
        nvm_expect_err(modem, "setting", true, ERR_NOT_FOUND);
        assert_true(modem->ops->unsafe(modem->impl) > 0);
        if (round % 2 == 0)
            continue;
        assert_int_equal(modem->ops->apply(modem->impl, &remove, 1), ERR_OK);
        nvm_expect_err(modem, "setting", false, ERR_NOT_FOUND);
    }
    close_user(&user);
    assert_int_equal(nvm_modem(test->nvm, "m-0-0", NULL, modem), ERR_OK);
    nvm_expect(modem, "setting", false, span_at(text, value_of(&user, 0, ROUNDS - 1, text)));
    nvm_folder_shut(test);
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Each is told, and has again what it had. */
static void test_a_full_disk_is_told_to_each(void **state)
{
    static struct user user;
    struct nvm_folder_test *test = *state;

    signal(SIGXFSZ, SIG_IGN);
    nvm_folder_reopen(test);
    open_user(&user, test->nvm, 0);
    for (int i = 0; i < MODEMS; i++)
        nvm_put(&user.modems[i], "setting", false, span_of("old"));
    settle_all(&user, MODEMS);
    assert_int_equal(user.failed, 0);
    limit_files(1);
    for (int i = 0; i < MODEMS; i++)
        nvm_put(&user.modems[i], "setting", false, span_of("new"));
    settle_all(&user, 2 * MODEMS);
    limit_files(RLIM_INFINITY);
    assert_int_equal(user.failed, MODEMS);
    for (int i = 0; i < MODEMS; i++) {
        nvm_expect(&user.modems[i], "setting", false, span_of("old"));
        assert_int_equal(user.modems[i].ops->unsafe(user.modems[i].impl), 0);
    }
    close_user(&user);
    nvm_folder_shut(test);
}

/* ---- killed ---- */

/* Tells `acknowledge` the round of each modem that is on the disk. */
static void work_until_killed(struct nvm_folder_test *test, int acknowledge)
{
    static struct user user;

    if (nvm_folder_try(test) != ERR_OK)
        _exit(1);
    open_user(&user, test->nvm, 0);
    for (uint32_t round = 1;; round++) {
        for (int i = 0; i < MODEMS; i++)
            nvm_put(&user.modems[i], "round", false, span_at(&round, sizeof(round)));
        settle_all(&user, (int)round * MODEMS);
        if (user.failed > 0 || write(acknowledge, &round, sizeof(round)) != sizeof(round))
            _exit(1);
    }
}

static void test_a_kill_loses_nothing_that_was_told(void **state)
{
    struct nvm_folder_test *test = *state;

    for (long i = 0; i < KILLS; i++) {
        uint32_t told = nvm_folder_run_and_kill(test, work_until_killed, 20000 + i * 7000);
        struct storage modem;
        char name[32];

        nvm_folder_reopen(test);
        for (int m = 0; m < MODEMS && told > 0; m++) {
            uint32_t round = 0;
            size_t len;

            snprintf(name, sizeof(name), "m-0-%d", m);
            assert_int_equal(nvm_modem(test->nvm, name, NULL, &modem), ERR_OK);
            assert_int_equal(
                modem.ops->load(modem.impl, "round", false, &round, sizeof(round), &len), ERR_OK);
            assert_in_range(round, told, told + 1);
        }
        nvm_folder_shut(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_many_modems_share_a_transaction, nvm_folder_setup,
                                        nvm_folder_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_under_way_is_read, nvm_folder_setup,
                                        nvm_folder_teardown),
        cmocka_unit_test_setup_teardown(test_a_full_disk_is_told_to_each, nvm_folder_setup,
                                        nvm_folder_teardown),
        cmocka_unit_test_setup_teardown(test_a_kill_loses_nothing_that_was_told, nvm_folder_setup,
                                        nvm_folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
