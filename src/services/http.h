/* http.h: one HTTP/1.1 exchange over a connection of its own (RFC 9110, RFC 9112): GET, HEAD, POST,
 * with redirects.
 *
 * The request's body is asked for piece by piece, the response's is pulled by its reader; nothing
 * is collected.  Events come from the event loop only, never from inside a call.  No AT text.
 *
 * Redirects: 303 goes on with GET (HEAD stays), 301 and 302 make a GET of a POST as browsers do,
 * 307 and 308 repeat the request with its body.  From https to http there is no way: what the host
 * wanted protected would go in clear.  Authorization and cookies stay with the origin they were
 * given for.
 */
#ifndef SERVICES_HTTP_H
#define SERVICES_HTTP_H

#include "services/http_parse.h"
#include "services/http_url.h"
#include "services/outbox.h"
#include "services/tls_source.h"

#define HTTP_ERRORS(X)                                                                             \
    X(HTTP_FINE, "no error")                                                                       \
    X(HTTP_INVALID, "the address or a header of the request is not valid")                         \
    X(HTTP_DNS, "the server's name could not be resolved")                                         \
    X(HTTP_CONNECT, "no connection to the server")                                                 \
    X(HTTP_TLS, "no TLS session with the server")                                                  \
    X(HTTP_SEND, "the request could not be sent")                                                  \
    X(HTTP_RECEIVE, "the connection ended before the response did")                                \
    X(HTTP_TIMEOUT, "the server did not answer in time")                                           \
    X(HTTP_PROTOCOL, "the server did not answer in HTTP/1")                                        \
    X(HTTP_REDIRECT, "the server sends the request on to where it may not or cannot go")           \
    X(HTTP_REDIRECTS, "the server sends the request on too often")

enum http_error {
#define HTTP_ERROR_ENUM(name, text) name,
    HTTP_ERRORS(HTTP_ERROR_ENUM)
#undef HTTP_ERROR_ENUM
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST };

#define HTTP_STATES(X)                                                                             \
    X(HTTP_IDLE)                                                                                   \
    X(HTTP_OPENING)                                                                                \
    X(HTTP_EXCHANGING) /* sending the request, waiting for the head of the response */             \
    X(HTTP_RESPONDED)  /* the reader pulls the body */                                             \
    X(HTTP_DONE)                                                                                   \
    X(HTTP_FAILED)

enum http_state {
#define HTTP_STATE_ENUM(name) name,
    HTTP_STATES(HTTP_STATE_ENUM)
#undef HTTP_STATE_ENUM
};

enum { HTTP_NO_REQUEST_BODY = -1 };

struct http_request {
    enum http_method method;
    struct span url; /* as http_url_parse() takes it */
    /* Header fields, "Name: value" lines each ended by CR LF; borrowed until the end.  Host and
     * Connection replace ours; Content-Length, Transfer-Encoding and Expect are refused. */
    struct span headers;
    int64_t body_len;     /* bytes that give_body() will give; HTTP_NO_REQUEST_BODY: none */
    bool expect_continue; /* ask the server before the body is sent (RFC 9110 §10.1.1) */
    unsigned redirects_max;
    int redirects_too; /* one more status that is a redirect, of a response with Location; 0: none
                        */
    int64_t connect_timeout_ms;  /* for each step of opening a connection */
    int64_t response_timeout_ms; /* from the start to the head of the response, with redirects */
    int64_t idle_timeout_ms;     /* longest wait for the next bytes of the body */
    int64_t slow_timeout_ms;     /* longest wait in all for each HTTP_SLOW_BYTES of it, or four idle
                                  * times where that is longer; 0: no such limit */
};

