/* summary.c: see summary.h. */
#include "verdict/summary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RESERVED = 2 }; /* kinds */

static const char other[] = "other", unexpected[] = "unexpected";

const char *summary_what_word(enum summary_what what)
{
    static const char *const words[] = {
#define SUMMARY_WORD(name, word) word,
        SUMMARY_WHATS(SUMMARY_WORD)
#undef SUMMARY_WORD
    };

    return what < SUMMARY_WHAT_COUNT ? words[what] : NULL;
}

struct summary *summary_new(void)
{
    return calloc(1, sizeof(struct summary));
}

void summary_free(struct summary *summary)
{
    if (summary != NULL) {
        run_index_free(&summary->index);
        free(summary->runs);
    }
    free(summary);
}

/* ---- runs ---- */

static void name_shards(uint32_t shards, struct text *text)
{
    if (shards == 0)
        text_add(text, "no shards");
    else
        text_add(text, "%u shard%s", (unsigned)shards, shards == 1 ? "" : "s");
}

/* False; `there` is of the same run or shard. */
static bool refuse(const struct summary_run *run, const struct summary_run *there, struct text *why)
{
    if (strcmp(run->id, there->id) == 0)
        text_add(why, "it is of run %s, which is there already", run->id);
    else
        text_add(why, "shard %u of %u is there already, of run %s", (unsigned)run->shard,
                 (unsigned)run->shard_count, there->id);
    return false;
}

static bool belongs(const struct summary *summary, const struct summary_run *run, struct text *why)
{
    size_t place;

    if (summary->run_count == 0)
        return true;
    if (summary->runs[0].shard_count != run->shard_count) {
        text_add(why, "it is of a run with ");
        name_shards(run->shard_count, why);
        text_add(why, ", those before with ");
        name_shards(summary->runs[0].shard_count, why);
        return false;
    }
    if (summary->run_count == SUMMARY_RUNS_MAX) {
        text_add(why, "these would be more than %d runs", SUMMARY_RUNS_MAX);
        return false;
    }
    place = run_index_find(&summary->index, summary->runs, run);
    return place == SIZE_MAX || refuse(run, &summary->runs[place], why);
}

bool summary_add_run(struct summary *summary, const struct summary_run *run, struct text *why)
{
    struct summary_run *runs;

    if (!belongs(summary, run, why))
        return false;
    runs = realloc(summary->runs, (summary->run_count + 1) * sizeof(runs[0]));
    if (runs != NULL)
        summary->runs = runs;
    if (runs == NULL ||
        !run_index_reserve(&summary->index, runs, summary->run_count + 1, run->shard_count)) {
        text_add(why, "out of memory");
        return false;
    }
    runs[summary->run_count] = *run;
    run_index_add(&summary->index, runs, summary->run_count++);
    return true;
}

/* ---- adding ---- */

/* There is always room for these. */
static bool is_reserved(const char *name)
{
    return strcmp(name, other) == 0 || strcmp(name, unexpected) == 0;
}

/* The counter of a kind; what has no room is "other". */
static struct summary_kind *kind_of(struct summary *summary, const char *name)
{
    struct summary_kind *kind;

    for (size_t i = 0; i < summary->kind_count; i++) {
        if (strncmp(summary->kinds[i].name, name, VERDICT_REASON_CAP - 1) == 0)
            return &summary->kinds[i];
    }
    if (summary->kind_count >= SUMMARY_KINDS_MAX - RESERVED && !is_reserved(name))
        return kind_of(summary, other);
    kind = &summary->kinds[summary->kind_count++];
    memcpy(kind->name, name, strnlen(name, VERDICT_REASON_CAP - 1));
    return kind;
}

void summary_add_errors(struct summary *summary, const char *kind, uint64_t count)
{
    if (count > 0)
        kind_of(summary, kind)->count += count;
}

void summary_add_surprise(struct summary *summary, const char *wanted, const char *came,
                          uint64_t count)
{
    struct summary_surprise *list = summary->surprises, *surprise;

    for (size_t i = 0; i < summary->surprise_count; i++) {
        if (strcmp(list[i].wanted, wanted) == 0 && strcmp(list[i].came, came) == 0) {
            list[i].count += count;
            return;
        }
    }
    if (summary->surprise_count == SUMMARY_SURPRISES_MAX)
        return;
    surprise = &list[summary->surprise_count++];
    memcpy(surprise->wanted, wanted, strnlen(wanted, VERDICT_WORDS_CAP - 1));
    memcpy(surprise->came, came, strnlen(came, VERDICT_WORDS_CAP - 1));
    surprise->count = count;
}

