/* test_wires.c: circuits and settings of a line between a host and a module, each at a serial
 * device that a table plays (uart_lines.h), with a pseudo-terminal for the bytes. */
#include "test_posix_fake.h"

#include "posix/clock.h"
#include "posix/uart_port.h"
#include "tap/wires.h"
#include "transcript/circuit.h"

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

enum { HOST, MODULE };

struct device {
    int inputs, outputs;
};

static struct device devices[2];

static int get(const struct device *device, int *ret_bits)
{
    *ret_bits = device->inputs | device->outputs;
    return 0;
}

#define OPS(name, which)                                                                           \
    static int name##_get(int fd, int *ret_bits)                                                   \
    {                                                                                              \
        (void)fd;                                                                                  \
        return get(&devices[which], ret_bits);                                                     \
    }                                                                                              \
    static int name##_set(int fd, int bits)                                                        \
    {                                                                                              \
        (void)fd;                                                                                  \
        devices[which].outputs |= bits;                                                            \
        return 0;                                                                                  \
    }                                                                                              \
    static int name##_clear(int fd, int bits)                                                      \
    {                                                                                              \
        (void)fd;                                                                                  \
        devices[which].outputs &= ~bits;                                                           \
        return 0;                                                                                  \
    }                                                                                              \
    static const struct uart_line_ops name = { name##_get, name##_set, name##_clear };

OPS(host_ops, HOST)
OPS(module_ops, MODULE)

struct bench {
    struct posix_loop loop;
    struct posix_clock posix_clock;
    struct clock clock; /* that stands still */
    int64_t now_ms;
    struct port *ports[2];
    int cables[2]; /* the other ends */
    struct junction junction;
    struct wires wires;
    char told[400];
    const char *awaited; /* in `told` */
    size_t carried;      /* bytes of the host's */
};

/* ---- what the junction and the wires tell ---- */

static void on_circuit(void *ctx, enum channel_line circuit, bool on)
{
    struct bench *bench = ctx;
    size_t len = strlen(bench->told);

    snprintf(bench->told + len, sizeof(bench->told) - len, "%s %s|", circuit_word(circuit),
             on ? "on" : "off");
}

static void on_format(void *ctx, const struct serial_format *format)
{
    struct bench *bench = ctx;
    char text[SERIAL_FORMAT_CAP];
    size_t len = strlen(bench->told);

    serial_format_write(format, text);
    snprintf(bench->told + len, sizeof(bench->told) - len, "%s|", text);
}

static bool may_take(void *ctx)
{
    return wires_follow(&((struct bench *)ctx)->wires);
}

static void on_host(void *ctx, struct span bytes)
{
    ((struct bench *)ctx)->carried += bytes.len;
}

static void on_module(void *ctx, struct span bytes)
{
    (void)ctx;
    (void)bytes;
}

/* ---- the bench ---- */

static int64_t now_ms(const struct clock *clock)
{
    return ((const struct bench *)((const char *)clock - offsetof(struct bench, clock)))->now_ms;
}

static const struct clock_ops clock_ops = { .now_ms = now_ms };

static int open_cable(char ret_path[PORT_WHERE_CAP])
{
    int cable = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);

    assert_true(cable >= 0 && grantpt(cable) == 0 && unlockpt(cable) == 0);
    snprintf(ret_path, PORT_WHERE_CAP, "%s", ptsname(cable));
    return cable;
}

static struct bench *begin(const struct serial_format *line)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct port_spec host = { .kind = PORT_UART, .line = *line };
    struct port_spec module = { .kind = PORT_UART, .line = *line, .is_host = true };
    struct junction hooks = {
        .may_take = may_take, .on_host = on_host, .on_module = on_module, .ctx = bench
    };
    struct port_failure failure;

    memset(devices, 0, sizeof(devices));
    assert_non_null(bench);
    bench->cables[HOST] = open_cable(host.where);
    bench->cables[MODULE] = open_cable(module.where);
    assert_int_equal(posix_loop_open(&bench->loop, NULL), ERR_OK);
    posix_clock_init(&bench->posix_clock, &bench->loop);
    bench->clock = (struct clock){ &clock_ops, &bench->posix_clock.base };
    assert_int_equal(
        uart_port_open_with(&bench->loop, &host, &host_ops, &failure, &bench->ports[HOST]), ERR_OK);
    assert_int_equal(
        uart_port_open_with(&bench->loop, &module, &module_ops, &failure, &bench->ports[MODULE]),
        ERR_OK);
    junction_init(&bench->junction, &hooks);
    junction_attach(&bench->junction.host, port_channel(bench->ports[HOST]));
    junction_attach(&bench->junction.module, port_channel(bench->ports[MODULE]));
    assert_int_equal(
        wires_open(&bench->wires, &(struct wires_config){ .host = bench->ports[HOST],
                                                          .module = bench->ports[MODULE],
                                                          .junction = &bench->junction,
                                                          .clock = &bench->clock,
                                                          .line = *line,
                                                          .on_circuit = on_circuit,
                                                          .on_format = on_format,
                                                          .ctx = bench }),
        ERR_OK);
    port_start(bench->ports[MODULE], &bench->junction.module.base);
    port_start(bench->ports[HOST], &bench->junction.host.base);
    return bench;
}

