/* hosts_run.c: the hosts inside of a run. */
#include "hosts_run.h"

#include "base/fault.h"
#include "base/pattern.h"
#include "plan/plan_variables.h"
#include "posix/now.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_CAP = 8192, WHY_CAP = 100, MS_IN_S = 1000 };

/* A host at its modem. */
struct seated {
    struct hosts_run *run;
    struct plan_variables variables;
    const struct log *log;
    struct verdict_tally *tally; /* of its loop */
    struct host *host;
    bool is_done;
};

/* ---- variables ---- */

/* A value of the file, with those of the modem in it. */
static bool expand(struct plan_variables *variables, const char *pattern, struct span *ret_value)
{
    static _Thread_local char memory[VALUE_CAP];
    char why_memory[WHY_CAP];
    struct text filled, why;

    if (strchr(pattern, '$') == NULL) {
        *ret_value = span_of(pattern);
        return true;
    }
    text_init(&filled, memory, sizeof(memory));
    text_init(&why, why_memory, sizeof(why_memory));
    if (!pattern_expand(span_of(pattern), plan_variables_find, variables, &filled, &why))
        return false;
    *ret_value = text_span(&filled);
    return !filled.cut;
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    struct seated *seated = ctx;
    const struct host_plan *plan = seated->variables.plan->host;
    const char *pattern = host_plan_value(plan, name);

    if (pattern != NULL)
        return expand(&seated->variables, pattern, ret_value);
    return host_plan_constant(plan, name, ret_value) ||
           plan_variables_find(&seated->variables, name, ret_value);
}

/* ---- what becomes of it ---- */

static uint64_t now_us(void *ctx)
{
    (void)ctx;
    return posix_now_us();
}

static void dialled(void *ctx, uint64_t us)
{
    verdict_dial(((struct seated *)ctx)->tally, us);
}

static void answered(void *ctx, uint64_t us)
{
    verdict_command(((struct seated *)ctx)->tally, us);
}

static void played(void *ctx, uint64_t us)
{
    verdict_round(((struct seated *)ctx)->tally, us);
}

/* An answer that is another is told in words, all else by its kind. */
static void failed(void *ctx, enum host_reason reason, const char *words, const char *wanted,
                   const char *came)
{
    struct verdict_tally *tally = ((struct seated *)ctx)->tally;

    if (reason == HOST_UNEXPECTED && wanted != NULL && came != NULL)
        verdict_expected(tally, wanted, came);
    else
        verdict_failed(tally, words);
}

static void say(void *ctx, bool is_end, const char *line)
{
    const struct seated *seated = ctx;

    log_say(seated->log, is_end ? LOG_WARNING : LOG_INFO, "host: %s", line);
}

static void look(struct hosts_run *run)
{
    size_t hosts = atomic_load(&run->hosts);

    if (hosts > 0 && !atomic_load(&run->has_others) && atomic_load(&run->done) == hosts)
        run->on_all_done(run->ctx);
}

static void finished(void *ctx, bool has_given_up)
{
    struct seated *seated = ctx;

    seated->is_done = true;
    if (has_given_up)
        atomic_fetch_add(&seated->run->given_up, 1);
    atomic_fetch_add(&seated->run->done, 1);
    look(seated->run);
}

static const struct host_ops ops = { .find = find,
                                     .now_us = now_us,
                                     .dialled = dialled,
                                     .answered = answered,
                                     .played = played,
                                     .failed = failed,
                                     .say = say,
                                     .finished = finished };

/* ---- a modem's ---- */

/* How long it is until the crowd begins. */
static int64_t until_start_ms(const struct hosts_run *run)
{
    int64_t ms = run->start_at_s * MS_IN_S - posix_utc_ms();

    return run->start_at_s > 0 && ms > 0 ? ms : 0;
}

static void *begin(void *ctx, struct terminal *terminal, struct clock *clock, const struct log *log,
                   struct channel **ret_channel)
{
    const struct hosts_seat *seat = ctx;
    const struct host_plan *plan = seat->plan->host;
    struct seated *seated = calloc(1, sizeof(*seated));
    struct host_config config = { .crowd = &plan->crowd,
                                  .clock = clock,
                                  .terminal = terminal,
                                  .ops = &ops,
                                  .ctx = seated,
                                  .seed = (uint32_t)fault_draw(plan->seed, seat->plan->number),
                                  .delay_ms = until_start_ms(seat->run) +
                                              ramp_ms(&plan->ramp, seat->plan->host_order) };
    enum err err = ERR_NO_MEMORY;

    if (seated != NULL) {
        seated->run = seat->run;
        seated->variables =
            (struct plan_variables){ .plan = seat->plan, .shard = seat->run->shard };
        seated->log = log;
        seated->tally = verdict_book_tally(seat->run->book);
    }
    if (seated != NULL && seated->tally != NULL)
        err = host_begin(&config, &seated->host);
    if (err == ERR_OK) {
        *ret_channel = host_channel(seated->host);
        return seated;
    }
    log_say(log, LOG_ERROR, "host: it does not begin: %s", err_text(err));
    free(seated);
    return NULL;
}

static void end(void *host)
{
    struct seated *seated = host;

    host_end(seated->host);
    if (seated->is_done)
        atomic_fetch_sub(&seated->run->done, 1);
    free(seated);
}

const struct runtime_host *hosts_run_host(void)
{
    static const struct runtime_host host = { begin, end };

    return &host;
}

void hosts_run_expect(struct hosts_run *run, size_t hosts, size_t others)
{
    atomic_store(&run->has_others, others > 0);
    atomic_store(&run->hosts, hosts);
    look(run);
}

size_t hosts_run_given_up(struct hosts_run *run)
{
    return atomic_load(&run->given_up);
}
