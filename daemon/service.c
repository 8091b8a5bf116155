/* service.c: one modem, with the TLS libraries and the folder of its memory, until a signal. */
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
    struct counted_log counted;
    const struct log *log; /* that of `counted` */
    struct runtime_world world;
    struct posix_signals signals;
    struct nvm *nvm;
    struct providers providers;
    struct runtime_modem *modem;
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
    if (service->options->port_count == 1)
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

static bool open_state(struct service *service)
{
    char folder[STATE_FOLDER_CAP];
    char message[PORT_FAILURE_CAP];

    if (service->options->in_memory)
        return true;
    if (!state_folder_find(service->options->state, folder))
        return fail("neither XDG_STATE_HOME nor HOME is set", "give --state DIR or --state none");
    return nvm_open(folder, message, sizeof(message), &service->nvm) == ERR_OK || fail(message, "");
}

static const char *given(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

/* A time without a zone is the machine's local one. */
static struct tlsmodem_time time_of(const struct service *service)
{
    struct tlsmodem_time time = { .from = TLSMODEM_TIME_OF_MACHINE };
    const char *text = service->options->clock;

    if (text != NULL)
        tlsmodem_time_read(text, clock_zone_quarters(&service->world.clock.base), &time);
    return time;
}

static bool open_modem(struct service *service)
{
    const struct options *options = service->options;
    const struct runtime_modem_config config = {
        .model = options->module,
        .identity = { .imei = given(options->imei),
                      .imsi = given(options->imsi),
                      .iccid = given(options->iccid) },
        .time = time_of(service),
        .asks_own_servers = options->dns_of_module,
        .in_front = &options->in_front,
        .tls = service->providers.list,
        .tls_count = service->providers.count,
        .nvm = service->nvm,
        .log = service->log,
        .terminals = options->port_count,
        .ports = options->ports,
        .on_port_end = on_port_end,
        .ctx = service,
    };
    struct port_failure failure;

    assert(service->modem == NULL);
    return runtime_modem_open(&service->world, &config, &failure, &service->modem) == ERR_OK ||
           fail(failure.text, "");
}

/* With --stdio standard output is the module's own. */
static void say_ready(const struct service *service)
{
    const struct options *options = service->options;
    FILE *out = options->has_stdio ? stderr : stdout;
    const char *end = options->has_stdio ? stderr_line_end(options) : "\n";

    for (size_t i = 0; i < options->port_count; i++)
        fprintf(out, "ready: %s %s%s", options->module, runtime_modem_port_label(service->modem, i),
                end);
    fflush(out);
}

static bool open_all(struct service *service)
{
    return check(posix_signals_open(&service->signals, &service->world.loop),
                 "cannot watch signals") &&
           open_tls(service) && open_state(service) && open_modem(service);
}

static void close_all(struct service *service)
{
    runtime_modem_close(service->modem);
    nvm_close(service->nvm);
    providers_close(&service->providers);
    posix_signals_close(&service->signals);
}

/* A guess that decided something is worth a line in any case. */
static int status_of(const struct service *service)
{
    const struct options *options = service->options;
    size_t relied = relied_say(runtime_modem_engine(service->modem), options->module, service->log,
                               options->strict);

    assert(service->modem != NULL);
    return options->strict && relied > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int service_run(const struct options *options, const struct log *log)
{
    struct service *service = calloc(1, sizeof(*service));
    int status = EXIT_FAILURE;

    assert(options->module != NULL && options->port_count > 0);
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
    dns_ask(service->world.dns, &options->dns);
    if (open_all(service)) {
        say_ready(service);
        runtime_modem_start(service->modem);
        runtime_world_run(&service->world);
        status = status_of(service);
    }
    close_all(service);
    counted_log_end(&service->counted);
    if (runtime_world_close(&service->world, CLOSE_MS))
        free(service);
    return status;
}
