/* test_posix_stdio.c: a port on standard input and output. */
#include "test_posix_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

struct fixture {
    struct posix_loop loop;
    struct port *port;
    struct fake_terminal fake;
    int saved[2]; /* the test's own standard input and output */
    bool ended;
};

static void on_end(void *ctx)
{
    ((struct fixture *)ctx)->ended = true;
}

static bool has_ended(void *ctx)
{
    return ((struct fixture *)ctx)->ended;
}

/* Opens the port on `in` and `out`, which become descriptors 0 and 1. */
static void begin(struct fixture *f, int in, int out)
{
    struct port_spec spec = { .kind = PORT_STDIO };
    struct port_failure failure;

    memset(f, 0, sizeof(*f));
    fflush(stdout);
    f->saved[0] = dup(0);
    f->saved[1] = dup(1);
    dup2(in, 0);
    dup2(out, 1);
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(port_open(&f->loop, &spec, &failure, &f->port), ERR_OK);
    port_on_end(f->port, on_end, f);
    fake_init(&f->fake, port_channel(f->port));
    f->fake.echo = true;
    port_start(f->port, &f->fake.base);
}

static void finish(struct fixture *f)
{
    port_close(f->port);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    fake_deinit(&f->fake);
    dup2(f->saved[0], 0);
    dup2(f->saved[1], 1);
    close(f->saved[0]);
    close(f->saved[1]);
}

static void expect_read(int fd, const char *text)
{
    char buf[64] = "";

    assert_int_equal(read(fd, buf, sizeof(buf)), (ssize_t)strlen(text));
    assert_string_equal(buf, text);
}

static void piped_script_is_answered(void **state)
{
    struct fixture f;
    int in[2], out[2];

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    begin(&f, in[0], out[1]);
    assert_int_equal(write(in[1], "AT\r", 3), 3);
    close(in[1]);
    assert_true(run_until(&f.loop, has_ended, &f, LIMIT_MS));
    assert_true(port_is_away(f.port));
    assert_true((fcntl(0, F_GETFL) & O_NONBLOCK) != 0);
    finish(&f);
    assert_int_equal(fcntl(in[0], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(out[1], F_GETFL) & O_NONBLOCK, 0);
    expect_read(out[0], "AT\r");
    close(in[0]);
    close(out[0]);
    close(out[1]);
}

/* Neither a command under way nor bytes that were not taken are cut off by the end of the input. */
static void end_of_input_waits_for_the_module(void **state)
{
    struct fixture f;
    int in[2], out[2];

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(write(in[1], "ATD\rAT\r", 7), 7);
    close(in[1]);
    begin(&f, in[0], out[1]);
    f.fake.appetite = 4;
    assert_false(run_until(&f.loop, has_ended, &f, 100));
    f.fake.busy = true;
    fake_grant(&f.fake, SIZE_MAX);
    assert_false(run_until(&f.loop, has_ended, &f, 100));
    assert_false(port_is_away(f.port));
    fake_say(&f.fake, "OK", 2);
    f.fake.busy = false;
    assert_true(run_until(&f.loop, has_ended, &f, LIMIT_MS));
    finish(&f);
    expect_read(out[0], "ATD\rAT\rOK");
    close(in[0]);
    close(out[0]);
    close(out[1]);
}

static void last_line_needs_no_end(void **state)
{
    struct fixture f;
    int in[2], out[2];

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(write(in[1], "AT\rATI", 6), 6);
    close(in[1]);
    begin(&f, in[0], out[1]);
    assert_true(f.fake.accepts_lf);
    assert_true(run_until(&f.loop, has_ended, &f, LIMIT_MS));
    finish(&f);
    expect_read(out[0], "AT\rATIended");
    close(in[0]);
    close(out[0]);
    close(out[1]);
}

static void files_do_as_well(void **state)
{
    struct fixture f;
    char in_path[] = "/tmp/test_posix_XXXXXX";
    char out_path[] = "/tmp/test_posix_XXXXXX";
    int in = mkstemp(in_path);
    int out = mkstemp(out_path);

    (void)state;
    assert_int_equal(write(in, "ATI\r", 4), 4);
    lseek(in, 0, SEEK_SET);
    begin(&f, in, out);
    assert_true(run_until(&f.loop, has_ended, &f, LIMIT_MS));
    finish(&f);
    lseek(out, 0, SEEK_SET);
    expect_read(out, "ATI\r");
    unlink(in_path);
    unlink(out_path);
    close(in);
    close(out);
}

static void closed_output_ends_it(void **state)
{
    struct fixture f;
    int in[2], out[2];

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    begin(&f, in[0], out[1]);
    close(out[0]);
    assert_int_equal(write(in[1], "AT\r", 3), 3);
    assert_true(run_until(&f.loop, has_ended, &f, LIMIT_MS));
    finish(&f);
    close(in[0]);
    close(in[1]);
    close(out[1]);
}

static void terminal_is_raw_but_for_the_interrupt(void **state)
{
    struct fixture f;
    int person = posix_openpt(O_RDWR | O_NOCTTY);
    struct termios before, during, after;
    int tty;

    (void)state;
    assert_true(person >= 0 && grantpt(person) == 0 && unlockpt(person) == 0);
    tty = open(ptsname(person), O_RDWR | O_NOCTTY);
    assert_int_equal(tcgetattr(tty, &before), 0);
    begin(&f, tty, tty);
    assert_int_equal(tcgetattr(tty, &during), 0);
    finish(&f);
    assert_int_equal(tcgetattr(tty, &after), 0);
    assert_false(f.fake.accepts_lf); /* its Return is a CR */
    assert_int_equal(during.c_lflag & (ECHO | ICANON | ISIG), ISIG);
    assert_int_equal(during.c_oflag & OPOST, 0);
    assert_int_equal(during.c_cc[VSUSP], _POSIX_VDISABLE);
    assert_int_equal(before.c_iflag, after.c_iflag);
    assert_int_equal(before.c_oflag, after.c_oflag);
    assert_int_equal(before.c_lflag, after.c_lflag);
    assert_memory_equal(before.c_cc, after.c_cc, sizeof(before.c_cc));
    assert_int_equal(fcntl(tty, F_GETFL) & O_NONBLOCK, 0);
    close(tty);
    close(person);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(piped_script_is_answered),
        cmocka_unit_test(end_of_input_waits_for_the_module),
        cmocka_unit_test(last_line_needs_no_end),
        cmocka_unit_test(files_do_as_well),
        cmocka_unit_test(closed_output_ends_it),
        cmocka_unit_test(terminal_is_raw_but_for_the_interrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
