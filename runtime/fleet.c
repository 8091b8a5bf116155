/* fleet.c: worlds, each with its thread, and the modems on them.
 *
 * The master has something done by all worlds at once (everywhere()): it posts a letter to each,
 * does its own part, and waits.  So the list of modems has one writer, which is never at work while
 * others read it. */
#include "runtime/fleet.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Nothing is on a world that failed to open, or that was emptied. */
enum { EMPTY_CLOSE_MS = 1000, ENTRIES_AT_FIRST = 16 };

struct entry {
    struct slot *slot;
    struct runtime_modem *modem; /* NULL: not opened yet, or removed */
    struct pool_seat *seat;      /* NULL: it has ports of its own */
    struct pool *pool;
    bool started;
};

/* A world and its thread. */
struct slot {
    struct letter letter; /* first member: the work of everywhere() */
    struct fleet *fleet;
    struct runtime_world world;
    pthread_t thread;
    bool is_open, runs; /* the first one runs in the master's thread, and not in one of its own */
    size_t load;        /* modems */
    struct letter stop, beat;
};

typedef void work_fn(struct slot *slot, void *ctx);

struct fleet {
    struct slot *slots;
    size_t slot_count;
    struct entry *entries;
    size_t count, cap;
    struct letter stop; /* of fleet_run() */
    bool halted;
    work_fn *work;
    void *work_ctx;
    pthread_mutex_t lock;
    pthread_cond_t is_done;
    size_t undone; /* under the lock: worlds that are at work */
    struct {
        struct letter over; /* to the master */
        bool is_on;
        atomic_size_t awaited; /* worlds that have not turned yet */
        void (*turned)(void *ctx);
        void *ctx;
    } round;
};

static bool is_masters(const struct slot *slot)
{
    return slot == slot->fleet->slots;
}

/* ---- work in all worlds ---- */

static void do_work(struct letter *letter)
{
    struct slot *slot = (struct slot *)letter;
    struct fleet *fleet = slot->fleet;

    fleet->work(slot, fleet->work_ctx);
    pthread_mutex_lock(&fleet->lock);
    fleet->undone--;
    pthread_cond_signal(&fleet->is_done);
    pthread_mutex_unlock(&fleet->lock);
}

/* Has the worlds from index `first` to before `end` do it. */
static void in_worlds(struct fleet *fleet, size_t first, size_t end, work_fn *work, void *ctx)
{
    fleet->work = work;
    fleet->work_ctx = ctx;
    fleet->undone = fleet->halted ? 0 : end - first - (first == 0 ? 1 : 0);
    for (size_t i = first == 0 ? 1 : first; i < end && !fleet->halted; i++)
        posix_mailbox_post(&fleet->slots[i].world.mailbox, &fleet->slots[i].letter);
    for (size_t i = first; i < end; i++) {
        if (i == 0 || fleet->halted)
            work(&fleet->slots[i], ctx);
    }
    pthread_mutex_lock(&fleet->lock);
    while (fleet->undone > 0)
        pthread_cond_wait(&fleet->is_done, &fleet->lock);
    pthread_mutex_unlock(&fleet->lock);
}

static void everywhere(struct fleet *fleet, work_fn *work, void *ctx)
{
    in_worlds(fleet, 0, fleet->slot_count, work, ctx);
}

/* ---- signs of life ---- */

static void on_beat(struct letter *letter)
{
    struct slot *slot = (struct slot *)((char *)letter - offsetof(struct slot, beat));
    struct fleet *fleet = slot->fleet;

    if (atomic_fetch_sub(&fleet->round.awaited, 1) == 1)
        posix_mailbox_post(&fleet->slots[0].world.mailbox, &fleet->round.over);
}

static void on_round_over(struct letter *letter)
{
    struct fleet *fleet = (struct fleet *)((char *)letter - offsetof(struct fleet, round.over));

    fleet->round.is_on = false;
    fleet->round.turned(fleet->round.ctx);
}

void fleet_round(struct fleet *fleet, void (*turned)(void *ctx), void *ctx)
{
    if (fleet->round.is_on)
        return;
    fleet->round.is_on = true;
    fleet->round.turned = turned;
    fleet->round.ctx = ctx;
    atomic_store(&fleet->round.awaited, fleet->slot_count);
    for (size_t i = 0; i < fleet->slot_count; i++)
        posix_mailbox_post(&fleet->slots[i].world.mailbox, &fleet->slots[i].beat);
}

