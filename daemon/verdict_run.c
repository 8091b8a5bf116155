/* verdict_run.c: see verdict_run.h. */
#include "verdict_run.h"

#include "common/stderr_log.h"
#include "posix/now.h"
#include "progress.h"
#include "runtime/tally.h"
#include "verdict/judge.h"
#include "verdict/summary_file.h"
#include "verdict/words.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    LOOK_MS = 1000,
    MS_IN_S = 1000,
    LINE_CAP = 400, /* of what stderr_show_passing() takes */
    WHY_CAP = 400,
    KINDS_SHOWN = 3
};

/* ---- its beginning and end ---- */

static bool make_id(char ret_id[SUMMARY_ID_CAP])
{
    uint64_t chance;

    if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
        return false;
    snprintf(ret_id, SUMMARY_ID_CAP, "%016" PRIx64, chance);
    return true;
}

enum err verdict_run_open(struct verdict_run *verdict, struct modem_plans *plans,
                          const struct shard *shard, struct port_failure *ret_failure)
{
    const char *path = plans->summary;
    char memory[WHY_CAP];
    struct text why;

    *verdict = (struct verdict_run){ .path = plans->summary,
                                     .fail_if = plans->fail_if,
                                     .fail_if_count = plans->fail_if_count,
                                     .book = verdict_book_new() };
    plans->summary = NULL;
    plans->fail_if = NULL;
    plans->fail_if_count = 0;
    text_init(&why, memory, sizeof(memory));
    if (verdict->book == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    if (path != NULL && !summary_file_try(path, &why))
        return port_fail(ret_failure, ERR_IO, "--summary: %s", memory);
    snprintf(verdict->run.version, sizeof(verdict->run.version), "%s", TLSMODEM_VERSION);
    verdict->run.shard = shard->count > 0 ? shard->index : 0;
    verdict->run.shard_count = shard->count;
    return make_id(verdict->run.id)
               ? ERR_OK
               : port_fail(ret_failure, ERR_IO, "--summary: no random numbers");
}

enum err verdict_run_begin(const struct verdict_run *verdict, struct port_failure *ret_failure)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    return verdict->path == NULL || summary_file_begin(verdict->path, &why)
               ? ERR_OK
               : port_fail(ret_failure, ERR_IO, "--summary: %s", memory);
}

bool verdict_run_has_other_bounds(const struct verdict_run *verdict,
                                  const struct modem_plans *plans)
{
    for (size_t i = 0; i < verdict->fail_if_count && i < plans->fail_if_count; i++) {
        if (strcmp(verdict->fail_if[i], plans->fail_if[i]) != 0)
            return true;
    }
    return verdict->fail_if_count != plans->fail_if_count;
}

void verdict_run_seed(struct verdict_run *verdict, uint64_t seed)
{
    verdict->run.has_seed = true;
    verdict->run.seed = seed;
}

bool verdict_run_is_wanted(const struct verdict_run *verdict)
{
    return verdict->path != NULL || verdict->fail_if_count > 0 ||
           verdict_book_is_used(verdict->book);
}

void verdict_run_close(struct verdict_run *verdict)
{
    assert(verdict->timer == NULL);
    verdict_book_free(verdict->book);
    free(verdict->path);
    modem_plans_free_fail_if(verdict->fail_if, verdict->fail_if_count);
    free(verdict->census);
    *verdict = (struct verdict_run){ .book = NULL };
}

/* ---- the numbers ---- */

static void add_hosts(void *ctx, const struct verdict_sums *sums)
{
    summary_add_hosts(ctx, sums);
}

/* Any time: what was counted so far.  NULL: there is no memory. */
static struct summary *gather(const struct verdict_run *verdict)
{
    struct summary *summary = summary_new();
    bool has_hosts = verdict_book_is_used(verdict->book);

    if (summary == NULL)
        return NULL;
    verdict_book_each(verdict->book, add_hosts, summary);
    for (size_t i = 0; i < verdict->threads; i++)
        summary_add_modems(summary, tally_sums(fleet_tally(verdict->fleet, i)), !has_hosts);
    return summary;
}

/* ---- the line ---- */

/* Modems that have a network; as of the last time that it was asked for. */
static uint64_t count_up(struct verdict_run *verdict)
{
    uint64_t up = 0;

    memset(verdict->census, 0, sizeof(*verdict->census));
    for (size_t i = 0; i < verdict->threads; i++)
        tally_answer(fleet_tally(verdict->fleet, i), 0, verdict->census);
    for (size_t model = 0; model < TALLY_MODELS_MAX; model++)
        up += verdict->census->models[model][TALLY_HOME] +
              verdict->census->models[model][TALLY_ROAMING];
    for (size_t i = 0; i < verdict->threads; i++)
        tally_ask(fleet_tally(verdict->fleet, i));
    return up;
}