static void add_times(struct summary_times *times, const struct count_times *more)
{
    uint64_t max_us = count_read(&more->max_us);

    for (size_t i = 0; i < TIME_BUCKETS; i++) {
        uint64_t count = count_read(&more->buckets[i]);

        times->buckets[i] += count;
        times->count += count;
    }
    times->is_timed = true;
    times->sum_us += count_read(&more->sum_us);
    times->max_us = max_us > times->max_us ? max_us : times->max_us;
}

void summary_add_hosts(struct summary *summary, const struct verdict_sums *sums)
{
    size_t reasons = atomic_load_explicit(&sums->reason_count, memory_order_acquire);
    size_t surprises = atomic_load_explicit(&sums->surprise_count, memory_order_acquire);
    uint64_t surprised = count_read(&sums->unexpected);

    summary->is_by_hosts = true;
    add_times(&summary->times[SUMMARY_DIAL], &sums->dials);
    add_times(&summary->times[SUMMARY_COMMAND], &sums->commands);
    add_times(&summary->times[SUMMARY_ROUND], &sums->rounds);
    for (size_t i = 0; i < reasons; i++)
        summary_add_errors(summary, sums->reasons[i].name, count_read(&sums->reasons[i].count));
    summary_add_errors(summary, other, count_read(&sums->other_reasons));
    summary_add_errors(summary, unexpected, surprised);
    summary->unexpected += surprised;
    for (size_t i = 0; i < surprises; i++)
        summary_add_surprise(summary, sums->surprises[i].wanted, sums->surprises[i].came,
                             count_read(&sums->surprises[i].count));
}

static void add_handshake_errors(struct summary *summary, const struct count_sums *sums)
{
    char name[COUNT_REASON_CAP];

    for (size_t version = 0; version < COUNT_VERSIONS; version++) {
        for (size_t reason = 0; reason < COUNT_REASONS; reason++) {
            summary_add_errors(summary, count_reason_name(reason, name),
                               count_read(&sums->failed[version][reason]));
        }
        summary_add_errors(summary, "tls_given_up", count_read(&sums->given_up[version]));
    }
}

static void add_network_errors(struct summary *summary, const struct count_sums *sums)
{
    static const char *const dials[COUNT_DIAL_FAILURES] = {
        [COUNT_DIAL_REFUSED] = "refused", [COUNT_DIAL_UNREACHABLE] = "unreachable",
        [COUNT_DIAL_TIMEOUT] = "timeout", [COUNT_DIAL_RESET] = "reset",
        [COUNT_DIAL_FAILED] = "failed",   [COUNT_DIAL_GIVEN_UP] = "given_up",
    };
    static const char *const lookups[COUNT_LOOKUPS] = {
        [COUNT_NOT_FOUND] = "name_not_found",
        [COUNT_NO_SERVER] = "no_name_server",
        [COUNT_LOOKUP_FAILED] = "name_failed",
        [COUNT_LOOKUP_GIVEN_UP] = "name_given_up",
    };

    for (size_t i = 0; i < COUNT_DIAL_FAILURES; i++)
        summary_add_errors(summary, dials[i], count_read(&sums->failed_dials[i]));
    for (size_t i = 0; i < COUNT_LOOKUPS; i++) {
        if (i != COUNT_FOUND)
            summary_add_errors(summary, lookups[i], count_read(&sums->lookups[i]));
    }
    add_handshake_errors(summary, sums);
}

void summary_add_modems(struct summary *summary, const struct tally_sums *sums, bool is_all)
{
    add_times(&summary->times[SUMMARY_HANDSHAKE], &sums->net.shakes);
    if (!is_all)
        return;
    add_times(&summary->times[SUMMARY_DIAL], &sums->net.dials);
    add_times(&summary->times[SUMMARY_COMMAND], &sums->lines);
    add_network_errors(summary, &sums->net);
}

/* ---- merging ---- */

