/* roster.c: the modems of a run, as the last list of plans has them. */
#include "roster.h"

#include "common/stderr_log.h"
#include "file/secret_path.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void free_modem(struct roster_modem *modem)
{
    if (modem == NULL)
        return;
    hand_free(modem->hand);
    packets_seat_close(modem->packets);
    modem_plan_clear(&modem->plan);
    free(modem);
}

/* ---- pools ---- */

static struct roster_pool *pool_at(const struct roster *roster, const struct port_spec *at)
{
    for (size_t i = 0; i < roster->pool_count; i++) {
        if (modem_plan_same_port(&roster->pools[i].at, at))
            return &roster->pools[i];
    }
    return NULL;
}

/* Opens the listeners of the plans that are not open. */
static bool open_pools(struct roster *roster, const struct modem_plans *plans,
                       struct port_failure *ret_failure)
{
    for (size_t i = 0; i < plans->pool_count; i++) {
        struct roster_pool *list, *pool;

        if (pool_at(roster, &plans->pools[i].at) != NULL)
            continue;
        list = realloc(roster->pools, (roster->pool_count + 1) * sizeof(*list));
        if (list == NULL)
            return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory") == ERR_OK;
        roster->pools = list;
        pool = &list[roster->pool_count];
        *pool = (struct roster_pool){ .at = plans->pools[i].at };
        if (pool_open(fleet_master(roster->fleet), &pool->at, ret_failure, &pool->pool) != ERR_OK)
            return false;
        roster->pool_count++;
    }
    return true;
}

static struct pool *pool_of(const struct roster *roster, const struct modem_plans *plans,
                            const struct modem_plan *plan)
{
    struct roster_pool *pool;

    if (plan->pool == MODEM_PLAN_NO_POOL)
        return NULL;
    pool = pool_at(roster, &plans->pools[plan->pool].at);
    return pool != NULL ? pool->pool : NULL;
}

/* Closes the listeners that no modem is of. */
static void close_unused_pools(struct roster *roster)
{
    size_t kept = 0;

    for (size_t i = 0; i < roster->pool_count; i++) {
        bool is_used = false;

        for (size_t j = 0; j < roster->count && !is_used; j++)
            is_used = roster->list[j]->pool == roster->pools[i].pool;
        if (is_used)
            roster->pools[kept++] = roster->pools[i];
        else
            pool_close(roster->pools[i].pool);
    }
    roster->pool_count = kept;
}

/* Whether a modem that is there has its state in it. */
static bool keeps_state(void *ctx, const struct nvm *nvm)
{
    const struct roster *roster = ctx;

    for (size_t i = 0; i < roster->count; i++) {
        if (roster->list[i]->nvm == nvm)
            return true;
    }
    return false;
}

static void start_pools(struct roster *roster)
{
    for (size_t i = 0; i < roster->pool_count; i++) {
        if (!roster->pools[i].is_started)
            pool_start(roster->pools[i].pool);
        roster->pools[i].is_started = true;
    }
}

/* ---- ports that are away ---- */

static void say_port(const struct roster *roster, const struct roster_modem *modem, size_t port)
{
    stderr_hide_passing();
    fprintf(roster->out, "ready: %s %s%s", modem_plan_name(&modem->plan),
            fleet_port_label(roster->fleet, modem->index, port), roster->end);
}

/* In the thread of the modem's world, and of no port of a pool. */
static void on_port_away(void *ctx, size_t index, bool is_away)
{
    struct roster_modem *modem = ctx;
    struct roster *roster = modem->roster;
    unsigned port = 1U << index;

    if (is_away) {
        atomic_fetch_or(&modem->away, port);
        atomic_fetch_add(&roster->away, 1);
        return;
    }
    atomic_fetch_and(&modem->away, ~port);
    atomic_fetch_sub(&roster->away, 1);
    pthread_mutex_lock(&roster->saying);
    if ((modem->unsaid & port) != 0) {
        modem->unsaid &= ~port;
        say_port(roster, modem, index);
        fflush(roster->out);
    }
    pthread_mutex_unlock(&roster->saying);
}

