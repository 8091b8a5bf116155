/* tally.c: see tally.h.
 *
 * A census is asked for by a letter to the loop, as modems are touched by their thread only. */
#include "runtime/tally.h"

#include "iface/clock.h"
#include "posix/now.h"
#include "tlsmodem_control.h"
#include "wrap/count_calls.h"
#include "wrap/count_net.h"
#include "wrap/count_tls.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BEAT_MS = 1000, MS_IN_S = 1000, NS_IN_MS = 1000 * 1000 };

struct tally_modem {
    struct tally *tally;
    struct tally_modem *next, **back; /* NULL: not in the list */
    const struct tlsmodem *engine;
    const char *name;
    size_t model;
    struct net *net;
    count_sum success_s;
    struct count_calls calls;
    struct tlsmodem_observer observer;
    uint64_t *lines_us; /* when the line of each terminal began; 0: it has none */
    size_t line_count;
    size_t tls_count;
    struct tls **list; /* of `tls` */
    struct count_tls tls[];
};

struct tally {
    struct clock *clock;
    struct mailbox *mailbox;
    struct clock_timer *heart;
    _Atomic int64_t beat_ms;
    struct tally_sums sums;
    struct tally_modem *first;
    struct letter letter; /* takes a census */
    pthread_mutex_t lock;
    pthread_cond_t is_taken;
    /* Under the lock: how many censuses there were, at the last question too, and the last. */
    uint64_t taken, taken_before;
    struct tally_census census;
};

/* ---- the heart ---- */

int64_t tally_beat_ms(const struct tally *tally)
{
    return atomic_load_explicit(&tally->beat_ms, memory_order_relaxed);
}

static void on_beat(void *ctx)
{
    struct tally *tally = ctx;

    atomic_store_explicit(&tally->beat_ms, posix_now_ms(), memory_order_relaxed);
    clock_timer_start(tally->heart, BEAT_MS);
}

/* ---- the census ---- */

static enum tally_state state_of(const struct tlsmodem_status *status)
{
    if (!status->on)
        return TALLY_OFF;
    switch (status->registration) {
    case TLSMODEM_HOME:
        return status->registered ? TALLY_HOME : TALLY_DEREGISTERED;
    case TLSMODEM_ROAMING:
        return status->registered ? TALLY_ROAMING : TALLY_DEREGISTERED;
    case TLSMODEM_SEARCHING:
        return TALLY_SEARCHING;
    case TLSMODEM_DENIED:
        return TALLY_DENIED;
    case TLSMODEM_LOST:
        break;
    }
    return TALLY_LOST;
}

static void note_name(struct tally_census *census, const char *name, uint64_t success_s)
{
    if (census->named > TALLY_NAMES_MAX)
        return;
    snprintf(census->names[census->named].name, TALLY_NAME_CAP, "%s", name);
    census->names[census->named++].success_s = success_s;
}

static void take_census(struct letter *letter)
{
    struct tally *tally = (struct tally *)((char *)letter - offsetof(struct tally, letter));

    pthread_mutex_lock(&tally->lock);
    memset(&tally->census, 0, sizeof(tally->census));
    for (const struct tally_modem *modem = tally->first; modem != NULL; modem = modem->next) {
        struct tlsmodem_status status;

        tlsmodem_get_status(modem->engine, &status);
        tally->census.count++;
        tally->census.models[modem->model][state_of(&status)]++;
        note_name(&tally->census, modem->name, count_read(&modem->success_s));
    }
    tally->taken++;
    pthread_cond_broadcast(&tally->is_taken);
    pthread_mutex_unlock(&tally->lock);
}

static void add_census(struct tally_census *sum, const struct tally_census *more)
{
    sum->count += more->count;
    for (size_t model = 0; model < TALLY_MODELS_MAX; model++)
        for (size_t state = 0; state < TALLY_STATES; state++)
            sum->models[model][state] += more->models[model][state];
    for (size_t i = 0; i < more->named; i++)
        note_name(sum, more->names[i].name, more->names[i].success_s);
}

static struct timespec moment_in(int64_t ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / MS_IN_S);
    at.tv_nsec += (long)(ms % MS_IN_S) * NS_IN_MS;
    if (at.tv_nsec >= MS_IN_S * (long)NS_IN_MS) {
        at.tv_sec++;
        at.tv_nsec -= MS_IN_S * (long)NS_IN_MS;
    }
    return at;
}

void tally_ask(struct tally *tally)
{
    pthread_mutex_lock(&tally->lock);
    tally->taken_before = tally->taken;
    pthread_mutex_unlock(&tally->lock);
    posix_mailbox_post(tally->mailbox, &tally->letter);
}

void tally_answer(struct tally *tally, int64_t limit_ms, struct tally_census *census)
{
    struct timespec end = moment_in(limit_ms);

    pthread_mutex_lock(&tally->lock);
    while (tally->taken == tally->taken_before &&
           pthread_cond_timedwait(&tally->is_taken, &tally->lock, &end) == 0)
        ;
    add_census(census, &tally->census);
    pthread_mutex_unlock(&tally->lock);
}

/* ---- what is observed ---- */

static void on_result(void *ctx, enum tlsmodem_result result)
{
    count_add(&((struct tally_modem *)ctx)->tally->sums.results[result], 1);
}

