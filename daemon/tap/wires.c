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

static unsigned of_host(const struct wires *wires)
{
    return passed(wires, wires->host_now) & (LINE_DTR | LINE_RTS);
}

/* A DTR that fell while bytes waited is off for as long as it was, though it may be on again. */
static void drive_module(struct wires *wires, int64_t now_ms)
{
    unsigned now = of_host(wires), changed;

    if (wires->dtr_fell)
        wires->dropped_ms = now_ms;
    wires->dtr_fell = false;
    if (now_ms < wires->dropped_ms + wires->pulse_ms)
        now &= ~(unsigned)LINE_DTR;
    changed = now ^ wires->host;
    wires->host = now;
    if (changed == 0)
        return;
    port_drive(wires->config.module, now);
    tell(wires, changed, now);
}

/* False: something is still to go over. */
static bool follow_circuits(struct wires *wires)
{
    int64_t now_ms = clock_now_ms(wires->config.clock);

    if (!has_typed(wires) || now_ms - wires->host_since_ms >= PATIENCE_MS)
        drive_module(wires, now_ms);
    wires->host_waits = wires->dtr_fell || of_host(wires) != wires->host;
    return !wires->host_waits;
}

/* Pulses that wait for the same bytes are one. */
static void note_dtr(struct wires *wires, unsigned circuits, int64_t now_ms)
{
    bool was_on = (wires->host_now & LINE_DTR) != 0, is_on = (circuits & LINE_DTR) != 0;

    if (was_on && !is_on) {
        if (!wires->dtr_fell)
            wires->fell_ms = now_ms;
        wires->dtr_fell = true;
    } else if (!was_on && is_on) {
        wires->pulse_ms = now_ms - wires->fell_ms;
        if (wires->pulse_ms > PATIENCE_MS)
            wires->pulse_ms = PATIENCE_MS;
    }
}

static void on_host(void *ctx, unsigned circuits)
{
    struct wires *wires = ctx;
    int64_t now_ms = clock_now_ms(wires->config.clock);

    if (!wires->host_waits)
        wires->host_since_ms = now_ms;
    note_dtr(wires, circuits, now_ms);
    wires->host_now = circuits;
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
    wires->format = *format;
    wires->is_changing = true;
    junction_hold(&wires->config.junction->module, true);
    port_set_format(wires->config.module, format);
    clock_timer_start(wires->step, STEP_MS);
}

/* Done, or refused: then the line is as it was, and nobody is told. */
static void end_change(struct wires *wires)
{
    struct junction *junction = wires->config.junction;
    struct serial_format now = wires->format;

    wires->is_changing = false;
    port_get_format(wires->config.module, &now);
    if (serial_format_equal(&now, &wires->format))
        wires->config.on_format(wires->config.ctx, &now);
    wires->format = now;
    junction_hold(&junction->module, false);
    junction_retry(&junction->module);
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

    if (wires->is_changing && !port_is_changing(wires->config.module))
        end_change(wires);
    if (!follow_circuits(wires) || wires->is_changing)
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
