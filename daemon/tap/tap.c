/* tap.c: `tlsmodem tap`: sits between a module and its host, and writes down what passes. */
#include "tap/tap.h"

#include "common/record_file.h"
#include "common/stderr_log.h"
#include "posix/signals.h"
#include "posix/timer.h"
#include "sandbox/memory.h"
#include "tap/comparison.h"
#include "tap/junction.h"
#include "tap/no_net.h"
#include "tap/options.h"
#include "tap/printer.h"
#include "tap/watch.h"
#include "tap/wires.h"
#include "transcript/circuit.h"
#include "transcript/recorder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    EXIT_USE = 2,
    LOOK_MS = 100, /* at how the host sets its line, and at what ours has to say */
    CLOSE_MS = 1000,
    LAST_MS = 3000,
    STEP_US = 5000,
    SOURCE_CAP = 120
};

struct tap {
    const struct tap_options *options;
    const struct log *log;
    struct runtime_world world;
    struct posix_signals signals;
    struct providers providers;
    struct port *host_port, *module_port;
    struct junction junction;
    struct wires wires;
    struct clock_timer *look;

    /* of --record */
    struct record_file file;
    struct writer *writer;
    struct recorder *recorder;
    struct watch watch;
    struct shadow *known; /* whose state says what is typed: the first that `watch` has */

    /* of --compare */
    struct shadow *ours;
    const char *names[2];
    struct comparison *comparison;
    struct printer printer;
    bool is_stuck; /* the printer goes on when all else has ended */
    bool differs;  /* what was compared before ours stopped listening */
    bool lost;     /* something is missing in the recording, which was told */
};

static int64_t now_ms(const struct tap *tap)
{
    return clock_now_ms(&tap->world.clock.base);
}

/* ---- what passes ---- */

/* Ours gets what it may have by now. */
static void let_go(struct tap *tap)
{
    if (tap->comparison == NULL)
        return;
    shadow_limit(tap->ours, comparison_limit(tap->comparison, now_ms(tap)));
    comparison_settle(tap->comparison, shadow_taken(tap->ours));
}

/* Counts, and forgets what was compared. */
static void end_comparison(struct tap *tap)
{
    uint64_t count, different, circuits;
    char line[SOURCE_CAP], more[SOURCE_CAP / 2] = "";

    comparison_look(tap->comparison, now_ms(tap));
    circuits = comparison_circuits_told(tap->comparison);
    comparison_close(tap->comparison, &count, &different);
    tap->comparison = NULL;
    if (circuits > 0)
        (void)snprintf(more, sizeof(more), ", circuits different %" PRIu64 " time%s", circuits,
                       circuits == 1 ? "" : "s");
    (void)snprintf(line, sizeof(line), "%" PRIu64 " exchange%s, %" PRIu64 " different%s\n", count,
                   count == 1 ? "" : "s", different, more);
    printer_put(&tap->printer, span_of(line));
    tap->differs = different > 0 || circuits > 0;
}

/* Where its peer is another one it may stand still for ever: what waits for it has an end. */
static void give_up(struct tap *tap)
{
    log_say(tap->log, LOG_ERROR, "%s takes nothing any more, and is compared no longer",
            tap->options->compare);
    end_comparison(tap);
    tap->differs = true;
}

static void on_host(void *ctx, struct span bytes)
{
    struct tap *tap = ctx;

    if (tap->comparison != NULL)
        comparison_typed(tap->comparison, now_ms(tap), bytes);
    if (tap->known != NULL && !tap->watch.is_raw)
        (void)shadow_feed(tap->known, bytes);
    if (tap->comparison == NULL)
        return;
    if (shadow_feed(tap->ours, bytes))
        let_go(tap);
    else
        give_up(tap);
}

static void on_module(void *ctx, struct span bytes)
{
    struct tap *tap = ctx;

    if (tap->comparison != NULL)
        comparison_said(tap->comparison, now_ms(tap), COMPARISON_REAL, 0, bytes);
}