struct http_events {
    /* There is a connection, TLS included; again for each redirect; may be NULL. */
    void (*on_connected)(void *ctx);
    /* The next bytes of the request's body; 0: none now, http_resume() when there are. */
    size_t (*give_body)(void *ctx, uint8_t *buf, size_t cap);
    /* The body is wanted again from its beginning; NULL or false: that cannot be. */
    bool (*rewind_body)(void *ctx);
    /* The status line, then each field, of a response that is not followed elsewhere (a redirect
     * without Location counts as one that is); may be NULL.  Cut at HTTP_LINE_MAX. */
    void (*on_header)(void *ctx, struct span line);
    void (*on_response)(void *ctx); /* the head is complete: http_status(); http_read() may begin */
    void (*on_readable)(void *ctx); /* after http_read() gave -ERR_AGAIN: ask it again */
    void (*on_failed)(void *ctx, enum http_error error); /* before on_response() */
};

enum { HTTP_SLOW_BYTES = 1024 };

enum { HTTP_INPUT_BYTES = 2048, HTTP_OUTPUT_BYTES = HTTP_PATH_MAX + HTTP_HOST_MAX + 512 };

struct http {
    const struct connection_world *world;
    const struct http_events *events;
    void *ctx;             /* of the events */
    struct tls_source tls; /* `lend` NULL: no https */
    int id;                /* for the log */
    enum http_state state;
    enum http_error error; /* HTTP_FAILED */
    struct http_request request;
    bool has_next_url, next_url_bad;
    unsigned redirects;
    bool foreign;      /* no longer the origin that the request was for */
    bool body_dropped; /* by a redirect: GET from now on */
    struct connection connection;
    struct connection_failure failure;
    int64_t deadline_ms;       /* response or idle time */
    int64_t continue_until_ms; /* the body waits for "100 Continue" */
    /* The request on its way; see http_request.c. */
    int stage;
    size_t header_at;     /* of the caller's fields */
    int64_t body_left;    /* not yet asked for */
    struct outbox outbox; /* in `output` */
    /* The response. */
    struct span body; /* in `input`, not yet given to the reader */
    bool dry;         /* the reader waits for on_readable() */
    int64_t dry_from_ms;
    int64_t waited_ms; /* before that, since HTTP_SLOW_BYTES have come */
    size_t come;       /* of them */
    size_t input_at, input_len;
    /* What is large comes last: http_init() does not touch it, nor does an idle modem have it. */
    struct http_url url, next_url; /* now, and where the response sends us */
    struct http_parser parser;
    uint8_t output[HTTP_OUTPUT_BYTES];
    uint8_t input[HTTP_INPUT_BYTES];
};

/* All of it is borrowed.  `id` is for the log, `tls` is asked for each https connection. */
void http_init(struct http *http, int id, const struct connection_world *world,
               const struct http_events *events, void *ctx, const struct tls_source *tls);

/* Starts an exchange; one that is under way is stopped.  HTTP_FINE, or HTTP_INVALID, HTTP_DNS,
 * HTTP_TLS: nothing was started. */
enum http_error http_start(struct http *http, const struct http_request *request);

/* Ends it in any state, wipes what it held; no event follows. */
void http_stop(struct http *http);

/* give_body() has something again. */
void http_resume(struct http *http);

/* After on_response(): the final status. */
int http_status(const struct http *http);

/* The Content-Length of that response, or -1. */
int64_t http_length(const struct http *http);

/* After on_response(), before http_read(): a body in chunks is read as it comes, with their sizes,
 * to the end of the connection. */
void http_keep_chunks(struct http *http);

/* After on_response(): bytes of the body; 0: it has ended; -ERR_AGAIN: on_readable() follows;
 * -ERR_IO: it broke off, http_failure() says why. */
ptrdiff_t http_read(struct http *http, uint8_t *buf, size_t cap);

/* Why it failed or broke off; HTTP_FINE: it did not. */
enum http_error http_failure(const struct http *http);

/* After HTTP_TIMEOUT: true when it was slow_timeout_ms that was over. */
bool http_was_slow(const struct http *http);

/* Another idle_timeout_ms from now on. */
void http_set_idle_timeout(struct http *http, int64_t timeout_ms);

/* True from http_start() until the end of the response, a failure, or http_stop(). */
bool http_is_busy(const struct http *http);

/* When http_tick() has something to do; CLOCK_NEVER. */
int64_t http_deadline(const struct http *http);

/* Ends what takes too long; nothing before the deadline. */
void http_tick(struct http *http);

#endif
