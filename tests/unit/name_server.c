/* name_server.c: a DNS server of a test. */
#include "name_server.h"

#include "posix/sockaddr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MESSAGE_MAX = 65535,
    HEADER = 12,
    RECORD_MOST = 28,
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_AAAA = 28,
    NO_SUCH_NAME = 3,
    SERVER_FAILURE = 2,
    POINTER_TO_QUESTION = 0xc00c
};

struct message {
    uint8_t at[MESSAGE_MAX + 2];
    size_t len;
};

static void put16(struct message *message, unsigned value)
{
    message->at[message->len++] = (uint8_t)(value >> 8);
    message->at[message->len++] = (uint8_t)value;
}

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void set16(struct message *message, size_t at, unsigned value)
{
    message->at[at] = (uint8_t)(value >> 8);
    message->at[at + 1] = (uint8_t)value;
}

/* A record for the name that `pointer` points to. */
static void put_record(struct message *message, unsigned pointer, unsigned type, const void *data,
                       size_t len)
{
    put16(message, pointer);
    put16(message, type);
    put16(message, 1); /* IN */
    put16(message, 0);
    put16(message, 60);
    put16(message, (unsigned)len);
    memcpy(message->at + message->len, data, len);
    message->len += len;
    set16(message, 6, get16(message->at + 6) + 1);
}

static void put_address(struct message *message, unsigned pointer, unsigned type, uint8_t last)
{
    uint8_t four[4] = { 127, 0, 0, last };
    uint8_t six[16] = { [15] = last };

    put_record(message, pointer, type, type == TYPE_A ? four : six, type == TYPE_A ? 4 : 16);
}

/* An alias aa, ab, ac … of the name before; returns what points to it. */
static unsigned put_alias(struct message *message, unsigned pointer, int number)
{
    uint8_t name[] = { 2, (uint8_t)('a' + number / 26), (uint8_t)('a' + number % 26), 0 };
    size_t data = message->len + 12;

    put_record(message, pointer, TYPE_CNAME, name, sizeof(name));
    return 0xc000 | (unsigned)data;
}

static void put_chain(struct message *message, unsigned type, bool ring)
{
    enum { ALIASES = 30 };
    unsigned pointer = POINTER_TO_QUESTION;
    uint8_t back[] = { 0xc0, 0x0c };

    if (ring) {
        pointer = put_alias(message, pointer, 0);
        put_record(message, pointer, TYPE_CNAME, back, sizeof(back));
        return;
    }
    for (int i = 0; i < ALIASES; i++)
        pointer = put_alias(message, pointer, i);
    put_address(message, pointer, type, 1);
}

static bool begins(const uint8_t *label, const char *word)
{
    return label[0] >= strlen(word) && memcmp(label + 1, word, strlen(word)) == 0;
}

/* What is wrong with an answer, once it is there: its record begins at `record`. */
static void spoil(struct message *answer, size_t record, const uint8_t *label)
{
    if (begins(label, "foreign"))
        answer->at[1] ^= 1;
    if (begins(label, "other"))
        answer->at[HEADER + 1] ^= 1;
    if (begins(label, "cut"))
        answer->len -= 7;
    if (begins(label, "loop"))
        set16(answer, record, 0xc000 | (unsigned)record);
    if (begins(label, "long"))
        set16(answer, record + 10, 0xffff);
    if (begins(label, "noise"))
        memset(answer->at + 2, 0xa5, answer->len - 2);
    if (begins(label, "empty"))
        answer->len = 0;
}

static void put_answers(struct message *answer, const uint8_t *label, unsigned type, bool whole)
{
    unsigned flags = 0x8180; /* an answer, recursion as asked */

    bool long_one = begins(label, "tcp") || begins(label, "huge");

    if (begins(label, "nobody"))
        flags |= NO_SUCH_NAME;
    else if (begins(label, "fails"))
        flags |= SERVER_FAILURE;
    else if (long_one && !whole)
        flags |= 0x0200;
    else if (begins(label, "chain") || begins(label, "ring"))
        put_chain(answer, type, begins(label, "ring"));
    else if (begins(label, "hundred"))
        for (uint8_t i = 1; i <= 100; i++)
            put_address(answer, POINTER_TO_QUESTION, type, i);
    else if (begins(label, "huge"))
        while (answer->len < MESSAGE_MAX - RECORD_MOST)
            put_address(answer, POINTER_TO_QUESTION, type, (uint8_t)(answer->len % 255 + 1));
    else
        put_address(answer, POINTER_TO_QUESTION, type, 1);
    set16(answer, 2, flags);
}

