/* fibocom.h: what the files of this maker share.
 *
 * Two families have the same command names: the L610, and the NL668 series with the M910.  Where
 * they differ is data of the model.  Sources: FIBOCOM_L610 AT SSL V1.0.0; Fibocom SSL V1.1.4; what
 * these two do not say, docs/facts/fibocom.md.
 */
#ifndef FIBOCOM_H
#define FIBOCOM_H

#include "base/bytes.h"
#include "bridge/online.h"
#include "bridge/packets.h"
#include "module/facts.h"
#include "module/module.h"
#include "module/part.h"
#include "personalities/fibocom/fibocom_errors.h"
#include "personalities/fibocom/fibocom_facts.h"
#include "personalities/fibocom/fibocom_failure.h"
#include "personalities/fibocom/fibocom_ftp.h"
#include "personalities/fibocom/fibocom_hm.h"
#include "personalities/fibocom/fibocom_http.h"
#include "personalities/fibocom/fibocom_mqtt.h"

/* Features that rows are marked with. */
enum fibocom_feature {
    FIBOCOM_L610 = 1,
    FIBOCOM_NL668 = 2,        /* and M910 */
    FIBOCOM_SSL_3_0 = 4,      /* an NL668 or M910 that has SSL 3.0 */
    FIBOCOM_FROM_TLS_1_0 = 8, /* an NL668 that has not */
};

/* Limits of a model, as rows refer to them (1 + index). */
enum fibocom_limit { LIMIT_SOCKETS = LIMIT_OF_MAKER, LIMIT_HTTP_PARAMS, LIMIT_NAMED, LIMIT_END };

enum {
    FIBOCOM_SOCKETS = 6,
    FIBOCOM_TRUST_FILES = 40,
    FIBOCOM_FILE_MAX = 8192,
    FIBOCOM_CIPHERS = 32, /* cipalgID from 0 */
    FIBOCOM_RECEIVED_BYTES = 2048
};

/* The cipher suites of some products: sets of cipalgIDs, as bit masks. */
struct fibocom_group {
    uint32_t supported;
    uint32_t defaults; /* which count when none is loaded, and what cipalgID 0 means */
};

enum fibocom_file_kind { FILE_CERTIFICATE, FILE_KEY, FILE_TRUST };

/* Slots of the files: one, one, forty. */
enum { SLOT_CERTIFICATE, SLOT_KEY, SLOT_TRUST, SLOT_COUNT = SLOT_TRUST + FIBOCOM_TRUST_FILES };

/* Of a file that comes once more, until it is compared: never one that counts. */
enum { SLOT_AGAIN = SLOT_COUNT };

/* One that is stored, or being entered; lost at power-down. */
struct fibocom_file {
    struct bytes bytes;
    size_t slot;
    enum fibocom_file_kind kind;
    bool entering; /* its prompt is open: it does not count yet */
};

/* What the +GTSSL* commands set. */
struct fibocom_ssl {
    int32_t mode;    /* +GTSSLMODE: 1 verifies the server */
    int32_t version; /* +GTSSLVER */
    uint32_t loaded; /* +GTSSLCIPHER, as a bit mask by cipalgID */
    uint32_t chosen; /* those of which the host has said whether they are */
    int error;       /* +GTSSLERR; FIBOCOM_NO_ERROR */
};

/* Of a socket's +MIPSEND. */
#define FIBOCOM_SEND_PHASES(X)                                                                     \
    X(SEND_NONE)                                                                                   \
    X(SEND_ENTERING) /* its prompt is open */                                                      \
    X(SEND_WAITING)  /* for the peer, who has not taken all */

enum fibocom_send_phase {
#define FIBOCOM_SEND_ENUM(name) name,
    FIBOCOM_SEND_PHASES(FIBOCOM_SEND_ENUM)
#undef FIBOCOM_SEND_ENUM
};

/* There while it is open or a host may still ask for it. */
struct fibocom_socket {
    struct online online; /* first member; its owner's port is the peer's */
    int id;
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the port that opened it */
    struct connection connection;
    struct packets packets; /* what waits for the peer; online over UDP also for its time */
    bool secure;            /* TLS; of the last opening */
    bool transparent;       /* opened by +MIPODM */
    bool lingers;           /* the peer has ended it, and the host has not closed it yet */
    bool unread;            /* there may be datagrams */
    enum fibocom_send_phase send_phase; /* fibocom_send_enter() is its only writer */
    struct at_session *sender;          /* whose +MIPSEND it is; NULL: there is none */
    int64_t send_until_ms;              /* SEND_WAITING: then it gives up */
    int64_t hold_until_ms;              /* of its opening: other sockets wait no longer */
    unsigned prompts; /* of +MIPSEND that are open, those of connections before it too */
    size_t told;      /* bytes that the last +MIPREAD counted and that are still there */
};

