/* packets.c: the file of --pcap: each packet is in it as soon as it has passed, so that it is whole
 * whenever the program ends. */
#include "packets.h"

#include "capture/capture.h"
#include "common/growing_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_US = 1000, US_PER_S = 1000000 };

struct packets {
    pthread_mutex_t lock; /* of all below */
    int fd;
    char *path; /* owned */
    const struct log *log;
    bool failed; /* and told */
    uint32_t interfaces;
    uint64_t begin_us; /* what the machine's time was before its monotonic clock counted */
    struct tls_keylog_tap keys;
};

struct packets_seat {
    struct capture *capture;
    const struct runtime_taps *inner; /* NULL: nobody */
    struct runtime_taps taps;
};

static uint64_t time_us(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / NS_PER_US;
}

/* What was written of a block is taken back, so that the file is whole. */
static void fail(struct packets *packets, size_t written)
{
    int reason = errno;
    off_t end = lseek(packets->fd, 0, SEEK_CUR);

    packets->failed = true;
    if (written > 0 && (end < (off_t)written || ftruncate(packets->fd, end - (off_t)written) != 0))
        log_say(packets->log, LOG_WARNING, "--pcap: the last packet of %s is cut", packets->path);
    log_say(packets->log, LOG_ERROR, "--pcap: %s is not written any more: %s", packets->path,
            strerror(reason));
}

/* Under the lock. */
static void write_blocks(struct packets *packets, struct span blocks)
{
    size_t written = 0;

    while (written < blocks.len && !packets->failed) {
        ssize_t count = write(packets->fd, blocks.data + written, blocks.len - written);

        if (count > 0)
            written += (size_t)count;
        else if (errno != EINTR)
            fail(packets, written);
    }
}

static bool add_interface(void *ctx, enum pcapng_link link, struct span name, uint32_t *ret_number)
{
    struct packets *packets = ctx;
    struct bytes block = { .data = NULL };
    bool made = pcapng_interface(&block, link, name) == ERR_OK;

    if (made) {
        pthread_mutex_lock(&packets->lock);
        write_blocks(packets, bytes_span(&block));
        *ret_number = packets->interfaces++;
        pthread_mutex_unlock(&packets->lock);
    }
    bytes_free(&block);
    return made;
}

static void put(void *ctx, struct span blocks)
{
    struct packets *packets = ctx;

    pthread_mutex_lock(&packets->lock);
    write_blocks(packets, blocks);
    pthread_mutex_unlock(&packets->lock);
}

static uint64_t now_us(void *ctx)
{
    return ((struct packets *)ctx)->begin_us + time_us(CLOCK_MONOTONIC);
}

static void put_keys(void *ctx, struct span line)
{
    struct bytes block = { .data = NULL };

    if (pcapng_secrets(&block, line) == ERR_OK)
        put(ctx, bytes_span(&block));
    bytes_free(&block);
}

static bool begin(struct packets *packets)
{
    struct bytes block = { .data = NULL };
    bool made = pcapng_section(&block, span_of("tlsmodem " TLSMODEM_VERSION)) == ERR_OK;

    if (made)
        write_blocks(packets, bytes_span(&block));
    bytes_free(&block);
    return made;
}

enum err packets_open(const char *path, const struct log *log, struct port_failure *ret_failure,
                      struct packets **ret_packets)
{
    struct packets *packets = calloc(1, sizeof(*packets));
    enum err err;

    if (packets == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "--pcap: out of memory");
    pthread_mutex_init(&packets->lock, NULL);
    packets->path = strdup(path);
    packets->log = log;
    packets->begin_us = time_us(CLOCK_REALTIME) - time_us(CLOCK_MONOTONIC);
    packets->keys = (struct tls_keylog_tap){ put_keys, packets };
    packets->fd = -1;
    err = growing_file_open("--pcap", path, ret_failure, &packets->fd);
    if (err == ERR_OK && (packets->path == NULL || !begin(packets)))
        err = port_fail(ret_failure, ERR_NO_MEMORY, "--pcap: out of memory");
    if (err != ERR_OK) {
        packets_close(packets);
        return err;
    }
    *ret_packets = packets;
    return ERR_OK;
}

const struct tls_keylog_tap *packets_keys(const struct packets *packets)
{
    return &packets->keys;
}

void packets_close(struct packets *packets)
{
    if (packets == NULL)
        return;
    if (packets->fd >= 0 && close(packets->fd) != 0 && !packets->failed)
        log_say(packets->log, LOG_ERROR, "--pcap: %s may not be whole: %s", packets->path,
                strerror(errno));
    pthread_mutex_destroy(&packets->lock);
    free(packets->path);
    free(packets);
}

/* ---- a modem ---- */

static struct net *tap_net(void *ctx, const struct clock *clock, struct net *inner)
{
    struct packets_seat *seat = ctx;

    if (seat->inner != NULL)
        inner = seat->inner->net(seat->inner->ctx, clock, inner);
    return capture_net(seat->capture, inner);
}

static struct tls *const *tap_tls(void *ctx, struct tls *const *list, size_t count)
{
    struct packets_seat *seat = ctx;

    if (seat->inner != NULL)
        list = seat->inner->tls(seat->inner->ctx, list, count);
    return capture_tls(seat->capture, list, count);
}

/* What passes in them is shown at the port. */
static struct data_calls *tap_calls(void *ctx, struct data_calls *inner)
{
    struct packets_seat *seat = ctx;

    return seat->inner != NULL ? seat->inner->calls(seat->inner->ctx, inner) : inner;
}

static void tap_attach(void *ctx, const struct tlsmodem *modem)
{
    struct packets_seat *seat = ctx;

    if (seat->inner != NULL)
        seat->inner->attach(seat->inner->ctx, modem);
    capture_attach(seat->capture, modem);
}

static struct terminal *tap_terminal(void *ctx, size_t index, struct terminal *inner)
{
    struct packets_seat *seat = ctx;

    if (seat->inner != NULL)
        inner = seat->inner->terminal(seat->inner->ctx, index, inner);
    return capture_terminal(seat->capture, index, inner);
}

static void tap_stop(void *ctx)
{
    struct packets_seat *seat = ctx;

    capture_stop(seat->capture);
    if (seat->inner != NULL)
        seat->inner->stop(seat->inner->ctx);
}

struct packets_seat *packets_seat_open(struct packets *packets, const char *name)
{
    struct packets_seat *seat = calloc(1, sizeof(*seat));
    const struct capture_sink sink = { add_interface, put, now_us, packets };

    if (seat == NULL || capture_open(sink, name, &seat->capture) != ERR_OK) {
        free(seat);
        return NULL;
    }
    seat->taps = (struct runtime_taps){ tap_net,      tap_tls,  tap_calls, tap_attach,
                                        tap_terminal, tap_stop, seat };
    return seat;
}

const struct runtime_taps *packets_seat_taps(struct packets_seat *seat,
                                             const struct runtime_taps *inner)
{
    seat->inner = inner;
    return &seat->taps;
}

void packets_seat_close(struct packets_seat *seat)
{
    if (seat == NULL)
        return;
    capture_close(seat->capture);
    free(seat);
}