/* The modem is closed: nobody waits for its ports. */
static void forget_ports(struct roster *roster, struct roster_modem *modem)
{
    for (unsigned away = atomic_exchange(&modem->away, 0); away != 0; away &= away - 1)
        atomic_fetch_sub(&roster->away, 1);
}

bool roster_has_all_ports(struct roster *roster)
{
    return atomic_load(&roster->away) == 0;
}

void roster_say_ready(struct roster *roster, struct roster_modem *modem)
{
    size_t ports = modem->pool != NULL ? 1 : modem->plan.port_count;

    pthread_mutex_lock(&roster->saying);
    for (size_t port = 0; port < ports; port++) {
        if ((atomic_load(&modem->away) & 1U << port) != 0)
            modem->unsaid |= 1U << port;
        else
            say_port(roster, modem, port);
    }
    pthread_mutex_unlock(&roster->saying);
}

/* ---- opening ---- */

/* In the thread of the modem's world, which does not look at the list. */
static void on_port_end(void *ctx, size_t index)
{
    struct roster *roster = ((struct roster_modem *)ctx)->roster;

    (void)index;
    if (atomic_load(&roster->has_one_port))
        roster->on_end(roster->ctx);
}

static void note_ports(struct roster *roster)
{
    size_t hosts = 0;

    for (size_t i = 0; i < roster->count; i++)
        hosts += roster->list[i]->plan.host != NULL;
    hosts_run_expect(roster->hosts, hosts, roster->count - hosts);
    atomic_store(&roster->has_one_port,
                 roster->count == 1 && roster->list[0]->plan.port_count == 1);
}

/* In the thread of the modem's world. */
static void describe(void *ctx, size_t number, struct fleet_modem_config *ret_config)
{
    struct roster *roster = ctx;
    struct roster_modem *modem = roster->batch[number];
    struct runtime_modem_config *config = &ret_config->runtime;
    size_t done = atomic_fetch_add(&roster->described, 1);

    modem_plan_config(&modem->plan, roster->zone_quarters, config);
    config->tls = roster->providers->list;
    config->tls_count = roster->providers->count;
    config->nvm = modem->nvm;
    config->log = roster->log;
    config->taps = modem->seat.recording != NULL ? recording_taps(modem->seat.recording) : NULL;
    if (modem->packets != NULL)
        config->taps = packets_seat_taps(modem->packets, config->taps);
    config->companion = scenario_run_companion(roster->scenario);
    config->laboratory = config->laboratory || config->companion != NULL || modem->hand != NULL;
    config->companion_ctx = &modem->seat;
    if (modem->plan.host != NULL) {
        config->host = hosts_run_host();
        config->host_ctx = &modem->hosts_seat;
    }
    if (modem->hand != NULL)
        hand_config(modem->hand, config);
    config->on_port_end = on_port_end;
    config->on_port_away = on_port_away;
    config->ctx = modem;
    ret_config->pool = modem->pool;
    ret_config->order = modem->plan.number;
    if (pthread_equal(pthread_self(), roster->master))
        roster->on_described(roster->ctx, done);
}

/* Before its modem is described, in the thread of a world. */
static bool give_hand(const struct roster *roster, struct roster_modem *modem)
{
    if (roster->new_hand == NULL || modem->hand != NULL)
        return true;
    modem->hand = roster->new_hand(roster->hand_ctx, modem_plan_name(&modem->plan));
    return modem->hand != NULL;
}

/* The same. */
static bool give_packets(const struct roster *roster, struct roster_modem *modem)
{
    if (roster->packets == NULL || modem->packets != NULL)
        return true;
    modem->packets = packets_seat_open(roster->packets, modem_plan_name(&modem->plan));
    return modem->packets != NULL;
}

