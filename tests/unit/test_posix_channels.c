/* test_posix_channels.c: pseudo-terminals, and what all ports do under pressure. */
#include "test_posix_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

struct fixture {
    struct posix_loop loop;
    char folder[64];
    char link[96];
    struct port *port;
    struct fake_terminal fake;
    int host; /* the open slave, or -1 */
    struct heard heard;
    size_t wanted; /* bytes to wait for */
};

static enum err open_pty(struct fixture *f, struct port_failure *ret_failure,
                         struct port **ret_port)
{
    struct port_spec spec = { .kind = PORT_PTY };

    snprintf(spec.where, sizeof(spec.where), "%s", f->link);
    return port_open(&f->loop, &spec, ret_failure, ret_port);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct port_failure failure;

    f->host = -1;
    strcpy(f->folder, "/tmp/test_posix_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->link, sizeof(f->link), "%s/modem", f->folder);
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(open_pty(f, &failure, &f->port), ERR_OK);
    fake_init(&f->fake, port_channel(f->port));
    port_start(f->port, &f->fake.base);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    if (f->host >= 0)
        close(f->host);
    port_close(f->port);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    fake_deinit(&f->fake);
    free(f->heard.at);
    assert_int_equal(access(f->link, F_OK), -1);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void host_comes(struct fixture *f)
{
    f->host = open(f->link, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(f->host >= 0);
}

static void host_leaves(struct fixture *f)
{
    close(f->host);
    f->host = -1;
}

static void host_types(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->host, text, strlen(text)), (ssize_t)strlen(text));
}

static void host_reads(struct fixture *f)
{
    uint8_t buf[4096];
    ssize_t count;

    while (f->host >= 0 && (count = read(f->host, buf, sizeof(buf))) > 0)
        heard_add(&f->heard, buf, (size_t)count);
}

static bool host_heard_enough(void *ctx)
{
    struct fixture *f = ctx;

    host_reads(f);
    return f->heard.len >= f->wanted;
}

static bool fake_heard_enough(void *ctx)
{
    struct fixture *f = ctx;

    return f->fake.in.len >= f->wanted;
}

static void expect_heard(struct fixture *f, const char *text)
{
    f->wanted = strlen(text);
    assert_true(run_until(&f->loop, host_heard_enough, f, LIMIT_MS));
    assert_int_equal(f->heard.len, strlen(text));
    assert_memory_equal(f->heard.at, text, f->heard.len);
    f->heard.len = 0;
}

static void expect_got(struct fixture *f, const char *text)
{
    f->wanted = strlen(text);
    assert_true(run_until(&f->loop, fake_heard_enough, f, LIMIT_MS));
    assert_true(fake_got(&f->fake, text));
    f->fake.in.len = 0;
}

/* Lets everything happen that is due now. */
static void settle(struct fixture *f)
{
    for (int i = 0; i < 5; i++)
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

static void pty_is_raw_and_silent(void **state)
{
    struct fixture *f = *state;
    struct termios settings;

    host_comes(f);
    assert_int_equal(tcgetattr(f->host, &settings), 0);
    assert_int_equal(settings.c_lflag & (ECHO | ICANON | ISIG), 0);
    assert_int_equal(settings.c_oflag & OPOST, 0);
    host_types(f, "AT\r\n\x1a\x03\x11\x13\xff");
    expect_got(f, "AT\r\n\x1a\x03\x11\x13\xff");
    fake_say(&f->fake, "\r\nOK\r\n", 6);
    expect_heard(f, "\r\nOK\r\n");
}

static void pty_hosts_come_and_go(void **state)
{
    struct fixture *f = *state;

    fake_say(&f->fake, "before any host;", 16);
    for (int i = 0; i < 3; i++) {
        host_comes(f);
        expect_heard(f, i == 0 ? "before any host;" : "while nobody was there;");
        host_types(f, "last words;");
        host_leaves(f);
        expect_got(f, "last words;");
        settle(f);
        fake_say(&f->fake, "while nobody was there;", 23);
    }
}

static void pty_input_waits_for_room(void **state)
{
    struct fixture *f = *state;

    f->fake.appetite = 3;
    host_comes(f);
    host_types(f, "abcdef");
    f->wanted = 3;
    assert_true(run_until(&f->loop, fake_heard_enough, f, LIMIT_MS));
    host_types(f, "ghi");
    host_leaves(f);
    settle(f);
    assert_true(fake_got(&f->fake, "abc"));
    fake_grant(&f->fake, 1);
    settle(f);
    assert_true(fake_got(&f->fake, "abcd"));
    fake_grant(&f->fake, 0);
    settle(f);
    assert_true(fake_got(&f->fake, "abcd"));
    fake_grant(&f->fake, SIZE_MAX);
    expect_got(f, "abcdefghi");
}

static void pty_output_waits_for_the_host(void **state)
{
    struct fixture *f = *state;
    size_t total = 300000;
    uint8_t *data = malloc(total);

    fill_pattern(data, total);
    host_comes(f);
    fake_say(&f->fake, data, total);
    settle(f);
    assert_true(f->fake.out_taken < total);
    f->wanted = total;
    assert_true(run_until(&f->loop, host_heard_enough, f, LIMIT_MS));
    assert_int_equal(f->heard.len, total);
    assert_memory_equal(f->heard.at, data, total);
    free(data);
}

/* 5 MB each way at once: the module sends back what it gets. */
enum { BULK = 5 * 1024 * 1024 };

struct bulk {
    struct fixture *f;
    const uint8_t *data;
    size_t sent;
};

static bool bulk_is_through(void *ctx)
{
    struct bulk *bulk = ctx;
    ssize_t count = 0;

    while (bulk->sent < BULK && count >= 0) {
        count = write(bulk->f->host, bulk->data + bulk->sent, BULK - bulk->sent);
        bulk->sent += count > 0 ? (size_t)count : 0;
        host_reads(bulk->f);
    }
    host_reads(bulk->f);
    return bulk->f->heard.len >= BULK;
}

static void pty_carries_bulk_both_ways(void **state)
{
    struct fixture *f = *state;
    uint8_t *data = malloc(BULK);
    struct bulk bulk = { .f = f, .data = data };

    fill_pattern(data, BULK);
    f->fake.echo = true;
    host_comes(f);
    assert_true(run_until(&f->loop, bulk_is_through, &bulk, 10 * LIMIT_MS));
    assert_int_equal(f->heard.len, BULK);
    assert_memory_equal(f->heard.at, data, BULK);
    assert_memory_equal(f->fake.in.at, data, BULK);
    free(data);
}

static void link_of_a_living_one_stays(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    struct port *second = NULL;

    assert_int_equal(open_pty(f, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "another tlsmodem uses it"));
    host_comes(f);
    fake_say(&f->fake, "still mine", 10);
    expect_heard(f, "still mine");
}

static void stale_links_are_replaced(void **state)
{
    struct fixture *f = *state;
    static const char *const targets[] = { "/dev/pts/99999", "/nowhere/at/all" };
    struct port_failure failure;

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        port_close(f->port);
        f->port = NULL;
        assert_int_equal(symlink(targets[i], f->link), 0);
        assert_int_equal(open_pty(f, &failure, &f->port), ERR_OK);
        fake_deinit(&f->fake);
        fake_init(&f->fake, port_channel(f->port));
        port_start(f->port, &f->fake.base);
        host_comes(f);
        host_types(f, "AT");
        expect_got(f, "AT");
        host_leaves(f);
    }
}

/* The number of a dead tlsmodem's terminal was given to another program of the same user. */
static void link_to_a_foreign_terminal_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    int foreign = posix_openpt(O_RDWR | O_NOCTTY);

