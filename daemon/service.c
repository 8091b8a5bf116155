/* service.c: the modems of a list, with the TLS libraries and the folders of their memory, until a
 * signal. */
#include "service.h"

#include "command.h"
#include "counted_log.h"

#include "barrier.h"
#include "common/providers.h"
#include "common/stderr_log.h"
#include "confinement.h"
#include "control/monitor.h"
#include "controlling.h"
#include "dial_progress.h"
#include "manager.h"
#include "needs.h"
#include "packets.h"
#include "posix/signals.h"
#include "progress.h"
#include "recordings.h"
#include "roster.h"
#include "run_plans.h"
#include "tls_gnutls/tls_gnutls.h"
#include "verdict_run.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Everything was closed before: this is a bound, not a wait. */
enum { CLOSE_MS = 1000 };

struct service {
    const struct options *options;
    const struct scenario_run *scenario;
    bool has_stdio; /* one of the ports is standard input and output */
    struct counted_log counted;
    const struct log *log;   /* that of `counted` */
    const struct log *voice; /* the same uncounted, for what is said once */
    struct fleet *fleet;
    struct posix_signals signals;
    struct providers providers;
    struct recordings recordings;
    struct packets *packets; /* NULL: nobody captures */
    bool has_metrics;        /* shown at `metrics` */
    char *metrics_file;      /* where they are written to; NULL: nowhere */
    struct port_spec metrics;
    struct monitor *monitor; /* NULL: nobody is shown anything */
    struct controlling controlling;
    struct command command;
    struct roster roster;
    struct hosts_run hosts;
    struct clock_timer *end; /* of --for; NULL: not given */
    struct progress progress;
    const char *doing; /* what progress is told of, with so many modems */
    size_t doing_count;
    struct manager manager;
    struct dial_progress dials;
    size_t threads; /* of the fleet */
    struct verdict_run verdict;
    struct barrier barrier;
    bool has_failed; /* the command could not be started when its time came */
    bool has_start;  /* else `start_at_s` does not count */
    int64_t start_at_s;
    struct confinement confinement;
};

static bool fail(const char *what, const char *why)
{
    stderr_say_error("tlsmodem: %s%s%s", what, why[0] != '\0' ? ": " : "", why);
    return false;
}

static bool check(enum err err, const char *what)
{
    return err == ERR_OK || fail(what, err_text(err));
}

static void on_end(void *ctx)
{
    struct service *service = ctx;

    fleet_stop(service->fleet);
}

/* The variable that browsers and TLS libraries know; empty counts as not set. */
static const char keylog_variable[] = "SSLKEYLOGFILE";

/* What the operator's own machine takes from the module would else look like the server's fault. */
static void say_policy(const struct log *log)
{
    char line[TLS_GNUTLS_POLICY_MAX];

    if (tls_gnutls_policy(line))
        log_say(log, LOG_WARNING,
                "%s; with GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null in its environment tlsmodem does "
                "without that",
                line);
}

static bool open_tls(struct service *service)
{
    const char *keylog = service->options->keylog;
    const char *named_by = "--keylog";
    enum err err;

    if (keylog == NULL) {
        named_by = keylog_variable;
        keylog = getenv(keylog_variable);
        if (keylog != NULL && keylog[0] == '\0')
            keylog = NULL;
        if (keylog != NULL)
            log_say(service->log, LOG_WARNING, "TLS secrets go to %s, as %s says", keylog,
                    keylog_variable);
    }
    err = providers_open(keylog, &service->providers);
    if (err == ERR_IO && keylog != NULL) {
        stderr_say_error("tlsmodem: %s: cannot write to the file: %s: %s", named_by, keylog,
                         strerror(errno));
        return false;
    }
    if (err == ERR_OK)
        say_policy(service->log);
    return check(err, "cannot use the TLS libraries");
}

static bool open_recordings(struct service *service, const struct modem_plans *plans)
{
    const char *path = service->options->record;
    struct port_failure failure;

    return path == NULL ||
           recordings_open(path, plans, service->options->shard.index,
                           service->roster.zone_quarters, service->log, &failure,
                           &service->recordings) ||
           fail(failure.text, "");
}

