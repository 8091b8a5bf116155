/* tally.h: what the modems of a world do, counted for other threads to read.
 *
 * Calls come from the world's thread, or when that has ended, unless they say otherwise.
 */
#ifndef RUNTIME_TALLY_H
#define RUNTIME_TALLY_H

#include "posix/mailbox.h"
#include "tlsmodem.h"
#include "wrap/count_sums.h"

enum {
    TALLY_MODELS_MAX = 256,
    TALLY_NAMES_MAX = 100, /* larger fleets are not told by name */
    TALLY_NAME_CAP = 64
};

/* How a modem is. */
enum tally_state {
    TALLY_OFF,
    TALLY_HOME, /* registered there */
    TALLY_ROAMING,
    TALLY_SEARCHING,
    TALLY_DENIED,
    TALLY_LOST,
    TALLY_DEREGISTERED, /* as its host wants it */
    TALLY_STATES
};

/* Counted since tally_open(). */
struct tally_sums {
    struct count_sums net;
    count_sum results[TLSMODEM_RESULTS]; /* of command lines */
    struct count_times lines;            /* command lines, from where they run to their results */
    count_sum from_hosts, to_hosts;      /* bytes */
};

/* The modems as they were at some moment. */
struct tally_census {
    size_t count;
    uint32_t models[TALLY_MODELS_MAX][TALLY_STATES]; /* by the index of tlsmodem_model_at() */
    /* The last success of each, in seconds since 1970-01-01T00:00:00Z, 0: none yet; so many. */
    size_t named;
    struct {
        char name[TALLY_NAME_CAP];
        uint64_t success_s;
    } names[TALLY_NAMES_MAX + 1];
};

struct tally;
struct tally_modem;

/* Makes one without modems, whose heart beats as long as the world's loop turns.  Both are borrowed
 * until tally_close().  ERR_NO_MEMORY. */
enum err tally_open(struct clock *clock, struct mailbox *mailbox, struct tally **ret_tally);

/* Frees it, after its modems have left.  NULL is nothing. */
void tally_close(struct tally *tally);

/* One modem more.  `network` is what stands next to the machine's, and becomes one that counts;
 * `ret_list`, as long as `list`, gets providers that do.  All, and `name`, is borrowed until
 * tally_leave(). ERR_NO_MEMORY. */
enum err tally_join(struct tally *tally, const char *name, struct net **network,
                    struct tls *const *list, size_t count, struct tally_modem **ret_modem);

/* The providers of tally_join(), as many as those. */
struct tls *const *tally_modem_tls(const struct tally_modem *modem);

/* The modem's data calls, which count; `inner` is borrowed until tally_leave(); once. */
struct data_calls *tally_modem_calls(struct tally_modem *modem, struct data_calls *inner);

/* Who observes its engine. */
const struct tlsmodem_observer *tally_modem_observer(const struct tally_modem *modem);

/* The modem is made; `index` is that of its model. */
void tally_modem_is(struct tally_modem *modem, size_t index, const struct tlsmodem *engine);

/* Takes it out, before the engine is freed: then it is asked for nothing any more. */
void tally_modem_ends(struct tally_modem *modem);

/* Frees it, after its engine.  NULL is nothing. */
void tally_leave(struct tally_modem *modem);

/* Any thread, as long as it is there. */
const struct tally_sums *tally_sums(const struct tally *tally);

/* Another thread than the world's asks how the modems are; or its own, which does not wait then. */
void tally_ask(struct tally *tally);

/* The same thread: adds what came of tally_ask() to `census`.  Where the loop gives no answer
 * within `limit_ms`, 0 or more, it is the one before. */
void tally_answer(struct tally *tally, int64_t limit_ms, struct tally_census *census);

/* Any thread: when the loop turned last, or later, by posix_now_ms(). */
int64_t tally_beat_ms(const struct tally *tally);

#endif
