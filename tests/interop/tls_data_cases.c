/* tls_data_cases.c: data both ways, and how a connection ends. */
#include "client.h"
#include "peer.h"
#include "server_process.h"
#include "tls_cases.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { MEGABYTE = 1 << 20 };

#define PEER_PRIORITY                                                                              \
    "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+RSA:+AES-256-CBC:+SHA1:+SIGN-ALL:+COMP-NULL:+CTYPE-X509"

static void start_quiet(struct server_process *server, const struct interop *interop)
{
    const struct interop_server quiet = { .quiet = true };

    interop->serve(server, interop, &quiet);
    fcntl(server->input, F_SETFL, O_NONBLOCK);
    fcntl(server->said, F_SETFL, O_NONBLOCK);
}

/* One megabyte goes from the test by the server program's input to the session, and another from
 * the session to the program's output, at the same time. */
struct streams {
    uint8_t *pattern, *received, *echoed;
    size_t fed, got, sent, heard;
};

static void streams_init(struct streams *streams)
{
    *streams = (struct streams){ malloc(MEGABYTE), malloc(MEGABYTE), malloc(MEGABYTE), 0, 0, 0, 0 };
    assert_non_null(streams->pattern);
    assert_non_null(streams->received);
    assert_non_null(streams->echoed);
    for (uint32_t i = 0, x = 1; i < MEGABYTE; i++, x = x * 1664525 + 1013904223)
        streams->pattern[i] = (uint8_t)(x >> 24);
}

static void streams_deinit(struct streams *streams)
{
    free(streams->pattern);
    free(streams->received);
    free(streams->echoed);
}

static bool is_progress(ptrdiff_t count, size_t *total)
{
    if (count > 0)
        *total += (size_t)count;
    return count > 0;
}

static bool move_session(struct streams *streams, struct client *client, size_t read_max)
{
    size_t room = MEGABYTE - streams->got;
    size_t left = MEGABYTE - streams->sent;
    enum err flushed = tls_session_flush(client->session);
    ptrdiff_t taken =
        left == 0 ? -ERR_AGAIN
                  : tls_session_write(client->session, streams->pattern + streams->sent, left);
    ptrdiff_t got = room == 0 ? -ERR_AGAIN
                              : tls_session_read(client->session, streams->received + streams->got,
                                                 room < read_max ? room : read_max);
    bool sent;

    assert_true(flushed == ERR_OK || flushed == ERR_AGAIN);
    assert_true(taken > 0 || taken == -ERR_AGAIN);
    assert_true(taken <= 16384);
    assert_true(got > 0 || got == -ERR_AGAIN);
    sent = is_progress(taken, &streams->sent);
    return is_progress(got, &streams->got) || sent;
}

static bool move_pipes(struct streams *streams, struct server_process *server)
{
    size_t left = MEGABYTE - streams->fed;
    bool fed = left > 0 && is_progress(write(server->input, streams->pattern + streams->fed, left),
                                       &streams->fed);
    bool heard =
        streams->heard < MEGABYTE &&
        is_progress(read(server->said, streams->echoed + streams->heard, MEGABYTE - streams->heard),
                    &streams->heard);

    return fed || heard;
}

static void wait_for_any(const struct streams *streams, const struct client *client,
                         const struct server_process *server)
{
    struct pollfd fds[] = {
        { client->wire.fd, POLLIN | POLLOUT, 0 },
        { server->said, POLLIN, 0 },
        { streams->fed < MEGABYTE ? server->input : -1, POLLOUT, 0 },
    };

    poll(fds, 3, 1000);
}

static void move_all(struct streams *streams, struct client *client, struct server_process *server,
                     size_t read_max)
{
    int64_t deadline_ms = now_ms() + CLIENT_MS;

    while (streams->got < MEGABYTE || streams->heard < MEGABYTE) {
        bool moved = move_session(streams, client, read_max);

        moved = move_pipes(streams, server) || moved;
        if (!moved)
            wait_for_any(streams, client, server);
        assert_true(now_ms() < deadline_ms);
    }
}

