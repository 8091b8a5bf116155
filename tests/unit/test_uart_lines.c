/* test_uart_lines.c: the circuits of a serial device, played by a table: a line with all wires, one
 * with some, a pseudo-terminal, a device that is pulled out. */
#include "test_posix_fake.h"

#include "posix/uart_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The device. */
static struct {
    int inputs;  /* what TIOCMGET shows of them */
    int outputs; /* as they were set */
    int error;   /* of each call; 0: it does it */
    int asked;
} device;

static int get(int fd, int *ret_bits)
{
    (void)fd;
    device.asked++;
    errno = device.error;
    if (device.error != 0)
        return -1;
    *ret_bits = device.inputs | device.outputs;
    return 0;
}

static int set(int fd, int bits)
{
    (void)fd;
    errno = device.error;
    device.outputs |= device.error == 0 ? bits : 0;
    return device.error == 0 ? 0 : -1;
}

static int clear(int fd, int bits)
{
    (void)fd;
    errno = device.error;
    device.outputs &= device.error == 0 ? ~bits : -1;
    return device.error == 0 ? 0 : -1;
}

static const struct uart_line_ops ops = { get, set, clear };

enum { FD = 7, ALL_INPUTS = TIOCM_DSR | TIOCM_CD | TIOCM_CTS | TIOCM_RI };

static int set_up(void **state)
{
    (void)state;
    memset(&device, 0, sizeof(device));
    return 0;
}

/* ---- towards the host ---- */

static void circuits_come_out_at_outputs(void **state)
{
    static const struct {
        enum uart_far far;
        unsigned circuits;
        int outputs;
    } rows[] = {
        { UART_FAR_HOST, 0, 0 },
        { UART_FAR_HOST, LINE_CTS, TIOCM_RTS },
        { UART_FAR_HOST, LINE_CTS | LINE_DSR, TIOCM_RTS | TIOCM_DTR },
        { UART_FAR_HOST, LINE_DCD, TIOCM_DTR },
        { UART_FAR_HOST, LINE_DSR | LINE_DCD, TIOCM_DTR },
        { UART_FAR_HOST, LINE_RI, 0 }, /* no cable carries it */
        { UART_FAR_HOST, LINE_RI | LINE_DSR, TIOCM_DTR },
        { UART_FAR_MODULE, 0, 0 },
        { UART_FAR_MODULE, LINE_DTR, TIOCM_DTR },
        { UART_FAR_MODULE, LINE_RTS, TIOCM_RTS },
        { UART_FAR_MODULE, LINE_DTR | LINE_RTS, TIOCM_DTR | TIOCM_RTS },
        { UART_FAR_MODULE, LINE_DSR | LINE_DCD | LINE_CTS | LINE_RI, 0 },
    };

    (void)state;
    for (size_t from = 0; from < sizeof(rows) / sizeof(rows[0]); from++) {
        for (size_t to = 0; to < sizeof(rows) / sizeof(rows[0]); to++) {
            struct uart_lines lines;

            if (rows[from].far != rows[to].far)
                continue;
            device.outputs = TIOCM_RTS | TIOCM_DTR; /* as the kernel opens it */
            uart_lines_init(&lines, &ops, rows[from].far);
            uart_lines_drive(&lines, rows[from].circuits);
            assert_int_equal(device.outputs, TIOCM_RTS | TIOCM_DTR); /* nothing is there */
            uart_lines_begin(&lines, FD);
            assert_int_equal(device.outputs, rows[from].outputs);
            uart_lines_drive(&lines, rows[to].circuits);
            assert_int_equal(device.outputs, rows[to].outputs);
        }
    }
}

/* RTS says who may send, and the kernel knows that. */
static void rts_of_flow_control_is_the_kernels(void **state)
{
    struct uart_lines lines;

    (void)state;
    uart_lines_init(&lines, &ops, UART_FAR_MODULE);
    lines.owns_rts = true;
    uart_lines_begin(&lines, FD);
    assert_int_equal(device.outputs, TIOCM_DTR);
    device.outputs |= TIOCM_RTS;
    uart_lines_drive(&lines, 0);
    assert_int_equal(device.outputs, TIOCM_RTS);
}

static void circuits_outlive_the_device(void **state)
{
    struct uart_lines lines;

    (void)state;
    uart_lines_init(&lines, &ops, UART_FAR_HOST);
    uart_lines_begin(&lines, FD);
    assert_int_equal(device.outputs, TIOCM_DTR | TIOCM_RTS); /* DSR and CTS, from the start */
    uart_lines_end(&lines);
    uart_lines_drive(&lines, 0);
    assert_int_equal(device.outputs, TIOCM_DTR | TIOCM_RTS);
    uart_lines_begin(&lines, FD);
    assert_int_equal(device.outputs, 0);
}