static double per_second(uint64_t now, uint64_t before, int64_t ms)
{
    return ms > 0 ? (double)(now - before) * MS_IN_S / (double)ms : 0;
}

static void show(struct verdict_run *verdict, const struct summary *summary)
{
    uint64_t dials = summary->times[SUMMARY_DIAL].count;
    uint64_t commands = summary->times[SUMMARY_COMMAND].count;
    int64_t now_ms = posix_now_ms(), ms = now_ms - verdict->looked_ms;
    int64_t until_ms = verdict->run.begun_ms - posix_utc_ms();
    char memory[LINE_CAP];
    struct text line;

    text_init(&line, memory, sizeof(memory));
    text_add(&line, "%" PRIu64 " of %" PRIu64 " modems up, %.0f dials/s, %.0f commands/s, errors: ",
             count_up(verdict), verdict->run.modems, per_second(dials, verdict->dials, ms),
             per_second(commands, verdict->commands, ms));
    words_errors(&line, summary, KINDS_SHOWN);
    if (until_ms > 0)
        text_add(&line, "; it begins in %" PRId64 " s", (until_ms + MS_IN_S - 1) / MS_IN_S);
    verdict->looked_ms = now_ms;
    verdict->dials = dials;
    verdict->commands = commands;
    verdict->is_shown = true;
    stderr_show_passing(memory);
}

static void on_time(void *ctx)
{
    struct verdict_run *verdict = ctx;
    struct summary *summary = gather(verdict);

    if (summary != NULL)
        show(verdict, summary);
    summary_free(summary);
    clock_timer_start(verdict->timer, LOOK_MS);
}

static void start_line(struct verdict_run *verdict)
{
    verdict->census = calloc(1, sizeof(*verdict->census));
    if (verdict->census == NULL || clock_new_timer(&fleet_master(verdict->fleet)->clock.base,
                                                   on_time, verdict, &verdict->timer) != ERR_OK) {
        verdict->timer = NULL;
        return;
    }
    for (size_t i = 0; i < verdict->threads; i++)
        tally_ask(fleet_tally(verdict->fleet, i));
    verdict->looked_ms = posix_now_ms();
    clock_timer_start(verdict->timer, LOOK_MS);
}

void verdict_run_start(struct verdict_run *verdict, struct fleet *fleet, size_t threads,
                       size_t modems, int64_t begins_s, bool may_show)
{
    int64_t now_ms = posix_utc_ms(), begins_ms = begins_s * MS_IN_S;

    verdict->fleet = fleet;
    verdict->threads = threads;
    verdict->run.modems = modems;
    verdict->run.begun_ms = begins_ms > now_ms ? begins_ms : now_ms;
    if (may_show && progress_is_possible())
        start_line(verdict);
}

void verdict_run_stop(struct verdict_run *verdict)
{
    verdict->run.ended_ms = posix_utc_ms();
    clock_timer_free(verdict->timer);
    verdict->timer = NULL;
    if (verdict->is_shown)
        stderr_hide_passing();
    verdict->is_shown = false;
}

/* ---- the summary ---- */

/* False: one of the expressions holds, or there is no memory to tell. */
static bool is_good(const struct verdict_run *verdict, const struct summary *summary,
                    const char *end, struct text *why)
{
    struct expression *list = calloc(verdict->fail_if_count + 1, sizeof(list[0]));
    bool good = list != NULL;

    if (list == NULL)
        text_add(why, "out of memory");
    for (size_t i = 0; i < verdict->fail_if_count && good; i++)
        good = expression_read(verdict->fail_if[i], &list[i], why);
    good = good && judge(summary, list, verdict->fail_if_count, stderr, end);
    free(list);
    return good;
}

bool verdict_run_end(struct verdict_run *verdict, size_t given_up, const char *end,
                     const struct log *log)
{
    struct summary *summary = gather(verdict);
    char memory[WHY_CAP];
    struct text why;
    bool done, good = true;

    text_init(&why, memory, sizeof(memory));
    if (verdict->run.ended_ms < verdict->run.begun_ms) /* it never began */
        verdict->run.begun_ms = verdict->run.ended_ms;
    if (summary == NULL)
        text_add(&why, "out of memory");
    done = summary != NULL && summary_add_run(summary, &verdict->run, &why);
    if (done) {
        stderr_hide_passing();
        words_print(stderr, summary, end);
        if (given_up > 0)
            fprintf(stderr, "failed: %zu host%s given up%s", given_up,
                    given_up == 1 ? " has" : "s have", end);
        good = is_good(verdict, summary, end, &why);
    }
    done = done && (verdict->path == NULL || summary_file_write(summary, verdict->path, &why));
    if (why.len > 0)
        log_say(log, LOG_ERROR, "--summary: %s", memory);
    summary_free(summary);
    return done && good;
}