/* +MIPSTAT */
enum fibocom_state { STATE_FINE, STATE_BROKEN, STATE_CLOSED_BY_PEER };

/* Parameters of +MIPOPEN and +MIPODM. */
enum { OPEN_ID, OPEN_LOCAL_PORT, OPEN_HOST, OPEN_PORT, OPEN_PROTOCOL };

#define FIBOCOM_SOCKET_ID                                                                          \
    {                                                                                              \
        .name = "socket_id", .min = 1, .max_limit = LIMIT_SOCKETS                                  \
    }

/* The names of +GTSET.  All but the first are kept for the host. */
enum fibocom_named {
    NAMED_FORMAT,
    NAMED_SEND_TIME,
    NAMED_SIM_PHASE,
    NAMED_GPRS_FIRST,
    NAMED_DEBUG_HANDLER,
    FIBOCOM_NAMED
};

struct fibocom_settings {
    int32_t named[FIBOCOM_NAMED];                /* +GTSET; that of NAMED_FORMAT is a place of
                                                  * FACT_FORMAT */
    int32_t clock_update;                        /* +CTZU */
    int32_t sim_detect, wake, usb_mode, sleep_s; /* kept for the host */
};

/* +MIPSETS: what waits at a socket until it is so much, or so old. */
struct fibocom_threshold {
    uint16_t size;    /* bytes; 0: nothing waits */
    uint16_t wait_ds; /* 0: for ever */
};

/* What is there from power-on to power-off: what rows bind, and small things. */
struct fibocom {
    struct fibocom_settings settings;
    struct fibocom_ssl ssl;
    struct fibocom_ftp_settings ftp;
    char *ftp_reply;                     /* owned; the last one of a session that is over */
    struct module_terminal *ftp_asker;   /* may ask whether the file of that session was all */
    char *http_values[HTTP_PARAM_COUNT]; /* owned strings of +HTTPSET; fibocom_http_value() */
    struct fibocom_threshold thresholds[FIBOCOM_SOCKETS];
    uint8_t mqtt_refusals[FIBOCOM_MQTT_CLIENTS]; /* CONNACK's code of a login that was refused; 0 */
    bool mqtt_by_length;                         /* +MQTTCONF=1 */
    bool hangs_up; /* +MIPCALL=0 runs: it says itself that the context is down */
};

/* What the modem behind a session has of this maker. */
struct fibocom *fibocom_of(const struct at_session *at);

/* Which family its product is of. */
enum fibocom_family fibocom_family_of(const struct tlsmodem *modem);

extern const struct personality fibocom_personality;
extern const struct module_part fibocom_sockets, fibocom_http_part, fibocom_exchange_part,
    fibocom_ftp_part, fibocom_lookup_part, fibocom_time_part, fibocom_files_part, fibocom_call_part,
    fibocom_network_time_part;
extern const struct at_commands fibocom_general, fibocom_multiplex, fibocom_call, fibocom_files,
    fibocom_ssl, fibocom_cipher, fibocom_socket, fibocom_keep_alive, fibocom_send, fibocom_receive,
    fibocom_odm, fibocom_lookup, fibocom_http, fibocom_http_read, fibocom_ftp, fibocom_ftp_files,
    fibocom_ftp_put, fibocom_time, fibocom_network_time, fibocom_phone, fibocom_settings_rows,
    fibocom_refused;

/* A row's record of module-wide settings. */
void *fibocom_settings_record(struct at_session *at, size_t index);

/* The context of +MIPCALL, as +CGDCONT numbers it. */
enum { CALL_CID = 1 };

/* fibocom_call.c: the one context of +MIPCALL. */
struct module_context *fibocom_context(struct tlsmodem *modem);

/* fibocom_call.c: the error of a command that needs that context while it is down. */
enum at_status fibocom_refuse_offline(struct at_session *at);

/* fibocom_files.c: what +GTSSLFILE has put into a slot; nothing, if nothing was. */
struct span fibocom_file(const struct tlsmodem *modem, size_t slot);

/* fibocom_files.c: how many trusted certificates are stored. */
size_t fibocom_trust_count(const struct tlsmodem *modem);

/* As in struct personality: CERTFILE, KEYFILE, TRUSTFILE, TRUSTFILE/2 and on; gone with the power.
 */
size_t fibocom_given_max(const struct module_model *model, const char *name);

/* The same. */
enum err fibocom_given_put(struct tlsmodem *modem, const char *name, struct span data);

