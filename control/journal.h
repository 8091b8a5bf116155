/* journal.h: what happened at a modem, in order, with times: commands, answers, sockets, messages.
 *
 * It lives by the modem's log, traces and all, and so never has what a log may not have.  The
 * memory of one is bounded: the oldest entries go first.  Calls come from any thread, unless they
 * say otherwise.
 */
#ifndef CONTROL_JOURNAL_H
#define CONTROL_JOURNAL_H

#include "base/log.h"
#include "base/span.h"
#include "tlsmodem.h"
#include "wrap/moved_clock.h"

#include <jansson.h>

struct journal;

/* The journals of a run, and the memory that their entries share. */
struct journals;

/* All is borrowed until journal_free(). */
struct journal_config {
    const char *name;                /* of the modem */
    uint64_t number;                 /* from 1, another for each journal of a run */
    const struct log *log;           /* gets what it would get without the journal; may be NULL */
    const struct moved_clock *clock; /* of the modem; read when something happens */
    struct journals *all;            /* that it is one of from now on */
    /* Who listens as it happens: an entry as an event of a stream (the text/event-stream of HTML),
     * built only while somebody does.  Both are called from any thread. */
    bool (*is_heard)(void *ctx);
    void (*tell)(void *ctx, uint64_t number, struct span event);
    void *ctx;
};

/* Makes the journals of a run, none yet, whose entries may have 64 MB together: each 1 MB at most,
 * and 16 kB whatever comes.  The more there are the less each may have, also what it has already.
 * NULL: no memory. */
struct journals *journals_new(void);

/* After each of them.  NULL is nothing. */
void journals_free(struct journals *journals);

/* ERR_NO_MEMORY. */
enum err journal_new(const struct journal_config *config, struct journal **ret_journal);

/* Frees it, after the modem.  NULL is nothing. */
void journal_free(struct journal *journal);

/* The config's. */
uint64_t journal_number(const struct journal *journal);

/* The log that the modem is to have; its name is put in by the modem. */
const struct log *journal_log(struct journal *journal);

/* Who observes its engine, in the modem's thread. */
const struct tlsmodem_observer *journal_observer(struct journal *journal);

/* Its host has sent a message, and the network has decided so. */
void journal_message(struct journal *journal, const struct tlsmodem_sending *message,
                     enum tlsmodem_sent sent);

/* Somebody's hand: an entry "control", printf style. */
void journal_control(struct journal *journal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* {"modem", "entries", "last", "lost"}: the entries behind the one with the number `after`, how far
 * numbers go, and how many were lost to the bound.  NULL: no memory.  The caller's. */
json_t *journal_json(struct journal *journal, uint64_t after);

#endif