/* ---- worlds ---- */

static void *live(void *ctx)
{
    struct slot *slot = ctx;

    runtime_world_run(&slot->world);
    return NULL;
}

static void stop_world(struct letter *letter)
{
    struct slot *slot = (struct slot *)((char *)letter - offsetof(struct slot, stop));

    posix_loop_stop(&slot->world.loop);
}

static void stop_master(struct letter *letter)
{
    struct fleet *fleet = (struct fleet *)((char *)letter - offsetof(struct fleet, stop));

    posix_loop_stop(&fleet->slots[0].world.loop);
}

/* Signals are the master's. */
static int start_thread(struct slot *slot)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    sigdelset(&all, SIGSYS); /* a refused system call's own thread hears of it */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&slot->thread, NULL, live, slot);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static enum err open_slot(struct slot *slot, const struct fleet_config *config,
                          struct port_failure *ret_failure)
{
    enum err err = runtime_world_open(&slot->world, config->log);

    if (err != ERR_OK)
        return port_fail(ret_failure, err, "cannot use the network: %s", err_text(err));
    slot->is_open = true;
    posix_mailbox_hold(&slot->world.mailbox);
    if (config->counts && runtime_world_count(&slot->world) != ERR_OK)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    if (config->dns != NULL)
        dns_ask(slot->world.dns, config->dns);
    if (is_masters(slot))
        return ERR_OK;
    if (start_thread(slot) != 0)
        return port_fail(ret_failure, ERR_FULL,
                         "cannot start one more thread; give --threads a smaller number");
    slot->runs = true;
    return ERR_OK;
}

enum err fleet_open(const struct fleet_config *config, struct port_failure *ret_failure,
                    struct fleet **ret_fleet)
{
    struct fleet *fleet = calloc(1, sizeof(*fleet));
    enum err err = ERR_OK;

    assert(config->threads >= 1 && config->threads <= FLEET_THREADS_MAX);
    if (fleet != NULL)
        fleet->slots = calloc(config->threads, sizeof(fleet->slots[0]));
    if (fleet == NULL || fleet->slots == NULL) {
        free(fleet);
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    }
    pthread_mutex_init(&fleet->lock, NULL);
    pthread_cond_init(&fleet->is_done, NULL);
    fleet->stop.open = stop_master;
    fleet->round.over.open = on_round_over;
    while (err == ERR_OK && fleet->slot_count < config->threads) {
        struct slot *slot = &fleet->slots[fleet->slot_count++];

        *slot = (struct slot){
            .letter.open = do_work, .fleet = fleet, .stop.open = stop_world, .beat.open = on_beat
        };
        err = open_slot(slot, config, ret_failure);
    }
    if (err != ERR_OK) {
        fleet_halt(fleet);
        fleet_close(fleet, EMPTY_CLOSE_MS);
        return err;
    }
    *ret_fleet = fleet;
    return ERR_OK;
}

struct runtime_world *fleet_master(struct fleet *fleet)
{
    return &fleet->slots[0].world;
}

struct tally *fleet_tally(const struct fleet *fleet, size_t index)
{
    assert(index < fleet->slot_count);
    return fleet->slots[index].world.tally;
}

void fleet_run(struct fleet *fleet)
{
    runtime_world_run(fleet_master(fleet));
}

void fleet_stop(struct fleet *fleet)
{
    posix_mailbox_post(&fleet_master(fleet)->mailbox, &fleet->stop);
}

void fleet_halt(struct fleet *fleet)
{
    for (size_t i = 1; i < fleet->slot_count; i++)
        if (fleet->slots[i].runs)
            posix_mailbox_post(&fleet->slots[i].world.mailbox, &fleet->slots[i].stop);
    for (size_t i = 1; i < fleet->slot_count; i++) {
        if (fleet->slots[i].runs)
            pthread_join(fleet->slots[i].thread, NULL);
        fleet->slots[i].runs = false;
    }
    fleet->halted = true;
}

bool fleet_close(struct fleet *fleet, int64_t limit_ms)
{
    bool closed = true;

    if (fleet == NULL)
        return true;
    assert(fleet->halted);
    for (size_t i = 0; i < fleet->slot_count; i++)
        if (fleet->slots[i].is_open && !runtime_world_close(&fleet->slots[i].world, limit_ms))
            closed = false;
    pthread_mutex_destroy(&fleet->lock);
    pthread_cond_destroy(&fleet->is_done);
    free(fleet->entries);
    if (!closed)
        return false;
    free(fleet->slots);
    free(fleet);
    return true;
}

