/* device.c: the module that is asked for its facts. */
#include "probe/device.h"

#include "base/letters.h"
#include "check/host_end.h"
#include "check/wire.h"
#include "probe/table.h"

#include <stdio.h>

enum {
    ANSWER_MS = 1500, /* for a module that listens at all */
    LINE_MS = 20000,  /* for a command to end */
    GUARD_MS = 1200,
    QUIET_MS = 120,
    SETTLE_MS = 3000, /* who is not quiet by then never is */
    HEARD_MAX = 65536,
    ASTRAY_MS = 75000, /* a module that has gone astray is there again by then, */
    GONE_MS = 30000,   /* and a device that has gone by then */
    OFF_MS = 10000,    /* from the OK of a restart until it is off */
    RESTART_MS = 90000,
    POLL_MS = 250
};

/* With what the command lines that put a module back end. */
static const char *const finals[] = { "OK", "ERROR", "DEACT OK", "NO CARRIER", "CLOSE OK" };

static bool is_final(struct span line)
{
    for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
        if (span_equal(line, span_of(finals[i])))
            return true;
    }
    return letters_start(line, "+CME ERROR") || letters_start(line, "+CMS ERROR");
}

/* The next line of what was heard, without its end; false: there is none as a whole. */
static bool next_line(struct span *heard, struct span *ret_line)
{
    const uint8_t *end = heard->len > 0 ? memchr(heard->data, '\n', heard->len) : NULL;
    size_t len;

    if (end == NULL)
        return false;
    len = (size_t)(end - heard->data);
    *ret_line = span_at(heard->data, len);
    *heard = span_skip(*heard, len + 1);
    while (ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r')
        ret_line->len--;
    return true;
}

static bool has_final(const struct host_end *end)
{
    struct span heard = bytes_span(&end->heard), line;

    while (next_line(&heard, &line)) {
        if (is_final(line))
            return true;
    }
    return false;
}

static void forget(struct host_end *end)
{
    bytes_drop(&end->heard, end->heard.len);
}

/* Until nothing comes for a while, if that comes at all; what came is dropped. */
static void settle(struct host_end *end)
{
    int64_t deadline_ms = wire_now_ms() + SETTLE_MS;

    while (host_end_hear(end, wire_now_ms() + QUIET_MS) && wire_now_ms() < deadline_ms)
        forget(end);
    forget(end);
}

/* True when the line has ended in time. */
static bool run(struct host_end *end, struct span line, int64_t limit_ms, struct report *why)
{
    int64_t deadline_ms = wire_now_ms() + limit_ms;

    forget(end);
    if (!host_end_type(end, line, false, why) || !host_end_type(end, span_of("\r"), false, why))
        return false;
    while (!end->gone && !has_final(end) && wire_now_ms() < deadline_ms &&
           end->heard.len < HEARD_MAX)
        (void)host_end_hear(end, deadline_ms);
    return has_final(end);
}

static void be_silent(struct host_end *end)
{
    int64_t deadline_ms = wire_now_ms() + GUARD_MS;

    while (wire_now_ms() < deadline_ms && !wire_is_cancelled()) {
        (void)host_end_hear(end, deadline_ms);
        forget(end);
    }
}

/* Out of a prompt by ESC, out of online mode by +++. */
static bool wake(struct host_end *end, struct report *why)
{
    if (run(end, span_of("AT"), ANSWER_MS, why))
        return true;
    if (end->gone || !host_end_type(end, span_of("\x1b"), false, why))
        return false;
    settle(end);
    if (run(end, span_of("AT"), ANSWER_MS, why))
        return true;
    be_silent(end);
    if (end->gone || !host_end_type(end, span_of("+++"), false, why))
        return false;
    be_silent(end);
    return run(end, span_of("AT"), ANSWER_MS, why) || run(end, span_of("AT"), ANSWER_MS, why);
}

static bool open_awake(const struct port_spec *port, struct host_end *end, struct report *why)
{
    *end = (struct host_end){ .in = -1, .out = -1 };
    if (host_end_open(end, port, why) != ERR_OK)
        return false;
    host_end_forget(end);
    if (wake(end, why))
        return true;
    report_add(why, "%s: %s\n", port->where,
               end->gone ? "the device is gone" : "nobody answers AT there: is the rate right?");
    return false;
}

static void close_end(struct host_end *end)
{
    host_end_close(end);
    bytes_free(&end->heard);
}

/* The lines of a part, those behind "> ". */
static bool type_lines(struct host_end *end, struct span lines, struct report *why)
{
    struct span line;
    bool there = true;

    while (there && lines.len > 0) {
        const uint8_t *at = memchr(lines.data, '\n', lines.len);
        size_t len = at != NULL ? (size_t)(at - lines.data) : lines.len;

        line = span_at(lines.data, len);
        lines = span_skip(lines, at != NULL ? len + 1 : len);
        if (line.len > 2 && line.data[0] == '>')
            (void)run(end, span_skip(line, 2), LINE_MS, why);
        there = !end->gone;
    }
    return there;
}

/* Whether it answers AT at this moment; `ret_gone`: there is no device. */
static bool answers(const struct probe_device *device, bool *ret_gone, struct report *why)
{
    struct host_end end = { .in = -1, .out = -1 };
    bool good = false;

    report_free(why);
    if (host_end_open(&end, &device->ports[0], why) == ERR_OK) {
        good = run(&end, span_of("AT"), POLL_MS, why);
        if (!good && !end.gone)
            report_add(why, "%s: nobody answers AT there any more\n", device->ports[0].where);
        else if (!good)
            report_add(why, "%s: the device is gone\n", device->ports[0].where);
    }
    *ret_gone = !host_end_is_open(&end) || end.gone;
    close_end(&end);
    return good;
}

bool probe_device_await(const struct probe_device *device, int64_t limit_ms, struct report *why)
{
    int64_t begin_ms = wire_now_ms(), waited_ms = 0;
    struct report words = { .cut = false };
    bool good = false, gone = false;

    while (!(good = answers(device, &gone, &words)) && !wire_is_cancelled() &&
           waited_ms < (gone && limit_ms > GONE_MS ? GONE_MS : limit_ms)) {
        (void)wire_wait(-1, 0, wire_now_ms() + POLL_MS);
        waited_ms = wire_now_ms() - begin_ms;
    }
    if (!good)
        report_add_span(why, bytes_span(&words.text));
    report_free(&words);
    return good;
}

bool probe_device_await_restart(const struct probe_device *device, struct report *why)
{
    int64_t deadline_ms = wire_now_ms() + OFF_MS;
    struct report words = { .cut = false };
    bool gone;

    while (answers(device, &gone, &words) && wire_now_ms() < deadline_ms && !wire_is_cancelled())
        (void)wire_wait(-1, 0, wire_now_ms() + POLL_MS);
    report_free(&words);
    return probe_device_await(device, RESTART_MS, why);
}

static bool reset_port(const struct probe_device *device, size_t port, struct report *why)
{
    struct host_end end;
    bool good = open_awake(&device->ports[port], &end, why);

    if (good && !type_lines(&end, probe_part(device->maker, "before"), why)) {
        report_add(why, "%s: the device is gone\n", device->ports[port].where);
        good = false;
    }
    if (good)
        settle(&end);
    close_end(&end);
    return good;
}

static bool reset_ports(const struct probe_device *device, struct report *why)
{
    bool good = true;

    for (size_t i = 0; i < device->port_count && good; i++)
        good = reset_port(device, i, why);
    return good;
}

bool probe_device_reset(const struct probe_device *device, struct report *why)
{
    struct report words = { .cut = false };
    bool good = reset_ports(device, &words);

    if (!good && !wire_is_cancelled())
        good = probe_device_await(device, ASTRAY_MS, why) && reset_ports(device, why);
    else if (!good)
        report_add_span(why, bytes_span(&words.text));
    report_free(&words);
    return good;
}

bool probe_device_wake(const struct probe_device *device, struct report *why)
{
    struct host_end end;
    bool good = open_awake(&device->ports[0], &end, why);

    close_end(&end);
    return good;
}

bool probe_device_ask(const struct probe_device *device, const char *command,
                      char ret_line[PROBE_LINE_MAX + 1], struct report *why)
{
    struct host_end end;
    struct span heard, line;
    bool good = open_awake(&device->ports[0], &end, why);

    ret_line[0] = '\0';
    if (good && run(&end, span_of(command), LINE_MS, why)) {
        heard = bytes_span(&end.heard);
        while (next_line(&heard, &line) && ret_line[0] == '\0') {
            if (line.len > 0 && line.data[0] != '\r' && !letters_start(line, "AT") &&
                !is_final(line))
                snprintf(ret_line, PROBE_LINE_MAX + 1, "%.*s", (int)line.len,
                         (const char *)line.data);
        }
    }
    close_end(&end);
    return good;
}
