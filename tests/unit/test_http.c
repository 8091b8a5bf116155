/* test_http.c: the HTTP client against a scripted server: requests to the byte, redirects,
 * back-pressure, and every way in which it can fail.
 */
#include "base/text.h"
#include "check.h"
#include "service_rig.h"
#include "services/http.h"

#include <stdio.h>

enum { CAP = 100000 };

struct client {
    struct service_rig rig;
    struct scripted_peer *peer;
    struct http http;
    char said_memory[2000];
    struct text said; /* what happened: "H[line]" "R200" "F3" */
    const char *body; /* of the request */
    size_t body_at, body_ready;
    bool can_rewind;
    size_t appetite; /* what the reader takes; SIZE_MAX: all */
    struct byte_queue got;
    ptrdiff_t last_read;
    int connected;
};

static size_t give_body(void *ctx, uint8_t *buf, size_t cap)
{
    struct client *client = ctx;
    size_t left = client->body_ready - client->body_at;
    size_t part = left < cap ? left : cap;

    memcpy(buf, client->body + client->body_at, part);
    client->body_at += part;
    return part;
}

static bool rewind_body(void *ctx)
{
    struct client *client = ctx;

    client->body_at = 0;
    return client->can_rewind;
}

static void on_connected(void *ctx)
{
    struct client *client = ctx;

    assert_true(client->rig.inside > 0);
    client->connected++;
}

static void on_header(void *ctx, struct span line)
{
    struct client *client = ctx;

    text_add(&client->said, "H[");
    text_add_span(&client->said, line);
    text_add(&client->said, "] ");
}

static void read_all(struct client *client)
{
    uint8_t buf[700];

    do {
        size_t cap = client->appetite < sizeof(buf) ? client->appetite : sizeof(buf);

        if (cap == 0)
            return;
        client->last_read = http_read(&client->http, buf, cap);
        if (client->last_read <= 0)
            break;
        byte_queue_put(&client->got, span_at(buf, (size_t)client->last_read));
        if (client->appetite != SIZE_MAX)
            client->appetite -= (size_t)client->last_read;
    } while (true);
    if (client->last_read == 0)
        text_add(&client->said, "END ");
    else if (client->last_read != -ERR_AGAIN)
        text_add(&client->said, "BROKEN%d ", (int)http_failure(&client->http));
}

static void on_response(void *ctx)
{
    struct client *client = ctx;

    assert_true(client->rig.inside > 0);
    text_add(&client->said, "R%d/%lld ", http_status(&client->http),
             (long long)http_length(&client->http));
    read_all(client);
}

static void on_readable(void *ctx)
{
    struct client *client = ctx;

    assert_true(client->rig.inside > 0);
    read_all(client);
}

static void on_failed(void *ctx, enum http_error error)
{
    struct client *client = ctx;

    assert_true(client->rig.inside > 0);
    text_add(&client->said, "FAILED%d ", (int)error);
}

static const struct http_events events = {
    .on_connected = on_connected,
    .give_body = give_body,
    .rewind_body = rewind_body,
    .on_header = on_header,
    .on_response = on_response,
    .on_readable = on_readable,
    .on_failed = on_failed,
};

static int64_t deadline(const void *service)
{
    return http_deadline(service);
}

static void tick(void *service)
{
    http_tick(service);
}

static void set_up(struct client *client)
{
    memset(client, 0, sizeof(*client));
    rig_init(&client->rig);
    http_init(&client->http, 1, &client->rig.around, &events, client, &client->rig.tls_source);
    client->rig.service = &client->http;
    client->rig.deadline = deadline;
    client->rig.tick = tick;
    client->appetite = SIZE_MAX;
    text_init(&client->said, client->said_memory, sizeof(client->said_memory));
    client->peer = rig_listen(&client->rig, "h.test", 80, PEER_ACCEPTS);
}

static void tear_down(struct client *client)
{
    http_stop(&client->http);
    rig_settle(&client->rig);
    byte_queue_deinit(&client->got);
    rig_deinit(&client->rig);
}