static void on_ours(void *ctx, struct span bytes)
{
    struct tap *tap = ctx;

    if (tap->comparison != NULL)
        comparison_said(tap->comparison, now_ms(tap), COMPARISON_OURS, shadow_taken(tap->ours),
                        bytes);
}

/* ---- circuits, and how the host sets its line ---- */

static void tell_shadows(struct tap *tap, bool dtr)
{
    for (size_t i = 0; i < tap->watch.module_count; i++)
        shadow_set_dtr(tap->watch.modules[i], dtr);
    if (tap->ours != NULL)
        shadow_set_dtr(tap->ours, dtr);
}

static void on_circuit(void *ctx, enum channel_line circuit, bool on)
{
    struct tap *tap = ctx;
    bool is_host = circuit_is_of_host(circuit);

    log_say(tap->log, LOG_INFO, "%s: %s is %s",
            port_label(is_host ? tap->host_port : tap->module_port), circuit_word(circuit),
            on ? "on" : "off");
    if (tap->recorder != NULL)
        recorder_circuit(tap->recorder, 0, circuit, on);
    if (circuit == LINE_DTR)
        tell_shadows(tap, on);
    if (tap->comparison != NULL && !is_host)
        comparison_circuits(tap->comparison, now_ms(tap), COMPARISON_REAL, tap->wires.module);
}

static void on_our_circuits(void *ctx, unsigned circuits)
{
    struct tap *tap = ctx;

    if (tap->comparison != NULL)
        comparison_circuits(tap->comparison, now_ms(tap), COMPARISON_OURS, circuits | LINE_CTS);
}

static void on_format(void *ctx, const struct serial_format *format)
{
    struct tap *tap = ctx;
    char text[SERIAL_FORMAT_CAP], line[SOURCE_CAP];

    serial_format_write(format, text);
    (void)snprintf(line, sizeof(line), "the host sets its line to %s", text);
    log_say(tap->log, LOG_INFO, "%s: %s", port_label(tap->host_port), line);
    if (tap->recorder != NULL)
        recorder_remark(tap->recorder, line);
}

static void on_difference(void *ctx, struct span lines)
{
    printer_put(&((struct tap *)ctx)->printer, lines);
}

/* ---- time ---- */

static bool may_take(void *ctx)
{
    return wires_follow(&((struct tap *)ctx)->wires);
}

static void on_look(void *ctx)
{
    struct tap *tap = ctx;

    (void)wires_follow(&tap->wires);
    let_go(tap);
    if (tap->comparison != NULL)
        comparison_look(tap->comparison, now_ms(tap));
    clock_timer_start(tap->look, LOOK_MS);
}

/* ---- opening ---- */

static bool fail(const char *text)
{
    stderr_say_error("tlsmodem: tap: %s", text);
    return false;
}

/* A module of ours that reaches nobody. */
static bool open_silent(struct tap *tap, const char *model, struct shadow **ret_shadow)
{
    struct shadow_config config = { .model = model, .net = no_net(), .providers = &tap->providers };
    struct port_failure failure;

    return shadow_open(&tap->world, &config, &failure, ret_shadow) == ERR_OK || fail(failure.text);
}

/* One of each maker but `but`'s: nobody knows whose it is. */
static bool open_others(struct tap *tap, const char *but)
{
    const struct tlsmodem_model *model;
    const char *last = "";

    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        if (strcmp(model->maker, last) == 0 || tap->watch.module_count == WATCH_MODULES_MAX)
            continue;
        last = model->maker;
        if (strcmp(last, but) == 0)
            continue;
        if (!open_silent(tap, model->name, &tap->watch.modules[tap->watch.module_count]))
            return false;
        tap->watch.module_count++;
    }
    return true;
}