/* What no line of a file should be able to hide. */
static void warn(const struct roster *roster, const struct modem_plan *plan)
{
    struct log log = *roster->log;

    log.name = modem_plan_name(plan);
    for (size_t i = 0; i < plan->credential_count; i++) {
        if (plan->stamps[i].is_open)
            log_say(&log, LOG_WARNING,
                    "the private key %s can be read by others than its owner: chmod 600",
                    plan->credentials[i].path);
        if (plan->stamps[i].is_noise)
            log_say(&log, LOG_WARNING,
                    "%s, for %s, has neither PEM nor DER: it is put in as it is, and will be no "
                    "certificate or key",
                    plan->credentials[i].path, plan->credentials[i].name);
    }
    for (size_t i = 0; i < plan->port_count; i++) {
        const struct port_spec *port = &plan->ports[i];

        if (port->kind == PORT_TCP_TLS && secret_path_is_open(port->tls.key))
            log_say(&log, LOG_WARNING,
                    "the private key %s can be read by others than its owner: chmod 600",
                    port->tls.key);
    }
    if (plan->policy != NULL && plan->policy->is_key_open)
        log_say(&log, LOG_WARNING,
                "the private key of its tls policy can be read by others than its owner: chmod "
                "600");
    if (policy_plan_trusts_as_host(plan->policy))
        log_say(&log, LOG_WARNING,
                "verify: host under tls policy modern: servers are verified no better than the "
                "host asks, by what it has stored");
}

static bool open_batch(struct roster *roster, struct roster_modem **batch, size_t count,
                       struct port_failure *ret_failure)
{
    size_t first = fleet_count(roster->fleet);

    for (size_t i = 0; i < count; i++) {
        if (!stores_open(&roster->stores, &batch[i]->plan, ret_failure, &batch[i]->nvm))
            return false;
        if (!give_hand(roster, batch[i]) || !give_packets(roster, batch[i]))
            return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory") == ERR_OK;
        batch[i]->index = first + i;
        warn(roster, &batch[i]->plan);
    }
    roster->batch = batch;
    if (fleet_add(roster->fleet, count, describe, roster, ret_failure) == ERR_OK)
        return true;
    for (size_t i = 0; i < count; i++)
        forget_ports(roster, batch[i]);
    return false;
}

/* A modem of its own memory by each plan.  NULL: there is none, and the plans are as they were. */
static struct roster_modem **take_plans(struct roster *roster, struct modem_plans *plans)
{
    struct roster_modem **list = calloc(plans->count, sizeof(list[0]));
    size_t made = 0;

    while (list != NULL && made < plans->count) {
        list[made] = calloc(1, sizeof(*list[made]));
        if (list[made] == NULL)
            break;
        made++;
    }
    if (made < plans->count) {
        while (made > 0)
            free(list[--made]);
        free(list);
        return NULL;
    }
    for (size_t i = 0; i < plans->count; i++) {
        list[i]->roster = roster;
        list[i]->plan = plans->list[i];
        list[i]->pool = pool_of(roster, plans, &list[i]->plan);
        list[i]->seat = (struct scenario_seat){ roster->scenario, &list[i]->plan, NULL };
        list[i]->hosts_seat = (struct hosts_seat){ roster->hosts, &list[i]->plan };
        modem_plan_init(&plans->list[i]); /* what it had is the modem's */
    }
    return list;
}

bool roster_open(struct roster *roster, struct modem_plans *plans, struct port_failure *ret_failure)
{
    size_t count = plans->count;
    bool good = open_pools(roster, plans, ret_failure);

    assert(roster->list == NULL && count > 0);
    roster->master = pthread_self();
    if (good) {
        roster->list = take_plans(roster, plans);
        good = roster->list != NULL;
        if (good)
            roster->count = count;
        else
            port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; good && i < count; i++)
        roster->list[i]->seat.recording = recordings_at(roster->recordings, i);
    modem_plans_free(plans);
    note_ports(roster);
    return good && open_batch(roster, roster->list, roster->count, ret_failure);
}

void roster_start(struct roster *roster)
{
    fleet_start(roster->fleet);
    start_pools(roster);
}

/* ---- changing ---- */