static struct http_request request_to(enum http_method method, const char *url)
{
    return (struct http_request){ .method = method,
                                  .url = span_of(url),
                                  .body_len = HTTP_NO_REQUEST_BODY,
                                  .redirects_max = 5,
                                  .connect_timeout_ms = 10000,
                                  .response_timeout_ms = 60000,
                                  .idle_timeout_ms = 20000 };
}

static void start(struct client *client, const struct http_request *request)
{
    assert_int_equal(http_start(&client->http, request), HTTP_FINE);
    rig_settle(&client->rig);
}

static void start_get(struct client *client)
{
    struct http_request request = request_to(HTTP_GET, "http://h.test/x");

    start(client, &request);
}

static void check_said(struct client *client, const char *expected)
{
    check_text("events", client->said.at, expected);
    text_init(&client->said, client->said_memory, sizeof(client->said_memory));
}

static void check_got(struct client *client, const char *expected)
{
    check_bytes("body", byte_queue_peek(&client->got), span_of(expected));
    byte_queue_clear(&client->got);
}

#define GET_X "GET /x HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n"

static void test_get(void **state)
{
    struct client client;

    (void)state;
    set_up(&client);
    start_get(&client);
    rig_expect(&client.rig, client.peer, GET_X);
    assert_int_equal(client.connected, 1);
    assert_true(http_is_busy(&client.http));
    rig_send(&client.rig, client.peer,
             "HTTP/1.1 200 Fine\r\nServer: s\r\nContent-Length: 10\r\n\r\n");
    check_said(&client, "H[HTTP/1.1 200 Fine] H[Server: s] H[Content-Length: 10] R200/10 ");
    rig_send(&client.rig, client.peer, "01234");
    rig_send(&client.rig, client.peer, "56789 and more");
    check_said(&client, "END ");
    check_got(&client, "0123456789");
    assert_false(http_is_busy(&client.http));
    tear_down(&client);
}

static void test_fields_of_the_caller(void **state)
{
    struct http_request request = request_to(HTTP_HEAD, "http://h.test:80/");
    struct client client;

    (void)state;
    set_up(&client);
    request.headers = span_of("User-Agent: t\r\nHost: other\r\nConnection: keep-alive\r\n");
    start(&client, &request);
    rig_expect(&client.rig, client.peer,
               "HEAD / HTTP/1.1\r\nUser-Agent: t\r\nHost: other\r\nConnection: keep-alive\r\n\r\n");
    rig_send(&client.rig, client.peer, "HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
    check_said(&client, "H[HTTP/1.1 200 OK] H[Content-Length: 77] R200/77 END ");
    tear_down(&client);
}

static void test_what_cannot_start(void **state)
{
    static const struct {
        const char *url, *headers;
    } rows[] = {
        { "http://user:pw@h.test/", "" },
        { "gopher://h.test/", "" },
        { "http://h.test/\r\nX: y", "" },
        { "http://h.test/", "No colon\r\n" },
        { "http://h.test/", "Bad name: x\r\n" },
        { "http://h.test/", ": x\r\n" },
        { "http://h.test/", "A: b\rC: d\r\n" },
        { "http://h.test/", "A: b\r\n\r\nGET / HTTP/1.1\r\n" },
        { "http://h.test/", "Content-Length: 5\r\n" },
        { "http://h.test/", "transfer-encoding: chunked\r\n" },
    };
    struct client client;

    (void)state;
    set_up(&client);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_request request = request_to(HTTP_GET, rows[i].url);

        request.headers = span_of(rows[i].headers);
        check_int(rows[i].headers, http_start(&client.http, &request), HTTP_INVALID);
        assert_false(http_is_busy(&client.http));
    }
    check_said(&client, "");
    tear_down(&client);
}

