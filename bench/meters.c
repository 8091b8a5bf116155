/* meters.c: MQTT clients without modems, for comparison with a load of modems on a broker:
 *
 *   meters PORT CA COUNT RATE ROUNDS PAUSE_MS
 *
 * RATE of them begin each second: a full handshake of TLS 1.2 with the server's certificate
 * checked, a login, a subscription to a topic of its own.  Then each publishes a reading on it, has
 * it back and pauses, ROUNDS times, and logs out.  One thread, no library but GnuTLS: as cheap as a
 * client gets. An answer that is another ends the program.
 */
#include "bare_client.h"
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_MAX = 64, EVENTS = 256, TEXT_CAP = 32, NS_IN_MS = 1000 * 1000 };

enum step { CONNECTING, SHAKING, LOGGING_IN, SUBSCRIBING, PUBLISHING, PAUSING };

struct message {
    uint8_t bytes[MESSAGE_MAX];
    size_t len;
};

struct meter {
    int fd;
    enum step step;
    uint32_t number, rounds; /* that were played */
    gnutls_session_t tls;
    struct message wanted; /* what the broker is to say next */
    size_t got;            /* bytes of it */
    uint64_t due_ns;       /* end of its pause */
};

static struct {
    struct bare_client client;
    struct sockaddr_in broker;
    int epoll;
    struct meter *meters;
    uint32_t count, begun, done;
    uint32_t *paused; /* a ring of those that pause, whose ends come in this order */
    uint32_t pauses_begun, pauses_over;
    uint64_t start_ns, rate, rounds, pause_ns;
} crowd;

/* ---- MQTT 3.1.1 ---- */

static void put(struct message *message, const void *bytes, size_t len)
{
    if (len > sizeof(message->bytes) - message->len)
        fail("meters: a message is too long");
    memcpy(message->bytes + message->len, bytes, len);
    message->len += len;
}

static void put_text(struct message *message, const char *text)
{
    size_t len = strlen(text);

    put(message, (const uint8_t[]){ 0, (uint8_t)len }, 2);
    put(message, text, len);
}

/* A packet whose length has one byte, which is written when all of it is there. */
static struct message begin_packet(uint8_t kind)
{
    return (struct message){ { kind, 0 }, 2 };
}

static void end_packet(struct message *message)
{
    message->bytes[1] = (uint8_t)(message->len - 2);
}

static void name_of(const struct meter *meter, const char *before, char ret_name[TEXT_CAP])
{
    snprintf(ret_name, TEXT_CAP, "%s%015" PRIu32, before, meter->number);
}

static void ask(struct meter *meter, struct message *message, const void *wanted, size_t len)
{
    end_packet(message);
    if (gnutls_record_send(meter->tls, message->bytes, message->len) != (ssize_t)message->len)
        fail("meters: a message cannot be sent at once");
    meter->got = 0;
    meter->wanted.len = 0;
    put(&meter->wanted, wanted, len);
}

static void log_in(struct meter *meter)
{
    static const uint8_t head[] = { 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60 };
    struct message message = begin_packet(0x10);
    char name[TEXT_CAP];

    name_of(meter, "", name);
    put(&message, head, sizeof(head));
    put_text(&message, name);
    ask(meter, &message, "\x20\x02\x00\x00", 4);
    meter->step = LOGGING_IN;
}

static void subscribe(struct meter *meter)
{
    struct message message = begin_packet(0x82);
    char topic[TEXT_CAP];

    name_of(meter, "load/", topic);
    put(&message, (const uint8_t[]){ 0, 1 }, 2);
    put_text(&message, topic);
    put(&message, (const uint8_t[]){ 0 }, 1);
    ask(meter, &message, "\x90\x03\x00\x01\x00", 5);
    meter->step = SUBSCRIBING;
}

static void publish(struct meter *meter)
{
    struct message message = begin_packet(0x30);
    char topic[TEXT_CAP], reading[TEXT_CAP], name[TEXT_CAP];

    name_of(meter, "load/", topic);
    name_of(meter, "", name);
    snprintf(reading, sizeof(reading), "%.15s %u %u", name, (unsigned)meter->rounds % 10,
             10 + (unsigned)meter->number % 26);
    put_text(&message, topic);
    put(&message, reading, strlen(reading));
    end_packet(&message);
    ask(meter, &message, message.bytes, message.len);
    meter->step = PUBLISHING;
}

static void log_out(struct meter *meter)
{
    if (gnutls_record_send(meter->tls, "\xe0\x00", 2) != 2)
        fail("meters: a message cannot be sent at once");
    gnutls_bye(meter->tls, GNUTLS_SHUT_WR);
    gnutls_deinit(meter->tls);
    close(meter->fd);
    crowd.done++;
}

/* ---- how it goes on ---- */

static void pause_after_round(struct meter *meter)
{
    meter->step = PAUSING;
    meter->due_ns = now_ns() + crowd.pause_ns;
    crowd.paused[crowd.pauses_begun++ % crowd.count] = (uint32_t)(meter - crowd.meters);
}

static void go_on(struct meter *meter)
{
    switch (meter->step) {
    case LOGGING_IN:
        subscribe(meter);
        break;
    case SUBSCRIBING:
        publish(meter);
        break;
    case PUBLISHING:
        meter->rounds++;
        pause_after_round(meter);
        break;
    default:
        fail("meters: the broker speaks to one who has asked nothing");
    }
}

