/* fibocom_http_phase.h: the response that the HTTP client of a module keeps, and its phases. */
#ifndef FIBOCOM_HTTP_PHASE_H
#define FIBOCOM_HTTP_PHASE_H

#include "base/bytes.h"
#include "services/http.h"

struct module_terminal;
struct tlsmodem;

/* The last response, from the request for it on. */
#define FIBOCOM_HTTP_PHASES(X)                                                                     \
    X(HTTP_PHASE_NONE)                                                                             \
    X(HTTP_PHASE_CONNECTING) /* the host was not told yet whether there is a connection */         \
    X(HTTP_PHASE_AWAITED)                                                                          \
    X(HTTP_PHASE_COMPLETE)  /* it may be read */                                                   \
    X(HTTP_PHASE_STREAMING) /* MODE 1: it comes while it is read, behind its kept header */

enum fibocom_http_phase {
#define FIBOCOM_HTTP_ENUM(name) name,
    FIBOCOM_HTTP_PHASES(FIBOCOM_HTTP_ENUM)
#undef FIBOCOM_HTTP_ENUM
};

/* There from the first use of HTTP until nothing is left of it. */
struct fibocom_http {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* who asked */
    enum fibocom_http_phase phase; /* fibocom_http_enter() is its only writer */
    struct http *exchange;         /* in memory of its own; NULL unless awaited or streaming */
    int mode;                      /* of +HTTPACT */
    bool preset_timer;             /* it had none */
    bool secure;
    struct bytes data, head;        /* +HTTPDATA, +HTTPHEAD */
    struct bytes fields;            /* of the request under way */
    struct bytes response;          /* as far as it is kept */
    bool entering;                  /* +HTTPDATA or +HTTPHEAD has a prompt open: in any phase but
                                     * while a response is awaited */
    size_t sent;                    /* of the data */
    struct module_terminal *reader; /* has +HTTPREAD under way, or NULL */
    size_t read_at, read_end;       /* of it; MODE 1: bytes that it has shown */
};

/* The only writer of http->phase; lets go of what only the phase before needed.  Asserts that
 * `next` may follow on the phase. */
void fibocom_http_enter(struct fibocom_http *http, enum fibocom_http_phase next);

/* HTTP_PHASE_NONE, from any phase and without a word. */
void fibocom_http_forget(struct fibocom_http *http);

/* True from the request until its response can be read, or will not come. */
bool fibocom_http_is_awaited(const struct fibocom_http *http);

#endif