static void test_post_in_pieces(void **state)
{
    struct http_request request = request_to(HTTP_POST, "h.test/p");
    struct client client;

    (void)state;
    set_up(&client);
    client.body = "one two three";
    client.body_ready = 4;
    request.body_len = 13;
    request.headers = span_of("Content-Type: text/plain\r\n");
    start(&client, &request);
    rig_expect(&client.rig, client.peer,
               "POST /p HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nContent-Length: 13\r\n"
               "Content-Type: text/plain\r\n\r\none ");
    client.body_ready = 13;
    http_resume(&client.http);
    rig_expect(&client.rig, client.peer, "two three");
    rig_send(&client.rig, client.peer, "HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n");
    check_said(&client, "H[HTTP/1.1 201 Made] H[Content-Length: 0] R201/0 END ");
    tear_down(&client);
}

static void start_expecting(struct client *client)
{
    struct http_request request = request_to(HTTP_POST, "http://h.test/p");

    set_up(client);
    client->body = "body";
    client->body_ready = 4;
    request.body_len = 4;
    request.expect_continue = true;
    start(client, &request);
    rig_expect(&client->rig, client->peer,
               "POST /p HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nContent-Length: 4\r\n"
               "Expect: 100-continue\r\n\r\n");
}

static void test_expect_continue(void **state)
{
    struct client client;

    (void)state;
    start_expecting(&client);
    rig_send(&client.rig, client.peer, "HTTP/1.1 100 Continue\r\n\r\n");
    rig_expect(&client.rig, client.peer, "body");
    rig_send(&client.rig, client.peer, "HTTP/1.1 204 No\r\n\r\n");
    check_said(&client, "H[HTTP/1.1 204 No] R204/0 END ");
    tear_down(&client);

    start_expecting(&client); /* a server that knows nothing of it */
    rig_advance(&client.rig, 999);
    rig_expect(&client.rig, client.peer, "");
    rig_advance(&client.rig, 1);
    rig_expect(&client.rig, client.peer, "body");
    tear_down(&client);

    start_expecting(&client); /* one that refuses */
    rig_send(&client.rig, client.peer, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
    rig_advance(&client.rig, 2000);
    assert_int_equal(byte_queue_len(&client.peer->got), 0);
    check_said(&client, "H[HTTP/1.1 413 No] H[Content-Length: 0] R413/0 END ");
    tear_down(&client);
}

static void test_chunked_and_by_close(void **state)
{
    struct client client;

    (void)state;
    set_up(&client);
    start_get(&client);
    rig_send(&client.rig, client.peer,
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde");
    rig_send(&client.rig, client.peer, "\r\n0\r\nT: x\r\n\r\n");
    check_said(&client, "H[HTTP/1.1 200 OK] H[Transfer-Encoding: chunked] R200/-1 END ");
    check_got(&client, "abcde");
    start_get(&client);
    rig_send(&client.rig, client.peer, "HTTP/1.0 200 OK\r\n\r\nto the end");
    peer_hang_up(client.peer);
    rig_settle(&client.rig);
    check_said(&client, "H[HTTP/1.0 200 OK] R200/-1 END ");
    check_got(&client, "to the end");
    tear_down(&client);
}

/* Nothing is fetched that the reader does not take, and all of it comes in the end. */
static void test_back_pressure(void **state)
{
    static char body[CAP + 1];
    struct client client;
    char head[100];

    (void)state;
    set_up(&client);
    for (size_t i = 0; i < CAP; i++)
        body[i] = (char)('a' + i % 23);
    client.appetite = 100;
    start_get(&client);
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", CAP);
    rig_send(&client.rig, client.peer, head);
    rig_send(&client.rig, client.peer, body);
    assert_int_equal(byte_queue_len(&client.got), 100);
    assert_true(byte_queue_len(&client.peer->stream->inbound) > CAP - HTTP_INPUT_BYTES - 100);
    rig_advance(&client.rig, 3600000); /* the reader may take its time */
    client.appetite = 50000;
    read_all(&client);
    rig_settle(&client.rig);
    assert_int_equal(byte_queue_len(&client.got), 50100);
    client.appetite = SIZE_MAX;
    read_all(&client);
    rig_settle(&client.rig);
    check_bytes("body", byte_queue_peek(&client.got), span_at(body, CAP));
    tear_down(&client);
}

/* A request that the server takes slowly is not collected either. */
static void test_slow_server(void **state)
{
    static char body[CAP + 1];
    struct http_request request = request_to(HTTP_POST, "http://h.test/");
    struct client client;

    (void)state;
    set_up(&client);
    memset(body, 'p', CAP);
    client.body = body;
    request.body_len = CAP;
    start(&client, &request);
    peer_stall(client.peer);
    client.body_ready = CAP;
    http_resume(&client.http);
    rig_settle(&client.rig);
    assert_true(client.body_at < CAP);
    peer_resume(client.peer);
    rig_settle(&client.rig);
    assert_int_equal(client.body_at, CAP);
    assert_true(byte_queue_len(&client.peer->got) > CAP);
    tear_down(&client);
}

/* ---- redirects ---- */

static void send_to(struct client *client, struct scripted_peer *peer, int status,
                    const char *location)
{
    char text[300];

    snprintf(text, sizeof(text),
             "HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 9\r\n\r\n<a>x</a>\n", status,
             location);
    byte_queue_clear(&peer->got);
    rig_send(&client->rig, peer, text);
}

static void test_redirect(void **state)
{
    static const struct {
        int status;
        enum http_method method;
        const char *then;
    } rows[] = {
        { 301, HTTP_GET, "GET /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nA: b\r\n\r\n" },
        { 302, HTTP_HEAD,
          "HEAD /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nA: b\r\n\r\n" },
        { 303, HTTP_HEAD,
          "HEAD /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nA: b\r\n\r\n" },
        { 301, HTTP_POST,
          "GET /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nA: b\r\n\r\n" },
        { 303, HTTP_POST,
          "GET /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nA: b\r\n\r\n" },
        { 307, HTTP_POST,
          "POST /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nContent-Length: 4\r\nA: b\r\n"
          "Content-Type: t\r\n\r\nbody" },
        { 308, HTTP_POST,
          "POST /x/y HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nContent-Length: 4\r\nA: b\r\n"
          "Content-Type: t\r\n\r\nbody" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_request request = request_to(rows[i].method, "http://h.test/x/");
        struct client client;

        set_up(&client);
        client.body = "body";
        client.body_ready = 4;
        client.can_rewind = true;
        request.headers = span_of("A: b\r\nContent-Type: t\r\n");
        if (rows[i].method == HTTP_POST)
            request.body_len = 4;
        else
            request.headers = span_of("A: b\r\n");
        start(&client, &request);
        send_to(&client, client.peer, rows[i].status, "y");
        rig_expect(&client.rig, client.peer, rows[i].then);
        rig_send(&client.rig, client.peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        check_said(&client, "H[HTTP/1.1 200 OK] H[Content-Length: 0] R200/0 END ");
        tear_down(&client);
    }
}

/* Credentials stay with the origin that they were given for. */
static void test_redirect_elsewhere(void **state)
{
    struct http_request request = request_to(HTTP_GET, "http://h.test/");
    struct scripted_peer *other;
    struct client client;

    (void)state;
    set_up(&client);
    other = rig_listen(&client.rig, "other.test", 8080, PEER_ACCEPTS);
    request.headers =
        span_of("Authorization: Basic eDp5\r\nCookie: c\r\nAccept: */*\r\nHost: h\r\n");
    start(&client, &request);
    send_to(&client, client.peer, 302, "http://other.test:8080/o");
    rig_expect(
        &client.rig, other,
        "GET /o HTTP/1.1\r\nHost: other.test:8080\r\nConnection: close\r\nAccept: */*\r\n\r\n");
    send_to(&client, other, 302, "http://h.test/back");
    rig_expect(&client.rig, client.peer,
               "GET /back HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\nAccept: */*\r\n\r\n");
    tear_down(&client);
}

static void test_redirect_refused(void **state)
{
    static const char *const locations[] = { "ftp://h.test/", "http://u@h.test/", "http://",
                                             "x\ty" };
    struct client client;

    (void)state;
    for (size_t i = 0; i < COUNT(locations); i++) {
        char expected[20];

        set_up(&client);
        start_get(&client);
        send_to(&client, client.peer, 301, locations[i]);
        snprintf(expected, sizeof(expected), "FAILED%d ", HTTP_REDIRECT);
        check_said(&client, expected);
        tear_down(&client);
    }
}

static void test_redirects_end(void **state)
{
    struct client client;
    char expected[20];

    (void)state;
    set_up(&client);
    start_get(&client);
    for (int i = 0; i < 6; i++) {
        check_said(&client, "");
        send_to(&client, client.peer, 302, "/again");
    }
    snprintf(expected, sizeof(expected), "FAILED%d ", HTTP_REDIRECTS);
    check_said(&client, expected);
    tear_down(&client);
}

static void test_redirects_not_followed(void **state)
{
    struct http_request request = request_to(HTTP_GET, "http://h.test/");
    struct client client;

    (void)state;
    set_up(&client);
    request.redirects_max = 0;
    start(&client, &request);
    send_to(&client, client.peer, 302, "/y");
    check_said(&client, "H[HTTP/1.1 302 Go] H[Location: /y] H[Content-Length: 9] R302/9 END ");
    start_get(&client); /* one without an address to go to */
    rig_send(&client.rig, client.peer, "HTTP/1.1 302 Go\r\nContent-Length: 0\r\n\r\n");
    check_said(&client, "R302/0 END ");
    tear_down(&client);
}

static void test_body_cannot_be_sent_again(void **state)
{
    struct http_request request = request_to(HTTP_POST, "http://h.test/");
    struct client client;
    char expected[20];

    (void)state;
    set_up(&client);
    client.body = "x";
    client.body_ready = 1;
    request.body_len = 1;
    start(&client, &request);
    send_to(&client, client.peer, 307, "/y");
    snprintf(expected, sizeof(expected), "FAILED%d ", HTTP_REDIRECT);
    check_said(&client, expected);
    tear_down(&client);
}

/* ---- TLS ---- */

static void test_https(void **state)
{
    struct http_request request = request_to(HTTP_GET, "https://h.test/s");
    struct scripted_peer *peer;
    struct client client;
    char expected[20];

    (void)state;
    set_up(&client);
    peer = rig_listen(&client.rig, "h.test", 443, PEER_ACCEPTS);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    start(&client, &request);
    rig_expect(&client.rig, peer, "GET /s HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n");
    send_to(&client, peer, 301, "http://h.test/clear"); /* never from https to http */
    snprintf(expected, sizeof(expected), "FAILED%d ", HTTP_REDIRECT);
    check_said(&client, expected);
    assert_int_equal(byte_queue_len(&client.peer->got), 0);

    start_get(&client); /* the other way is fine */
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    send_to(&client, client.peer, 301, "https://h.test/s");
    rig_expect(&client.rig, peer, "GET /s HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n");
    rig_send(&client.rig, peer, "HTTP/1.1 200 OK\r\n\r\nsecret");
    peer_close(peer);
    rig_settle(&client.rig);
    check_said(&client, "H[HTTP/1.1 200 OK] R200/-1 END ");
    check_got(&client, "secret");
    assert_int_equal(client.rig.lent, 2);
    assert_int_equal(client.connected, 3);
    tear_down(&client);
}

static void test_https_fails(void **state)
{
    struct http_request request = request_to(HTTP_GET, "https://h.test/s");
    struct scripted_peer *peer;
    struct client client;
    char expected[20];

    (void)state;
    set_up(&client);
    peer = rig_listen(&client.rig, "h.test", 443, PEER_ACCEPTS);
    peer_decide(peer, &(struct peer_handshake){
                          .verdict = VERDICT_NO, .reason = TLS_UNKNOWN_CA, .alert = -1 });
    start(&client, &request);
    snprintf(expected, sizeof(expected), "FAILED%d ", HTTP_TLS);
    check_said(&client, expected);
    client.rig.lend_nothing = true;
    assert_int_equal(http_start(&client.http, &request), HTTP_TLS);
    check_said(&client, "");
    client.http.tls.lend = NULL;
    assert_int_equal(http_start(&client.http, &request), HTTP_INVALID);
    tear_down(&client);
}

/* ---- failures ---- */

static void test_no_connection(void **state)
{
    static const struct {
        enum name_answer answer;
        enum peer_listens listens;
        int64_t after_ms;
        enum http_error error;
    } rows[] = {
        { NAME_FAILS, PEER_ACCEPTS, 0, HTTP_DNS },
        { NAME_HANGS, PEER_ACCEPTS, 10000, HTTP_DNS },
        { NAME_ADDRESSES, PEER_REFUSES, 0, HTTP_CONNECT },
        { NAME_ADDRESSES, PEER_HANGS, 10000, HTTP_CONNECT },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct client client;
        char expected[20];

        set_up(&client);
        scripted_net_listen(&client.rig.world.scripted_net, 80, rows[i].listens);
        if (rows[i].answer != NAME_ADDRESSES)
            scripted_net_name(&client.rig.world.scripted_net, "h.test", rows[i].answer, NULL, 0);
        start_get(&client);
        if (rows[i].after_ms > 0) {
            rig_advance(&client.rig, rows[i].after_ms - 1);
            check_said(&client, "");
            rig_advance(&client.rig, 1);
        }
        snprintf(expected, sizeof(expected), "FAILED%d ", rows[i].error);
        check_said(&client, expected);
        assert_int_equal(client.connected, 0);
        tear_down(&client);
    }
}

static void test_server_fails(void **state)
{
    static const struct {
        const char *sends;
        char then; /* 'h' hangs up, 'r' resets, 't' is silent, ' ' nothing */
        const char *said;
    } rows[] = {
        { "", 'h', "FAILED6 " },
        { "", 'r', "FAILED6 " },
        { "", 't', "FAILED7 " },
        { "HTTP/1.1 200 OK\r\nContent-", 'h', "H[HTTP/1.1 200 OK] FAILED6 " },
        { "HTTP/1.1 200 OK\r\nContent-", 't', "H[HTTP/1.1 200 OK] FAILED7 " },
        { "SSH-2.0-OpenSSH\r\n", ' ', "FAILED8 " },
        { "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", ' ', "H[HTTP/1.1 200 OK] FAILED8 " },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 'h',
          "H[HTTP/1.1 200 OK] H[Content-Length: 5] R200/5 BROKEN6 " },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 'r',
          "H[HTTP/1.1 200 OK] H[Content-Length: 5] R200/5 BROKEN6 " },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 't',
          "H[HTTP/1.1 200 OK] H[Content-Length: 5] R200/5 BROKEN7 " },
        { "HTTP/1.1 200 OK\r\n\r\nab", 'r', "H[HTTP/1.1 200 OK] R200/-1 BROKEN6 " },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nx\r\n", ' ',
          "H[HTTP/1.1 200 OK] H[Transfer-Encoding: chunked] R200/-1 BROKEN8 " },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", 'h',
          "H[HTTP/1.1 200 OK] H[Transfer-Encoding: chunked] R200/-1 BROKEN6 " },
    };

    (void)state;
    assert_int_equal(HTTP_RECEIVE, 6);
    assert_int_equal(HTTP_TIMEOUT, 7);
    assert_int_equal(HTTP_PROTOCOL, 8);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct client client;

        set_up(&client);
        start_get(&client);
        rig_send(&client.rig, client.peer, rows[i].sends);
        if (rows[i].then == 'h')
            peer_hang_up(client.peer);
        if (rows[i].then == 'r')
            peer_reset(client.peer);
        rig_settle(&client.rig);
        if (rows[i].then == 't')
            rig_advance(&client.rig, 60000);
        check_text(rows[i].sends, client.said.at, rows[i].said);
        assert_false(http_is_busy(&client.http));
        tear_down(&client);
    }
}

