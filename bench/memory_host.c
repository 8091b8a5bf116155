/* memory_host.c: a host in the same process. */
#include "memory_host.h"

#include <string.h>

static void remember(struct memory_host *host, struct span bytes)
{
    size_t kept;

    if (bytes.len >= sizeof(host->tail)) {
        bytes = span_skip(bytes, bytes.len - sizeof(host->tail));
        host->tail_len = 0;
    }
    kept = sizeof(host->tail) - bytes.len;
    if (host->tail_len > kept) {
        memmove(host->tail, host->tail + host->tail_len - kept, kept);
        host->tail_len = kept;
    }
    memcpy(host->tail + host->tail_len, bytes.data, bytes.len);
    host->tail_len += bytes.len;
}

static void output_ready(struct channel *channel)
{
    struct memory_host *host = (struct memory_host *)channel;

    for (;;) {
        struct span bytes = host->terminal->ops->peek(host->terminal);

        if (bytes.len == 0)
            break;
        remember(host, bytes);
        host->terminal->ops->consume(host->terminal, bytes.len);
    }
}

static void input_room(struct channel *channel)
{
    (void)channel;
}

static void set_lines(struct channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

static void set_rate(struct channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

static const struct channel_ops ops = {
    .output_ready = output_ready,
    .input_room = input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

void memory_host_attach(struct memory_host *host, struct tlsmodem *modem)
{
    *host =
        (struct memory_host){ .base = { .ops = &ops }, .terminal = tlsmodem_terminal_at(modem, 0) };
    tlsmodem_attach(modem, 0, &host->base);
}

bool memory_host_type(struct memory_host *host, const char *text)
{
    struct span bytes = span_of(text);

    host->tail_len = 0;
    return host->terminal->ops->feed(host->terminal, bytes) == bytes.len;
}

bool memory_host_has(const struct memory_host *host, const char *text)
{
    return memmem(host->tail, host->tail_len, text, strlen(text)) != NULL;
}