static bool open_packets(struct service *service)
{
    const char *path = service->options->pcap;
    struct port_failure failure;

    if (path == NULL)
        return true;
    if (packets_open(path, service->voice, &failure, &service->packets) != ERR_OK)
        return fail(failure.text, "");
    providers_tap_keys(&service->providers, packets_keys(service->packets));
    service->roster.packets = service->packets;
    return true;
}

/* A terminal that --stdio has is the module's. */
static void begin(struct service *service, const char *what, size_t count)
{
    progress_begin(&service->progress, what, count, !service->has_stdio);
    service->doing = what;
    service->doing_count = count;
}

/* So many are done of what began. */
static void on_done(void *ctx, size_t count)
{
    struct service *service = ctx;

    progress_tell(&service->progress, count);
    manager_progress(&service->manager, service->doing, count, service->doing_count);
}

static bool open_modems(struct service *service, struct modem_plans *plans)
{
    struct port_failure failure;
    bool good;

    begin(service, "opening modems", plans->count);
    good = roster_open(&service->roster, plans, &failure);
    progress_end(&service->progress);
    return good || fail(failure.text, "");
}

static size_t threads_of(const struct service *service, size_t modems)
{
    size_t given = service->options->threads, most = given != 0 ? given : posix_processors();

    return most < modems ? most : modems;
}

static uint64_t store_writes(void *ctx)
{
    struct service *service = ctx;

    return stores_writes(&service->roster.stores);
}

static bool has_all_ports(void *ctx)
{
    struct service *service = ctx;

    return roster_has_all_ports(&service->roster);
}

static bool open_monitor(struct service *service)
{
    const struct monitor_config config = { .at = service->has_metrics ? &service->metrics : NULL,
                                           .path = service->metrics_file,
                                           .log = service->voice,
                                           .fleet = service->fleet,
                                           .threads = service->threads,
                                           .store_writes = store_writes,
                                           .has_all_ports = has_all_ports,
                                           .ctx = service };
    struct port_failure failure;

    return (!service->has_metrics && service->metrics_file == NULL) ||
           monitor_open(&config, &failure, &service->monitor) == ERR_OK || fail(failure.text, "");
}

static bool open_control(struct service *service, const struct modem_plans *plans)
{
    struct port_failure failure;

    return controlling_open(&service->controlling, service->options, &service->confinement, plans,
                            &service->roster, &failure) ||
           fail("--control", failure.text);
}

static void set_ready(struct service *service, bool is_ready)
{
    if (is_ready) /* from the first time on: while a file is read again calls wait */
        controlling_set_ready(&service->controlling);
    if (service->monitor != NULL)
        monitor_set_ready(service->monitor, is_ready && service->roster.missing == 0);
}

static void say_ready(struct service *service)
{
    struct roster *roster = &service->roster;

    for (size_t i = 0; i < roster->count; i++)
        roster_say_ready(roster, roster->list[i]);
    fflush(roster->out);
}

static void say_error(void *ctx, const char *line)
{
    const struct service *service = ctx;

    log_say(service->voice, LOG_ERROR, "%s", line);
}

static void say_warning(void *ctx, const char *line)
{
    const struct service *service = ctx;

    log_say(service->voice, LOG_WARNING, "%s", line);
}

/* Pseudo-terminals are left out, as ours are among those in use. */
static bool may_grow(const struct service *service, const struct modem_plans *plans)
{
    struct needs need = needs_of(plans, threads_of(service, plans->count));
    char why[NEEDS_WHY_CAP];

    need.ptys = 0;
    if (needs_allowed(&need, why))
        return true;
    log_say(service->voice, LOG_ERROR, "%s: nothing was changed", why);
    return false;
}

/* What the service manager shows to who asks for the status; `news` is in front of it. */
static void say_status(struct service *service, const char *news)
{
    char status[MANAGER_STATUS_CAP];
    size_t count = service->roster.count, missing = service->roster.missing;

    if (missing > 0)
        snprintf(status, sizeof(status), "%s%zu modems, %zu that could not be opened", news, count,
                 missing);
    else
        snprintf(status, sizeof(status), "%s%zu modem%s", news, count, count == 1 ? "" : "s");
    manager_ready(&service->manager, status);
}

