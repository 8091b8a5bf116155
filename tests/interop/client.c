/* client.c: see client.h. */
#include "client.h"

#include "server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const tls_suite usual_suites[] = { 0x0035 };

static int64_t tell_time(void *ctx)
{
    return ((const struct client *)ctx)->now_s;
}

static void print_line(void *ctx, const char *component, const char *text)
{
    (void)ctx;
    print_message("    %s: %s\n", component, text);
}

static const struct log test_log = { .write = print_line,
                                     .level = LOG_WARNING,
                                     .traced = 1u << TRACE_TLS };

struct span client_file(const char *folder, const char *name)
{
    char path[300];
    uint8_t *data;
    FILE *file;
    size_t len;

    if (name == NULL)
        return (struct span){ 0 };
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    data = malloc(16384);
    assert_non_null(data);
    len = fread(data, 1, 16384, file);
    fclose(file);
    return span_at(data, len);
}

static void fill_config(struct tls_config *config, struct client *client, const char *folder,
                        const struct client_wish *wish)
{
    *config = (struct tls_config){
        .min_version = wish->min_version != 0 ? wish->min_version : TLS_1_2,
        .max_version = wish->max_version != 0 ? wish->max_version : TLS_1_2,
        .suites = wish->suites != NULL ? wish->suites : usual_suites,
        .suite_count = wish->suites != NULL ? wish->suite_count : 1,
        .verify = wish->verify,
        .ignore_dates = wish->ignore_dates,
        .ignore_name = wish->ignore_name,
        .certificate_max = wish->certificate_max,
        .record_max = wish->record_max,
        .resume = wish->resume,
        .server_name = wish->host != NULL ? wish->host : "localhost",
        .send_sni = !wish->hides_name,
        .ca = client_file(folder, wish->ca),
        .cert = client_file(folder, wish->cert),
        .key = client_file(folder, wish->key),
        .utc_s = tell_time,
        .utc_ctx = client,
        .log = &test_log,
    };
}

/* The contract lets the owner wipe them as soon as tls_open() has returned. */
static void wipe_and_free(struct span bytes)
{
    if (bytes.data == NULL)
        return;
    memset((void *)(uintptr_t)bytes.data, 0xEE, bytes.len);
    free((void *)(uintptr_t)bytes.data);
}

void client_open(struct client *client, struct tls *tls, const char *folder,
                 const struct client_wish *wish)
{
    struct tls_lower lower = wire_lower(&client->wire);
    struct tls_config config;

    client->tls = tls;
    client->now_s = wish->now_s != 0 ? wish->now_s : CLIENT_NOW;
    fill_config(&config, client, folder, wish);
    client->opened = tls_open(tls, &config, &lower, &client->session, &client->failure);
    wipe_and_free(config.ca);
    wipe_and_free(config.cert);
    wipe_and_free(config.key);
}

void client_connect(struct client *client, struct tls *tls, const char *folder,
                    const struct client_wish *wish, const struct server_process *server)
{
    wire_connect(&client->wire, server->port);
    client_open(client, tls, folder, wish);
    assert_int_equal(client->opened, ERR_OK);
}

enum tls_step client_shake(struct client *client)
{
    int64_t deadline_ms = now_ms() + CLIENT_MS;

    for (;;) {
        enum tls_step step = tls_session_handshake(client->session);

        if (step == TLS_DONE || step == TLS_FAILED)
            return step;
        if (!wire_wait(&client->wire, step, deadline_ms))
            fail_msg("the handshake takes too long");
    }
}

ptrdiff_t client_read(struct client *client, void *buf, size_t cap)
{
    int64_t deadline_ms = now_ms() + CLIENT_MS;

    for (;;) {
        ptrdiff_t len = tls_session_read(client->session, buf, cap);

        if (len != -ERR_AGAIN)
            return len;
        if (!wire_wait(&client->wire, TLS_WANT_READ, deadline_ms))
            fail_msg("nothing arrives");
    }
}

void client_write(struct client *client, const void *data, size_t len)
{
    int64_t deadline_ms = now_ms() + CLIENT_MS;
    const uint8_t *at = data;

    while (len > 0) {
        ptrdiff_t taken = tls_session_write(client->session, at, len);

        if (taken > 0) {
            at += taken;
            len -= (size_t)taken;
            continue;
        }
        assert_int_equal(taken, -ERR_AGAIN);
        assert_true(wire_wait(&client->wire, TLS_WANT_WRITE, deadline_ms));
    }
}

enum tls_reason client_reason(const struct client *client)
{
    return client->session != NULL ? tls_session_failure(client->session)->reason
                                   : client->failure.reason;
}

void client_close(struct client *client)
{
    tls_session_free(client->session);
    client->session = NULL;
    wire_close(&client->wire);
}
