/* ftp.h: an FTP client: one control connection, and a data connection for each transfer; plain, or
 * both under TLS.
 *
 * Source: RFC 959, RFC 1123 section 4.1, RFC 2228, RFC 2428, RFC 3659, RFC 4217 (explicit TLS).
 * One operation at a time: a call starts it, on_done() ends it.  It reports through `struct
 * ftp_events`, from the event loop only, never from inside a call.  It knows no AT command.
 */
#ifndef SERVICES_FTP_H
#define SERVICES_FTP_H

#include "services/ftp_reply.h"
#include "services/outbox.h"
#include "services/tls_source.h"

#define FTP_STATES(X)                                                                              \
    X(FTP_CLOSED)                                                                                  \
    X(FTP_CONNECTING)                                                                              \
    X(FTP_GREETING)                                                                                \
    X(FTP_AUTH)                                                                                    \
    X(FTP_SECURING)                                                                                \
    X(FTP_PBSZ)                                                                                    \
    X(FTP_PROT)                                                                                    \
    X(FTP_USER)                                                                                    \
    X(FTP_PASS)                                                                                    \
    X(FTP_FIRST_TYPE)                                                                              \
    X(FTP_READY)                                                                                   \
    X(FTP_COMMAND)                                                                                 \
    X(FTP_RENAME_FROM)                                                                             \
    X(FTP_PASSIVE)                                                                                 \
    X(FTP_DATA_CONNECTING)                                                                         \
    X(FTP_ACTIVE)                                                                                  \
    X(FTP_RESTART)                                                                                 \
    X(FTP_TRANSFER)                                                                                \
    X(FTP_QUITTING)

enum ftp_state {
#define FTP_ENUM(name) name,
    FTP_STATES(FTP_ENUM)
#undef FTP_ENUM
};

/* How an operation ended.  A maker's table maps each to its code. */
#define FTP_ERRORS(X)                                                                              \
    X(FTP_FINE, "no failure")                                                                      \
    X(FTP_NO_NAME, "the server's name could not be resolved")                                      \
    X(FTP_NO_CONNECTION, "no connection to the server")                                            \
    X(FTP_NOT_READY, "the server is not ready")                                                    \
    X(FTP_NO_TLS, "the server refuses TLS")                                                        \
    X(FTP_BAD_TLS, "the TLS handshake failed")                                                     \
    X(FTP_BAD_CREDENTIALS, "the security data is missing or unusable")                             \
    X(FTP_NO_LOGIN, "the server refuses the login")                                                \
    X(FTP_REFUSED, "the server refuses the command")                                               \
    X(FTP_UNEXPECTED, "the server's reply makes no sense")                                         \
    X(FTP_TIMED_OUT, "the server does not answer")                                                 \
    X(FTP_LOST, "the control connection was lost")                                                 \
    X(FTP_SHUT_DOWN, "the server ends the session")                                                \
    X(FTP_NO_DATA, "no data connection")                                                           \
    X(FTP_NO_LISTENER, "no port to listen on")                                                     \
    X(FTP_DATA_LOST, "the data connection was lost")                                               \
    X(FTP_DATA_STALLED, "the data connection stands still")                                        \
    X(FTP_ABORTED, "ended by the host")                                                            \
    X(FTP_INVALID, "a name that FTP cannot carry")                                                 \
    X(FTP_BUSY, "not possible in this state")

enum ftp_error {
#define FTP_ERROR_ENUM(name, text) name,
    FTP_ERRORS(FTP_ERROR_ENUM)
#undef FTP_ERROR_ENUM
};

/* One clause for the log. */
const char *ftp_error_text(enum ftp_error error);

/* Commands that one reply answers. */
#define FTP_VERBS(X)                                                                               \
    X(FTP_ASCII, "TYPE A")                                                                         \
    X(FTP_BINARY, "TYPE I")                                                                        \
    X(FTP_CWD, "CWD")                                                                              \
    X(FTP_CDUP, "CDUP")                                                                            \
    X(FTP_PWD, "PWD")                                                                              \
    X(FTP_MKD, "MKD")                                                                              \
    X(FTP_RMD, "RMD")                                                                              \
    X(FTP_DELE, "DELE")                                                                            \
    X(FTP_SIZE, "SIZE")                                                                            \
    X(FTP_MDTM, "MDTM")                                                                            \
    X(FTP_SYST, "SYST")                                                                            \
    X(FTP_NOOP, "NOOP")