void moves_a_megabyte_both_ways(void **state)
{
    static const struct {
        enum tls_version version;
        size_t chunk, read_max;
        unsigned again_every;
    } rows[] = {
        { TLS_1_0, 0, 65536, 0 },
        { TLS_1_2, 0, 65536, 0 },
        { TLS_1_2, 1000, 333, 3 },
        { TLS_1_1, 16385, 16384, 2 },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        enum tls_version version = interop_version(interop, rows[row].version);
        const struct client_wish wish = { .min_version = version, .max_version = version };
        struct client client = { 0 };
        struct server_process server;
        struct streams streams;

        start_quiet(&server, interop);
        streams_init(&streams);
        client.wire.chunk = rows[row].chunk;
        client.wire.again_every = rows[row].again_every;
        client_connect(&client, interop->tls, interop->folder, &wish, &server);
        assert_int_equal(client_shake(&client), TLS_DONE);
        move_all(&streams, &client, &server, rows[row].read_max);
        assert_memory_equal(streams.received, streams.pattern, MEGABYTE);
        assert_memory_equal(streams.echoed, streams.pattern, MEGABYTE);
        client_close(&client);
        server_stop(&server);
        streams_deinit(&streams);
    }
}

static void shake_with_peer(struct client *client, struct peer *peer)
{
    int64_t deadline_ms = now_ms() + CLIENT_MS;
    enum tls_step step;
    int result = GNUTLS_E_AGAIN;

    do {
        step = tls_session_handshake(client->session);
        if (result == GNUTLS_E_AGAIN)
            result = gnutls_handshake(peer->gnutls);
        assert_true(now_ms() < deadline_ms);
    } while (step == TLS_WANT_READ || step == TLS_WANT_WRITE || result == GNUTLS_E_AGAIN);
    assert_int_equal(step, TLS_DONE);
    assert_int_equal(result, 0);
}

static void start_pair_for(struct client *client, struct peer *peer, const struct interop *interop,
                           size_t record_max)
{
    /* Without extensions the peer does not hear of the limit, and may break it. */
    enum tls_version version = record_max != 0 ? TLS_1_1 : 0;
    const struct client_wish wish = { .min_version = version,
                                      .max_version = version,
                                      .record_max = record_max,
                                      .hides_name = record_max != 0 };

    peer_start(peer, interop->folder, PEER_PRIORITY, &client->wire.fd);
    client_open(client, interop->tls, interop->folder, &wish);
    assert_int_equal(client->opened, ERR_OK);
    shake_with_peer(client, peer);
}

static void start_pair(struct client *client, struct peer *peer, const struct interop *interop)
{
    start_pair_for(client, peer, interop, 0);
}

static void stop_pair(struct client *client, struct peer *peer)
{
    client_close(client);
    peer_stop(peer);
}

void tells_what_is_pending(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[100] = "";

    start_pair(&client, &peer, interop);
    assert_int_equal(tls_session_pending(client.session), 0);
    assert_int_equal(gnutls_record_send(peer.gnutls, data, 100), 100);
    assert_int_equal(client_read(&client, data, 30), 30);
    assert_int_equal(tls_session_pending(client.session), 70);
    assert_int_equal(client_read(&client, data, 100), 70);
    assert_int_equal(tls_session_pending(client.session), 0);
    assert_int_equal(tls_session_read(client.session, data, 1), -ERR_AGAIN);
    stop_pair(&client, &peer);
}

/* A longer record than the module takes: nothing of it arrives, and the server is told. */
static void refuse_record(struct client *client, struct peer *peer, size_t len)
{
    static char data[16384];

    assert_int_equal(gnutls_record_send(peer->gnutls, data, len), (ssize_t)len);
    assert_int_equal(client_read(client, data, 100), -ERR_TLS);
    assert_int_equal(client_reason(client), TLS_RECORD_SIZE);
    assert_int_equal(tls_session_pending(client->session), 0);
    assert_int_equal(tls_session_read(client->session, data, 100), -ERR_TLS);
    assert_int_equal(gnutls_record_recv(peer->gnutls, data, 1), GNUTLS_E_FATAL_ALERT_RECEIVED);
    assert_int_equal(gnutls_alert_get(peer->gnutls), GNUTLS_A_RECORD_OVERFLOW);
}

