/* service.c: wires loop, clock, network, TLS, memory and ports to one modem. */
#include "service.h"

#include "nvm_sqlite/nvm_sqlite.h"
#include "posix/clock.h"
#include "posix/net.h"
#include "posix/port_open.h"
#include "posix/signals.h"
#include "providers.h"
#include "state_folder.h"
#include "stderr_log.h"

#include <stdlib.h>
#include <unistd.h>

/* A name server that does not answer holds the end up no longer than this. */
enum { CLOSE_MS = 1000 };

struct service {
    const struct options *options;
    const struct log *log;
    struct posix_loop loop;
    struct posix_signals signals;
    struct posix_clock clock;
    struct clock_timer *timer;
    struct net *network; /* the machine's */
    struct net *link;    /* around it; NULL: none */
    struct nvm *nvm;
    struct storage storage;
    struct providers providers;
    struct tlsmodem *modem;
    struct port *ports[TLSMODEM_TERMINALS_MAX];
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

static void on_time(void *ctx)
{
    struct service *service = ctx;

    tlsmodem_tick(service->modem);
}

static void arm(void *ctx, int64_t deadline_ms)
{
    struct service *service = ctx;

    clock_timer_at(&service->clock.base, service->timer, deadline_ms);
}

static void on_stdio_end(void *ctx)
{
    struct service *service = ctx;

    if (service->options->port_count == 1)
        posix_loop_stop(&service->loop);
}

static bool open_link(struct service *service)
{
    return !service->options->has_link || check(link_open(service->network, &service->clock.base,
                                                          &service->options->link, &service->link),
                                                "cannot make a link");
}

static bool open_world(struct service *service)
{
    posix_clock_init(&service->clock, &service->loop);
    return check(posix_signals_open(&service->signals, &service->loop), "cannot watch signals") &&
           check(clock_new_timer(&service->clock.base, on_time, service, &service->timer),
                 "cannot make a timer") &&
           check(posix_net_open(&service->loop, &service->network), "cannot use the network") &&
           open_link(service);
}

/* The variable that browsers and TLS libraries know; empty counts as not set. */
static const char keylog_variable[] = "SSLKEYLOGFILE";

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
    if (nvm_open(folder, message, sizeof(message), &service->nvm) != ERR_OK)
        return fail(message, "");
    return check(nvm_modem(service->nvm, service->options->module, service->log, &service->storage),
                 folder);
}

static bool open_ports(struct service *service)
{
    struct port_failure failure;

    for (size_t i = 0; i < service->options->port_count; i++) {
        if (port_open(&service->loop, &service->options->ports[i], &failure, &service->ports[i]) !=
            ERR_OK)
            return fail(failure.text, "");
        port_on_end(service->ports[i], on_stdio_end, service);
    }
    return true;
}

static const char *given(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static bool open_modem(struct service *service)
{
    struct tlsmodem_config config = {
        .model = service->options->module,
        .terminals = service->options->port_count,
        .net = service->link != NULL ? service->link : service->network,
        .tls = service->providers.list,
        .tls_count = service->providers.count,
        .storage = service->nvm != NULL ? &service->storage : NULL,
        .clock = &service->clock.base,
        .log = service->log,
        .identity = { .imei = given(service->options->imei),
                      .imsi = given(service->options->imsi),
                      .iccid = given(service->options->iccid) },
        .arm = arm,
        .arm_ctx = service,
    };

    return check(tlsmodem_new(&config, &service->modem), "cannot switch the modem on");
}

static void connect_ports(struct service *service)
{
    for (size_t i = 0; i < service->options->port_count; i++) {
        tlsmodem_attach(service->modem, i, port_channel(service->ports[i]));
        port_start(service->ports[i], tlsmodem_terminal(service->modem, i));
    }
}

/* With --stdio standard output is the module's own. */
static void say_ready(const struct service *service)
{
    const struct options *options = service->options;
    FILE *out = options->has_stdio ? stderr : stdout;
    const char *end = options->has_stdio ? stderr_line_end(options) : "\n";

    for (size_t i = 0; i < options->port_count; i++)
        fprintf(out, "ready: %s %s%s", options->module, port_label(service->ports[i]), end);
    fflush(out);
}

static bool open_all(struct service *service)
{
    return open_world(service) && open_tls(service) && open_state(service) && open_ports(service) &&
           open_modem(service);
}

static void close_all(struct service *service)
{
    for (size_t i = 0; i < service->options->port_count && service->modem != NULL; i++)
        tlsmodem_attach(service->modem, i, NULL);
    for (size_t i = 0; i < service->options->port_count; i++)
        port_close(service->ports[i]);
    tlsmodem_free(service->modem);
    nvm_close(service->nvm);
    providers_close(&service->providers);
    link_close(service->link);
    posix_net_close(service->network);
    clock_timer_free(service->timer);
    posix_signals_close(&service->signals);
}

int service_run(const struct options *options, const struct log *log)
{
    struct service *service = calloc(1, sizeof(*service));
    int status = EXIT_FAILURE;

    if (service == NULL || !check(posix_loop_open(&service->loop, log), "cannot make a loop")) {
        free(service);
        return status;
    }
    service->options = options;
    service->log = log;
    if (open_all(service)) {
        say_ready(service);
        connect_ports(service);
        posix_loop_run(&service->loop);
        status = EXIT_SUCCESS;
    }
    close_all(service);
    /* A thread still asks a name server: its memory cannot be freed, and exit() would wait for it.
     */
    if (!posix_loop_close(&service->loop, CLOSE_MS))
        _exit(status);
    free(service);
    return status;
}