enum ftp_verb {
#define FTP_VERB_ENUM(name, text) name,
    FTP_VERBS(FTP_VERB_ENUM)
#undef FTP_VERB_ENUM
};

#define FTP_KINDS(X)                                                                               \
    X(FTP_RETR, "RETR")                                                                            \
    X(FTP_LIST, "LIST")                                                                            \
    X(FTP_NLST, "NLST")                                                                            \
    X(FTP_STOR, "STOR")                                                                            \
    X(FTP_APPE, "APPE")

enum ftp_kind {
#define FTP_KIND_ENUM(name, text) name,
    FTP_KINDS(FTP_KIND_ENUM)
#undef FTP_KIND_ENUM
};

/* True when the bytes go to the server. */
bool ftp_kind_is_upload(enum ftp_kind kind);

/* What comes in one read is told reply by reply: an operation has ended, and the session is ready,
 * before the end of the session that came with it is looked at. */
struct ftp_events {
    void (*on_started)(void *ctx);                    /* of a transfer: data may flow */
    void (*on_data)(void *ctx);                       /* more to read than before, or the end */
    void (*on_writable)(void *ctx);                   /* after ftp_write() took nothing */
    void (*on_done)(void *ctx, enum ftp_error error); /* of every operation */
    void (*on_lost)(void *ctx, enum ftp_error error); /* the session, between operations */
};

enum { FTP_NAME_MAX = 255, FTP_LINE_MAX = 512, FTP_IDENTITY_MAX = 100, FTP_INPUT_BYTES = 256 };

struct ftp_session {
    const char *host;
    uint16_t port;
    const char *user, *password; /* wiped from the client as soon as they are sent */
    bool secure;                 /* AUTH TLS, PBSZ 0, PROT P */
    bool passive;
    bool ascii;          /* TYPE A to begin with, not TYPE I */
    bool ignore_private; /* a private address in PASV's reply is not believed: the server's is
                          * taken */
    int64_t timeout_ms;  /* for each reply, and for each step of opening a connection */
    int64_t total_ms;    /* for an operation, of a transfer up to on_started(); 0: no limit but that
                          * of each step */
    int64_t idle_ms;     /* a data connection on which the server stands still; 0: no limit */
};

struct ftp_transfer {
    enum ftp_kind kind;
    char name[FTP_NAME_MAX + 1];
    uint64_t offset;
    enum ftp_error failed;
    bool open;     /* the data connection is there */
    bool begun;    /* the server has said 1xx, or its final reply */
    bool secured;  /* TLS was put on, or is about to be */
    bool started;  /* on_started() was called or is due */
    bool ending;   /* the upload's last byte was written */
    bool over;     /* the data connection has ended as it should */
    bool answered; /* the final reply has come */
    int64_t idle_until_ms;
};

struct ftp {
    const struct connection_world *world;
    const struct ftp_events *events;
    void *ctx;             /* of the events */
    struct tls_source tls; /* asked for each connection of a secure session */
    int id;                /* for the log */
    enum ftp_state state;
    struct connection control, data;
    uint8_t in[FTP_INPUT_BYTES]; /* from the control connection; `in_at` of it were looked at */
    size_t in_at, in_len;
    struct reply_reader reader;
    struct ftp_reply reply; /* the last one; kept after the session */
    char out[FTP_LINE_MAX + 2];
    struct outbox outbox; /* in `out` */
    char user[FTP_IDENTITY_MAX + 1], password[FTP_IDENTITY_MAX + 1];
    bool secure, passive, ascii, ignore_private;
    struct tls_offer offer; /* of a secure session: what the server has not refused yet */
    int64_t timeout_ms, total_ms, idle_ms, deadline_ms;
    int64_t operation_until_ms; /* end of total_ms, or CLOCK_NEVER */
    bool out_of_time;           /* it was over when the last operation failed */
    struct ftp_transfer transfer;
    bool started_due, done_due, lost_due; /* events on their way */
    enum ftp_error done_error, lost_error;
    enum ftp_error ending; /* what ends the session when the transfer is read; FTP_FINE: nothing */
};

