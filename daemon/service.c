/* service.c: the modems of a list, with the TLS libraries and the folders of their memory, until a
 * signal. */
#include "service.h"

#include "counted_log.h"
#include "posix/signals.h"
#include "progress.h"
#include "providers.h"
#include "recording.h"
#include "relied.h"
#include "runtime/fleet.h"
#include "stderr_log.h"
#include "stores.h"
#include "tls_gnutls/tls_gnutls.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Everything was closed before: this is a bound, not a wait. */
enum { CLOSE_MS = 1000 };

/* What of a plan is open. */
struct opened {
    struct nvm *nvm; /* NULL: it stores nothing */
};

struct service {
    const struct options *options;
    const struct modem_plans *plans;
    struct counted_log counted;
    const struct log *log; /* that of `counted` */
    struct fleet *fleet;
    struct posix_signals signals;
    struct stores stores;
    struct providers providers;
    struct recording *recording; /* NULL: nobody records */
    struct pool **pools;         /* of the plans; those that are not open are NULL */
    int zone_quarters;           /* of this machine */
    pthread_t master;
    struct progress progress;
    atomic_size_t described; /* modems that are being opened, or are open */
    struct opened opened[];  /* one a plan */
};

static bool fail(const char *what, const char *why)
{
    fprintf(stderr, "tlsmodem: %s%s%s\n", what, why[0] != '\0' ? ": " : "", why);
    return false;
}

static bool check(enum err err, const char *what)
{
    return err == ERR_OK || fail(what, err_text(err));
}

static void on_port_end(void *ctx, size_t index)
{
    struct service *service = ctx;

    (void)index;
    if (service->plans->count == 1 && service->plans->list[0].port_count == 1)
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
        fprintf(stderr, "tlsmodem: %s: cannot write to the file: %s\n", named_by, keylog);
        return false;
    }
    if (err == ERR_OK)
        say_policy(service->log);
    return check(err, "cannot use the TLS libraries");
}

static bool open_stores(struct service *service)
{
    struct port_failure failure;

    for (size_t i = 0; i < service->plans->count; i++)
        if (!stores_open(&service->stores, &service->plans->list[i], &failure,
                         &service->opened[i].nvm))
            return fail(failure.text, "");
    return true;
}

static bool open_pools(struct service *service)
{
    size_t count = service->plans->pool_count;
    struct port_failure failure;

    service->pools = calloc(count + 1, sizeof(service->pools[0]));
    if (service->pools == NULL)
        return fail(err_text(ERR_NO_MEMORY), "");
    for (size_t i = 0; i < count; i++)
        if (pool_open(fleet_master(service->fleet), &service->plans->pools[i].at, &failure,
                      &service->pools[i]) != ERR_OK)
            return fail(failure.text, "");
    return true;
}

/* In the thread of the modem's world. */
static void describe(void *ctx, size_t number, struct fleet_modem_config *ret_config)
{
    struct service *service = ctx;
    const struct modem_plan *plan = &service->plans->list[number];
    struct runtime_modem_config *config = &ret_config->runtime;
    size_t done = atomic_fetch_add(&service->described, 1);

    modem_plan_config(plan, service->zone_quarters, config);
    config->tls = service->providers.list;
    config->tls_count = service->providers.count;
    config->nvm = service->opened[number].nvm;
    config->log = service->log;
    if (service->recording != NULL)
        config->taps = recording_taps(service->recording);
    config->on_port_end = on_port_end;
    config->ctx = service;
    if (plan->pool != MODEM_PLAN_NO_POOL)
        ret_config->pool = service->pools[plan->pool];
    if (pthread_equal(pthread_self(), service->master))
        progress_tell(&service->progress, done);
}

static bool open_recording(struct service *service)
{
    const struct modem_plans *plans = service->plans;

    if (service->options->record == NULL)
        return true;
    if (plans->count != 1 || plans->pool_count != 0)
        return fail("--record writes what passes at one modem, and this run has more; allowed: one "
                    "modem, with ports of its own",
                    "");
    return recording_open(service->options->record, &plans->list[0], service->zone_quarters,
                          service->log, &service->recording);
}

/* A terminal that --stdio has is the module's. */
static void begin(struct service *service, const char *what)
{
    progress_begin(&service->progress, what, service->plans->count, !service->plans->has_stdio);
}

static bool open_modems(struct service *service)
{
    struct port_failure failure;
    enum err err;

    begin(service, "opening modems");
    err = fleet_add(service->fleet, service->plans->count, describe, service, &failure);
    progress_end(&service->progress);
    return err == ERR_OK || fail(failure.text, "");
}

