/* service.c: the modems of a list, with the TLS libraries and the folder of their memory, until a
 * signal. */
#include "service.h"

#include "counted_log.h"
#include "posix/signals.h"
#include "providers.h"
#include "relied.h"
#include "runtime/modem.h"
#include "state_folder.h"
#include "stderr_log.h"
#include "tls_gnutls/tls_gnutls.h"

#include <assert.h>
#include <stdlib.h>

/* Everything was closed before: this is a bound, not a wait. */
enum { CLOSE_MS = 1000 };

struct service {
    const struct options *options;
    const struct modem_plans *plans;
    struct counted_log counted;
    const struct log *log; /* that of `counted` */
    struct runtime_world world;
    struct posix_signals signals;
    struct nvm *nvm;
    struct providers providers;
    struct runtime_modem *modems[]; /* one a plan; NULL: not open */
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
        posix_loop_stop(&service->world.loop);
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

/* One folder for all so far. */
static bool open_state(struct service *service)
{
    const struct modem_plan *plan = &service->plans->list[0];
    char folder[STATE_FOLDER_CAP];
    char message[PORT_FAILURE_CAP];

    if (plan->in_memory)
        return true;
    if (!state_folder_find(plan->state, folder))
        return fail("neither XDG_STATE_HOME nor HOME is set", "give --state DIR or --state none");
    return nvm_open(folder, message, sizeof(message), &service->nvm) == ERR_OK || fail(message, "");
}

static bool open_modem(struct service *service, size_t index)
{
    struct runtime_modem_config config;
    struct port_failure failure;

    assert(service->modems[index] == NULL);
    modem_plan_config(&service->plans->list[index], clock_zone_quarters(&service->world.clock.base),
                      &config);
    config.tls = service->providers.list;
    config.tls_count = service->providers.count;
    config.nvm = service->nvm;
    config.log = service->log;
    config.on_port_end = on_port_end;
    config.ctx = service;
    return runtime_modem_open(&service->world, &config, &failure, &service->modems[index]) ==
               ERR_OK ||
           fail(failure.text, "");
}

static bool open_modems(struct service *service)
{
    for (size_t i = 0; i < service->plans->count; i++) {
        if (!open_modem(service, i))
            return false;
    }
    return true;
}

/* With --stdio standard output is the module's own. */
static void say_ready(const struct service *service)
{
    bool has_stdio = service->plans->has_stdio;
    FILE *out = has_stdio ? stderr : stdout;
    const char *end = has_stdio ? stderr_line_end(service->options) : "\n";

    for (size_t i = 0; i < service->plans->count; i++) {
        const struct modem_plan *plan = &service->plans->list[i];

        for (size_t port = 0; port < plan->port_count; port++)
            fprintf(out, "ready: %s %s%s", modem_plan_name(plan),
                    runtime_modem_port_label(service->modems[i], port), end);
    }
    fflush(out);
}

static bool open_all(struct service *service)
{
    return check(posix_signals_open(&service->signals, &service->world.loop),
                 "cannot watch signals") &&
           open_tls(service) && open_state(service) && open_modems(service);
}

static void close_all(struct service *service)
{
    for (size_t i = 0; i < service->plans->count; i++)
        runtime_modem_close(service->modems[i]);
    nvm_close(service->nvm);
    providers_close(&service->providers);
    posix_signals_close(&service->signals);
}

static void start_all(struct service *service)
{
    for (size_t i = 0; i < service->plans->count; i++)
        runtime_modem_start(service->modems[i]);
}

/* A guess that decided something is worth a line in any case. */
static int status_of(const struct service *service)
{
    bool strict = service->options->strict;
    size_t relied = 0;

    for (size_t i = 0; i < service->plans->count; i++)
        relied += relied_say(runtime_modem_engine(service->modems[i]),
                             service->plans->list[i].model, service->log, strict);
    return strict && relied > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int service_run(const struct options *options, const struct modem_plans *plans,
                const struct log *log)
{
    struct service *service;
    int status = EXIT_FAILURE;

    assert(plans->count > 0);
    service = calloc(1, sizeof(*service) + plans->count * sizeof(service->modems[0]));
    if (service == NULL)
        return status;
    counted_log_init(&service->counted, log);
    service->log = &service->counted.log;
    if (!check(runtime_world_open(&service->world, service->log), "cannot use the network")) {
        free(service);
        return status;
    }
    counted_log_start(&service->counted, &service->world.clock.base);
    service->options = options;
    service->plans = plans;
    dns_ask(service->world.dns, &options->dns);
    if (open_all(service)) {
        say_ready(service);
        start_all(service);
        runtime_world_run(&service->world);
        status = status_of(service);
    }
    close_all(service);
    counted_log_end(&service->counted);
    if (runtime_world_close(&service->world, CLOSE_MS))
        free(service);
    return status;
}
