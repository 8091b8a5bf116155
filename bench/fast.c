/* fast.c: what #SSLFASTD saves: fast PORT CA COUNT full|fast.
 *
 * Opens a secure socket of a 2G module in command mode and closes it, COUNT times, each by #SSLD or
 * each by #SSLFASTD.  Prints, of one dial with its hang-up: processor seconds of this process,
 * seconds, bytes of TLS sent and received, and how often the module had to wait for the server.
 * The server must remember sessions: `peer PORT CERTIFICATES KEY remember`.
 */
#include "rig.h"
#include "tool.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARM_UP_DIALS = 5, LINE_MAX_BYTES = 80 };

/* What went through the network below TLS. */
static struct {
    uint64_t sent, received, waits;
    bool sent_last;
} traffic;

static ptrdiff_t count_recv(struct net_stream *stream, void *buf, size_t cap)
{
    ptrdiff_t got = net_stream_recv(stream->inner, buf, cap);

    if (got > 0) {
        traffic.received += (uint64_t)got;
        traffic.waits += traffic.sent_last;
        traffic.sent_last = false;
    }
    return got;
}

static ptrdiff_t count_send(struct net_stream *stream, const void *data, size_t len)
{
    ptrdiff_t done = net_stream_send(stream->inner, data, len);

    if (done > 0) {
        traffic.sent += (uint64_t)done;
        traffic.sent_last = true;
    }
    return done;
}

static void count_close(struct net_stream *stream)
{
    net_stream_close(stream->inner);
    free(stream);
}

static const struct net_stream_ops counted_stream = { .recv = count_recv,
                                                      .send = count_send,
                                                      .close = count_close };

static enum err count_connect(struct net *net, const struct net_target *to, net_event_fn *on_event,
                              void *ctx, struct net_stream **ret_stream)
{
    struct net_stream *stream = calloc(1, sizeof(*stream));
    enum err err;

    if (stream == NULL)
        return ERR_NO_MEMORY;
    stream->ops = &counted_stream;
    err = net_connect(net->inner, to, on_event, ctx, &stream->inner);
    if (err == ERR_OK)
        *ret_stream = stream;
    else
        free(stream);
    return err;
}

static const struct net_ops counting_net = { .connect = count_connect };

static void dial(struct rig_modem *modem, const char *line, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        rig_command(modem, line);
        traffic.sent_last = false;
        rig_take(modem, 1, modem->model->hang_up, NULL);
    }
}

static void print_each(uint64_t total, uint64_t count)
{
    printf(" %.3f", (double)total / (double)count);
}

int main(int argc, char **argv)
{
    static struct rig rig;
    static struct rig_modem modem;
    struct rig_servers servers = { 0 };
    struct net counting = { .ops = &counting_net };
    char line[LINE_MAX_BYTES];
    uint64_t count, cpu_start_ns, start_ns;

    if (argc != 5 || (strcmp(argv[4], "full") != 0 && strcmp(argv[4], "fast") != 0))
        fail("usage: fast PORT CA COUNT full|fast");
    count = count_of(argv[3]);
    rig_open(&rig);
    counting.inner = rig.net;
    rig.net = &counting;
    rig_modem_open(&rig, rig_model_of("gl865-dual"), &modem);
    servers.ca = text_of_file(argv[2]);
    rig_take(&modem, 1, modem.model->prepare, &servers);
    snprintf(line, sizeof(line), "AT#SSLD=1,%u,\"127.0.0.1\",1,1", (unsigned)port_of(argv[1]));
    dial(&modem, line, WARM_UP_DIALS);
    if (strcmp(argv[4], "fast") == 0)
        snprintf(line, sizeof(line), "AT#SSLFASTD=1,1");
    memset(&traffic, 0, sizeof(traffic));
    cpu_start_ns = cpu_ns(0);
    start_ns = now_ns();
    dial(&modem, line, count);
    printf("%.9f %.9f", cpu_seconds_since(0, cpu_start_ns) / (double)count,
           seconds_since(start_ns) / (double)count);
    print_each(traffic.sent, count);
    print_each(traffic.received, count);
    print_each(traffic.waits, count);
    printf("\n");
    rig_modem_close(&modem);
    rig.net = counting.inner;
    rig_close(&rig);
    return 0;
}