/* fibocom_suites.c: the cipher suite of a number below FIBOCOM_CIPHERS; 0: there is none. */
tls_suite fibocom_suite(enum fibocom_family family, int id);

/* fibocom_suites.c: those of the product; what they are counts as seen. */
const struct fibocom_group *fibocom_group_of(const struct tlsmodem *modem);

/* fibocom_suites.c: those that are loaded when the power comes. */
uint32_t fibocom_suites_at_start(const struct tlsmodem *modem);

/* fibocom_suites.c: those that are loaded now; what they are counts as seen. */
uint32_t fibocom_suites_loaded(const struct tlsmodem *modem);

/* fibocom_suites.c: those that the next connection offers; what they are counts as seen. */
uint32_t fibocom_suites_offered(const struct tlsmodem *modem);

/* fibocom_tls.c: lends what the +GTSSL* commands say (services/tls_source.h); `ctx` is the modem. A
 * file that is bad is logged, and noted for +GTSSLERR. */
enum err fibocom_tls_lend(void *ctx, enum err (*use)(void *use_ctx, const struct tls_config *tls),
                          void *use_ctx);

/* fibocom_tls.c: notes for +GTSSLERR why a secure connection failed or was lost. */
void fibocom_tls_note(struct tlsmodem *modem, const struct connection_failure *failure);

/* fibocom_socket.c: the socket `id` (from 1), to open it or to set something; NULL: no memory, and
 * the error is noted. */
struct fibocom_socket *fibocom_socket_make(struct at_session *at, int32_t id);

/* fibocom_socket.c: the same if it is there; NULL: nobody uses it. */
struct fibocom_socket *fibocom_socket_if(const struct at_session *at, int32_t id);

/* fibocom_socket.c: the same to look at; one that nobody uses is closed. */
const struct fibocom_socket *fibocom_socket_look(const struct at_session *at, int32_t id);

/* fibocom_socket.c: the same, connected, and not the other side of a port; NULL: the error is
 * noted. */
struct fibocom_socket *fibocom_socket_open(struct at_session *at, int32_t id);

/* fibocom_socket.c: true from its start until there is a result. */
bool fibocom_socket_is_opening(const struct fibocom_socket *socket);

/* fibocom_socket.c: an opening of this port has no result yet, which is to come before anything
 * else, if it comes soon (FACT_OPENING_HOLDS_MS).  `has_news`: there is something else. */
bool fibocom_socket_holds_back(const struct module_terminal *terminal, bool has_news);

/* fibocom_socket.c: tells that an opening has failed; +MIPODM ends with it. */
void fibocom_socket_tell_failed(struct fibocom_socket *socket);

/* fibocom_socket.c: a +MIPSEND that waits has failed. */
void fibocom_socket_fail_send(struct fibocom_socket *socket);

/* fibocom_socket.c: closes without a word. */
void fibocom_socket_close(struct fibocom_socket *socket);

/* fibocom_socket.c: the same, and the port that waits for it or is its other side is free again. */
void fibocom_socket_hang_up(struct fibocom_socket *socket);

/* fibocom_socket.c: the same for the port that asked, which hears +MIPCLOSE; one that was online
 * hears it too. */
void fibocom_socket_close_for(struct fibocom_socket *socket, struct at_session *at);

/* fibocom_socket.c: a socket may be opened: it is free, and there is a context; otherwise the error
 * is noted. */
enum at_status fibocom_socket_check(struct at_session *at, const struct fibocom_socket *socket);

/* fibocom_socket.c: starts what +MIPOPEN and +MIPODM ask for: false when it has failed already,
 * noted and logged. */
bool fibocom_socket_begin(struct fibocom_socket *socket, struct at_session *at,
                          const struct at_args *args);

/* fibocom_send_phase.c: the only writer of socket->send_phase: from SEND_NONE to another for the
 * port `sender`, or back to SEND_NONE, with NULL. */
void fibocom_send_enter(struct fibocom_socket *socket, enum fibocom_send_phase next,
                        struct at_session *sender);

/* fibocom_send.c: for a +MIPSEND that waits the peer takes more, or is gone. */
void fibocom_send_go_on(struct fibocom_socket *socket);

/* fibocom_send.c: its time is over; what is left goes out when the peer takes it. */
void fibocom_send_give_up(struct fibocom_socket *socket);

/* fibocom_receive.c: tells the host what has come, in the chosen format; the port is quiet. */
void fibocom_receive_show(struct fibocom_socket *socket);

/* fibocom_odm.c: the socket of +MIPODM is open: its port is the peer's. */
void fibocom_odm_opened(struct fibocom_socket *socket);

#endif
