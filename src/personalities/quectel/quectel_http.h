/* quectel_http.h: HTTP as the module offers it: one URL, one exchange at a time. */
#ifndef QUECTEL_HTTP_H
#define QUECTEL_HTTP_H

#include "bridge/online.h"
#include "module/module.h"
#include "personalities/quectel/quectel_disk.h"
#include "personalities/quectel/quectel_facts.h"
#include "services/http.h"

/* What a host finds. */
#define QUECTEL_HTTP_PHASES(X)                                                                     \
    X(QUECTEL_HTTP_IDLE)                                                                           \
    X(QUECTEL_HTTP_INPUT)    /* a prompt collects the URL or a body */                             \
    X(QUECTEL_HTTP_REQUEST)  /* +QHTTPGET or +QHTTPPOST waits for the response */                  \
    X(QUECTEL_HTTP_READY)    /* the response may be read */                                        \
    X(QUECTEL_HTTP_EXPIRED)  /* it was not read in time */                                         \
    X(QUECTEL_HTTP_READING)  /* +QHTTPREAD is under way */                                         \
    X(QUECTEL_HTTP_DOWNLOAD) /* +QHTTPDL is */

enum quectel_http_phase {
#define QUECTEL_HTTP_ENUM(name) name,
    QUECTEL_HTTP_PHASES(QUECTEL_HTTP_ENUM)
#undef QUECTEL_HTTP_ENUM
};

enum { QUECTEL_HTTP_FIELD_MAX = QUECTEL_FIELD_MOST };

/* How long something may take: what a command says, or the module's factory value. */
struct quectel_http_time {
    int32_t seconds;
    bool preset;
};

/* An exchange under way. */
struct quectel_exchange {
    struct online online; /* first member; +QHTTPREAD */
    struct http client;
    struct bytes download; /* what +QHTTPDL has got so far */
    size_t download_max;
    int64_t download_until_ms; /* CLOCK_NEVER: there is none */
    bool download_over;        /* no more comes, but its time is not over */
    bool download_ram;
    char download_name[QUECTEL_DISK_NAME_MAX + 1];
    char headers[2 * QUECTEL_HTTP_FIELD_MAX + 80];
};

/* What outlives an exchange: there from the first command of HTTP on. */
struct quectel_http {
    struct tlsmodem *modem;
    struct module_terminal *owner;     /* the port whose command is under way */
    enum quectel_http_phase phase;     /* quectel_http_enter() is its only writer */
    struct quectel_exchange *exchange; /* NULL: none */
    size_t cid;                        /* of the context that it runs on */
    char *url;                         /* owned; of +QHTTPURL */
    struct bytes input;                /* the URL that a prompt is collecting */
    struct bytes body;                 /* of +QHTTPPOST; freed with the exchange */
    size_t body_at;
    bool download_preset;                 /* which no command has named */
    struct quectel_http_time input_time;  /* for what a prompt collects */
    struct quectel_http_time answer_time; /* for the response, then for +QHTTPREAD */
    int64_t read_until_ms;                /* of the latter */
    char *content_type, *user_agent;      /* owned; +QHTTPCFG; NULL: as the module comes */
};

/* NULL: no memory. */
struct quectel_http *quectel_http_of(const struct at_session *at);

extern const struct module_part quectel_http_part, quectel_exchange_part;
extern const struct at_commands quectel_http_rows, quectel_http_read_rows,
    quectel_http_download_rows;

/* The +CME ERROR for the failure of an exchange. */
int quectel_http_error(enum http_error error);

/* True while a command of one port is under way: the others have to wait. */
bool quectel_http_is_busy(const struct quectel_http *http);

/* The error of a command that has to wait for one that is under way. */
enum at_status quectel_http_refuse_busy(struct at_session *at);

/* AT_OK: a request may be made; else the error is noted. */
enum at_status quectel_http_may_request(struct at_session *at);

/* AT_OK: there is a response that nobody has read; else the error is noted. */
enum at_status quectel_http_may_read(struct at_session *at);

/* The time that a command's parameter names, or the factory value. */
struct quectel_http_time quectel_http_time(const struct at_session *at, const struct at_arg *arg);

/* That time is over: noted where it is the factory value. */
void quectel_http_note_time(const struct quectel_http *http, struct quectel_http_time time);

/* Starts a request that is to be answered in time: AT_LATER, or AT_FAIL. */
enum at_status quectel_http_request(struct at_session *at, enum http_method method,
                                    struct quectel_http_time time);

/* "Content-Type" of +QHTTPCFG, or what the module comes with. */
const char *quectel_http_content_type(const struct quectel_http *http);

/* "User-Agent", the same way. */
const char *quectel_http_user_agent(const struct quectel_http *http);

/* The body of the request is not needed any more. */
void quectel_http_forget_body(struct quectel_http *http);

/* Goes on to `next`, where it is not there already; asserts that it may.  The time to read counts
 * in QUECTEL_HTTP_READY only. */
void quectel_http_enter(struct quectel_http *http, enum quectel_http_phase next);

/* Ends the exchange, forgets its body, and enters `next`. */
void quectel_http_end(struct quectel_http *http, enum quectel_http_phase next);

/* quectel_http_download.c: more of the response has come. */
void quectel_http_pump_download(struct quectel_http *http);

/* quectel_http_download.c: it has ended; `error`: the +CME ERROR of its failure. */
void quectel_http_end_download(struct quectel_http *http, int error);

#endif
