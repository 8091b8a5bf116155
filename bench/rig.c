/* rig.c: modems in one process, on one loop, the real network and GnuTLS. */
#include "rig.h"

#include "posix/clock.h"
#include "posix/net.h"
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
    rig->clock = posix_clock();
    must(posix_loop_open(&rig->loop, &rig->log), "loop");
    must(posix_net_open(&rig->loop, &rig->net), "network");
    must(tls_gnutls_open(NULL, &rig->tls), "GnuTLS");
}

void rig_close(struct rig *rig)
{
    posix_net_close(&rig->net);
    tls_gnutls_close(&rig->tls);
    if (!posix_loop_close(&rig->loop, CLOSE_LIMIT_MS))
        fail("the loop does not end");
}

static void arm(void *ctx, int64_t deadline_ms)
{
    const struct rig_modem *modem = ctx;

    posix_timer_at(modem->timer, deadline_ms);
}

static void on_time(void *ctx)
{
    const struct rig_modem *modem = ctx;

    tlsmodem_tick(modem->modem);
}

/* Lets the loop turn until the answer ends with `end`. */
static void wait_for(struct rig_modem *modem, const char *line, const char *end)
{
    while (!memory_host_has(&modem->host, end)) {
        if (memory_host_has(&modem->host, "ERROR\r\n"))
            fail("%s was answered with an error", line);
        uv_run(&modem->rig->loop.uv, UV_RUN_ONCE);
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

static void store_ca(struct rig_modem *modem, const char *ca)
{
    char line[LINE_MAX_BYTES];

    snprintf(line, sizeof(line), "AT#SSLSECDATA=1,1,1,%zu\r", strlen(ca));
    type(modem, line, "\r\n> ");
    type(modem, ca, "");
    type(modem, "\x1a", "\r\nOK\r\n");
}

static const struct {
    const char *name, *protocol;
} models[] = {
    [RIG_HE910] = { "he910", "AT#SSLSECCFG2=1,2" },
    [RIG_GL865] = { "gl865-dual", "AT" }, /* has TLS 1.0 only */
};

static void configure(struct rig_modem *modem, enum rig_model model, const char *ca)
{
    rig_command(modem, "ATE0+CMEE=2");
    rig_command(modem, "AT+CGDCONT=1,\"IP\",\"internet\"");
    rig_command(modem, "AT#SGACT=1,1");
    rig_command(modem, "AT#SSLEN=1,1");
    rig_command(modem, models[model].protocol);
    rig_command(modem, "AT#SSLSECCFG=1,3,1");
    store_ca(modem, ca);
}

void rig_modem_open(struct rig *rig, enum rig_model model, const char *ca, struct rig_modem *modem)
{
    const struct tlsmodem_config config = {
        .model = models[model].name,
        .terminals = 1,
        .net = &rig->net,
        .tls = &rig->tls,
        .tls_count = 1,
        .clock = &rig->clock,
        .log = &rig->log,
        .arm = arm,
        .arm_ctx = modem,
    };

    modem->rig = rig;
    must(posix_timer_new(&rig->loop, on_time, modem, &modem->timer), "timer");
    must(tlsmodem_new(&config, &modem->modem), "modem");
    memory_host_attach(&modem->host, modem->modem);
    configure(modem, model, ca);
}

void rig_modem_close(struct rig_modem *modem)
{
    tlsmodem_free(modem->modem);
    posix_timer_free(modem->timer);
}

void rig_dial(struct rig_modem *modem, uint16_t port)
{
    char line[LINE_MAX_BYTES];

    snprintf(line, sizeof(line), "AT#SSLD=1,%u,\"127.0.0.1\",0,1", (unsigned)port);
    rig_command(modem, line);
}

void rig_hang_up(struct rig_modem *modem)
{
    rig_command(modem, "AT#SSLH=1");
}