static int compare_names(const void *a, const void *b)
{
    const struct roster_modem *const *one = a, *const *other = b;

    return strcmp(modem_plan_name(&(*one)->plan), modem_plan_name(&(*other)->plan));
}

/* The modem of this name, unless it is taken over already. */
static struct roster_modem **find(struct roster_modem **sorted, size_t count,
                                  const struct roster_modem *like)
{
    return bsearch(&like, sorted, count, sizeof(sorted[0]), compare_names);
}

/* Puts those modems that stay as they are into the new list; of the old one the others are left. */
static size_t keep_same(struct roster *roster, struct roster_modem **list, size_t count,
                        bool *is_kept)
{
    size_t kept = 0;

    qsort(roster->list, roster->count, sizeof(roster->list[0]), compare_names);
    for (size_t i = 0; i < count; i++) {
        struct roster_modem **old = find(roster->list, roster->count, list[i]);

        if (old == NULL || (*old)->pool != list[i]->pool ||
            !modem_plan_equal(&(*old)->plan, &list[i]->plan))
            continue;
        free_modem(list[i]);
        list[i] = *old;
        is_kept[old - roster->list] = true;
        kept++;
    }
    return kept;
}

/* In the thread of the modem's world; the master waits. */
static void note_relied(void *ctx, struct runtime_modem *modem)
{
    struct roster_modem *one = ctx;

    relied_note(&one->roster->relied, one->plan.model, runtime_modem_engine(modem));
}

void roster_note_relied(struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        note_relied(roster->list[i], fleet_modem(roster->fleet, roster->list[i]->index));
}

static void remove_others(struct roster *roster, const bool *is_kept)
{
    for (size_t i = 0; i < roster->count; i++) {
        if (is_kept[i])
            continue;
        fleet_remove(roster->fleet, roster->list[i]->index, note_relied, roster->list[i]);
        forget_ports(roster, roster->list[i]);
        free_modem(roster->list[i]);
    }
    free(roster->list);
    roster->list = NULL;
    roster->count = 0;
}

/* Opens a batch, or those of it that can be; the others are NULL then. */
static size_t open_what_can_be(struct roster *roster, struct roster_modem **batch, size_t count)
{
    struct port_failure failure;
    size_t opened = 0;

    if (count == 0 || open_batch(roster, batch, count, &failure))
        return count;
    for (size_t i = 0; i < count; i++) {
        if (open_batch(roster, &batch[i], 1, &failure)) {
            opened++;
            continue;
        }
        log_say(roster->voice, LOG_ERROR,
                "modem %s is not there: %s; what only a start may open needs a restart",
                modem_plan_name(&batch[i]->plan), failure.text);
        free_modem(batch[i]);
        batch[i] = NULL;
    }
    return opened;
}

/* The list is the roster's: first those that stayed, then those that are new. */
static void take_list(struct roster *roster, struct roster_modem **list, size_t count)
{
    roster->list = list;
    roster->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i] != NULL)
            list[roster->count++] = list[i];
    }
}

/* Brings those that are not open to the end of the list; how many stand before them. */
static size_t part(struct roster_modem **list, size_t count, struct roster_modem **ret_new)
{
    size_t old = 0, fresh = 0;

    for (size_t i = 0; i < count; i++) {
        if (list[i]->index == SIZE_MAX)
            ret_new[fresh++] = list[i];
        else
            list[old++] = list[i];
    }
    memcpy(list + old, ret_new, fresh * sizeof(list[0]));
    return old;
}

static void change(struct roster *roster, struct roster_modem **list, size_t count,
                   struct roster_modem **fresh, bool *is_kept)
{
    size_t before = roster->count, kept, opened;