/* With --stdio standard output is the module's own. */
static void say_ready(const struct service *service)
{
    bool has_stdio = service->plans->has_stdio;
    FILE *out = has_stdio ? stderr : stdout;
    const char *end = has_stdio ? stderr_line_end(service->options) : "\n";

    for (size_t i = 0; i < service->plans->count; i++) {
        const struct modem_plan *plan = &service->plans->list[i];
        size_t ports = plan->pool != MODEM_PLAN_NO_POOL ? 1 : plan->port_count;

        for (size_t port = 0; port < ports; port++)
            fprintf(out, "ready: %s %s%s", modem_plan_name(plan),
                    fleet_port_label(service->fleet, i, port), end);
    }
    fflush(out);
}

static bool open_all(struct service *service)
{
    return check(posix_signals_open(&service->signals, &fleet_master(service->fleet)->loop),
                 "cannot watch signals") &&
           open_tls(service) && open_stores(service) && open_pools(service) &&
           open_recording(service) && open_modems(service);
}

static void on_modem_closed(void *ctx, size_t count)
{
    struct service *service = ctx;

    progress_tell(&service->progress, count);
}

static void close_all(struct service *service)
{
    begin(service, "closing modems");
    fleet_clear(service->fleet, on_modem_closed, service);
    progress_end(&service->progress);
    for (size_t i = 0; service->pools != NULL && i < service->plans->pool_count; i++)
        pool_close(service->pools[i]);
    free(service->pools);
    recording_close(service->recording);
    stores_close(&service->stores);
    providers_close(&service->providers);
    posix_signals_close(&service->signals);
}

static void start_all(struct service *service)
{
    fleet_start(service->fleet);
    for (size_t i = 0; i < service->plans->pool_count; i++)
        pool_start(service->pools[i]);
}

struct reliance {
    const struct service *service;
    const char *model;
};

/* One modem of the model is enough. */
static bool has_relied_on(void *ctx, size_t fact)
{
    const struct reliance *reliance = ctx;
    const struct service *service = reliance->service;

    for (size_t i = 0; i < service->plans->count; i++)
        if (service->plans->list[i].model == reliance->model &&
            tlsmodem_relied_on(runtime_modem_engine(fleet_modem(service->fleet, i)), fact))
            return true;
    return false;
}

static bool is_first_of_model(const struct modem_plans *plans, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (plans->list[i].model == plans->list[index].model)
            return false;
    return true;
}

/* A guess that decided something is worth a line in any case. */
static int status_of(const struct service *service)
{
    bool strict = service->options->strict;
    size_t relied = 0;

    for (size_t i = 0; i < service->plans->count; i++) {
        struct reliance reliance = { service, service->plans->list[i].model };

        if (is_first_of_model(service->plans, i))
            relied += relied_say(reliance.model, has_relied_on, &reliance, service->log, strict);
    }
    return strict && relied > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool open_fleet(struct service *service)
{
    size_t given = service->options->threads, most = given != 0 ? given : posix_processors();
    const struct fleet_config config = {
        .threads = most < service->plans->count ? most : service->plans->count,
        .log = service->log,
        .dns = &service->options->dns,
    };
    struct port_failure failure;

    return fleet_open(&config, &failure, &service->fleet) == ERR_OK || fail(failure.text, "");
}

/* From an open fleet to its end. */
static int work(struct service *service)
{
    int status = EXIT_FAILURE;
    bool is_open;

    counted_log_start(&service->counted, fleet_master(service->fleet));
    service->zone_quarters = clock_zone_quarters(&fleet_master(service->fleet)->clock.base);
    is_open = open_all(service);
    if (is_open) {
        say_ready(service);
        start_all(service);
        fleet_run(service->fleet);
    }
    fleet_halt(service->fleet);
    if (is_open)
        status = status_of(service);
    close_all(service);
    counted_log_end(&service->counted);
    return status;
}

int service_run(const struct options *options, const struct modem_plans *plans,
                const struct log *log)
{
    struct service *service;
    int status = EXIT_FAILURE;
    bool closed = true;

    assert(plans->count > 0);
    service = calloc(1, sizeof(*service) + plans->count * sizeof(service->opened[0]));
    if (service == NULL)
        return status;
    counted_log_init(&service->counted, log, plans->count > 1);
    service->log = &service->counted.log;
    service->options = options;
    service->plans = plans;
    service->master = pthread_self();
    if (open_fleet(service)) {
        status = work(service);
        closed = fleet_close(service->fleet, CLOSE_MS);
    }
    counted_log_deinit(&service->counted);
    if (closed)
        free(service);
    return status;
}