static void on_bytes(void *ctx, size_t from_host, size_t to_host)
{
    struct tally *tally = ((struct tally_modem *)ctx)->tally;

    count_add(&tally->sums.from_hosts, from_host);
    count_add(&tally->sums.to_hosts, to_host);
}

/* Whoever types nothing has no memory for it. */
static bool has_room(struct tally_modem *modem, size_t terminal)
{
    uint64_t *lines_us;

    if (terminal < modem->line_count)
        return true;
    lines_us = realloc(modem->lines_us, (terminal + 1) * sizeof(lines_us[0]));
    if (lines_us == NULL)
        return false;
    for (size_t i = modem->line_count; i <= terminal; i++)
        lines_us[i] = 0;
    modem->lines_us = lines_us;
    modem->line_count = terminal + 1;
    return true;
}

static void on_line(void *ctx, size_t terminal)
{
    struct tally_modem *modem = ctx;

    if (has_room(modem, terminal))
        modem->lines_us[terminal] = posix_now_us();
}

/* One that the power took has left its beginning, until the next begins.  Without memory nobody
 * knows when a line began: it took no time. */
static void on_line_end(void *ctx, size_t terminal)
{
    struct tally_modem *modem = ctx;
    uint64_t begun_us = terminal < modem->line_count ? modem->lines_us[terminal] : 0;

    count_time(&modem->tally->sums.lines, begun_us > 0 ? posix_now_us() - begun_us : 0);
    if (begun_us > 0)
        modem->lines_us[terminal] = 0;
}

const struct tlsmodem_observer *tally_modem_observer(const struct tally_modem *modem)
{
    return &modem->observer;
}

const struct tally_sums *tally_sums(const struct tally *tally)
{
    return &tally->sums;
}

/* ---- modems ---- */

enum err tally_join(struct tally *tally, const char *name, struct net **network,
                    struct tls *const *list, size_t count, struct tally_modem **ret_modem)
{
    size_t bytes = sizeof(struct tally_modem) + count * sizeof(struct count_tls);
    struct tally_modem *modem = calloc(1, bytes + count * sizeof(struct tls *));
    enum err err;

    if (modem == NULL)
        return ERR_NO_MEMORY;
    modem->tally = tally;
    modem->name = name;
    modem->observer = (struct tlsmodem_observer){ .on_result = on_result,
                                                  .on_bytes = on_bytes,
                                                  .ctx = modem,
                                                  .on_line = on_line,
                                                  .on_line_end = on_line_end };
    modem->list = (struct tls **)((char *)modem + bytes);
    err = count_net_open(*network, tally->clock, &tally->sums.net, &modem->net);
    if (err != ERR_OK) {
        free(modem);
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        count_tls_init(&modem->tls[i], list[i], tally->clock, &tally->sums.net, &modem->success_s);
        modem->list[i] = &modem->tls[i].base;
    }
    *network = modem->net;
    *ret_modem = modem;
    return ERR_OK;
}

struct tls *const *tally_modem_tls(const struct tally_modem *modem)
{
    return modem->list;
}

struct data_calls *tally_modem_calls(struct tally_modem *modem, struct data_calls *inner)
{
    count_calls_init(&modem->calls, inner, &modem->tally->sums.net);
    return &modem->calls.base;
}

void tally_modem_is(struct tally_modem *modem, size_t index, const struct tlsmodem *engine)
{
    assert(modem->back == NULL && index < TALLY_MODELS_MAX);
    modem->engine = engine;
    modem->model = index;
    modem->next = modem->tally->first;
    modem->back = &modem->tally->first;
    if (modem->next != NULL)
        modem->next->back = &modem->next;
    modem->tally->first = modem;
}

void tally_modem_ends(struct tally_modem *modem)
{
    if (modem->back == NULL)
        return;
    *modem->back = modem->next;
    if (modem->next != NULL)
        modem->next->back = modem->back;
    modem->back = NULL;
}

void tally_leave(struct tally_modem *modem)
{
    if (modem == NULL)
        return;
    assert(modem->back == NULL);
    count_net_close(modem->net);
    free(modem->lines_us);
    free(modem);
}

/* ---- all of it ---- */

static void init_locks(struct tally *tally)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&tally->is_taken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&tally->lock, NULL);
}

enum err tally_open(struct clock *clock, struct mailbox *mailbox, struct tally **ret_tally)
{
    struct tally *tally = calloc(1, sizeof(*tally));
    enum err err;

    if (tally == NULL)
        return ERR_NO_MEMORY;
    tally->clock = clock;
    tally->mailbox = mailbox;
    tally->letter.open = take_census;
    err = clock_new_timer(clock, on_beat, tally, &tally->heart);
    if (err != ERR_OK) {
        free(tally);
        return err;
    }
    init_locks(tally);
    on_beat(tally);
    *ret_tally = tally;
    return ERR_OK;
}

void tally_close(struct tally *tally)
{
    if (tally == NULL)
        return;
    assert(tally->first == NULL);
    posix_mailbox_withdraw(tally->mailbox, &tally->letter);
    clock_timer_free(tally->heart);
    pthread_mutex_destroy(&tally->lock);
    pthread_cond_destroy(&tally->is_taken);
    free(tally);
}