static bool open_writer(struct tap *tap)
{
    char source[SOURCE_CAP];
    struct writer_config config = { .model = tap->options->module,
                                    .source = source,
                                    .is_exact = true,
                                    .sink = record_file_sink(&tap->file) };

    (void)snprintf(source, sizeof(source), "a module at a port, recorded by tlsmodem tap %s",
                   TLSMODEM_VERSION);
    return (writer_open(&config, &tap->writer) == ERR_OK &&
            recorder_open(tap->writer, &tap->recorder) == ERR_OK) ||
           fail(err_text(ERR_NO_MEMORY));
}

/* The recorder stands at the host's port, and asks a module of ours what is typed there. */
static bool open_record(struct tap *tap)
{
    const struct tap_options *options = tap->options;
    const char *model = options->module != NULL ? options->module : options->compare;
    struct port_failure failure;
    struct terminal *inner;

    if (options->record == NULL)
        return true;
    if (record_file_open(&tap->file, options->record, tap->log, &failure) != ERR_OK)
        return fail(failure.text);
    if (!open_writer(tap) ||
        !open_silent(tap, model != NULL ? model : tlsmodem_model_at(0)->name, &tap->known))
        return false;
    (void)recorder_net(tap->recorder, &tap->world.clock.base, no_net());
    recorder_attach(tap->recorder, shadow_engine(tap->known));
    inner = recorder_terminal(tap->recorder, 0, &tap->junction.host.base);
    watch_init(&tap->watch, inner, &tap->junction.host.base, tap->writer, &tap->world.clock.base);
    tap->watch.modules[tap->watch.module_count++] = tap->known;
    return model != NULL || open_others(tap, tlsmodem_model_at(0)->maker);
}

static bool open_compare(struct tap *tap)
{
    struct shadow_config config = { .model = tap->options->compare,
                                    .providers = &tap->providers,
                                    .log = tap->log,
                                    .on_said = on_ours,
                                    .on_circuits = on_our_circuits,
                                    .ctx = tap };
    struct port_failure failure;

    if (config.model == NULL)
        return true;
    tap->names[COMPARISON_REAL] = tap->options->module_port.where;
    tap->names[COMPARISON_OURS] = config.model;
    if (shadow_open(&tap->world, &config, &failure, &tap->ours) != ERR_OK)
        return fail(failure.text);
    if (printer_open(&tap->printer) != ERR_OK ||
        comparison_open(tap->names, on_difference, tap, &tap->comparison) != ERR_OK)
        return fail(err_text(ERR_NO_MEMORY));
    on_our_circuits(tap, shadow_circuits(tap->ours));
    return true;
}

static bool open_wires(struct tap *tap)
{
    const struct wires_config config = { .host = tap->host_port,
                                         .module = tap->module_port,
                                         .junction = &tap->junction,
                                         .clock = &tap->world.clock.base,
                                         .line = tap->options->module_port.line,
                                         .on_circuit = on_circuit,
                                         .on_format = on_format,
                                         .ctx = tap };

    return wires_open(&tap->wires, &config) == ERR_OK || fail(err_text(ERR_NO_MEMORY));
}

static bool open_ports(struct tap *tap)
{
    const struct tap_options *options = tap->options;
    struct port_failure failure;

    if (port_open(&tap->world.loop, &options->module_port, &failure, &tap->module_port) != ERR_OK ||
        port_open(&tap->world.loop, &options->host_port, &failure, &tap->host_port) != ERR_OK)
        return fail(failure.text);
    junction_attach(&tap->junction.module, port_channel(tap->module_port));
    junction_attach(&tap->junction.host, port_channel(tap->host_port));
    return open_wires(tap);
}

static void start(struct tap *tap)
{
    struct terminal *host = &tap->junction.host.base;

    if (tap->recorder != NULL)
        host = &tap->watch.around.base;
    port_start(tap->module_port, &tap->junction.module.base);
    port_start(tap->host_port, host);
    printf("ready: tap %s\n", port_label(tap->host_port));
    fflush(stdout);
    clock_timer_start(tap->look, LOOK_MS);
}

