/* fibocom_ftp.h: the one FTP session of a module. */
#ifndef FIBOCOM_FTP_H
#define FIBOCOM_FTP_H

#include "at/handler.h"
#include "base/text.h"
#include "personalities/fibocom/fibocom_facts.h"
#include "personalities/fibocom/fibocom_http.h"
#include "services/ftp.h"

/* What the session is about; its end is told by a line of its own. */
#define FIBOCOM_FTP_PHASES(X)                                                                      \
    X(FTP_PHASE_NONE) /* there is none */                                                          \
    X(FTP_PHASE_OPENING)                                                                           \
    X(FTP_PHASE_READY)                                                                             \
    X(FTP_PHASE_COMMAND) /* one that a reply of the server answers */                              \
    X(FTP_PHASE_PUT)                                                                               \
    X(FTP_PHASE_LIST)                                                                              \
    X(FTP_PHASE_TELLING) /* the host gets the list; the server may have ended the session */       \
    X(FTP_PHASE_GET)                                                                               \
    X(FTP_PHASE_FILE) /* of +FTPGET: it comes */                                                   \
    X(FTP_PHASE_CLOSING)                                                                           \
    X(FTP_PHASE_ENDED) /* by the server, and the host does not know yet */

enum fibocom_ftp_phase {
#define FIBOCOM_FTP_ENUM(name) name,
    FIBOCOM_FTP_PHASES(FIBOCOM_FTP_ENUM)
#undef FIBOCOM_FTP_ENUM
};

/* What a command of the owner waits for: both in FTP_PHASE_FILE, and until its end is told. */
#define FIBOCOM_FTP_WAITS(X)                                                                       \
    X(FTP_WAIT_NOTHING)                                                                            \
    X(FTP_WAIT_RECEIVE) /* +FTPRECV: for data */                                                   \
    X(FTP_WAIT_NEXT)    /* any other: for the end of the file before it */

enum fibocom_ftp_wait {
#define FIBOCOM_FTP_WAIT_ENUM(name) name,
    FIBOCOM_FTP_WAITS(FIBOCOM_FTP_WAIT_ENUM)
#undef FIBOCOM_FTP_WAIT_ENUM
};

enum { FIBOCOM_FTP_BYTES = 2048 };

/* What +FTPMODE and +FTPREST set. */
struct fibocom_ftp_settings {
    int32_t passive;
    int32_t restart; /* where the next +FTPGET begins */
};

struct fibocom_ftp;

/* Adds what the server's good reply brought to the line that tells of it; false: it makes no
 * sense. */
typedef bool fibocom_ftp_describe(const struct fibocom_ftp *ftp, struct text *line);

/* What a command asks of the server. */
struct fibocom_ftp_operation {
    enum fibocom_ftp_phase phase; /* FTP_PHASE_COMMAND: `verb`, or a new name; else a transfer */
    enum ftp_verb verb;
    enum ftp_kind kind;
    struct span name; /* lies in the command line, or in the session */
    struct span to;   /* the new name; empty: `verb` */
    uint64_t offset;
    fibocom_ftp_describe *describe; /* FTP_PHASE_COMMAND; NULL: nothing */
};

/* There while a session is, or something of it that a host may still read. */
struct fibocom_ftp {
    struct tlsmodem *modem;
    struct module_terminal *owner; /* who opened it */
    struct ftp client;
    enum fibocom_ftp_phase phase;   /* fibocom_ftp_enter() is its only writer */
    const char *command;            /* FTP_PHASE_COMMAND, FTP_PHASE_PUT, FTP_PHASE_GET: its name */
    fibocom_ftp_describe *describe; /* FTP_PHASE_COMMAND; NULL: nothing */
    struct bytes put;               /* the file that the host has entered, or is entering */
    bool entering; /* a prompt is open: READY or FILE, and when the session was lost meanwhile */
    size_t put_at;
    enum ftp_kind put_kind;
    char put_name[FIBOCOM_FTP_NAME_MOST + 1];
    struct bytes list; /* what LIST has brought */
    size_t told;       /* bytes of it that the host has got */
    /* Whose +FTPGET has begun, so that its +FTPRECV reads, up to the end of the file; NULL: none.
     */
    struct module_terminal *reader;
    enum fibocom_ftp_wait waiting;     /* fibocom_ftp_expect() is its only writer */
    int64_t wait_until_ms;             /* CLOCK_NEVER: nothing waits */
    size_t receive_max;                /* of the last +FTPRECV */
    struct fibocom_ftp_operation next; /* FTP_WAIT_NEXT */
};

/* ---- fibocom_ftp_phase.c ---- */

/* The only writer of ftp->phase; lets go of what only the phase before needed, and in
 * FTP_PHASE_NONE of the owner.  Asserts that `next` may follow on the phase. */
void fibocom_ftp_enter(struct fibocom_ftp *ftp, enum fibocom_ftp_phase next);

/* The only writer of ftp->waiting, and of its time limit: FACT_FTP_RECEIVE_MS from now.  Asserts
 * that nothing else waits. */
void fibocom_ftp_expect(struct fibocom_ftp *ftp, enum fibocom_ftp_wait next);

/* ---- fibocom_ftp_task.c ---- */

/* The session, or none: NULL. */
struct fibocom_ftp *fibocom_ftp_if(const struct at_session *at);

/* Ends it without a word. */
void fibocom_ftp_clear(struct fibocom_ftp *ftp);

/* The session, when it is this port's and has nothing else to do, or will have nothing soon; NULL:
 * the error is noted. */
struct fibocom_ftp *fibocom_ftp_ready(struct at_session *at);

/* A task begins, of the running command. */
void fibocom_ftp_begin_task(struct fibocom_ftp *ftp, struct at_session *at,
                            enum fibocom_ftp_phase phase);

/* Does this, as soon as the session is free: AT_OK, AT_LATER or AT_FAIL, for the running command.
 */
enum at_status fibocom_ftp_begin(struct at_session *at,
                                 const struct fibocom_ftp_operation *operation);

/* The session has become free for the command that waits. */
void fibocom_ftp_begin_next(struct fibocom_ftp *ftp);

/* It will not: the command that waits has failed. */
void fibocom_ftp_refuse_next(struct fibocom_ftp *ftp);

/* fibocom_ftp_put.c: gives the server what it takes of the file. */
void fibocom_ftp_upload(struct fibocom_ftp *ftp);

/* ---- fibocom_ftp_receive.c ---- */

/* +FTPRECV of at most `max` bytes: answers, or does so later. */
enum at_status fibocom_ftp_receive(struct fibocom_ftp *ftp, struct at_session *at, size_t max);
/* The same when there is no session any more: of one that the server has ended, once, that nothing
 * follows; else AT_FAIL. */
enum at_status fibocom_ftp_ask_for_more(struct at_session *at);

/* More may have come for one that waits, or the end of the file. */
void fibocom_ftp_go_on_receiving(struct fibocom_ftp *ftp, struct at_session *at);

/* The file broke off: what is missing must not pass for its end. */
void fibocom_ftp_break_file(struct fibocom_ftp *ftp, struct at_session *at);

/* The time of one that waits is over: 0 bytes. */
void fibocom_ftp_receive_nothing(struct fibocom_ftp *ftp);

#endif