static bool add_runs(struct summary *summary, const struct summary *more, struct text *why)
{
    size_t before = summary->run_count;

    if (before > 0 && more->run_count > 0 && summary->is_by_hosts != more->is_by_hosts) {
        text_add(why, "it counts what %s, those before what %s",
                 more->is_by_hosts ? "hosts inside saw" : "modems did",
                 summary->is_by_hosts ? "hosts inside saw" : "modems did");
        return false;
    }
    for (size_t i = 0; i < more->run_count; i++) {
        if (!summary_add_run(summary, &more->runs[i], why)) {
            summary->run_count = before;
            run_index_keep(&summary->index, summary->runs, before);
            return false;
        }
    }
    return true;
}

/* Of two that a file may have. */
static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a < SUMMARY_US_MAX - b ? a + b : SUMMARY_US_MAX;
}

static bool is_timed_or_none(const struct summary_times *times)
{
    return times->is_timed || times->count == 0;
}

bool summary_merge(struct summary *summary, const struct summary *more, struct text *why)
{
    if (!add_runs(summary, more, why))
        return false;
    summary->is_by_hosts = summary->is_by_hosts || more->is_by_hosts;
    for (size_t what = 0; what < SUMMARY_WHAT_COUNT; what++) {
        struct summary_times *times = &summary->times[what];
        const struct summary_times *extra = &more->times[what];

        times->is_timed = is_timed_or_none(times) && is_timed_or_none(extra);
        times->count += extra->count;
        times->sum_us = sum_of(times->sum_us, extra->sum_us);
        times->max_us = extra->max_us > times->max_us ? extra->max_us : times->max_us;
        for (size_t i = 0; i < TIME_BUCKETS; i++)
            times->buckets[i] += extra->buckets[i];
    }
    for (size_t i = 0; i < more->kind_count; i++)
        summary_add_errors(summary, more->kinds[i].name, more->kinds[i].count);
    summary->unexpected += more->unexpected;
    for (size_t i = 0; i < more->surprise_count; i++)
        summary_add_surprise(summary, more->surprises[i].wanted, more->surprises[i].came,
                             more->surprises[i].count);
    return true;
}

/* ---- what comes of it ---- */

bool summary_at(const struct summary_times *times, struct summary_part part, uint64_t *ret_us)
{
    uint64_t rank, so_far = 0;
    size_t index = 0;

    assert(part.part > 0 && part.part <= part.whole && part.whole <= 1000 * 1000);
    if (!times->is_timed || times->count == 0)
        return false;
    rank = times->count / part.whole * part.part +
           (times->count % part.whole * part.part + part.whole - 1) / part.whole;
    while (index < TIME_BUCKETS - 1 && so_far + times->buckets[index] < rank)
        so_far += times->buckets[index++];
    *ret_us = time_bucket_us(index) < times->max_us ? time_bucket_us(index) : times->max_us;
    return true;
}

uint64_t summary_errors(const struct summary *summary)
{
    uint64_t errors = 0;

    for (size_t i = 0; i < summary->kind_count; i++)
        errors += summary->kinds[i].count;
    return errors;
}

uint64_t summary_errors_of(const struct summary *summary, const char *kind)
{
    for (size_t i = 0; i < summary->kind_count; i++) {
        if (strcmp(summary->kinds[i].name, kind) == 0)
            return summary->kinds[i].count;
    }
    return 0;
}

uint64_t summary_attempts(const struct summary *summary)
{
    return summary->times[SUMMARY_DIAL].count + summary->times[SUMMARY_COMMAND].count +
           summary_errors(summary) - summary->unexpected;
}

int64_t summary_length_ms(const struct summary *summary)
{
    int64_t begun_ms = INT64_MAX, ended_ms = INT64_MIN;

    for (size_t i = 0; i < summary->run_count; i++) {
        const struct summary_run *run = &summary->runs[i];

        begun_ms = run->begun_ms < begun_ms ? run->begun_ms : begun_ms;
        ended_ms = run->ended_ms > ended_ms ? run->ended_ms : ended_ms;
    }
    return ended_ms > begun_ms ? ended_ms - begun_ms : 1;
}

uint32_t summary_missing(const struct summary *summary)
{
    uint32_t shards = summary->run_count > 0 ? summary->runs[0].shard_count : 0;

    return shards > summary->run_count ? shards - (uint32_t)summary->run_count : 0;
}

uint64_t summary_modems(const struct summary *summary)
{
    uint64_t modems = 0;

    for (size_t i = 0; i < summary->run_count; i++)
        modems += summary->runs[i].modems;
    return modems;
}
