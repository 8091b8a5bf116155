/* telit_ftp.h: the FTP session of a Telit module: one for all its ports.
 *
 * Source: Telit 1vv0300989 r12 §6; docs/facts/telit.md §3.
 */
#ifndef TELIT_FTP_H
#define TELIT_FTP_H

#include "bridge/online.h"
#include "module/module.h"
#include "personalities/telit/telit_facts.h"
#include "services/ftp.h"

/* What #FTPTO, #FTPCFG and #FTPREST set. */
struct telit_ftp_settings {
    int32_t timeout_ds, ignore_private, secure;
    int32_t restart;
};

/* How far the session is; while it is open, a transfer may have the port (`online`). */
#define TELIT_FTP_PHASES(X)                                                                        \
    X(FTP_PHASE_CLOSED)                                                                            \
    X(FTP_PHASE_OPENING)                                                                           \
    X(FTP_PHASE_OPEN)                                                                              \
    X(FTP_PHASE_BACKGROUND) /* a transfer runs in command mode */                                  \
    X(FTP_PHASE_TAIL) /* open; and the host does not know yet that nothing follows a download */

/* What the command under way waits for. */
#define TELIT_FTP_TASKS(X)                                                                         \
    X(FTP_TASK_NONE)                                                                               \
    X(FTP_TASK_OPEN)                                                                               \
    X(FTP_TASK_LAST_WORD) /* #FTPCLOSE: a transfer in command mode ends first */                   \
    X(FTP_TASK_CLOSE)                                                                              \
    X(FTP_TASK_COMMAND)                                                                            \
    X(FTP_TASK_ONLINE)   /* CONNECT is due */                                                      \
    X(FTP_TASK_PACKET)   /* a transfer in command mode begins */                                   \
    X(FTP_TASK_APPEND)   /* #FTPAPPEXT: the server takes the chunk */                              \
    X(FTP_TASK_APPENDED) /* #FTPAPPEXT: and that was the last */                                   \
    X(FTP_TASK_ANSWER)   /* a transfer in command mode ends; then there is something to say */     \
    X(FTP_TASK_NEXT)     /* and then something to do */

#define TELIT_FTP_ENUM(name) name,
enum telit_ftp_phase { TELIT_FTP_PHASES(TELIT_FTP_ENUM) };
enum telit_ftp_task { TELIT_FTP_TASKS(TELIT_FTP_ENUM) };
#undef TELIT_FTP_ENUM

struct telit_ftp;

/* What a command asks of the server. */
struct telit_ftp_operation {
    enum telit_ftp_task task;
    bool transfer; /* `kind` of `name`, else `verb` */
    enum ftp_verb verb;
    enum ftp_kind kind;
    struct span name; /* lies in the command line */
    int32_t view;     /* of #FTPGETPKT */
    /* FTP_TASK_COMMAND: says what the reply brought; NULL: nothing. */
    enum at_status (*answer)(struct telit_ftp *ftp, struct at_session *at);
};

/* What a session needs: there while there is one. */
struct telit_ftp_work {
    struct ftp client;
    struct telit_ftp_operation next; /* FTP_TASK_NEXT */
    size_t packet_len, packet_sent;
    bool packet_last;
    uint8_t packet[TELIT_FTP_APPEND_MOST];
};

struct telit_ftp {
    struct online online; /* first member; the port is the transfer's */
    struct tlsmodem *modem;
    struct module_terminal *owner; /* the AT instance that uses it; NULL: none */
    struct telit_ftp_settings settings;
    struct telit_ftp_work *work; /* NULL: there is no session */
    char *message;               /* owned; the server's last words, once the session is over */
    char *name;                  /* owned; of #FTPGETPKT */
    enum telit_ftp_phase phase;  /* telit_ftp_enter() is its only writer */
    enum telit_ftp_task task;    /* telit_ftp_expect() is */
    enum at_status (*answer)(struct telit_ftp *ftp, struct at_session *at); /* of the task */
    int64_t next_until_ms;                                                  /* FTP_TASK_NEXT */
    int32_t cid;
    int32_t type;  /* 0 binary, 1 ASCII */
    int32_t view;  /* #FTPGETPKT: 1 shows hexadecimal digits */
    bool complete; /* and the file has come whole: asked for in any phase, until the next one */
};

/* ---- telit_ftp_phase.c ---- */

/* The session goes on to `next`, where it is not there already; asserts that it may.  A closed one
 * has no owner. */
void telit_ftp_enter(struct telit_ftp *ftp, enum telit_ftp_phase next);

/* The same of what the command under way waits for. */
void telit_ftp_expect(struct telit_ftp *ftp, enum telit_ftp_task next);

/* ---- telit_ftp_task.c ---- */

/* The modem's FTP. */
struct telit_ftp *telit_ftp_of(const struct at_session *at);

/* Ends what there is without a word; a port that is online is still to be given back. */
void telit_ftp_drop(struct telit_ftp *ftp);

/* True when a host that has read all need not know that the server's last word on it is still due.
 */
bool telit_ftp_is_nearly_free(const struct telit_ftp *ftp);

/* #FTPCFG asks for TLS: security data may be set though no socket is enabled. */
bool telit_ftp_wants_tls(const struct at_session *at);

/* The port whose session is over TLS, open or being opened; NULL: there is none. */
const struct module_terminal *telit_ftp_tls_port(const struct at_session *at);

/* The session as this port may use it: open, and with no transfer under way.  NULL: the error is
 * noted. */
struct telit_ftp *telit_ftp_ready(struct at_session *at);

/* The same, whatever it does: NULL only when another port uses it. */
struct telit_ftp *telit_ftp_mine(struct at_session *at);

/* What to return when the command waits for the client. */
enum at_status telit_ftp_wait(struct telit_ftp *ftp, struct at_session *at,
                              enum telit_ftp_task task);

/* What to return after an operation of the client was started, or not. */
enum at_status telit_ftp_await(struct at_session *at, enum telit_ftp_task task,
                               enum ftp_error started);

/* Does this now: the session must be free.  What to return. */
enum at_status telit_ftp_run(struct telit_ftp *ftp, struct at_session *at,
                             const struct telit_ftp_operation *operation);

/* Does this, as soon as the session is free. */
enum at_status telit_ftp_begin(struct at_session *at, const struct telit_ftp_operation *operation);

/* Gives an answer, but not between the last byte of a transfer and the server's last word on it. */
enum at_status telit_ftp_await_end(struct at_session *at,
                                   enum at_status (*answer)(struct telit_ftp *ftp,
                                                            struct at_session *at));

/* telit_ftp_errors.c: Telit's number for how an operation ended. */
int telit_ftp_error(const struct telit_ftp *ftp, enum ftp_error error);

/* telit_ftp_online.c: the port is the transfer's from now on; CONNECT follows. */
void telit_ftp_go_online(struct telit_ftp *ftp);

/* telit_ftp_packet.c: the server takes more of the chunk. */
void telit_ftp_continue_append(struct telit_ftp *ftp);

/* telit_ftp_packet.c: the answer of #FTPAPPEXT. */
enum at_status telit_ftp_appended(struct telit_ftp *ftp, struct at_session *at);

#endif