void keeps_records_short(void **state)
{
    enum { LONGEST = 15800 };
    static char data[16384];
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;

    start_pair_for(&client, &peer, interop, LONGEST);
    assert_int_equal(tls_session_write(client.session, data, sizeof(data)), LONGEST);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), LONGEST);
    assert_int_equal(gnutls_record_send(peer.gnutls, data, LONGEST), LONGEST);
    for (size_t got = 0; got < LONGEST; got += 1580) /* in parts: only the record counts */
        assert_int_equal(client_read(&client, data, 1580), 1580);
    assert_int_equal(gnutls_record_send(peer.gnutls, data, LONGEST), LONGEST);
    assert_int_equal(client_read(&client, data, sizeof(data)), LONGEST);
    refuse_record(&client, &peer, LONGEST + 1);
    stop_pair(&client, &peer);
}

void finishes_a_record_put_off(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[64] = "";

    start_pair(&client, &peer, interop);
    /* Every second call of the stream below is put off, and the first of these is the next. */
    client.wire.again_every = 2;
    client.wire.calls = 1;
    assert_int_equal(tls_session_write(client.session, "first", 5), 5);
    assert_int_equal(tls_session_flush(client.session), ERR_OK);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 5);
    assert_memory_equal(data, "first", 5);
    assert_int_equal(tls_session_write(client.session, " second", 7), 7);
    client.wire.again_every = 1;
    assert_int_equal(tls_session_write(client.session, " third", 6), -ERR_AGAIN);
    assert_int_equal(tls_session_flush(client.session), ERR_AGAIN);
    client.wire.again_every = 0;
    tls_session_shutdown(client.session);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 7);
    assert_memory_equal(data, " second", 7);
    stop_pair(&client, &peer);
}

static void expect_refusal(struct peer *peer)
{
    char data[16];

    assert_int_equal(gnutls_record_recv(peer->gnutls, data, sizeof(data)),
                     GNUTLS_E_WARNING_ALERT_RECEIVED);
    assert_int_equal(gnutls_alert_get(peer->gnutls), GNUTLS_A_NO_RENEGOTIATION);
}

void refuses_to_renegotiate(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[16] = "";

    start_pair(&client, &peer, interop);
    assert_int_equal(gnutls_rehandshake(peer.gnutls), 0);
    assert_int_equal(gnutls_record_send(peer.gnutls, "data", 4), 4);
    assert_int_equal(client_read(&client, data, sizeof(data)), 4);
    expect_refusal(&peer);
    /* Once more, while a record of ours is under way and then while the refusal is put off. */
    assert_int_equal(gnutls_rehandshake(peer.gnutls), 0);
    client.wire.again_every = 1;
    assert_int_equal(tls_session_write(client.session, "ours", 4), 4);
    client.wire.again_every = 3;
    client.wire.calls = 0;
    assert_int_equal(tls_session_read(client.session, data, sizeof(data)), -ERR_AGAIN);
    client.wire.again_every = 0;
    assert_int_equal(tls_session_read(client.session, data, sizeof(data)), -ERR_AGAIN);
    client.wire.again_every = 2;
    client.wire.calls = 0;
    assert_int_equal(tls_session_write(client.session, "more", 4), -ERR_AGAIN);
    assert_int_equal(tls_session_write(client.session, "more", 4), 4);
    client.wire.again_every = 0;
    assert_int_equal(tls_session_flush(client.session), ERR_OK);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 4);
    assert_memory_equal(data, "ours", 4);
    expect_refusal(&peer);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 4);
    assert_memory_equal(data, "more", 4);
    stop_pair(&client, &peer);
}

static enum err say_stray(struct client *client, enum tls_stray_kind kind, bool received, int alert)
{
    return tls_session_stray(
        client->session,
        &(struct tls_stray){ .kind = kind, .is_received = received, .alert = (uint8_t)alert });
}