/* `received_cap`: how many bytes of a buffered download may wait.  All else is borrowed. */
void ftp_init(struct ftp *ftp, int id, const struct connection_world *world,
              const struct ftp_events *events, void *ctx, const struct tls_source *tls,
              size_t received_cap);

/* ---- operations: FTP_FINE, and on_done() follows; or nothing was started, and what has ended the
 * session is the error where on_lost() is about to say so ---- */

/* Connects and logs in; binary type is set.  A server that refuses TLS is not talked to. */
enum ftp_error ftp_open(struct ftp *ftp, const struct ftp_session *session);

/* In on_done() with FTP_TIMED_OUT: true when it was total_ms that was over. */
bool ftp_is_out_of_time(const struct ftp *ftp);

/* `argument` may be empty.  FTP_INVALID for one with control characters or too long. */
enum ftp_error ftp_command(struct ftp *ftp, enum ftp_verb verb, struct span argument);

/* RNFR and RNTO; names as the argument of ftp_command(). */
enum ftp_error ftp_rename(struct ftp *ftp, struct span from, struct span to);

/* on_started(), then the bytes, then on_done().  Downloads start at `offset`. */
enum ftp_error ftp_transfer(struct ftp *ftp, enum ftp_kind kind, struct span name, uint64_t offset);

/* QUIT; a transfer under way is cut off. */
enum ftp_error ftp_quit(struct ftp *ftp);

/* ---- the bytes of a transfer ---- */

/* Downloads: as connection_read() and its fellows.  on_done() comes when all is read. */
size_t ftp_read(struct ftp *ftp, uint8_t *buf, size_t cap);

/* Bytes that ftp_read() is sure to give. */
size_t ftp_available(const struct ftp *ftp);

/* No room for more: on_data() stays away until ftp_read() has found nothing to give. */
void ftp_pause(struct ftp *ftp);

/* Collect what comes so that ftp_available() counts it; to be said before a download starts. */
void ftp_set_buffering(struct ftp *ftp, bool buffering);

/* Uploads: bytes accepted; after 0 on_writable() follows, or on_done(). */
size_t ftp_write(struct ftp *ftp, struct span bytes);
/* That was all: on_done() follows. */
void ftp_end_upload(struct ftp *ftp);

/* Ends a transfer under way: on_done() follows with FTP_ABORTED, or what came first.  The data
 * connection is closed, which the server answers in the transfer's own reply; ABOR is not sent,
 * since servers differ in how often they answer it. */
void ftp_abort(struct ftp *ftp);

/* ---- state ---- */

/* True while the client is logged in. */
bool ftp_is_open(const struct ftp *ftp);

/* The same, and no operation is under way. */
bool ftp_is_ready(const struct ftp *ftp);

/* An upload has started and was not ended by ftp_end_upload(). */
bool ftp_is_upload(const struct ftp *ftp);

/* A transfer is under way. */
bool ftp_is_transfer(const struct ftp *ftp);

/* The data connection has ended as it should, and all is read or sent: only the reply is due. */
bool ftp_is_over(const struct ftp *ftp);
/* Nothing of the transfer is left to read or to send now: its end is on its way, or, of a download,
 * more of it, which on_data() tells.  To be asked before on_done() only. */
bool ftp_is_drained(const struct ftp *ftp);

/* Closes everything at once; no event follows. */
void ftp_drop(struct ftp *ftp);

/* When ftp_tick() has something to do; CLOCK_NEVER. */
int64_t ftp_deadline(const struct ftp *ftp);

/* Ends what takes too long; nothing before the deadline. */
void ftp_tick(struct ftp *ftp);

#endif