/* ---- modems ---- */

static void close_entry(struct entry *entry)
{
    if (entry->modem == NULL)
        return;
    pool_leave(entry->seat);
    runtime_modem_close(entry->modem);
    entry->slot->load--;
    entry->modem = NULL; /* `slot` stays: others read it */
    entry->seat = NULL;
    entry->pool = NULL;
}

/* What fleet_add() has its worlds do, and how it went. */
struct addition {
    size_t first, end;
    void (*describe)(void *ctx, size_t number, struct fleet_modem_config *ret_config);
    void *ctx;
    pthread_mutex_t lock;
    size_t failed; /* the lowest index that failed so far, or `end` */
    enum err err;
    struct port_failure failure;
};

static void note_failure(struct addition *addition, size_t index, enum err err,
                         const struct port_failure *failure)
{
    pthread_mutex_lock(&addition->lock);
    if (index < addition->failed) {
        addition->failed = index;
        addition->err = err;
        addition->failure = *failure;
    }
    pthread_mutex_unlock(&addition->lock);
}

static bool has_failed_before(struct addition *addition, size_t index)
{
    bool failed;

    pthread_mutex_lock(&addition->lock);
    failed = addition->failed < index;
    pthread_mutex_unlock(&addition->lock);
    return failed;
}

static enum err open_entry(struct entry *entry, const struct fleet_modem_config *config,
                           struct port_failure *ret_failure)
{
    struct runtime_world *world = &entry->slot->world;
    enum err err = runtime_modem_open(world, &config->runtime, ret_failure, &entry->modem);

    if (err != ERR_OK)
        return err;
    entry->slot->load++;
    entry->pool = config->pool;
    if (config->pool == NULL)
        return ERR_OK;
    assert(config->runtime.terminals == 1 && config->runtime.ports == NULL);
    err = pool_join(config->pool, world, runtime_modem_engine(entry->modem), config->order,
                    &entry->seat);
    return err == ERR_OK ? err : port_fail(ret_failure, err, "out of memory");
}

static void open_entries(struct slot *slot, void *ctx)
{
    struct addition *addition = ctx;

    for (size_t index = addition->first; index < addition->end; index++) {
        struct entry *entry = &slot->fleet->entries[index];
        struct fleet_modem_config config = { .pool = NULL };
        struct port_failure failure;
        enum err err;

        if (entry->slot != slot)
            continue;
        if (has_failed_before(addition, index))
            return;
        addition->describe(addition->ctx, index - addition->first, &config);
        err = open_entry(entry, &config, &failure);
        if (err != ERR_OK) {
            note_failure(addition, index, err, &failure);
            return;
        }
    }
}

static void close_entries(struct slot *slot, void *ctx)
{
    const struct addition *addition = ctx;

    for (size_t index = addition->first; index < addition->end; index++)
        if (slot->fleet->entries[index].slot == slot)
            close_entry(&slot->fleet->entries[index]);
}

static bool reserve(struct fleet *fleet, size_t count)
{
    size_t cap = fleet->cap == 0 ? ENTRIES_AT_FIRST : fleet->cap;
    struct entry *list;

    while (cap < fleet->count + count)
        cap *= 2;
    list = realloc(fleet->entries, cap * sizeof(*list));
    if (list == NULL)
        return false;
    fleet->entries = list;
    fleet->cap = cap;
    return true;
}

/* Each new one goes where the fewest are. */
static void choose_slots(struct fleet *fleet, size_t count)
{
    size_t planned[FLEET_THREADS_MAX];

    for (size_t i = 0; i < fleet->slot_count; i++)
        planned[i] = fleet->slots[i].load;
    for (size_t done = 0; done < count; done++) {
        size_t least = 0;

        for (size_t i = 1; i < fleet->slot_count; i++)
            least = planned[i] < planned[least] ? i : least;
        planned[least]++;
        fleet->entries[fleet->count + done] = (struct entry){ .slot = &fleet->slots[least] };
    }
}

