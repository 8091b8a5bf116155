/* monitor.c: see monitor.h. */
#include "control/monitor.h"

#include "control/http_server.h"
#include "control/metrics.h"
#include "control/textfile.h"
#include "posix/now.h"
#include "posix/tcp_host.h"
#include "posix/unix_socket.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIVE_MS = 10 * 1000,  /* a loop that has not turned for so long is dead */
    CENSUS_MS = 1 * 1000, /* that a scrape waits for one */
    REST_MS = 250         /* between two: who asks all the time costs the modems no more */
};

struct monitor {
    struct monitor_config config;
    struct http_server *server;
    struct unix_socket_file file;
    struct textfile *textfile;
    pthread_mutex_t lock; /* of the census and all that is told from it */
    size_t heap_before;
    atomic_bool is_ready, has_begun;
    /* Under the lock: the last census, when it was, and heap in use then. */
    struct tally_census census;
    int64_t census_ms;
    size_t heap;
    const struct tally_sums *sums[]; /* of the worlds */
};

static size_t heap_in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* ---- the pages ---- */

static void put_text(struct http_answer *answer, unsigned status, const char *text)
{
    answer->status = status;
    answer->type = "text/plain; charset=utf-8";
    if (bytes_copy(&answer->body, span_of(text)) != ERR_OK)
        answer->status = HTTP_UNAVAILABLE;
}

/* All loops at once: those that do not turn cost one wait. */
static void take_census(struct monitor *monitor)
{
    int64_t now_ms = posix_now_ms();

    if (monitor->census_ms != 0 && now_ms - monitor->census_ms < REST_MS)
        return;
    memset(&monitor->census, 0, sizeof(monitor->census));
    for (size_t i = 0; i < monitor->config.threads; i++)
        tally_ask(fleet_tally(monitor->config.fleet, i));
    for (size_t i = 0; i < monitor->config.threads; i++) {
        int64_t left_ms = now_ms + CENSUS_MS - posix_now_ms();

        tally_answer(fleet_tally(monitor->config.fleet, i), left_ms > 0 ? left_ms : 0,
                     &monitor->census);
    }
    monitor->heap = heap_in_use();
    monitor->census_ms = posix_now_ms();
}

/* False: out of memory. */
static bool render(void *ctx, struct bytes *ret_text)
{
    struct monitor *monitor = ctx;
    struct exposition out = { .family = NULL };
    struct metrics metrics = { .sums = monitor->sums,
                               .count = monitor->config.threads,
                               .census = &monitor->census };

    pthread_mutex_lock(&monitor->lock);
    take_census(monitor);
    metrics.store_writes = monitor->config.store_writes(monitor->config.ctx);
    if (monitor->heap > monitor->heap_before)
        metrics.heap_bytes = monitor->heap - monitor->heap_before;
    metrics_write(&metrics, &out);
    pthread_mutex_unlock(&monitor->lock);
    if (!out.failed)
        *ret_text = bytes_take(&out.out);
    exposition_free(&out);
    return !out.failed;
}

static void show_metrics(struct monitor *monitor, struct http_answer *answer)
{
    if (!render(monitor, &answer->body)) {
        put_text(answer, HTTP_UNAVAILABLE, "out of memory\n");
        return;
    }
    answer->status = HTTP_OK;
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
}

static void show_ready(const struct monitor *monitor, struct http_answer *answer)
{
    bool is_ready =
        atomic_load(&monitor->is_ready) && monitor->config.has_all_ports(monitor->config.ctx);

    put_text(answer, is_ready ? HTTP_OK : HTTP_UNAVAILABLE,
             is_ready ? "ready\n" : "not every port is open\n");
}