void sends_stray_alerts(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[16] = "";

    start_pair(&client, &peer, interop);
    assert_int_equal(say_stray(&client, TLS_STRAY_WARNING, false, GNUTLS_A_USER_CANCELED), ERR_OK);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)),
                     GNUTLS_E_WARNING_ALERT_RECEIVED);
    assert_int_equal(gnutls_alert_get(peer.gnutls), GNUTLS_A_USER_CANCELED);
    /* The session goes on, also behind one that was put off and behind data that was. */
    client.wire.again_every = 1;
    assert_int_equal(say_stray(&client, TLS_STRAY_WARNING, false, GNUTLS_A_BAD_CERTIFICATE),
                     ERR_OK);
    assert_int_equal(say_stray(&client, TLS_STRAY_FATAL, false, GNUTLS_A_UNKNOWN_CA), ERR_AGAIN);
    client.wire.again_every = 0;
    assert_int_equal(tls_session_write(client.session, "ours", 4), 4);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)),
                     GNUTLS_E_WARNING_ALERT_RECEIVED);
    assert_int_equal(gnutls_alert_get(peer.gnutls), GNUTLS_A_BAD_CERTIFICATE);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 4);
    assert_int_equal(say_stray(&client, TLS_STRAY_FATAL, false, GNUTLS_A_UNKNOWN_CA), ERR_OK);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)),
                     GNUTLS_E_FATAL_ALERT_RECEIVED);
    assert_int_equal(gnutls_alert_get(peer.gnutls), GNUTLS_A_UNKNOWN_CA);
    stop_pair(&client, &peer);
}

void takes_stray_alerts(void **state)
{
    static const struct {
        enum tls_stray_kind kind;
        int alert;
        ptrdiff_t result;
        enum tls_reason reason;
    } rows[] = {
        { TLS_STRAY_WARNING, GNUTLS_A_USER_CANCELED, 4, TLS_FINE },
        { TLS_STRAY_WARNING, GNUTLS_A_CLOSE_NOTIFY, 0, TLS_FINE },
        { TLS_STRAY_FATAL, GNUTLS_A_ACCESS_DENIED, -ERR_TLS, TLS_ALERT },
        { TLS_STRAY_FATAL, GNUTLS_A_PROTOCOL_VERSION, -ERR_TLS, TLS_VERSION_REFUSED },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { 0 };
        struct peer peer;
        char data[16];

        start_pair(&client, &peer, interop);
        assert_int_equal(gnutls_record_send(peer.gnutls, "data", 4), 4);
        assert_int_equal(client_read(&client, data, 2), 2);
        assert_int_equal(say_stray(&client, rows[row].kind, true, rows[row].alert), ERR_AGAIN);
        assert_int_equal(client_read(&client, data, sizeof(data)), 2);
        assert_int_equal(say_stray(&client, rows[row].kind, true, rows[row].alert), ERR_OK);
        assert_int_equal(gnutls_record_send(peer.gnutls, "more", 4), 4);
        assert_int_equal(client_read(&client, data, sizeof(data)), rows[row].result);
        assert_int_equal(client_reason(&client), rows[row].reason);
        if (rows[row].result == 0)
            assert_int_equal(tls_session_end(client.session), TLS_END_NOTIFIED);
        if (rows[row].result <= 0)
            assert_int_equal(say_stray(&client, rows[row].kind, true, rows[row].alert), ERR_STATE);
        stop_pair(&client, &peer);
    }
}

/* Both sides go on until the server has done its second handshake. */
static void shake_again(struct client *client, struct peer *peer)
{
    int64_t deadline_ms = now_ms() + CLIENT_MS;
    int result;
    char data[16];

    do {
        result = gnutls_handshake(peer->gnutls);
        assert_true(result >= 0 || gnutls_error_is_fatal(result) == 0);
        assert_int_equal(tls_session_read(client->session, data, sizeof(data)), -ERR_AGAIN);
        assert_true(now_ms() < deadline_ms);
    } while (result < 0);
}

void renegotiates_for_a_laboratory(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[16] = "";

    start_pair(&client, &peer, interop);
    /* The server says no, with data before it; this one can then write alone. */
    assert_int_equal(say_stray(&client, TLS_STRAY_RENEGOTIATION, false, 0), ERR_OK);
    assert_int_equal(say_stray(&client, TLS_STRAY_RENEGOTIATION, false, 0), ERR_STATE);
    assert_int_equal(gnutls_record_send(peer.gnutls, "data", 4), 4);
    assert_int_equal(client_read(&client, data, sizeof(data)), 4);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), GNUTLS_E_REHANDSHAKE);
    assert_int_equal(gnutls_alert_send(peer.gnutls, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION),
                     0);
    assert_int_equal(tls_session_read(client.session, data, sizeof(data)), -ERR_AGAIN);
    assert_int_equal(tls_session_write(client.session, "ours", 4), 4);
    assert_int_equal(gnutls_record_send(peer.gnutls, "more", 4), 4);
    assert_int_equal(client_read(&client, data, sizeof(data)), 4);
    assert_int_equal(say_stray(&client, TLS_STRAY_RENEGOTIATION, false, 0), ERR_OK);
    stop_pair(&client, &peer);
    /* It agrees. */
    start_pair(&client, &peer, interop);
    assert_int_equal(say_stray(&client, TLS_STRAY_RENEGOTIATION, false, 0), ERR_OK);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), GNUTLS_E_REHANDSHAKE);
    shake_again(&client, &peer);
    assert_int_equal(tls_session_write(client.session, "ours", 4), 4);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 4);
    assert_int_equal(gnutls_record_send(peer.gnutls, "data", 4), 4);
    assert_int_equal(client_read(&client, data, sizeof(data)), 4);
    /* And again, but the module is asked for one and sends no data any more: it insists. */
    assert_int_equal(say_stray(&client, TLS_STRAY_RENEGOTIATION, true, 0), ERR_OK);
    expect_refusal(&peer);
    assert_true(gnutls_bye(peer.gnutls, GNUTLS_SHUT_WR) >= 0);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_RENEGOTIATION);
    stop_pair(&client, &peer);
}