enum err fleet_add(struct fleet *fleet, size_t count,
                   void (*describe)(void *ctx, size_t number,
                                    struct fleet_modem_config *ret_config),
                   void *ctx, struct port_failure *ret_failure)
{
    struct addition addition = { .first = fleet->count,
                                 .end = fleet->count + count,
                                 .describe = describe,
                                 .ctx = ctx,
                                 .failed = fleet->count + count };

    if (!reserve(fleet, count))
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    choose_slots(fleet, count);
    pthread_mutex_init(&addition.lock, NULL);
    everywhere(fleet, open_entries, &addition);
    pthread_mutex_destroy(&addition.lock);
    if (addition.failed < addition.end) {
        everywhere(fleet, close_entries, &addition);
        *ret_failure = addition.failure;
        return addition.err;
    }
    fleet->count += count;
    return ERR_OK;
}

static void start_seat(void *ctx, struct runtime_modem *modem)
{
    pool_seat_start(ctx, runtime_modem_terminal(modem, 0));
}

static void start_entry(struct entry *entry)
{
    entry->started = true;
    runtime_modem_start(entry->modem, entry->seat != NULL ? start_seat : NULL, entry->seat);
}

static void start_entries(struct slot *slot, void *ctx)
{
    (void)ctx;
    for (size_t index = 0; index < slot->fleet->count; index++) {
        struct entry *entry = &slot->fleet->entries[index];

        if (entry->slot == slot && entry->modem != NULL && !entry->started)
            start_entry(entry);
    }
}

void fleet_start(struct fleet *fleet)
{
    everywhere(fleet, start_entries, NULL);
}

struct removal {
    struct entry *entry;
    void (*look)(void *ctx, struct runtime_modem *modem);
    void *ctx;
};

static void remove_entry(struct slot *slot, void *ctx)
{
    const struct removal *removal = ctx;

    if (removal->entry->slot != slot)
        return;
    if (removal->look != NULL && removal->entry->modem != NULL)
        removal->look(removal->ctx, removal->entry->modem);
    close_entry(removal->entry);
}

void fleet_remove(struct fleet *fleet, size_t index,
                  void (*look)(void *ctx, struct runtime_modem *modem), void *ctx)
{
    struct removal removal = { &fleet->entries[index], look, ctx };

    assert(index < fleet->count);
    everywhere(fleet, remove_entry, &removal);
}

size_t fleet_count(const struct fleet *fleet)
{
    return fleet->count;
}

struct runtime_modem *fleet_modem(const struct fleet *fleet, size_t index)
{
    assert(index < fleet->count);
    return fleet->entries[index].modem;
}

const char *fleet_port_label(const struct fleet *fleet, size_t index, size_t port)
{
    const struct entry *entry = &fleet->entries[index];

    assert(index < fleet->count && entry->modem != NULL);
    return entry->pool != NULL ? pool_label(entry->pool)
                               : runtime_modem_port_label(entry->modem, port);
}

struct tour {
    void (*visit)(void *ctx, size_t index, struct runtime_modem *modem);
    void *ctx;
};

static void visit_entries(struct slot *slot, void *ctx)
{
    const struct tour *tour = ctx;

    for (size_t index = 0; index < slot->fleet->count; index++) {
        const struct entry *entry = &slot->fleet->entries[index];

        if (entry->slot == slot && entry->modem != NULL)
            tour->visit(tour->ctx, index, entry->modem);
    }
}

void fleet_visit(struct fleet *fleet,
                 void (*visit)(void *ctx, size_t index, struct runtime_modem *modem), void *ctx)
{
    struct tour tour = { visit, ctx };

    everywhere(fleet, visit_entries, &tour);
}

struct visit_to_one {
    struct tour tour;
    size_t index;
};

static void visit_entry(struct slot *slot, void *ctx)
{
    const struct visit_to_one *one = ctx;

    one->tour.visit(one->tour.ctx, one->index, slot->fleet->entries[one->index].modem);
}

void fleet_visit_one(struct fleet *fleet, size_t index,
                     void (*visit)(void *ctx, size_t index, struct runtime_modem *modem), void *ctx)
{
    struct visit_to_one one = { { visit, ctx }, index };
    size_t world;

    assert(index < fleet->count && fleet->entries[index].modem != NULL);
    world = (size_t)(fleet->entries[index].slot - fleet->slots);
    in_worlds(fleet, world, world + 1, visit_entry, &one);
}

void fleet_clear(struct fleet *fleet, void (*closed)(void *ctx, size_t count), void *ctx)
{
    assert(fleet->halted);
    for (size_t index = 0; index < fleet->count; index++) {
        close_entry(&fleet->entries[index]);
        if (closed != NULL)
            closed(ctx, index + 1);
    }
}