static bool may_start(const struct service *service, const struct modem_plans *plans)
{
    if (confinement_allows(&service->confinement, plans))
        return true;
    log_say(service->voice, LOG_ERROR,
            "a modem that starts a command needs a restart, as this run began without one: "
            "nothing was changed");
    return false;
}

static bool has_other_metrics(const struct service *service, const struct modem_plans *plans)
{
    const char *before = service->metrics_file != NULL ? service->metrics_file : "";
    const char *now = plans->metrics_file != NULL ? plans->metrics_file : "";

    return plans->has_metrics != service->has_metrics || strcmp(before, now) != 0 ||
           !modem_plan_same_port(&plans->metrics, &service->metrics);
}

static bool has_other_verdict(const struct service *service, const struct modem_plans *plans)
{
    const char *before = service->verdict.path != NULL ? service->verdict.path : "";
    const char *now = plans->summary != NULL ? plans->summary : "";

    return strcmp(before, now) != 0 || verdict_run_has_other_bounds(&service->verdict, plans) ||
           plans->has_start != service->has_start ||
           (plans->has_start && plans->start_at_s != service->start_at_s);
}

/* Whether the modems are as the file has them now. */
static bool reload(struct service *service)
{
    const struct plans_voice voice = { say_error, say_warning, service };
    struct modem_plans plans;

    if (!run_plans(service->options, &voice, &plans)) {
        log_say(service->voice, LOG_ERROR, "%s is wrong: nothing was changed",
                service->options->config);
        return false;
    }
    if (has_other_metrics(service, &plans))
        log_say(service->voice, LOG_WARNING,
                "metrics are shown where they were: another place needs a restart");
    if (has_other_verdict(service, &plans))
        log_say(service->voice, LOG_WARNING,
                "the summary, fail-if and start-at are as they were: others need a restart");
    if (!controlling_is_at(&service->controlling, &plans))
        log_say(service->voice, LOG_WARNING,
                "the run is controlled where it was: another place needs a restart");
    if (plans.has_stdio != service->has_stdio || service->recordings.count > 0) {
        log_say(service->voice, LOG_ERROR, "%s: nothing was changed",
                service->recordings.count > 0
                    ? "a recording is of one modem from start to end"
                    : "standard input and output come or go by a restart");
        modem_plans_free(&plans);
        return false;
    }
    if (!may_grow(service, &plans) || !may_start(service, &plans) ||
        !scenario_run_suits(service->scenario, &plans, say_error, service)) {
        modem_plans_free(&plans);
        return false;
    }
    set_ready(service, false);
    begin(service, "opening modems", plans.count);
    roster_change(&service->roster, &plans);
    progress_end(&service->progress);
    set_ready(service, true);
    return true;
}

static void on_hangup(void *ctx)
{
    struct service *service = ctx;

    manager_reloading(&service->manager);
    say_status(service, reload(service) ? "" : "the file was not taken: ");
}

static bool open_all(struct service *service, struct modem_plans *plans)
{
    bool may_change = service->options->config != NULL;

    return check(posix_signals_open(&service->signals, &fleet_master(service->fleet)->loop,
                                    may_change ? on_hangup : NULL, service),
                 "cannot watch signals") &&
           open_tls(service) && open_recordings(service, plans) && open_packets(service) &&
           open_monitor(service) && open_control(service, plans) && open_modems(service, plans);
}

static bool begin_verdict(const struct service *service)
{
    struct port_failure failure;

    return verdict_run_begin(&service->verdict, &failure) == ERR_OK || fail(failure.text, "");
}

static bool start_command(struct service *service)
{
    struct port_failure failure;

    return service->options->command == NULL ||
           command_start(&service->command, service->options->command,
                         &fleet_master(service->fleet)->loop, &service->roster,
                         &service->controlling, on_end, service, &failure) ||
           fail(failure.text, "");
}

/* With -- CMD the run is CMD's. */
static void on_hosts_done(void *ctx)
{
    struct service *service = ctx;

    if (service->options->command == NULL)
        fleet_stop(service->fleet);
}

/* When the run ends by itself. */
static bool start_end(struct service *service)
{
    struct clock *clock = &fleet_master(service->fleet)->clock.base;

    if (service->options->for_ms == 0)
        return true;
    if (!check(clock_new_timer(clock, on_end, service, &service->end), "--for"))
        return false;
    clock_timer_start(service->end, service->options->for_ms);
    return true;
}

