/* test_fleet.c: modems in several threads, and pools of them behind one listener.
 *
 * The test's own thread is the master's; hosts have a thread of theirs, which asserts nothing and
 * leaves what it has heard. */
#include "runtime/fleet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, MODEMS = 9, HEARD_CAP = 256, SAID_CAP = 4096, WAIT_S = 60 };

struct fixture {
    char folder[64];
    struct log log;
    pthread_mutex_t log_lock;
    char said[SAID_CAP];
    struct fleet *fleet;
    struct pool *pool;
    uint16_t pool_port;
    char imeis[MODEMS][TLSMODEM_IMEI_CAP];
    struct port_spec ports[MODEMS];
    char heard[MODEMS][HEARD_CAP];
    void (*hosts)(struct fixture *f);
};

static void say(void *ctx, const char *tag, const char *text)
{
    struct fixture *f = ctx;
    size_t len;

    pthread_mutex_lock(&f->log_lock);
    len = strlen(f->said);
    snprintf(f->said + len, sizeof(f->said) - len, "%s: %s\n", tag, text);
    pthread_mutex_unlock(&f->log_lock);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->folder, "/tmp/test_fleet_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    pthread_mutex_init(&f->log_lock, NULL);
    f->log = (struct log){ .write = say, .ctx = f, .level = LOG_WARNING };
    for (int i = 0; i < MODEMS; i++) {
        char digits[TLSMODEM_IMEI_CAP];

        snprintf(digits, sizeof(digits), "3579410200000%d", i);
        assert_int_equal(tlsmodem_imei(digits, f->imeis[i]), ERR_OK);
        f->ports[i].kind = PORT_UNIX;
        snprintf(f->ports[i].where, sizeof(f->ports[i].where), "%s/%d.sock", f->folder, i);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    /* What a modem leaves behind makes this fail. */
    assert_int_equal(rmdir(f->folder), 0);
    pthread_mutex_destroy(&f->log_lock);
    free(f);
    return 0;
}

static void open_fleet(struct fixture *f, size_t threads)
{
    struct fleet_config config = { .threads = threads, .log = &f->log };
    struct port_failure failure;

    assert_int_equal(fleet_open(&config, &failure, &f->fleet), ERR_OK);
}

static void close_fleet(struct fixture *f)
{
    fleet_halt(f->fleet);
    fleet_clear(f->fleet, NULL, NULL);
    pool_close(f->pool);
    assert_true(fleet_close(f->fleet, LIMIT_MS));
}

static void describe(void *ctx, size_t number, struct fleet_modem_config *ret_config)
{
    struct fixture *f = ctx;

    ret_config->runtime.model = number % 2 == 0 ? "he910" : "m95";
    ret_config->runtime.identity.imei = f->imeis[number];
    ret_config->runtime.terminals = 1;
    ret_config->runtime.log = &f->log;
    ret_config->order = number;
    if (f->pool != NULL)
        ret_config->pool = f->pool;
    else
        ret_config->runtime.ports = &f->ports[number];
}

/* ---- hosts ---- */

static void be_patient(int fd)
{
    struct timeval wait = { .tv_sec = WAIT_S };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
}

static int connect_unix(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(at.sun_path, path);
    be_patient(fd);
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_pool(const struct fixture *f)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(f->pool_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    be_patient(fd);
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    close(fd);
    return -1;
}

/* What comes up to OK, or up to the end. */
static void ask(int fd, const char *line, char heard[HEARD_CAP])
{
    size_t len = 0;

    heard[0] = '\0';
    if (write(fd, line, strlen(line)) < 0)
        return;
    while (len + 1 < HEARD_CAP && strstr(heard, "OK\r\n") == NULL) {
        ssize_t got = read(fd, heard + len, HEARD_CAP - 1 - len);

        if (got <= 0)
            break;
        len += (size_t)got;
        heard[len] = '\0';
    }
}

static void *run_hosts(void *ctx)
{
    struct fixture *f = ctx;

    f->hosts(f);
    fleet_stop(f->fleet);
    return NULL;
}

static void run(struct fixture *f, void (*hosts)(struct fixture *f))
{
    pthread_t thread;

    f->hosts = hosts;
    assert_int_equal(pthread_create(&thread, NULL, run_hosts, f), 0);
    fleet_run(f->fleet);
    pthread_join(thread, NULL);
}

/* ---- each its own port ---- */

static void ask_each(struct fixture *f)
{
    for (int i = 0; i < MODEMS; i++) {
        int fd = connect_unix(f->ports[i].where);

        ask(fd, "AT+CGSN\r", f->heard[i]);
        close(fd);
    }
}

static void check_answers_of(struct fixture *f, size_t threads)
{
    struct port_failure failure;

    open_fleet(f, threads);
    assert_int_equal(fleet_add(f->fleet, MODEMS, describe, f, &failure), ERR_OK);
    assert_int_equal(fleet_count(f->fleet), MODEMS);
    fleet_start(f->fleet);
    run(f, ask_each);
    close_fleet(f);
    for (int i = 0; i < MODEMS; i++)
        assert_non_null(strstr(f->heard[i], f->imeis[i]));
}

static void test_modems_of_four_threads_answer(void **state)
{
    check_answers_of(*state, 4);
}

static void test_modems_of_the_only_thread_answer(void **state)
{
    check_answers_of(*state, 1);
}

static void test_one_that_cannot_be_opened_closes_all(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;

    open_fleet(f, 3);
    strcpy(f->ports[5].where, "/nowhere/5.sock");
    strcpy(f->ports[7].where, "/nowhere/7.sock");
    assert_int_equal(fleet_add(f->fleet, MODEMS, describe, f, &failure), ERR_NOT_FOUND);
    assert_non_null(strstr(failure.text, "/nowhere/5.sock"));
    assert_int_equal(fleet_count(f->fleet), 0);
    assert_int_equal(rmdir(f->folder), 0);
    assert_non_null(mkdtemp(strcpy(f->folder, "/tmp/test_fleet_XXXXXX")));
    close_fleet(f);
}

static void ask_first_and_last(struct fixture *f)
{
    int first = connect_unix(f->ports[0].where), last = connect_unix(f->ports[2].where);

    ask(first, "AT\r", f->heard[0]);
    ask(last, "AT\r", f->heard[2]);
    close(first);
    close(last);
}

static void test_one_is_removed_and_the_others_stay(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;

    open_fleet(f, 2);
    assert_int_equal(fleet_add(f->fleet, 3, describe, f, &failure), ERR_OK);
    fleet_start(f->fleet);
    fleet_remove(f->fleet, 1, NULL, NULL);
    assert_null(fleet_modem(f->fleet, 1));
    assert_int_equal(connect_unix(f->ports[1].where), -1);
    run(f, ask_first_and_last);
    close_fleet(f);
    assert_non_null(strstr(f->heard[0], "OK"));
    assert_non_null(strstr(f->heard[2], "OK"));
}

static void count_visit(void *ctx, size_t index, struct runtime_modem *modem)
{
    atomic_int *visits = ctx;

    assert_non_null(runtime_modem_engine(modem));
    assert_true(index < MODEMS);
    atomic_fetch_add(visits, 1);
}

static void test_each_is_visited(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    atomic_int visits = 0;

    open_fleet(f, 2);
    assert_int_equal(fleet_add(f->fleet, MODEMS, describe, f, &failure), ERR_OK);
    fleet_visit(f->fleet, count_visit, &visits);
    assert_int_equal(atomic_load(&visits), MODEMS);
    close_fleet(f);
}

/* ---- a pool ---- */

static void open_pool_of(struct fixture *f, size_t modems,
                         void (*describe_one)(void *ctx, size_t number,
                                              struct fleet_modem_config *ret_config))
{
    struct port_spec at = { .kind = PORT_TCP, .where = "127.0.0.1" };
    struct port_failure failure;

    open_fleet(f, 2);
    assert_int_equal(pool_open(fleet_master(f->fleet), &at, &failure, &f->pool), ERR_OK);
    assert_int_equal(sscanf(pool_label(f->pool), "tcp-each 127.0.0.1:%hu", &f->pool_port), 1);
    assert_int_equal(fleet_add(f->fleet, modems, describe_one, f, &failure), ERR_OK);
    assert_string_equal(fleet_port_label(f->fleet, 0, 0), pool_label(f->pool));
    pool_start(f->pool);
}

static void open_pool(struct fixture *f, size_t modems)
{
    open_pool_of(f, modems, describe);
    fleet_start(f->fleet);
}

/* The next who comes finds the lowest that is free; a host may be there before the modem of the one
 * who has left is. */
static int come_back(struct fixture *f, char heard[HEARD_CAP])
{
    for (;;) {
        int fd = connect_pool(f);

        ask(fd, "AT+CGSN;+CMEE?\r", heard);
        if (heard[0] != '\0')
            return fd;
        close(fd);
    }
}

static void take_turns(struct fixture *f)
{
    int first = connect_pool(f), second = connect_pool(f), third;

    ask(first, "AT+CGSN;+CMEE=2\r", f->heard[0]);
    ask(second, "AT+CGSN\r", f->heard[1]);
    third = connect_pool(f);
    ask(third, "AT\r", f->heard[2]);
    close(third);
    close(first);
    first = come_back(f, f->heard[3]);
    close(second);
    second = come_back(f, f->heard[4]);
    close(first);
    close(second);
}

static void test_each_connection_is_the_lowest_free_modem(void **state)
{
    struct fixture *f = *state;
    struct pool_counts counts;

    open_pool(f, 2);
    run(f, take_turns);
    counts = pool_counts(f->pool);
    close_fleet(f);
    assert_non_null(strstr(f->heard[0], f->imeis[0]));
    assert_non_null(strstr(f->heard[1], f->imeis[1]));
    assert_string_equal(f->heard[2], "");
    assert_non_null(strstr(f->said, "hung up on a host: every modem of the pool has one"));
    assert_non_null(strstr(f->heard[3], f->imeis[0]));
    assert_non_null(strstr(f->heard[3], "+CMEE: 2"));
    assert_non_null(strstr(f->heard[4], f->imeis[1]));
    assert_null(strstr(f->heard[4], "+CMEE: 2"));
    assert_int_equal(counts.seats, 2);
    assert_int_equal(counts.taken, 4);
    assert_true(counts.refused >= 1);
}

/* Its first line takes a while, so the host is there before the second. */
static void describe_with_first_lines(void *ctx, size_t number,
                                      struct fleet_modem_config *ret_config)
{
    static const struct tlsmodem_answer slow = { .command = "AT+SLOW", .delay_ms = 300 };
    static const char *const lines[] = { "AT+SLOW", "AT+CMEE=2" };

    describe(ctx, number, ret_config);
    ret_config->runtime.answers = &slow;
    ret_config->runtime.answer_count = 1;
    ret_config->runtime.at_start = lines;
    ret_config->runtime.at_start_count = 2;
}

static void ask_for_errors(struct fixture *f)
{
    int first = connect_pool(f), second = connect_pool(f);

    ask(first, "AT+CMEE?;+CGSN\r", f->heard[0]);
    ask(second, "AT+CMEE?;+CGSN\r", f->heard[1]);
    close(first);
    close(second);
}

static void test_a_host_waits_for_the_first_lines(void **state)
{
    struct fixture *f = *state;

    open_pool_of(f, 2, describe_with_first_lines);
    fleet_start(f->fleet);
    run(f, ask_for_errors);
    close_fleet(f);
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(strstr(f->heard[i], "+CMEE: 2"));
        assert_non_null(strstr(f->heard[i], f->imeis[i]));
    }
}

static void ask_nobody(struct fixture *f)
{
    int fd = connect_pool(f);

    if (write(fd, "AT\r", 3) != 3)
        f->heard[0][0] = '?';
}

/* Before its first lines are done, and before they have begun. */
static void test_a_host_that_waits_is_hung_up_on_at_the_end(void **state)
{
    struct fixture *f = *state;

    open_pool_of(f, 2, describe_with_first_lines);
    run(f, ask_nobody);
    fleet_start(f->fleet);
    run(f, ask_nobody);
    close_fleet(f);
    assert_string_equal(f->heard[0], "");
}

static void ask_one(struct fixture *f)
{
    int fd = connect_pool(f);

    ask(fd, "AT+CGSN\r", f->heard[0]);
    close(fd);
}

/* A modem that was opened anew is in its place again. */
static void test_the_order_is_the_numbers(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;

    open_pool(f, 3);
    fleet_remove(f->fleet, 0, NULL, NULL);
    assert_int_equal(fleet_add(f->fleet, 1, describe, f, &failure), ERR_OK);
    fleet_start(f->fleet);
    run(f, ask_one);
    close_fleet(f);
    assert_non_null(strstr(f->heard[0], f->imeis[0]));
}

static void leave_hosts(struct fixture *f)
{
    int first = connect_pool(f);

    ask(first, "AT\r", f->heard[0]);
    connect_pool(f); /* perhaps on its way at the end */
}

static void test_hosts_are_hung_up_on_at_the_end(void **state)
{
    struct fixture *f = *state;

    open_pool(f, 2);
    run(f, leave_hosts);
    close_fleet(f);
    assert_non_null(strstr(f->heard[0], "OK"));
}

static void test_two_pools_cannot_share_an_address(void **state)
{
    struct fixture *f = *state;
    struct port_spec at = { .kind = PORT_TCP, .where = "127.0.0.1" };
    struct port_failure failure;
    struct pool *other;

    open_pool(f, 1);
    at.tcp_port = f->pool_port;
    assert_int_equal(pool_open(fleet_master(f->fleet), &at, &failure, &other), ERR_BUSY);
    close_fleet(f);
}

/* A thread that does not turn: its signal's handler reads from a pipe. */
static int hangs_until[2], has_hung[2];

static void hang(int number)
{
    char byte = 0;

    (void)number;
    if (write(has_hung[1], &byte, 1) != 1 || read(hangs_until[0], &byte, 1) != 1)
        abort();
}

static void note_thread(void *ctx, size_t index, struct runtime_modem *modem)
{
    sigset_t set;

    (void)modem;
    if (index != 1)
        return;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    *(pthread_t *)ctx = pthread_self();
}

struct turning {
    struct fixture *f;
    int turned;
};

static void on_turned(void *ctx)
{
    struct turning *turning = ctx;

    turning->turned++;
    fleet_stop(turning->f->fleet);
}

static void test_a_round_is_over_when_all_have_turned(void **state)
{
    struct fixture *f = *state;
    struct turning turning = { .f = f };
    struct port_failure failure;
    pthread_t thread;
    char byte;

    open_fleet(f, 3);
    assert_int_equal(fleet_add(f->fleet, 3, describe, f, &failure), ERR_OK);
    fleet_round(f->fleet, on_turned, &turning);
    fleet_run(f->fleet);
    assert_int_equal(turning.turned, 1);

    assert_int_equal(pipe(hangs_until) | pipe(has_hung), 0);
    signal(SIGUSR1, hang);
    fleet_visit(f->fleet, note_thread, &thread);
    pthread_kill(thread, SIGUSR1);
    assert_int_equal(read(has_hung[0], &byte, 1), 1);
    fleet_round(f->fleet, on_turned, &turning);
    fleet_round(f->fleet, on_turned, &turning);
    for (int i = 0; i < 100; i++)
        posix_loop_step(&fleet_master(f->fleet)->loop);
    assert_int_equal(turning.turned, 1);

    assert_int_equal(write(hangs_until[1], "", 1), 1);
    fleet_run(f->fleet);
    assert_int_equal(turning.turned, 2);
    close_fleet(f);
    for (int i = 0; i < 2; i++) {
        close(hangs_until[i]);
        close(has_hung[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_round_is_over_when_all_have_turned, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_modems_of_four_threads_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_modems_of_the_only_thread_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_cannot_be_opened_closes_all, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_one_is_removed_and_the_others_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_is_visited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_connection_is_the_lowest_free_modem, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_host_waits_for_the_first_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_host_that_waits_is_hung_up_on_at_the_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_order_is_the_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hosts_are_hung_up_on_at_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_pools_cannot_share_an_address, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