static void hear(struct meter *meter)
{
    uint8_t bytes[MESSAGE_MAX];
    ssize_t got;

    while ((got = gnutls_record_recv(meter->tls, bytes, sizeof(bytes))) > 0) {
        if ((size_t)got > meter->wanted.len - meter->got ||
            memcmp(bytes, meter->wanted.bytes + meter->got, (size_t)got) != 0)
            fail("meters: meter %" PRIu32 " got another answer", meter->number);
        meter->got += (size_t)got;
        if (meter->got == meter->wanted.len)
            go_on(meter);
    }
    if (got == 0)
        fail("meters: the broker has hung up");
    if (got != GNUTLS_E_AGAIN && got != GNUTLS_E_INTERRUPTED)
        bare_must((int)got, "meters: data");
}

static void watch(struct meter *meter, int operation, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = meter };

    if (epoll_ctl(crowd.epoll, operation, meter->fd, &event) != 0)
        fail("meters: epoll: %s", strerror(errno));
}

static void begin(struct meter *meter)
{
    meter->number = (uint32_t)(meter - crowd.meters);
    meter->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (meter->fd < 0)
        fail("meters: socket: %s", strerror(errno));
    set_no_delay(meter->fd);
    if (connect(meter->fd, (const struct sockaddr *)&crowd.broker, sizeof(crowd.broker)) != 0 &&
        errno != EINPROGRESS)
        fail("meters: connect: %s", strerror(errno));
    watch(meter, EPOLL_CTL_ADD, EPOLLOUT);
}

static void connected(struct meter *meter)
{
    socklen_t len = sizeof(int);
    int error = 0;

    if (getsockopt(meter->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0)
        fail("meters: connect: %s", strerror(error));
    watch(meter, EPOLL_CTL_MOD, EPOLLIN);
    meter->tls = bare_client_session(&crowd.client, meter->fd, GNUTLS_NONBLOCK);
    meter->step = SHAKING;
}

static void on_event(struct meter *meter)
{
    if (meter->step == CONNECTING)
        connected(meter);
    if (meter->step != SHAKING)
        hear(meter);
    else if (bare_client_go_on(meter->tls))
        log_in(meter);
}

/* ---- time ---- */

static uint64_t begin_ns(uint32_t number)
{
    return crowd.start_ns + number * UINT64_C(1000000000) / crowd.rate;
}

static void on_time(void)
{
    uint64_t now = now_ns();

    while (crowd.begun < crowd.count && begin_ns(crowd.begun) <= now)
        begin(&crowd.meters[crowd.begun++]);
    while (crowd.pauses_over != crowd.pauses_begun) {
        struct meter *meter = &crowd.meters[crowd.paused[crowd.pauses_over % crowd.count]];

        if (meter->due_ns > now)
            return;
        crowd.pauses_over++;
        if (meter->rounds < crowd.rounds)
            publish(meter);
        else
            log_out(meter);
    }
}

/* Milliseconds until something is due; -1: nothing is. */
static int wait_ms(void)
{
    uint64_t due = UINT64_MAX, now = now_ns();

    if (crowd.begun < crowd.count)
        due = begin_ns(crowd.begun);
    if (crowd.pauses_over != crowd.pauses_begun) {
        const struct meter *meter = &crowd.meters[crowd.paused[crowd.pauses_over % crowd.count]];

        due = meter->due_ns < due ? meter->due_ns : due;
    }
    if (due == UINT64_MAX)
        return -1;
    return due > now ? (int)((due - now) / NS_IN_MS) + 1 : 0;
}

static void play(void)
{
    struct epoll_event events[EVENTS];

    crowd.start_ns = now_ns();
    while (crowd.done < crowd.count) {
        int ready = epoll_wait(crowd.epoll, events, EVENTS, wait_ms());

        for (int i = 0; i < ready; i++)
            on_event(events[i].data.ptr);
        on_time();
    }
}

int main(int argc, char **argv)
{
    if (argc != 7)
        fail("usage: meters PORT CA COUNT RATE ROUNDS PAUSE_MS");
    raise_file_limit();
    crowd.broker = (struct sockaddr_in){ .sin_family = AF_INET,
                                         .sin_port = htons(port_of(argv[1])),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    bare_client_init(&crowd.client, argv[2], "tls12-ecdhe-gcm");
    crowd.count = (uint32_t)count_of(argv[3]);
    crowd.rate = count_of(argv[4]);
    crowd.rounds = count_of(argv[5]);
    crowd.pause_ns = count_of(argv[6]) * NS_IN_MS;
    crowd.epoll = epoll_create1(EPOLL_CLOEXEC);
    crowd.meters = calloc(crowd.count, sizeof(crowd.meters[0]));
    crowd.paused = calloc(crowd.count, sizeof(crowd.paused[0]));
    if (crowd.epoll < 0 || crowd.meters == NULL || crowd.paused == NULL)
        fail("meters: out of memory");
    play();
    bare_client_deinit(&crowd.client);
    close(crowd.epoll);
    free(crowd.meters);
    free(crowd.paused);
    return 0;
}