static void close_all(struct service *service)
{
    begin(service, "closing modems", service->roster.count);
    fleet_clear(service->fleet, on_done, service);
    progress_end(&service->progress);
    roster_close(&service->roster);
    controlling_close(&service->controlling);
    recordings_close(&service->recordings);
    providers_close(&service->providers);
    packets_close(service->packets);
    posix_signals_close(&service->signals);
}

static void confine(struct service *service)
{
    if (!service->options->debuggable)
        confinement_begin(&service->confinement, &fleet_master(service->fleet)->loop,
                          service->voice);
}

/* System calls are filtered after a command has begun: what that may do is none of ours. */
static void on_start(void *ctx)
{
    struct service *service = ctx;

    service->has_failed = !start_command(service) || !start_end(service);
    if (service->has_failed)
        fleet_stop(service->fleet);
    else if (service->options->command != NULL)
        confine(service);
}

/* With a moment for it the command begins then, else it has begun. */
static bool await_start(struct service *service)
{
    struct runtime_world *master = fleet_master(service->fleet);

    if (service->options->command == NULL || !service->has_start)
        confine(service);
    if (!service->has_start)
        return start_end(service);
    return check(barrier_wait(&service->barrier, &master->clock.base, service->start_at_s, on_start,
                              service, service->voice),
                 "cannot wait for the start");
}

/* False: the summary is not as it should be, or could not be written. */
static bool end_verdict(struct service *service)
{
    if (!verdict_run_is_wanted(&service->verdict))
        return true;
    counted_log_tell(&service->counted);
    return verdict_run_end(&service->verdict, hosts_run_given_up(&service->hosts),
                           stderr_line_end(service->options->has_stdio), service->voice);
}

