/* test_posix_uart.c: a port on a serial device, played by a pseudo-terminal. */
#include "test_posix_fake.h"

#include "posix/uart_rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

struct fixture {
    struct posix_loop loop;
    char folder[64];
    struct port_spec spec;
    struct port *port;
    struct fake_terminal fake;
    int cable;    /* the other end of the device */
    speed_t rate; /* to wait for */
    struct log log;
    char said[1024]; /* each line ends in | */
    char away[32];   /* what was told of it: + and - */
};

static void say(void *ctx, const char *tag, const char *text)
{
    struct fixture *f = ctx;
    size_t len = strlen(f->said);

    snprintf(f->said + len, sizeof(f->said) - len, "%s: %s|", tag, text);
}

static void note_away(void *ctx, bool is_away)
{
    struct fixture *f = ctx;

    strcat(f->away, is_away ? "-" : "+");
}

/* Puts a device at the path of the spec. */
static void plug(struct fixture *f)
{
    f->cable = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(f->cable >= 0 && grantpt(f->cable) == 0 && unlockpt(f->cable) == 0);
    unlink(f->spec.where);
    assert_int_equal(symlink(ptsname(f->cable), f->spec.where), 0);
}

static void unplug(struct fixture *f)
{
    close(f->cable);
    unlink(f->spec.where);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct port_failure failure;

    strcpy(f->folder, "/tmp/test_posix_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->spec = (struct port_spec){ .kind = PORT_UART, .line = { .baud = 9600, .rtscts = true } };
    snprintf(f->spec.where, sizeof(f->spec.where), "%s/ttyS0", f->folder);
    plug(f);
    f->log = (struct log){ .write = say, .ctx = f, .level = LOG_INFO };
    assert_int_equal(posix_loop_open(&f->loop, &f->log), ERR_OK);
    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &f->port), ERR_OK);
    port_on_away(f->port, note_away, f);
    fake_init(&f->fake, port_channel(f->port));
    port_start(f->port, &f->fake.base);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    port_close(f->port);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    fake_deinit(&f->fake);
    unplug(f);
    assert_int_equal(rmdir(f->folder), 0);
    free(f);
    return 0;
}

static struct termios settings_of(struct fixture *f)
{
    struct termios settings;

    assert_int_equal(tcgetattr(f->cable, &settings), 0);
    return settings;
}

static bool got_something(void *ctx)
{
    struct fixture *f = ctx;

    return f->fake.in.len >= 4;
}

static bool rate_is_set(void *ctx)
{
    struct fixture *f = ctx;
    struct termios settings = settings_of(f);

    return cfgetospeed(&settings) == f->rate;
}

static bool answers(void *ctx)
{
    struct fixture *f = ctx;

    if (write(f->cable, "AT\r\n", 4) < 0)
        return false;
    return f->fake.in.len >= 4;
}

static bool cable_has_bytes(void *ctx)
{
    struct fixture *f = ctx;
    char buf[64];

    return read(f->cable, buf, sizeof(buf)) > 0;
}

static void device_is_raw_8n1_at_its_rate(void **state)
{
    struct fixture *f = *state;
    struct termios settings = settings_of(f);

    assert_int_equal(cfgetospeed(&settings), B9600);
    assert_int_equal(settings.c_cflag & (CSIZE | PARENB | CSTOPB), CS8);
    assert_int_equal(settings.c_cflag & (CLOCAL | CREAD), CLOCAL | CREAD);
    assert_true((settings.c_cflag & CRTSCTS) != 0);
    assert_int_equal(settings.c_lflag & (ECHO | ICANON | ISIG), 0);
    assert_int_equal(write(f->cable, "AT\r\n", 4), 4);
    assert_true(run_until(&f->loop, got_something, f, LIMIT_MS));
    assert_true(fake_got(&f->fake, "AT\r\n"));
}

static void rate_changes_after_the_answer(void **state)
{
    struct fixture *f = *state;
    struct channel *channel = port_channel(f->port);

    channel->ops->set_rate(channel, 57600);
    fake_say(&f->fake, "OK", 2);
    f->rate = B9600;
    assert_true(rate_is_set(f)); /* not inside the call */
    assert_true(run_until(&f->loop, cable_has_bytes, f, LIMIT_MS));
    f->rate = B57600;
    assert_true(run_until(&f->loop, rate_is_set, f, LIMIT_MS));
    channel->ops->set_rate(channel, 0);
    channel->ops->set_rate(channel, 12345);
    uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    assert_true(rate_is_set(f));
}

