/* rig.c: modems in one process, on one loop, the real network and GnuTLS. */
#include "rig.h"

#include "tls_gnutls/tls_gnutls.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 120, CLOSE_LIMIT_MS = 10000 };

static void say(void *ctx, const char *what, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%s: %s\n", what, text);
}

static void must(enum err err, const char *what)
{
    if (err != ERR_OK)
        fail("%s: %s", what, err_text(err));
}

void rig_open(struct rig *rig)
{
    rig->log = (struct log){ .write = say, .level = LOG_WARNING };
    must(runtime_world_open(&rig->world, &rig->log), "loop and network");
    rig->net = rig->world.network;
    must(tls_gnutls_open(NULL, &rig->tls), "GnuTLS");
}

void rig_close(struct rig *rig)
{
    tls_gnutls_close(rig->tls);
    if (!runtime_world_close(&rig->world, CLOSE_LIMIT_MS))
        fail("the loop does not end");
}

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

void rig_wait(struct rig *rig, int64_t ms)
{
    struct clock_timer *timer;
    bool over = false;

    must(clock_new_timer(&rig->world.clock.base, set_flag, &over, &timer), "timer");
    clock_timer_start(timer, ms);
    while (!over)
        uv_run(&rig->world.loop.uv, UV_RUN_ONCE);
    clock_timer_free(timer);
}

/* Lets the loop turn until `end` was answered. */
static void wait_for(struct rig_modem *modem, const char *line, const char *end)
{
    while (!memory_host_heard(&modem->host, end)) {
        if (memory_host_heard(&modem->host, "ERROR\r\n"))
            fail("%s was answered with an error", line);
        uv_run(&modem->rig->world.loop.uv, UV_RUN_ONCE);
    }
}

static void type(struct rig_modem *modem, const char *text, const char *end)
{
    if (!memory_host_type(&modem->host, text))
        fail("%s was not taken", text);
    wait_for(modem, text, end);
}

void rig_command(struct rig_modem *modem, const char *line)
{
    if (!memory_host_type(&modem->host, line) || !memory_host_type(&modem->host, "\r"))
        fail("%s was not taken", line);
    wait_for(modem, line, "\r\nOK\r\n");
}