    for (size_t i = 0; i < count; i++)
        list[i]->index = SIZE_MAX;
    kept = keep_same(roster, list, count, is_kept);
    remove_others(roster, is_kept);
    part(list, count, fresh);
    opened = open_what_can_be(roster, list + kept, count - kept);
    take_list(roster, list, count);
    note_ports(roster);
    roster->missing = count - roster->count;
    close_unused_pools(roster);
    stores_keep(&roster->stores, keeps_state, roster);
    for (size_t i = kept; i < roster->count; i++)
        roster_say_ready(roster, roster->list[i]);
    fflush(roster->out);
    roster_start(roster);
    log_say(roster->voice, LOG_INFO,
            "the file was read again: %zu modems as they were, %zu closed, %zu opened", kept,
            before - kept, opened);
}

void roster_change(struct roster *roster, struct modem_plans *plans)
{
    size_t count = plans->count;
    struct roster_modem **fresh = calloc(count, sizeof(fresh[0]));
    bool *is_kept = calloc(roster->count + 1, sizeof(is_kept[0]));
    struct roster_modem **list = NULL;
    struct port_failure failure = { .text = "out of memory" };

    if (fresh != NULL && is_kept != NULL && open_pools(roster, plans, &failure))
        list = take_plans(roster, plans);
    modem_plans_free(plans);
    if (list != NULL)
        change(roster, list, count, fresh, is_kept);
    else
        log_say(roster->voice, LOG_ERROR, "%s: nothing was changed", failure.text);
    close_unused_pools(roster);
    free(fresh);
    free(is_kept);
}

/* They are the list's last, and what hosts have to know of them is said. */
static void begin_new(struct roster *roster, struct roster_modem **fresh, size_t count)
{
    for (size_t i = 0; i < count; i++)
        roster->list[roster->count++] = fresh[i];
    for (size_t i = 0; i < count; i++)
        roster_say_ready(roster, fresh[i]);
    fflush(roster->out);
    roster_start(roster);
}

/* Those that come later have files of their own, too. */
static bool give_recordings(struct roster *roster, struct roster_modem **fresh, size_t count,
                            struct port_failure *ret_failure)
{
    for (size_t i = 0; i < count; i++) {
        if (!recordings_add(roster->recordings, &fresh[i]->plan, ret_failure,
                            &fresh[i]->seat.recording))
            return false;
    }
    return true;
}

bool roster_add(struct roster *roster, struct modem_plans *plans, struct port_failure *ret_failure)
{
    size_t count = plans->count;
    struct roster_modem **list = realloc(roster->list, (roster->count + count) * sizeof(*list));
    struct roster_modem **fresh = NULL;
    bool good = false;

    *ret_failure = (struct port_failure){ .text = "out of memory" };
    if (list != NULL)
        roster->list = list;
    if (list != NULL && open_pools(roster, plans, ret_failure))
        fresh = take_plans(roster, plans);
    modem_plans_free(plans);
    if (fresh != NULL)
        good = give_recordings(roster, fresh, count, ret_failure) &&
               open_batch(roster, fresh, count, ret_failure);
    if (good)
        begin_new(roster, fresh, count);
    for (size_t i = 0; fresh != NULL && !good && i < count; i++) {
        recordings_end(roster->recordings, fresh[i]->seat.recording, true);
        free_modem(fresh[i]);
    }
    free(fresh);
    note_ports(roster);
    close_unused_pools(roster);
    return good;
}

void roster_remove(struct roster *roster, size_t number)
{
    struct roster_modem *modem = roster->list[number];

    assert(number < roster->count);
    fleet_remove(roster->fleet, modem->index, note_relied, modem);
    forget_ports(roster, modem);
    recordings_end(roster->recordings, modem->seat.recording, false);
    free_modem(modem);
    roster->count--;
    memmove(&roster->list[number], &roster->list[number + 1],
            (roster->count - number) * sizeof(roster->list[0]));
    note_ports(roster);
    close_unused_pools(roster);
}

void roster_close(struct roster *roster)
{
    for (size_t i = 0; i < roster->pool_count; i++)
        pool_close(roster->pools[i].pool);
    free(roster->pools);
    stores_close(&roster->stores);
    relied_clear(&roster->relied);
    for (size_t i = 0; i < roster->count; i++)
        free_modem(roster->list[i]);
    free(roster->list);
}
