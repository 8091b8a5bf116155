/* wires.c: circuits, and how the host sets its line. */
#include "tap/wires.h"

enum {
    STEP_MS = 5,
    PATIENCE_MS = 1000, /* for bytes to go out that the host has sent before: a module that takes
                         * none must see its DTR fall all the same */
    FLOW = LINE_RTS | LINE_CTS
};

static const enum channel_line all[] = {
    LINE_DTR, LINE_RTS, LINE_DCD, LINE_DSR, LINE_CTS, LINE_RI
};

static bool has_typed(const struct wires *wires)
{
    return wires->config.junction->module.out.len > 0;
}

/* Those that say who may send, where they do, say it on either side by themselves. */
static unsigned passed(const struct wires *wires, unsigned circuits)
{
    return wires->format.rtscts ? circuits | FLOW : circuits;
}

static void tell(struct wires *wires, unsigned changed, unsigned now)
{
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if ((changed & all[i]) != 0)
            wires->config.on_circuit(wires->config.ctx, all[i], (now & all[i]) != 0);
    }
}

/* ---- circuits ---- */

static void drive_module(struct wires *wires)
{
    unsigned now = passed(wires, wires->host_now) & (LINE_DTR | LINE_RTS);
    unsigned changed = now ^ wires->host;

    wires->host = now;
    if (changed == 0)
        return;
    port_drive(wires->config.module, now);
    tell(wires, changed, now);
}

/* False: they wait for bytes. */
static bool follow_circuits(struct wires *wires)
{
    bool waits =
        has_typed(wires) && clock_now_ms(wires->config.clock) - wires->host_since_ms < PATIENCE_MS;

    if (!waits)
        drive_module(wires);
    return !waits || (passed(wires, wires->host_now) & (LINE_DTR | LINE_RTS)) == wires->host;
}

static void on_host(void *ctx, unsigned circuits)
{
    struct wires *wires = ctx;

    wires->host_now = circuits;
    wires->host_since_ms = clock_now_ms(wires->config.clock);
    if (!follow_circuits(wires))
        clock_timer_start(wires->step, STEP_MS);
}

static void on_module(void *ctx, unsigned circuits)
{
    struct wires *wires = ctx;
    unsigned now = passed(wires, circuits) & (LINE_DCD | LINE_DSR | LINE_CTS | LINE_RI);
    unsigned changed = now ^ wires->module;

    wires->module = now;
    if (changed == 0)
        return;
    port_drive(wires->config.host, now);
    tell(wires, changed, now);
}

/* ---- how the line is set ---- */

/* What the host types from now on is for the line as it will be. */
static void change(struct wires *wires, const struct serial_format *format)
{
    wires->config.on_format(wires->config.ctx, format);
    wires->format = *format;
    wires->is_changing = true;
    junction_hold(&wires->config.junction->module, true);
    port_set_format(wires->config.module, format);
    clock_timer_start(wires->step, STEP_MS);
}

/* The cable to the module is who plugged it in's: the flow control that it was given stays. */
static struct serial_format wanted_by(const struct wires *wires, const struct serial_format *told)
{
    struct serial_format format = serial_format_merge(&wires->format, told);

    format.rtscts = format.rtscts || wires->config.line.rtscts;
    format.xon_out = format.xon_out || wires->config.line.xon_out;
    format.xon_in = format.xon_in || wires->config.line.xon_in;
    return format;
}

bool wires_follow(struct wires *wires)
{
    struct serial_format told, format;

    if (!port_host_format(wires->config.host, &told) || serial_format_equal(&told, &wires->told))
        return true;
    format = wanted_by(wires, &told);
    if (!serial_format_equal(&format, &wires->format)) {
        if (wires->is_changing || has_typed(wires))
            return false;
        change(wires, &format);
    }
    wires->told = told;
    return true;
}

/* ---- time ---- */

static void on_step(void *ctx)
{
    struct wires *wires = ctx;
    struct junction *junction = wires->config.junction;

    if (wires->is_changing && !port_is_changing(wires->config.module)) {
        wires->is_changing = false;
        junction_hold(&junction->module, false);
        junction_retry(&junction->module);
    }
    if (wires->is_changing || !follow_circuits(wires))
        clock_timer_start(wires->step, STEP_MS);
}

enum err wires_open(struct wires *wires, const struct wires_config *config)
{
    *wires = (struct wires){ .config = *config,
                             .format = config->line,
                             .host = LINE_DTR | LINE_RTS,
                             .host_now = LINE_DTR | LINE_RTS,
                             .module = LINE_DSR | LINE_CTS };
    if (clock_new_timer(config->clock, on_step, wires, &wires->step) != ERR_OK)
        return ERR_NO_MEMORY;
    port_drive(config->host, wires->module);
    port_drive(config->module, wires->host);
    port_on_circuits(config->host, on_host, wires);
    port_on_circuits(config->module, on_module, wires);
    return ERR_OK;
}

void wires_close(struct wires *wires)
{
    clock_timer_free(wires->step);
}