/* False: nothing is said. */
static bool answer_to(const struct message *question, struct message *answer, bool whole)
{
    const uint8_t *label = question->at + HEADER;
    size_t end = HEADER;
    unsigned type;

    while (question->at[end] != 0)
        end += question->at[end] + (size_t)1;
    type = get16(question->at + end + 1);
    memcpy(answer->at, question->at, end + 5);
    answer->len = end + 5;
    set16(answer, 6, 0);
    set16(answer, 8, 0);
    set16(answer, 10, 0);
    if (begins(label, "slow"))
        return false;
    put_answers(answer, label, type, whole);
    spoil(answer, end + 5, label);
    return true;
}

static void on_datagram(void *ctx, int events)
{
    struct name_server *server = ctx;
    static struct message question, answer;
    struct sockaddr_storage from;
    socklen_t len = sizeof(from);
    ssize_t count =
        recvfrom(server->udp, question.at, MESSAGE_MAX, 0, (struct sockaddr *)&from, &len);

    (void)events;
    if (count < HEADER)
        return;
    question.len = (size_t)count;
    server->asked++;
    sockaddr_read((const struct sockaddr *)&from, &server->from, NULL);
    if (answer_to(&question, &answer, false))
        sendto(server->udp, answer.at, answer.len, 0, (struct sockaddr *)&from, len);
}

/* All `len` bytes of a peer that sends them. */
static bool take_all(int fd, uint8_t *at, size_t len)
{
    while (len > 0) {
        ssize_t count = recv(fd, at, len, 0);

        if (count == 0 || (count < 0 && errno != EAGAIN))
            return false;
        if (count > 0) {
            at += count;
            len -= (size_t)count;
        }
    }
    return true;
}

static void on_segment(void *ctx, int events)
{
    struct name_server *server = ctx;
    static struct message question, answer;
    uint8_t length[2];

    (void)events;
    if (take_all(server->peer, length, 2)) {
        question.len = get16(length);
        if (take_all(server->peer, question.at, question.len)) {
            server->asked++;
            assert_true(answer_to(&question, &answer, true));
            length[0] = (uint8_t)(answer.len >> 8);
            length[1] = (uint8_t)answer.len;
            assert_int_equal(send(server->peer, length, 2, MSG_MORE | MSG_NOSIGNAL), 2);
            assert_int_equal(send(server->peer, answer.at, answer.len, MSG_NOSIGNAL), answer.len);
            return;
        }
    }
    fd_watch_free(server->peer_watch);
    server->peer_watch = NULL;
    close(server->peer);
}

static void on_peer(void *ctx, int events)
{
    struct name_server *server = ctx;
    int fd = accept(server->tcp, NULL, NULL);
    int room = 4 * MESSAGE_MAX; /* for what is sent at once */

    (void)events;
    assert_true(fd >= 0 && server->peer_watch == NULL);
    server->peer = fd;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
    assert_int_equal(fd_watch_new(server->loop, fd, on_segment, server, &server->peer_watch),
                     ERR_OK);
    fd_watch_want(server->peer_watch, FD_READABLE);
}

/* A port that is free for UDP may be taken for TCP. */
static bool take_ports(struct name_server *server, struct sockaddr_in *at)
{
    socklen_t len = sizeof(*at);

    *at = (struct sockaddr_in){ .sin_family = AF_INET };
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->tcp = socket(AF_INET, SOCK_STREAM, 0);
    server->udp = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(server->tcp, (struct sockaddr *)at, len) == 0 && listen(server->tcp, 8) == 0 &&
        getsockname(server->tcp, (struct sockaddr *)at, &len) == 0 &&
        bind(server->udp, (struct sockaddr *)at, len) == 0)
        return true;
    close(server->tcp);
    close(server->udp);
    return false;
}

void name_server_open(struct name_server *server, struct posix_loop *loop)
{
    struct sockaddr_in at;

    *server = (struct name_server){ .loop = loop };
    while (!take_ports(server, &at)) {}
    server->at = (struct dns_server){ .address = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } },
                                      .port = ntohs(at.sin_port) };
    assert_int_equal(fd_watch_new(loop, server->udp, on_datagram, server, &server->udp_watch),
                     ERR_OK);
    assert_int_equal(fd_watch_new(loop, server->tcp, on_peer, server, &server->tcp_watch), ERR_OK);
    fd_watch_want(server->udp_watch, FD_READABLE);
    fd_watch_want(server->tcp_watch, FD_READABLE);
}

void name_server_close(struct name_server *server)
{
    fd_watch_free(server->udp_watch);
    fd_watch_free(server->tcp_watch);
    if (server->peer_watch != NULL) {
        fd_watch_free(server->peer_watch);
        close(server->peer);
    }
    close(server->udp);
    close(server->tcp);
}