/* A byte before each wait ends, of the body or of what stands around its chunks. */
static void check_slow(const char *head, const char *drop, int64_t slow_ms, int64_t ends_ms)
{
    struct http_request request = request_to(HTTP_GET, "http://h.test/x");
    int64_t left_ms = ends_ms;
    struct client client;

    set_up(&client);
    request.slow_timeout_ms = slow_ms;
    start(&client, &request);
    rig_send(&client.rig, client.peer, head);
    for (; left_ms > request.idle_timeout_ms; left_ms -= request.idle_timeout_ms - 1) {
        rig_advance(&client.rig, request.idle_timeout_ms - 1);
        rig_send(&client.rig, client.peer, drop);
    }
    rig_advance(&client.rig, left_ms - 1);
    assert_true(http_is_busy(&client.http));
    rig_advance(&client.rig, 1);
    assert_false(http_is_busy(&client.http));
    assert_int_equal(http_failure(&client.http), HTTP_TIMEOUT);
    tear_down(&client);
}

static void test_server_spins_the_body_out(void **state)
{
    static const char plain[] = "HTTP/1.1 200 OK\r\n\r\n";
    static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;";

    (void)state;
    check_slow(plain, "b", 60000, 80000); /* four idle times */
    check_slow(plain, "b", 100000, 100000);
    check_slow(chunked, "x", 100000, 100000);
}