static bool open_all(struct tap *tap)
{
    const struct junction hooks = {
        .may_take = may_take, .on_host = on_host, .on_module = on_module, .ctx = tap
    };
    struct clock *clock = &tap->world.clock.base;

    junction_init(&tap->junction, &hooks);
    if (posix_signals_open(&tap->signals, &tap->world.loop, NULL, NULL) != ERR_OK ||
        clock_new_timer(clock, on_look, tap, &tap->look) != ERR_OK ||
        providers_open(NULL, &tap->providers) != ERR_OK)
        return fail("it cannot begin: no memory, or no descriptors");
    return open_ports(tap) && open_compare(tap) && open_record(tap);
}

/* ---- the end ---- */

/* What ours has still to say when the end comes, it may. */
static void await_ours(struct tap *tap)
{
    int64_t deadline_ms = now_ms(tap) + LAST_MS;

    while (comparison_is_behind(tap->comparison) && now_ms(tap) < deadline_ms) {
        usleep(STEP_US);
        posix_loop_step(&tap->world.loop);
        let_go(tap);
    }
}

/* False: there were differences. */
static bool conclude(struct tap *tap)
{
    if (tap->comparison != NULL) {
        await_ours(tap);
        end_comparison(tap);
    }
    return !tap->differs;
}

static void close_record(struct tap *tap)
{
    if (tap->recorder != NULL) {
        recorder_stop(tap->recorder);
        tap->lost = !record_file_tell_end(&tap->file, tap->writer) || tap->lost;
    }
    for (size_t i = 0; i < tap->watch.module_count; i++)
        shadow_close(tap->watch.modules[i]);
    watch_deinit(&tap->watch);
    recorder_close(tap->recorder);
    writer_close(tap->writer);
    if (tap->file.path != NULL) {
        record_file_close(&tap->file);
        tap->lost = tap->lost || tap->file.failed;
    }
}

static void close_all(struct tap *tap)
{
    port_close(tap->host_port);
    port_close(tap->module_port);
    close_record(tap);
    shadow_close(tap->ours);
    comparison_free(tap->comparison);
    tap->is_stuck = !printer_close(&tap->printer);
    junction_deinit(&tap->junction);
    providers_close(&tap->providers);
    wires_close(&tap->wires);
    clock_timer_free(tap->look);
    posix_signals_close(&tap->signals);
    (void)runtime_world_close(&tap->world, CLOSE_MS);
}

static int run(const struct tap_options *options)
{
    struct tap *tap = calloc(1, sizeof(*tap));
    int status = EXIT_FAILURE;
    struct log log;

    stderr_log_init(&log, "tap", LOG_INFO, 0, stderr_line_end(false));
    sandbox_hide_memory(&log);
    if (tap == NULL || runtime_world_open(&tap->world, &log) != ERR_OK) {
        free(tap);
        fail(err_text(ERR_NO_MEMORY));
        return EXIT_FAILURE;
    }
    tap->options = options;
    tap->log = &log;
    if (open_all(tap)) {
        start(tap);
        runtime_world_run(&tap->world);
        status = conclude(tap) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    close_all(tap);
    if (tap->lost)
        status = EXIT_FAILURE;
    if (!tap->is_stuck)
        free(tap);
    return status;
}

int tap_main(int argc, char **argv)
{
    struct tap_options options;
    char memory[COMMAND_LINE_ERROR_CAP];
    struct text error;

    text_init(&error, memory, sizeof(memory));
    if (!tap_options_parse(argc, argv, &options, &error)) {
        stderr_say_error("tlsmodem: %s", memory);
        return EXIT_USE;
    }
    if (!options.help)
        return run(&options);
    tap_options_print_help(stdout);
    return EXIT_SUCCESS;
}