static void one_circuit_turns_alone(void **state)
{
    struct uart_lines lines;

    (void)state;
    uart_lines_init(&lines, &ops, UART_FAR_MODULE);
    uart_lines_begin(&lines, FD);
    assert_int_equal(uart_lines_turn(&lines, LINE_DTR, false), ERR_OK);
    assert_int_equal(device.outputs, TIOCM_RTS);
    assert_int_equal(uart_lines_turn(&lines, LINE_DTR, true), ERR_OK);
    assert_int_equal(device.outputs, TIOCM_RTS | TIOCM_DTR);
    device.error = ENOTTY;
    assert_int_equal(uart_lines_turn(&lines, LINE_RTS, false), ERR_UNSUPPORTED);
}

/* ---- from the far end ---- */

enum { NONE = -1 };

static void host_dtr_is_told(void **state)
{
    static const struct {
        const char *what;
        int inputs[5], news[5]; /* one look after the other; NONE: no news */
    } rows[] = {
        { "all wires",
          { ALL_INPUTS, ALL_INPUTS, TIOCM_CTS, TIOCM_CTS, ALL_INPUTS },
          { 1, NONE, 0, NONE, 1 } },
        { "DTR at DSR", { TIOCM_DSR, 0, TIOCM_DSR, TIOCM_DSR, 0 }, { 1, 0, 1, NONE, 0 } },
        { "DTR at DCD", { TIOCM_CD, TIOCM_CD, 0, 0, TIOCM_CD }, { 1, NONE, 0, NONE, 1 } },
        { "one after the other",
          { TIOCM_DSR, TIOCM_DSR | TIOCM_CD, TIOCM_CD, 0, 0 },
          { 1, NONE, NONE, 0, NONE } },
        { "a host that comes later",
          { 0, 0, TIOCM_DSR | TIOCM_CD, 0, 0 },
          { NONE, NONE, 1, 0, NONE } },
        { "three wires", { 0, 0, 0, 0, 0 }, { NONE, NONE, NONE, NONE, NONE } },
        { "CTS and RI are not it",
          { TIOCM_CTS, TIOCM_RI, TIOCM_CTS | TIOCM_RI, 0, TIOCM_RI },
          { NONE, NONE, NONE, NONE, NONE } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct uart_lines lines;

        uart_lines_init(&lines, &ops, UART_FAR_HOST);
        uart_lines_begin(&lines, FD);
        for (size_t look = 0; look < 5; look++) {
            unsigned news = 0;

            device.inputs = rows[i].inputs[look];
            assert_int_equal(uart_lines_look(&lines, &news), ERR_OK);
            if (((news & LINE_DTR) != 0 ? (int)(lines.far_on & LINE_DTR) : NONE) !=
                rows[i].news[look])
                fail_msg("%s: look %zu", rows[i].what, look);
        }
    }
}

static void what_the_far_end_has_is_told(void **state)
{
    enum { ON = LINE_DSR | LINE_CTS };
    static const struct {
        const char *what;
        enum uart_far far;
        int inputs[4];
        unsigned far_end[4]; /* one look after the other */
    } rows[] = {
        { "a host with DTR and RTS",
          UART_FAR_HOST,
          { TIOCM_DSR | TIOCM_CTS, TIOCM_CTS, TIOCM_CD, 0 },
          { LINE_DTR | LINE_RTS, LINE_RTS, LINE_DTR, 0 } },
        { "a host without an RTS",
          UART_FAR_HOST,
          { TIOCM_DSR, 0 },
          { LINE_DTR | LINE_RTS, LINE_RTS, LINE_RTS, LINE_RTS } },
        { "a host with three wires",
          UART_FAR_HOST,
          { 0 },
          { LINE_DTR | LINE_RTS, LINE_DTR | LINE_RTS, LINE_DTR | LINE_RTS, LINE_DTR | LINE_RTS } },
        { "a module with all wires",
          UART_FAR_MODULE,
          { TIOCM_DSR | TIOCM_CTS, TIOCM_DSR | TIOCM_CTS | TIOCM_CD, TIOCM_RI, 0 },
          { ON, ON | LINE_DCD, LINE_RI, 0 } },
        { "a module that is off at first",
          UART_FAR_MODULE,
          { 0, 0, TIOCM_CTS, 0 },
          { ON, ON, LINE_CTS, 0 } },
        { "a module with three wires", UART_FAR_MODULE, { 0 }, { ON, ON, ON, ON } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct uart_lines lines;
        unsigned before;

        uart_lines_init(&lines, &ops, rows[i].far);
        before = uart_lines_far(&lines);
        uart_lines_begin(&lines, FD);
        for (size_t look = 0; look < 4; look++) {
            unsigned news = 0;

            device.inputs = rows[i].inputs[look];
            assert_int_equal(uart_lines_look(&lines, &news), ERR_OK);
            if (uart_lines_far(&lines) != rows[i].far_end[look] ||
                (uart_lines_far(&lines) != before && news == 0))
                fail_msg("%s: look %zu: %x", rows[i].what, look, uart_lines_far(&lines));
            before = uart_lines_far(&lines);
        }
    }
}

static void devices_say_what_they_are(void **state)
{
    static const struct {
        int number;
        enum err err;
    } rows[] = {
        { ENOTTY, ERR_UNSUPPORTED }, /* a pseudo-terminal since Linux 5.13 */
        { EINVAL, ERR_UNSUPPORTED }, /* one before; a driver without lines */
        { EIO, ERR_IO },             /* hung up */
        { ENXIO, ERR_IO },           /* the driver has gone */
        { ENODEV, ERR_IO },          /* the adapter was pulled out */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct uart_lines lines;
        unsigned news = 0;

        uart_lines_init(&lines, &ops, UART_FAR_HOST);
        device.error = rows[i].number;
        uart_lines_begin(&lines, FD); /* does not mind */
        assert_int_equal(uart_lines_look(&lines, &news), rows[i].err);
        assert_int_equal(news, 0);
    }
}

static void pulled_device_is_a_dtr_that_falls(void **state)
{
    struct uart_lines lines;
    unsigned news = 0;

    (void)state;
    uart_lines_init(&lines, &ops, UART_FAR_HOST);
    uart_lines_begin(&lines, FD);
    assert_int_equal(uart_lines_end(&lines), 0); /* it was never on */
    uart_lines_begin(&lines, FD);
    device.inputs = TIOCM_DSR;
    assert_int_equal(uart_lines_look(&lines, &news), ERR_OK);
    assert_int_equal(uart_lines_end(&lines), LINE_DTR);
    assert_int_equal(lines.far_on, 0);
    assert_int_equal(uart_lines_end(&lines), 0); /* once */
    uart_lines_begin(&lines, FD);
    news = 0;
    assert_int_equal(uart_lines_look(&lines, &news), ERR_OK);
    assert_int_equal(news, LINE_DTR);
    assert_int_equal(lines.far_on, LINE_DTR);
}

/* ---- the kernel's, on a device that has none ---- */

static void pseudo_terminal_has_no_circuits(void **state)
{
    struct uart_lines lines;
    unsigned news = 0;
    int cable = posix_openpt(O_RDWR | O_NOCTTY), fd;

    (void)state;
    assert_true(cable >= 0 && grantpt(cable) == 0 && unlockpt(cable) == 0);
    fd = open(ptsname(cable), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    uart_lines_init(&lines, &uart_line_ioctls, UART_FAR_HOST);
    uart_lines_begin(&lines, fd);
    assert_int_equal(uart_lines_look(&lines, &news), ERR_UNSUPPORTED);
    assert_int_equal(uart_lines_turn(&lines, LINE_CTS, true), ERR_UNSUPPORTED);
    assert_int_equal(news, 0);
    uart_lines_drive(&lines, LINE_DCD);
    close(fd);
    close(cable);
}

/* ---- the port ---- */

struct bench {
    struct posix_loop loop;
    struct port_spec spec;
    struct port *port;
    struct fake_terminal fake;
    int cable;
    int changes; /* of DTR, to wait for */
};

static void open_port(struct bench *bench)
{
    struct port_failure failure;

    bench->cable = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(bench->cable >= 0 && grantpt(bench->cable) == 0 && unlockpt(bench->cable) == 0);
    bench->spec = (struct port_spec){ .kind = PORT_UART, .line = { .baud = 9600 } };
    snprintf(bench->spec.where, sizeof(bench->spec.where), "%s", ptsname(bench->cable));
    assert_int_equal(posix_loop_open(&bench->loop, NULL), ERR_OK);
    assert_int_equal(uart_port_open_with(&bench->loop, &bench->spec, &ops, &failure, &bench->port),
                     ERR_OK);
    fake_init(&bench->fake, port_channel(bench->port));
    port_start(bench->port, &bench->fake.base);
}

static void close_port(struct bench *bench)
{
    port_close(bench->port);
    assert_true(posix_loop_close(&bench->loop, LIMIT_MS));
    fake_deinit(&bench->fake);
    close(bench->cable);
}

static bool dtr_has_changed(void *ctx)
{
    const struct bench *bench = ctx;

    return bench->fake.dtr_changes >= bench->changes;
}

static bool was_asked_twice(void *ctx)
{
    (void)ctx;
    return device.asked >= 2;
}

static bool is_away(void *ctx)
{
    return port_is_away(((const struct bench *)ctx)->port);
}

static void host_drives_the_module(void **state)
{
    struct bench bench = { .changes = 1 };
    struct channel *channel;

    (void)state;
    open_port(&bench);
    channel = port_channel(bench.port);
    assert_int_equal(device.outputs, TIOCM_DTR | TIOCM_RTS);
    channel->ops->set_lines(channel, 0);
    assert_int_equal(device.outputs, TIOCM_RTS);
    channel->ops->set_lines(channel, LINE_DCD);
    assert_int_equal(device.outputs, TIOCM_DTR | TIOCM_RTS);
    assert_true(run_until(&bench.loop, was_asked_twice, &bench, LIMIT_MS));
    assert_int_equal(bench.fake.dtr_changes, 0);
    device.inputs = TIOCM_DSR;
    assert_true(run_until(&bench.loop, dtr_has_changed, &bench, LIMIT_MS));
    assert_true(bench.fake.dtr);
    device.inputs = 0;
    bench.changes = 2;
    assert_true(run_until(&bench.loop, dtr_has_changed, &bench, LIMIT_MS));
    assert_false(bench.fake.dtr);
    close_port(&bench);
}

static bool is_set(void *ctx)
{
    return !port_is_changing(((const struct bench *)ctx)->port);
}

/* The kernel goes on with RTS as it finds it. */
static void flow_control_begins_with_rts_on(void **state)
{
    const struct serial_format flow = { .baud = 9600, .rtscts = true };
    struct bench bench = { .changes = 1 };

    (void)state;
    open_port(&bench);
    port_drive(bench.port, 0);
    assert_int_equal(device.outputs, 0);
    port_set_format(bench.port, &flow);
    assert_true(port_is_changing(bench.port));
    assert_true(run_until(&bench.loop, is_set, &bench, LIMIT_MS));
    assert_int_equal(device.outputs, TIOCM_RTS);
    port_drive(bench.port, LINE_DSR);
    assert_int_equal(device.outputs, TIOCM_RTS | TIOCM_DTR);
    close_port(&bench);
}

static void device_without_circuits_is_asked_once(void **state)
{
    struct bench bench = { .changes = 1 };

    (void)state;
    device.error = ENOTTY;
    open_port(&bench);
    assert_false(run_until(&bench.loop, was_asked_twice, &bench, 500));
    assert_int_equal(device.asked, 1);
    assert_false(port_is_away(bench.port));
    close_port(&bench);
}

/* The lines say so before a read would. */
static void device_that_is_pulled_out_is_awaited(void **state)
{
    struct bench bench = { .changes = 1 };

    (void)state;
    device.inputs = TIOCM_CD;
    open_port(&bench);
    assert_true(run_until(&bench.loop, dtr_has_changed, &bench, LIMIT_MS));
    assert_true(bench.fake.dtr);
    device.error = ENODEV;
    assert_true(run_until(&bench.loop, is_away, &bench, LIMIT_MS));
    assert_int_equal(bench.fake.dtr_changes, 2);
    assert_false(bench.fake.dtr);
    device.error = 0;
    bench.changes = 3;
    assert_true(run_until(&bench.loop, dtr_has_changed, &bench, LIMIT_MS));
    assert_true(bench.fake.dtr);
    assert_false(port_is_away(bench.port));
    close_port(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(circuits_come_out_at_outputs, set_up),
        cmocka_unit_test_setup(rts_of_flow_control_is_the_kernels, set_up),
        cmocka_unit_test_setup(circuits_outlive_the_device, set_up),
        cmocka_unit_test_setup(one_circuit_turns_alone, set_up),
        cmocka_unit_test_setup(what_the_far_end_has_is_told, set_up),
        cmocka_unit_test_setup(host_dtr_is_told, set_up),
        cmocka_unit_test_setup(devices_say_what_they_are, set_up),
        cmocka_unit_test_setup(pulled_device_is_a_dtr_that_falls, set_up),
        cmocka_unit_test_setup(pseudo_terminal_has_no_circuits, set_up),
        cmocka_unit_test_setup(host_drives_the_module, set_up),
        cmocka_unit_test_setup(flow_control_begins_with_rts_on, set_up),
        cmocka_unit_test_setup(device_without_circuits_is_asked_once, set_up),
        cmocka_unit_test_setup(device_that_is_pulled_out_is_awaited, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