static void show_live(const struct monitor *monitor, struct http_answer *answer)
{
    int64_t now_ms = posix_now_ms();
    bool is_live = true;

    for (size_t i = 0; atomic_load(&monitor->has_begun) && i < monitor->config.threads; i++) {
        if (now_ms - tally_beat_ms(fleet_tally(monitor->config.fleet, i)) > LIVE_MS)
            is_live = false;
    }
    put_text(answer, is_live ? HTTP_OK : HTTP_UNAVAILABLE,
             is_live ? "live\n" : "a loop does not turn\n");
}

static void answer_path(void *ctx, const struct http_request *request, struct http_answer *answer)
{
    const char *path = http_request_path(request);
    struct monitor *monitor = ctx;

    if (strcmp(path, "/metrics") == 0)
        show_metrics(monitor, answer);
    else if (strcmp(path, "/ready") == 0)
        show_ready(monitor, answer);
    else if (strcmp(path, "/live") == 0)
        show_live(monitor, answer);
    else
        put_text(answer, HTTP_NOT_FOUND, "there are /metrics, /ready and /live\n");
    if (answer->status == HTTP_NOT_FOUND || strcmp(http_request_method(request), "GET") == 0)
        return;
    bytes_free(&answer->body);
    *answer = (struct http_answer){ .status = HTTP_NO_METHOD, .allow = "GET, HEAD" };
}

/* ---- opening ---- */

static enum err listen_at(struct monitor *monitor, struct port_failure *ret_failure)
{
    const struct port_spec *at = monitor->config.at;
    char label[PORT_LABEL_CAP];
    enum err err;
    int fd;

    if (at->kind == PORT_UNIX)
        err = unix_socket_bind(at->where, ret_failure, &fd, &monitor->file);
    else
        err = tcp_host_bind(at, "metrics", label, ret_failure, &fd);
    if (err != ERR_OK)
        return err;
    err = http_server_open(fd, answer_path, monitor, &monitor->server);
    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot show metrics at %s: %s", at->where,
                         err_text(err));
    return ERR_OK;
}

/* Puts in front of a failure what it is about. */
static enum err fail_of(const char *option, enum err err, struct port_failure *failure)
{
    const struct port_failure own = *failure;

    return port_fail(failure, err, "%s: %s", option, own.text);
}

enum err monitor_open(const struct monitor_config *config, struct port_failure *ret_failure,
                      struct monitor **ret_monitor)
{
    struct monitor *monitor =
        calloc(1, sizeof(*monitor) + config->threads * sizeof(monitor->sums[0]));
    enum err err;

    if (monitor == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "--metrics: out of memory");
    monitor->config = *config;
    for (size_t i = 0; i < config->threads; i++)
        monitor->sums[i] = tally_sums(fleet_tally(config->fleet, i));
    monitor->heap_before = heap_in_use();
    pthread_mutex_init(&monitor->lock, NULL);
    err = config->at != NULL ? listen_at(monitor, ret_failure) : ERR_OK;
    if (err != ERR_OK) {
        fail_of("--metrics", err, ret_failure);
    } else if (config->path != NULL) {
        err = textfile_open(config->path, render, monitor, config->log, ret_failure,
                            &monitor->textfile);
        if (err != ERR_OK)
            fail_of("--metrics-file", err, ret_failure);
    }
    if (err != ERR_OK) {
        monitor_close(monitor);
        return err;
    }
    *ret_monitor = monitor;
    return ERR_OK;
}

void monitor_set_ready(struct monitor *monitor, bool is_ready)
{
    atomic_store(&monitor->is_ready, is_ready);
    if (is_ready)
        atomic_store(&monitor->has_begun, true);
    if (is_ready && monitor->textfile != NULL)
        textfile_renew(monitor->textfile);
}

void monitor_close(struct monitor *monitor)
{
    if (monitor == NULL)
        return;
    textfile_close(monitor->textfile);
    http_server_close(monitor->server);
    if (monitor->config.at != NULL)
        unix_socket_remove(monitor->config.at->where, &monitor->file);
    pthread_mutex_destroy(&monitor->lock);
    free(monitor);
}