    assert_true(foreign >= 0 && grantpt(foreign) == 0 && unlockpt(foreign) == 0);
    port_close(f->port);
    f->port = NULL;
    assert_int_equal(symlink(ptsname(foreign), f->link), 0);
    assert_int_equal(open_pty(f, &failure, &f->port), ERR_OK);
    close(foreign);
}

static void other_things_are_not_replaced(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    struct port *second = NULL;
    char own[96];
    int fd;

    strcpy(own, f->link);
    snprintf(f->link, sizeof(f->link), "%s/file", f->folder);
    fd = open(f->link, O_CREAT | O_WRONLY, 0600);
    close(fd);
    assert_int_equal(open_pty(f, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "something else has that name"));
    unlink(f->link);
    assert_int_equal(symlink(f->folder, f->link), 0);
    assert_int_equal(open_pty(f, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "it is a link to"));
    unlink(f->link);
    snprintf(f->link, sizeof(f->link), "%s/no/such", f->folder);
    assert_int_equal(open_pty(f, &failure, &second), ERR_NOT_FOUND);
    strcpy(f->link, own);
}

static void link_of_somebody_else_is_not_removed(void **state)
{
    struct fixture *f = *state;

    unlink(f->link);
    assert_int_equal(symlink("/nowhere", f->link), 0);
    port_close(f->port);
    f->port = NULL;
    assert_int_equal(unlink(f->link), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(pty_is_raw_and_silent),         TEST(pty_hosts_come_and_go),
        TEST(pty_input_waits_for_room),      TEST(pty_output_waits_for_the_host),
        TEST(pty_carries_bulk_both_ways),    TEST(link_of_a_living_one_stays),
        TEST(stale_links_are_replaced),      TEST(link_to_a_foreign_terminal_is_replaced),
        TEST(other_things_are_not_replaced), TEST(link_of_somebody_else_is_not_removed),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