void ends_with_or_without_close_notify(void **state)
{
    static const struct {
        bool notifies, sends;
        struct span cut; /* what is there of a record that is cut */
        enum tls_end end;
    } rows[] = {
        { true, true, { 0 }, TLS_END_NOTIFIED },
        { true, false, { 0 }, TLS_END_NOTIFIED },
        { false, true, { 0 }, TLS_END_BARE },
        { false, false, { 0 }, TLS_END_BARE },
        { false, true, SCRIPT("\x17"), TLS_END_CUT },
        { false, false, SCRIPT("\x17\x03\x03\x00"), TLS_END_CUT },
        { false, true, SCRIPT("\x17\x03\x03\x00\x40"), TLS_END_CUT },
        { false, false, SCRIPT("\x17\x03\x03\x00\x40 less than 64"), TLS_END_CUT },
    };
    const struct interop *interop = *state;

    for (size_t row = 0; row < ROWS(rows); row++) {
        struct client client = { 0 };
        struct peer peer;
        char data[8];

        start_pair(&client, &peer, interop);
        if (rows[row].sends)
            assert_int_equal(gnutls_record_send(peer.gnutls, "last", 4), 4);
        if (rows[row].notifies)
            assert_int_equal(gnutls_bye(peer.gnutls, GNUTLS_SHUT_WR), 0);
        if (rows[row].cut.len > 0)
            assert_int_equal(write(peer.fd, rows[row].cut.data, rows[row].cut.len),
                             rows[row].cut.len);
        shutdown(peer.fd, SHUT_WR);
        if (rows[row].sends)
            assert_int_equal(client_read(&client, data, sizeof(data)), 4);
        assert_int_equal(client_read(&client, data, sizeof(data)), 0);
        assert_int_equal(client_read(&client, data, sizeof(data)), 0);
        assert_int_equal(tls_session_end(client.session), rows[row].end);
        tls_session_shutdown(client.session);
        assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)), 0);
        stop_pair(&client, &peer);
    }
}

void reports_a_corrupt_record(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[8];

    start_pair(&client, &peer, interop);
    client.wire.corrupts = true;
    assert_int_equal(gnutls_record_send(peer.gnutls, "data", 4), 4);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_RECORD);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(gnutls_record_recv(peer.gnutls, data, sizeof(data)),
                     GNUTLS_E_FATAL_ALERT_RECEIVED);
    assert_int_equal(gnutls_alert_get(peer.gnutls), GNUTLS_A_BAD_RECORD_MAC);
    stop_pair(&client, &peer);
}

void reports_an_alert_after_the_handshake(void **state)
{
    const struct interop *interop = *state;
    struct client client = { 0 };
    struct peer peer;
    char data[8];

    start_pair(&client, &peer, interop);
    assert_int_equal(gnutls_alert_send(peer.gnutls, GNUTLS_AL_FATAL, GNUTLS_A_ACCESS_DENIED), 0);
    assert_int_equal(client_read(&client, data, sizeof(data)), -ERR_TLS);
    assert_int_equal(client_reason(&client), TLS_ALERT);
    assert_int_equal(tls_session_failure(client.session)->alert, GNUTLS_A_ACCESS_DENIED);
    stop_pair(&client, &peer);
}