/* A guess that decided something is worth a line in any case. */
static int status_of(struct service *service)
{
    const struct options *options = service->options;
    enum log_level level = LOG_INFO;
    size_t relied;

    if (options->strict)
        level = LOG_ERROR;
    else if (options->command != NULL) /* whose verdict may rest on them */
        level = LOG_WARNING;
    roster_note_relied(&service->roster);
    relied = relied_say(&service->roster.relied, service->log, level);
    if (hosts_run_given_up(&service->hosts) > 0)
        return EXIT_FAILURE;
    return relied > 0 && options->strict ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool has_limits(const struct service *service, const struct modem_plans *plans)
{
    struct needs need = needs_of(plans, threads_of(service, plans->count));
    char why[NEEDS_WHY_CAP];

    need.descriptors += service->options->record != NULL ? plans->count : 0;
    need.descriptors += service->options->pcap != NULL;
    return needs_allowed(&need, why) || fail(why, "");
}

/* A terminal that --stdio has is the module's. */
static bool may_show_progress(const struct service *service)
{
    return !service->has_stdio && progress_is_possible();
}

static bool open_fleet(struct service *service, size_t modems)
{
    const struct fleet_config config = {
        .threads = threads_of(service, modems),
        .log = service->log,
        .counts = service->has_metrics || service->metrics_file != NULL ||
                  verdict_run_is_wanted(&service->verdict) || may_show_progress(service),
        .dns = &service->options->dns,
    };
    struct port_failure failure;

    service->threads = config.threads;
    return fleet_open(&config, &failure, &service->fleet) == ERR_OK || fail(failure.text, "");
}

static void watch(struct service *service)
{
    bool may_show = may_show_progress(service);

    manager_watch(&service->manager, service->fleet);
    if (verdict_run_is_wanted(&service->verdict))
        verdict_run_start(&service->verdict, service->fleet, service->threads,
                          service->roster.count, service->start_at_s, may_show);
    else if (may_show)
        dial_progress_start(&service->dials, service->fleet, service->threads);
}

/* From the moment when all is open until the run is to end.  False: it could not begin. */
static bool turn(struct service *service)
{
    bool begins;

    roster_start(&service->roster);
    say_status(service, "");
    watch(service);
    begins = await_start(service);
    if (begins)
        fleet_run(service->fleet);
    clock_timer_free(service->end);
    barrier_close(&service->barrier);
    command_stop(&service->command);
    dial_progress_stop(&service->dials);
    verdict_run_stop(&service->verdict);
    manager_stopping(&service->manager);
    manager_unwatch(&service->manager);
    return begins && !service->has_failed;
}

/* From an open fleet to its end. */
static int work(struct service *service, struct modem_plans *plans)
{
    struct runtime_world *master = fleet_master(service->fleet);
    int status = EXIT_FAILURE;
    bool is_open;

    counted_log_start(&service->counted, master);
    service->roster = (struct roster){
        .fleet = service->fleet,
        .providers = &service->providers,
        .log = service->log,
        .voice = service->voice,
        .scenario = service->scenario,
        .hosts = &service->hosts,
        .recordings = &service->recordings,
        .zone_quarters = clock_zone_quarters(&master->clock.base),
        .on_end = on_end,
        .on_described = on_done,
        .ctx = service,
        /* With --stdio standard output is the module's own. */
        .out = service->has_stdio ? stderr : stdout,
        .end = stderr_line_end(service->has_stdio && service->options->has_stdio),
        .stores.lock = PTHREAD_MUTEX_INITIALIZER,
        .saying = PTHREAD_MUTEX_INITIALIZER,
    };
    is_open = open_all(service, plans) && begin_verdict(service);
    if (is_open) {
        set_ready(service, true);
        say_ready(service);
        is_open = service->has_start || start_command(service);
    }
    if (is_open)
        is_open = turn(service);
    controlling_stop(&service->controlling);
    confinement_end(&service->confinement);
    monitor_close(service->monitor);
    fleet_halt(service->fleet);
    if (is_open)
        status = status_of(service);
    if (is_open && service->command.status != EXIT_SUCCESS)
        status = service->command.status;
    if (is_open && !end_verdict(service) && status == EXIT_SUCCESS)
        status = EXIT_FAILURE;
    close_all(service);
    counted_log_end(&service->counted);
    return status;
}

/* That there are some is known before the first of them begins. */
static bool open_hosts(struct service *service, const struct modem_plans *plans)
{
    const struct host_plan *host = NULL;

    for (size_t i = 0; i < plans->count && host == NULL; i++)
        host = plans->list[i].host;
    if (host != NULL)
        verdict_run_seed(&service->verdict, host->seed);
    service->hosts.shard = service->options->shard.index;
    service->hosts.book = service->verdict.book;
    service->hosts.start_at_s = service->start_at_s;
    service->hosts.on_all_done = on_hosts_done;
    service->hosts.ctx = service;
    return host == NULL || verdict_book_tally(service->hosts.book) != NULL ||
           fail(err_text(ERR_NO_MEMORY), "");
}

static bool open_verdict(struct service *service, struct modem_plans *plans)
{
    struct port_failure failure;

    service->has_start = plans->has_start;
    service->start_at_s = plans->has_start ? plans->start_at_s : 0;
    if (verdict_run_open(&service->verdict, plans, &service->options->shard, &failure) != ERR_OK)
        return fail(failure.text, "");
    return open_hosts(service, plans);
}

int service_run(const struct options *options, struct modem_plans *plans,
                const struct scenario_run *scenario, const struct log *log)
{
    struct service *service;
    int status = EXIT_FAILURE;
    bool closed = true;

    assert(plans->count > 0);
    service = calloc(1, sizeof(*service));
    if (service == NULL)
        return status;
    counted_log_init(&service->counted, log, plans->count > 1);
    service->log = &service->counted.log;
    service->voice = log;
    service->options = options;
    service->scenario = scenario;
    service->has_stdio = plans->has_stdio;
    service->has_metrics = plans->has_metrics;
    service->metrics = plans->metrics;
    service->metrics_file = plans->metrics_file;
    plans->metrics_file = NULL;
    manager_open(&service->manager, log);
    confinement_plan(&service->confinement, plans);
    if (open_verdict(service, plans) && has_limits(service, plans) &&
        open_fleet(service, plans->count)) {
        status = work(service, plans);
        closed = fleet_close(service->fleet, CLOSE_MS);
    }
    verdict_run_close(&service->verdict);
    manager_close(&service->manager);
    counted_log_deinit(&service->counted);
    free(service->metrics_file);
    if (closed)
        free(service);
    return status;
}