/* Each kB has a time of its own, so a long body may take as long as it needs. */
static void test_slow_body_that_goes_on(void **state)
{
    static char kilobyte[HTTP_SLOW_BYTES + 1];
    struct http_request request = request_to(HTTP_GET, "http://h.test/x");
    struct client client;

    (void)state;
    memset(kilobyte, 'k', HTTP_SLOW_BYTES);
    set_up(&client);
    request.slow_timeout_ms = 60000;
    start(&client, &request);
    rig_send(&client.rig, client.peer, "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 100; i++) {
        rig_advance(&client.rig, 19000);
        rig_send(&client.rig, client.peer, "b");
        rig_advance(&client.rig, 19000);
        rig_send(&client.rig, client.peer, kilobyte);
    }
    assert_true(http_is_busy(&client.http));
    peer_hang_up(client.peer);
    rig_settle(&client.rig);
    assert_int_equal(byte_queue_len(&client.got), 100 * (HTTP_SLOW_BYTES + 1));
    tear_down(&client);
}

/* It can be stopped at each step, and started again. */
static void test_stop(void **state)
{
    static const char *const sends[] = { "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\n\r\nabc" };
    struct client client;

    (void)state;
    set_up(&client);
    assert_int_equal(
        http_start(&client.http, &(struct http_request){ .url = span_of("http://h.test/"),
                                                         .body_len = HTTP_NO_REQUEST_BODY,
                                                         .connect_timeout_ms = 1000,
                                                         .response_timeout_ms = 1000,
                                                         .idle_timeout_ms = 1000 }),
        HTTP_FINE);
    http_stop(&client.http);
    for (size_t i = 0; i < COUNT(sends); i++) {
        start_get(&client);
        rig_expect(&client.rig, client.peer, GET_X);
        rig_send(&client.rig, client.peer, sends[i]);
        text_init(&client.said, client.said_memory, sizeof(client.said_memory));
        http_stop(&client.http);
        rig_advance(&client.rig, 100000);
        check_said(&client, "");
        assert_int_equal(http_deadline(&client.http) == CLOCK_NEVER, true);
    }
    tear_down(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_fields_of_the_caller),
        cmocka_unit_test(test_what_cannot_start),
        cmocka_unit_test(test_post_in_pieces),
        cmocka_unit_test(test_expect_continue),
        cmocka_unit_test(test_chunked_and_by_close),
        cmocka_unit_test(test_back_pressure),
        cmocka_unit_test(test_slow_server),
        cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_redirect_elsewhere),
        cmocka_unit_test(test_redirect_refused),
        cmocka_unit_test(test_redirects_end),
        cmocka_unit_test(test_redirects_not_followed),
        cmocka_unit_test(test_body_cannot_be_sent_again),
        cmocka_unit_test(test_https),
        cmocka_unit_test(test_https_fails),
        cmocka_unit_test(test_no_connection),
        cmocka_unit_test(test_server_fails),
        cmocka_unit_test(test_server_spins_the_body_out),
        cmocka_unit_test(test_slow_body_that_goes_on),
        cmocka_unit_test(test_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