/* How a maker's module gets ready, is given the CA certificate, and dials. */
static const struct {
    const char *name;
    const char *const *lines; /* ended by NULL */
    const char *store;        /* with the certificate's length */
    const char *stored;       /* what ends its prompt; NULL: the count does */
    const char *verify;
    const char *dial, *opened; /* the first with the port */
    const char *hang_up, *closed;
} models[] = {
    [RIG_HE910] = { "he910",
                    (const char *const[]){ "ATE0+CMEE=2", "AT+CGDCONT=1,\"IP\",\"internet\"",
                                           "AT#SGACT=1,1", "AT#SSLEN=1,1", "AT#SSLSECCFG2=1,2",
                                           NULL },
                    "AT#SSLSECDATA=1,1,1,%zu\r", "\x1a", "AT#SSLSECCFG=1,3,1",
                    "AT#SSLD=1,%u,\"127.0.0.1\",0,1", "\r\nOK\r\n", "AT#SSLH=1\r", "\r\nOK\r\n" },
    [RIG_GL865] = { "gl865-dual", /* has TLS 1.0 only */
                    (const char *const[]){ "ATE0+CMEE=2", "AT+CGDCONT=1,\"IP\",\"internet\"",
                                           "AT#SGACT=1,1", "AT#SSLEN=1,1", NULL },
                    "AT#SSLSECDATA=1,1,1,%zu\r", "\x1a", "AT#SSLSECCFG=1,3,1",
                    "AT#SSLD=1,%u,\"127.0.0.1\",0,1", "\r\nOK\r\n", "AT#SSLH=1\r", "\r\nOK\r\n" },
    [RIG_LE866] = { "le866",
                    (const char *const[]){ "ATE0+CMEE=2", "AT+CGDCONT=1,\"IP\",\"internet\"",
                                           "AT#SGACT=1,1", "AT#SSLEN=1,1", NULL },
                    "AT#SSLSECDATA=1,1,1,%zu\r", "\x1a", "AT#SSLSECCFG=1,3,1",
                    "AT#SSLD=1,%u,\"127.0.0.1\",0,1", "\r\nOK\r\n", "AT#SSLH=1\r", "\r\nOK\r\n" },
    [RIG_M95] = { "m95",
                  (const char *const[]){ "ATE0+CMEE=2", "AT+QIREGAPP", "AT+QIACT", "AT+QIMUX=1",
                                         NULL },
                  "AT+QSECWRITE=\"RAM:ca\",%zu\r", NULL,
                  "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:ca\";"
                  "+QSSLCFG=\"sslversion\",0,2;+QSSLCFG=\"ignorertctime\",1",
                  "AT+QSSLOPEN=0,0,\"127.0.0.1\",%u,0", "\r\n+QSSLOPEN: 0,0\r\n",
                  "AT+QSSLCLOSE=0\r", "\r\n0, CLOSE OK\r\n" },
    [RIG_L610] = { "l610",
                   (const char *const[]){ "ATE0+CMEE=2", "AT+GTSSLVER=4", "AT+MIPCALL=1", NULL },
                   "AT+GTSSLFILE=\"TRUSTFILE\",%zu\r", NULL, "AT+GTSSLMODE=1",
                   "AT+MIPOPEN=1,,\"127.0.0.1\",%u,2", "\r\n+MIPOPEN: 1,1\r\n", "AT+MIPCLOSE=1\r",
                   "\r\n+MIPCLOSE: 1," },
    [RIG_NL668] = { "nl668-eau",
                    (const char *const[]){ "ATE0+CMEE=2", "AT+GTSSLVER=4", "AT+MIPCALL=1", NULL },
                    "AT+GTSSLFILE=\"TRUSTFILE\",%zu\r", NULL, "AT+GTSSLMODE=1",
                    "AT+MIPOPEN=1,,\"127.0.0.1\",%u,2", "\r\n+MIPOPEN: 1,1\r\n", "AT+MIPCLOSE=1\r",
                    "\r\n+MIPCLOSE: 1," },
};

enum rig_model rig_model_of(const char *name)
{
    enum rig_model model = RIG_HE910;

    while (model < RIG_MODELS && strcmp(models[model].name, name) != 0)
        model++;
    return model;
}

static void store_ca(struct rig_modem *modem, const char *ca)
{
    char line[LINE_MAX_BYTES];

    snprintf(line, sizeof(line), models[modem->model].store, strlen(ca));
    if (!memory_host_type(&modem->host, line))
        fail("%s was not taken", line);
    type(modem, ca, models[modem->model].stored != NULL ? "" : "\r\nOK\r\n");
    if (models[modem->model].stored != NULL)
        type(modem, models[modem->model].stored, "\r\nOK\r\n");
}

void rig_prepare(struct rig_modem *modem, const char *ca)
{
    for (const char *const *line = models[modem->model].lines; *line != NULL; line++)
        rig_command(modem, *line);
    store_ca(modem, ca);
    rig_command(modem, models[modem->model].verify);
}

void rig_modem_open(struct rig *rig, enum rig_model model, struct rig_modem *modem)
{
    const struct runtime_modem_config config = {
        .model = models[model].name,
        .terminals = 1,
        .net = rig->net,
        .tls = &rig->tls,
        .tls_count = 1,
        .log = &rig->log,
    };
    struct port_failure failure;

    modem->rig = rig;
    modem->model = model;
    if (runtime_modem_open(&rig->world, &config, &failure, &modem->modem) != ERR_OK)
        fail("%s", failure.text);
    memory_host_attach(&modem->host, runtime_modem_engine(modem->modem));
}

void rig_modem_close(struct rig_modem *modem)
{
    runtime_modem_close(modem->modem);
}

void rig_dial(struct rig_modem *modem, uint16_t port)
{
    char line[LINE_MAX_BYTES];

    snprintf(line, sizeof(line), models[modem->model].dial, (unsigned)port);
    rig_command(modem, line);
    wait_for(modem, line, models[modem->model].opened);
}

void rig_hang_up(struct rig_modem *modem)
{
    type(modem, models[modem->model].hang_up, models[modem->model].closed);
}
