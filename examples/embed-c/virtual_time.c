/* virtual_time.c: a module in a program that makes time itself, as a test of a driver does.
 *
 * The module dials a server that never answers.  It gives up when its manual says so, more than a
 * minute later; the program moves its clock there at once.
 */
#include <tlsmodem.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- time: it stands still until somebody moves it ---- */

struct my_clock {
    struct tlsmodem_clock base; /* first, so that the one is the other */
    int64_t now_ms;
    int64_t deadline_ms; /* when the modem wants to be called */
};

static int64_t now_ms(const struct tlsmodem_clock *clock)
{
    return ((const struct my_clock *)clock)->now_ms;
}

static int64_t utc_s(const struct tlsmodem_clock *clock)
{
    return INT64_C(1735732800) + now_ms(clock) / 1000; /* 2025-01-01T12:00:00Z, and on */
}

static int zone_quarters(const struct tlsmodem_clock *clock)
{
    (void)clock;
    return 0;
}

/* The engine needs no timers: it says when it wants to be called. */
static const struct tlsmodem_clock_ops clock_ops = {
    .now_ms = now_ms,
    .utc_s = utc_s,
    .zone_quarters = zone_quarters,
};

static void arm(void *ctx, int64_t deadline_ms)
{
    ((struct my_clock *)ctx)->deadline_ms = deadline_ms;
}

/* ---- network: every name has an address, at which nobody answers ---- */

struct my_net {
    struct tlsmodem_net base;
    struct tlsmodem_net_query query;       /* the module looks up one name at a time here */
    tlsmodem_net_resolved_fn *on_resolved; /* of the look-up under way, else NULL */
    void *ctx;
    size_t open_streams;
};

static struct my_net net; /* query and stream find it here */

static void cancel(struct tlsmodem_net_query *query)
{
    (void)query;
    net.on_resolved = NULL;
}

static const struct tlsmodem_net_query_ops query_ops = { .cancel = cancel };

static enum tlsmodem_err resolve(struct tlsmodem_net *base, const char *name,
                                 tlsmodem_net_resolved_fn *on_resolved, void *ctx,
                                 struct tlsmodem_net_query **ret_query)
{
    (void)base;
    printf("  (looks up %s)\n", name);
    net.query.ops = &query_ops;
    net.on_resolved = on_resolved;
    net.ctx = ctx;
    *ret_query = &net.query;
    return TLSMODEM_ERR_OK;
}

/* What comes of a look-up is told from the program's loop, never from inside resolve(). */
static bool net_step(void)
{
    const struct tlsmodem_net_address address = { TLSMODEM_NET_IPV4, { 192, 0, 2, 1 }, 0 };
    tlsmodem_net_resolved_fn *on_resolved = net.on_resolved;

    if (on_resolved == NULL)
        return false;
    net.on_resolved = NULL;
    on_resolved(net.ctx, TLSMODEM_ERR_OK, &address, 1);
    return true;
}

static void want(struct tlsmodem_net_stream *stream, unsigned events)
{
    (void)stream;
    (void)events;
}

static void close_stream(struct tlsmodem_net_stream *stream)
{
    free(stream);
    net.open_streams--;
}

/* The others are for streams that are connected, which none here ever is. */
static const struct tlsmodem_net_stream_ops stream_ops = { .want = want, .close = close_stream };

static enum tlsmodem_err connect_to(struct tlsmodem_net *base, const struct tlsmodem_net_target *to,
                                    tlsmodem_net_event_fn *on_event, void *ctx,
                                    struct tlsmodem_net_stream **ret_stream)
{
    struct tlsmodem_net_stream *stream = calloc(1, sizeof(*stream));

    (void)base;
    (void)on_event; /* it would be called with TLSMODEM_NET_CONNECTED */
    (void)ctx;
    if (stream == NULL)
        return TLSMODEM_ERR_NO_MEMORY;
    printf("  (connects to port %u)\n", (unsigned)to->port);
    stream->ops = &stream_ops;
    net.open_streams++;
    *ret_stream = stream;
    return TLSMODEM_ERR_OK;
}

/* This module neither listens nor pings. */
static const struct tlsmodem_net_ops net_ops = { .resolve = resolve, .connect = connect_to };

/* ---- the host: types into the module, and keeps what it hears ---- */

struct my_host {
    struct tlsmodem_channel base;
    struct tlsmodem_terminal *terminal;
    char heard[1024]; /* since it last typed */
    size_t len;
};

static void output_ready(struct tlsmodem_channel *channel)
{
    struct my_host *host = (struct my_host *)channel;
    struct tlsmodem_span bytes;

    while (bytes = host->terminal->ops->peek(host->terminal), bytes.len > 0) {
        fwrite(bytes.data, 1, bytes.len, stdout);
        if (bytes.len < sizeof(host->heard) - host->len) {
            memcpy(host->heard + host->len, bytes.data, bytes.len);
            host->len += bytes.len;
            host->heard[host->len] = '\0';
        }
        host->terminal->ops->consume(host->terminal, bytes.len);
    }
}

static void input_room(struct tlsmodem_channel *channel)
{
    (void)channel; /* talk() tries again by itself */
}

static void set_lines(struct tlsmodem_channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

static void set_rate(struct tlsmodem_channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

static const struct tlsmodem_channel_ops channel_ops = {
    .output_ready = output_ready,
    .input_room = input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

/* ---- the program ---- */

/* Types a line and lets time go on until the module has said `answer`; false after five minutes. */
static bool talk(struct tlsmodem *modem, struct my_clock *clock, struct my_host *host,
                 const char *line, const char *answer)
{
    int64_t limit_ms = clock->now_ms + 300000;

    host->len = 0;
    host->heard[0] = '\0';
    while (strstr(host->heard, answer) == NULL) {
        line += host->terminal->ops->feed(host->terminal, tlsmodem_span_of(line));
        if (net_step())
            continue;
        if (clock->deadline_ms > limit_ms)
            return false;
        if (clock->now_ms < clock->deadline_ms)
            clock->now_ms = clock->deadline_ms;
        tlsmodem_tick(modem);
    }
    return true;
}

int main(void)
{
    struct my_clock clock = { .base = { .ops = &clock_ops }, .deadline_ms = TLSMODEM_CLOCK_NEVER };
    struct my_host host = { .base = { .ops = &channel_ops } };
    const struct tlsmodem_config config = {
        .model = "m95",
        .terminals = 1,
        .net = &net.base,
        .clock = &clock.base,
        .arm = arm,
        .arm_ctx = &clock,
    };
    struct tlsmodem *modem;
    enum tlsmodem_err err;
    bool ok;

    net.base.ops = &net_ops;
    err = tlsmodem_new(&config, &modem);
    if (err != TLSMODEM_ERR_OK) {
        fprintf(stderr, "no modem: %s\n", tlsmodem_err_text(err));
        return EXIT_FAILURE;
    }
    host.terminal = tlsmodem_terminal_at(modem, 0);
    tlsmodem_attach(modem, 0, &host.base);
    ok = talk(modem, &clock, &host, "AT+QIDNSIP=1\r", "OK\r\n") &&
         talk(modem, &clock, &host, "AT+QIOPEN=\"TCP\",\"server.test\",7\r", "CONNECT FAIL\r\n");
    printf("the module gave up after %" PRId64 " s of its time\n", clock.now_ms / 1000);
    tlsmodem_free(modem);
    return ok && clock.now_ms >= 30000 && net.open_streams == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