static void end(struct bench *bench)
{
    for (size_t i = 0; i < 2; i++)
        port_close(bench->ports[i]);
    wires_close(&bench->wires);
    junction_deinit(&bench->junction);
    assert_true(posix_loop_close(&bench->loop, LIMIT_MS));
    for (size_t i = 0; i < 2; i++)
        close(bench->cables[i]);
    free(bench);
}

static bool is_told(void *ctx)
{
    const struct bench *bench = ctx;

    return strstr(bench->told, bench->awaited) != NULL;
}

/* Waits for it, and forgets it with all before. */
static void await(struct bench *bench, const char *what)
{
    bench->awaited = what;
    if (!run_until(&bench->loop, is_told, bench, LIMIT_MS))
        fail_msg("awaited \"%s\", told \"%s\"", what, bench->told);
    bench->told[0] = '\0';
}

static const struct serial_format plain = { .baud = 115200 };

/* ---- circuits ---- */

static void circuits_go_from_end_to_end(void **state)
{
    struct bench *bench = begin(&plain);

    (void)state;
    assert_int_equal(devices[MODULE].outputs, TIOCM_DTR | TIOCM_RTS);
    assert_int_equal(devices[HOST].outputs, TIOCM_DTR | TIOCM_RTS);

    devices[HOST].inputs = TIOCM_DSR | TIOCM_CTS; /* it is on, as it counted */
    devices[MODULE].inputs = TIOCM_DSR | TIOCM_CTS | TIOCM_CD;
    await(bench, "dcd on|");
    devices[HOST].inputs = TIOCM_CTS;
    await(bench, "dtr off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_RTS);
    devices[HOST].inputs = TIOCM_DSR;
    await(bench, "dtr on|rts off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_DTR);

    devices[MODULE].inputs = TIOCM_DSR | TIOCM_RI;
    await(bench, "dcd off|cts off|ri on|");
    assert_int_equal(devices[HOST].outputs, TIOCM_DTR); /* DSR; no CTS; RI goes nowhere */
    devices[MODULE].inputs = 0;
    await(bench, "dsr off|ri off|");
    assert_int_equal(devices[HOST].outputs, 0);
    end(bench);
}

static void three_wires_hold_nobody_up(void **state)
{
    struct bench *bench = begin(&plain);

    (void)state;
    devices[MODULE].inputs = TIOCM_CTS; /* so that something is told, after both were looked at */
    await(bench, "dsr off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_DTR | TIOCM_RTS);
    assert_int_equal(devices[HOST].outputs, TIOCM_RTS);
    end(bench);
}

static bool has_carried(void *ctx)
{
    return ((struct bench *)ctx)->carried >= 3;
}

static bool is_hung_up(void *ctx)
{
    return (((struct bench *)ctx)->wires.host_now & LINE_DTR) == 0;
}

/* With bytes that cannot go out. */
static void type_and_hang_up(struct bench *bench)
{
    devices[HOST].inputs = TIOCM_DSR | TIOCM_CTS;
    devices[MODULE].inputs = TIOCM_DSR;
    await(bench, "cts off|");
    junction_hold(&bench->junction.module, true);
    assert_int_equal(write(bench->cables[HOST], "ATH", 3), 3);
    assert_true(run_until(&bench->loop, has_carried, bench, LIMIT_MS));
    devices[HOST].inputs = TIOCM_CTS;
    assert_true(run_until(&bench->loop, is_hung_up, bench, LIMIT_MS));
}

/* A DTR that falls behind bytes is not seen before them. */
static void dtr_falls_behind_the_bytes(void **state)
{
    struct bench *bench = begin(&plain);
    char got[8];

    (void)state;
    type_and_hang_up(bench);
    assert_true((devices[MODULE].outputs & TIOCM_DTR) != 0);
    junction_hold(&bench->junction.module, false);
    assert_int_equal(read(bench->cables[MODULE], got, sizeof(got)), 3);
    await(bench, "dtr off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_RTS);
    end(bench);
}

/* A module that takes none sees it all the same. */
static void dtr_falls_all_the_same(void **state)
{
    struct bench *bench = begin(&plain);

    (void)state;
    type_and_hang_up(bench);
    bench->now_ms += 1000;
    await(bench, "dtr off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_RTS);
    end(bench);
}

static bool has_raised_dtr(void *ctx)
{
    return !is_hung_up(ctx);
}

/* It has fallen at 0; at 500 it is on again. */
static void raise_dtr(struct bench *bench)
{
    bench->now_ms = 500;
    devices[HOST].inputs = TIOCM_DSR | TIOCM_CTS;
    assert_true(run_until(&bench->loop, has_raised_dtr, bench, LIMIT_MS));
    assert_string_equal(bench->told, "");
}

/* One that is on again before the bytes are out was off all the same, and as long as it was. */
static void a_pulse_of_dtr_follows_the_bytes(void **state)
{
    struct bench *bench = begin(&plain);

    (void)state;
    type_and_hang_up(bench);
    raise_dtr(bench);
    bench->now_ms = 700;
    junction_hold(&bench->junction.module, false);
    await(bench, "dtr off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_RTS);
    bench->now_ms = 1199;
    devices[MODULE].inputs = TIOCM_DSR | TIOCM_CD;
    await(bench, "dcd on|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_RTS);
    bench->now_ms = 1200;
    await(bench, "dtr on|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_DTR | TIOCM_RTS);
    end(bench);
}

/* So does a host hang a module up that takes nothing. */
static void a_pulse_of_dtr_is_seen_all_the_same(void **state)
{
    struct bench *bench = begin(&plain);

    (void)state;
    type_and_hang_up(bench);
    raise_dtr(bench);
    bench->now_ms = 1000;
    await(bench, "dtr off|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_RTS);
    bench->now_ms = 1500;
    await(bench, "dtr on|");
    assert_int_equal(devices[MODULE].outputs, TIOCM_DTR | TIOCM_RTS);
    end(bench);
}

static bool has_lowered_rts(void *ctx)
{
    return (((struct bench *)ctx)->wires.host_now & LINE_RTS) == 0;
}

/* A second is over a second after the first of the changes that wait. */
static void another_change_does_not_hold_dtr_back(void **state)
{
    struct bench *bench = begin(&plain);

    (void)state;
    type_and_hang_up(bench);
    bench->now_ms = 900;
    devices[HOST].inputs = 0;
    assert_true(run_until(&bench->loop, has_lowered_rts, bench, LIMIT_MS));
    assert_string_equal(bench->told, "");
    bench->now_ms = 1000;
    await(bench, "dtr off|rts off|");
    assert_int_equal(devices[MODULE].outputs, 0);
    end(bench);
}

/* Circuits that say who may send are the two lines' own. */
static void flow_control_is_each_lines_own(void **state)
{
    const struct serial_format flow = { .baud = 921600, .rtscts = true };
    struct bench *bench = begin(&flow);

    (void)state;
    devices[HOST].inputs = TIOCM_DSR | TIOCM_CTS;
    devices[MODULE].inputs = TIOCM_DSR | TIOCM_CTS | TIOCM_CD;
    await(bench, "dcd on|");
    devices[HOST].inputs = TIOCM_DSR;
    devices[MODULE].inputs = TIOCM_DSR;
    await(bench, "dcd off|");
    devices[HOST].inputs = TIOCM_CTS;
    await(bench, "dtr off|");
    assert_string_equal(bench->told, "");
    end(bench);
}

/* ---- how the line is set ---- */

static const struct {
    struct serial_format base, told;
    const char *merged;
} merges[] = {
    { { .baud = 9600 }, { 0 }, "9600 8N1" },
    { { .baud = 9600 }, { .baud = 300 }, "300 8N1" },
    { { .baud = 9600, .data_bits = 7, .parity = 'E' }, { .baud = 300 }, "300 7E1" },
    { { .baud = 9600, .data_bits = 7, .parity = 'E' },
      { .data_bits = 8, .parity = 'N', .stop_bits = 2 },
      "9600 8N2" },
    { { .baud = 9600, .rtscts = true }, { .baud = 9600 }, "9600 8N1" },
    { { .baud = 9600 }, { .xon_in = true, .rtscts = true }, "9600 8N1 rtscts xonxoff" },
};

static void formats_merge(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++) {
        struct serial_format merged = serial_format_merge(&merges[i].base, &merges[i].told);
        char text[SERIAL_FORMAT_CAP];

        serial_format_write(&merged, text);
        assert_string_equal(text, merges[i].merged);
    }
}

/* What is put into settings of a terminal is read out of them. */
static void formats_go_into_settings_and_back(void **state)
{
    static const struct serial_format rows[] = {
        { 300, 7, 'E', 1, false, false, false },  { 9600, 8, 'N', 2, true, false, false },
        { 115200, 5, 'O', 1, false, true, true }, { 4000000, 6, 'M', 1, false, false, true },
        { 921600, 8, 'S', 2, true, true, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct termios settings = { .c_cflag = CREAD | CLOCAL };
        struct serial_format back;

        assert_true(serial_format_put(&rows[i], &settings));
        assert_true((settings.c_cflag & (CREAD | CLOCAL)) == (CREAD | CLOCAL));
        back = serial_format_of(&settings);
        assert_true(serial_format_equal(&back, &rows[i]));
    }
    assert_false(serial_format_put(&(struct serial_format){ .baud = 123456 },
                                   &(struct termios){ .c_cflag = 0 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circuits_go_from_end_to_end),
        cmocka_unit_test(three_wires_hold_nobody_up),
        cmocka_unit_test(dtr_falls_behind_the_bytes),
        cmocka_unit_test(dtr_falls_all_the_same),
        cmocka_unit_test(a_pulse_of_dtr_follows_the_bytes),
        cmocka_unit_test(a_pulse_of_dtr_is_seen_all_the_same),
        cmocka_unit_test(another_change_does_not_hold_dtr_back),
        cmocka_unit_test(flow_control_is_each_lines_own),
        cmocka_unit_test(formats_merge),
        cmocka_unit_test(formats_go_into_settings_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