static void device_may_vanish_and_come_back(void **state)
{
    struct fixture *f = *state;

    assert_true(run_until(&f->loop, answers, f, LIMIT_MS));
    unplug(f);
    for (int i = 0; i < 5; i++)
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    fake_say(&f->fake, "kept", 4);
    plug(f);
    assert_true(run_until(&f->loop, cable_has_bytes, f, LIMIT_MS));
    f->fake.in.len = 0;
    assert_true(run_until(&f->loop, answers, f, LIMIT_MS));
}

static bool is_back(void *ctx)
{
    struct fixture *f = ctx;

    return strchr(f->away, '+') != NULL;
}

static bool is_locked(void *ctx)
{
    struct fixture *f = ctx;

    return strstr(f->said, "another program has locked it; trying again") != NULL;
}

/* Once each: that it is gone, that another has it, that it is there. */
static void what_happens_to_a_device_is_said_once(void **state)
{
    struct fixture *f = *state;
    char expected[1024];
    int other;

    assert_false(port_is_away(f->port));
    unplug(f);
    while (f->away[0] == '\0')
        uv_run(&f->loop.uv, UV_RUN_ONCE);
    assert_true(port_is_away(f->port));
    plug(f);
    other = open(f->spec.where, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    assert_true(run_until(&f->loop, is_locked, f, LIMIT_MS));
    assert_string_equal(f->away, "-");
    close(other);
    assert_true(run_until(&f->loop, is_back, f, LIMIT_MS));
    assert_false(port_is_away(f->port));
    assert_string_equal(f->away, "-+");
    snprintf(expected, sizeof(expected),
             "warning: uart %s: the device is gone; waiting for it|"
             "warning: uart %s: another program has locked it; trying again|"
             "info: uart %s: the device is there|",
             f->spec.where, f->spec.where, f->spec.where);
    assert_string_equal(f->said, expected);
}

static void device_may_come_after_the_start(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;

    port_close(f->port);
    unplug(f);
    f->said[0] = '\0';
    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &f->port), ERR_NOT_FOUND);
    f->spec.awaits = true;
    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &f->port), ERR_OK);
    assert_true(port_is_away(f->port));
    port_on_away(f->port, note_away, f);
    f->fake.channel = port_channel(f->port);
    port_start(f->port, &f->fake.base);
    plug(f);
    assert_true(run_until(&f->loop, answers, f, LIMIT_MS));
    assert_string_equal(f->away, "+");
    assert_non_null(strstr(f->said, "cannot open it: No such file or directory; waiting for it|"));
    strcpy(f->spec.where, "/dev/null"); /* that is no device that comes */
    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &f->port), ERR_INVALID);
    snprintf(f->spec.where, sizeof(f->spec.where), "%s/ttyS0", f->folder);
}

static void device_without_lines_shows_no_dtr(void **state)
{
    struct fixture *f = *state;
    struct channel *channel = port_channel(f->port);

    channel->ops->set_lines(channel, LINE_DSR | LINE_DCD);
    assert_true(run_until(&f->loop, answers, f, LIMIT_MS));
    assert_int_equal(f->fake.dtr_changes, 0);
}

static void wrong_devices_are_refused(void **state)
{
    struct fixture *f = *state;
    struct port_spec spec = f->spec;
    struct port_failure failure;
    struct port *second = NULL;

    assert_int_equal(port_open(&f->loop, &spec, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "another program has locked it"));
    strcpy(spec.where, "/dev/null");
    assert_int_equal(port_open(&f->loop, &spec, &failure, &second), ERR_INVALID);
    assert_string_equal(failure.text, "uart /dev/null: not a serial device");
    strcpy(spec.where, "/dev/no-such-device");
    assert_int_equal(port_open(&f->loop, &spec, &failure, &second), ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(device_is_raw_8n1_at_its_rate),   TEST(rate_changes_after_the_answer),
        TEST(device_may_vanish_and_come_back), TEST(device_without_lines_shows_no_dtr),
        TEST(wrong_devices_are_refused),       TEST(what_happens_to_a_device_is_said_once),
        TEST(device_may_come_after_the_start),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
