/* scenario_run.c: the scenario of a run, and a modem that plays it. */
#include "scenario_run.h"

#include "plan/plan_variables.h"
#include "transcript/scenario_play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_CAP = READER_PATH_MAX + READER_MISTAKE_MAX };

/* ---- whether it can be played ---- */

static bool refuse(const struct scenario_step *step, const struct modem_plan *plan, const char *why,
                   void (*say)(void *ctx, const char *line), void *ctx)
{
    char line[LINE_CAP];

    snprintf(line, sizeof(line), "%s:%" PRIu32 ": %.*s: the modem %s %s", step->step.file,
             step->step.line, (int)step->step.source.len, (const char *)step->step.source.data,
             modem_plan_name(plan), why);
    say(ctx, line);
    return false;
}

bool scenario_run_suits(const struct scenario_run *run, const struct modem_plans *plans,
                        void (*say)(void *ctx, const char *line), void *ctx)
{
    const struct scenario *scenario = run->file.scenario;
    const struct scenario_step *step;

    for (size_t i = 0; i < plans->count && scenario != NULL; i++) {
        const struct modem_plan *plan = &plans->list[i];

        step = scenario_beyond(scenario, plan->port_count > 0 ? plan->port_count : 1);
        if (step != NULL)
            return refuse(step, plan, "has no such port", say, ctx);
        step = plan->identity.imei == NULL ? scenario_uses(scenario, "imei") : NULL;
        if (step != NULL)
            return refuse(step, plan, "was given no IMEI, so there is no ${imei}", say, ctx);
    }
    return true;
}

bool scenario_run_open(const char *path, uint32_t shard, const struct modem_plans *plans,
                       void (*say)(void *ctx, const char *line), void *ctx,
                       struct scenario_run *ret_run)
{
    ret_run->shard = shard;
    if (!scenario_file_read(path, plan_variables_names, say, ctx, &ret_run->file))
        return false;
    if (scenario_run_suits(ret_run, plans, say, ctx))
        return true;
    scenario_run_close(ret_run);
    return false;
}

void scenario_run_close(struct scenario_run *run)
{
    scenario_file_free(&run->file);
}

/* ---- a modem that plays it ---- */

struct playing {
    struct plan_variables variables;
    struct recording *recording; /* NULL: nobody records */
    struct tlsmodem *modem;
    const struct log *log;
    struct scenario_play *play;
};

static struct tlsmodem *modem_of(void *ctx)
{
    return ((struct playing *)ctx)->modem;
}

static void on_step(void *ctx, size_t port, const struct script_step *step, struct span first,
                    struct span second)
{
    const struct playing *playing = ctx;

    if (playing->recording != NULL)
        recorder_step(recording_recorder(playing->recording), port, step, first, second);
}

static void on_failed(void *ctx)
{
    const struct playing *playing = ctx;

    if (playing->recording != NULL)
        recorder_step_failed(recording_recorder(playing->recording));
}

static void say_step(void *ctx, bool is_error, const char *text)
{
    const struct playing *playing = ctx;

    log_say(playing->log, is_error ? LOG_ERROR : LOG_INFO, "scenario: %s", text);
}

static void *begin(void *ctx, struct tlsmodem *modem, size_t terminals, struct clock *clock,
                   const struct log *log)
{
    const struct scenario_seat *seat = ctx;
    struct playing *playing = calloc(1, sizeof(*playing));
    struct scenario_play_config config = { .clock = clock,
                                           .modem = modem_of,
                                           .terminals = terminals,
                                           .on_step = on_step,
                                           .on_failed = on_failed,
                                           .say = say_step,
                                           .ctx = playing };
    enum err err = ERR_NO_MEMORY;

    if (playing != NULL) {
        playing->variables =
            (struct plan_variables){ .plan = seat->plan, .shard = seat->run->shard };
        playing->modem = modem;
        playing->recording = seat->recording;
        playing->log = log;
        config.scenario = seat->run->file.scenario;
        config.variables = (struct fill_variables){ plan_variables_find, &playing->variables };
        err = scenario_play_begin(&config, &playing->play);
    }
    if (err == ERR_OK)
        return playing;
    log_say(log, LOG_ERROR, "scenario: it does not begin: %s", err_text(err));
    free(playing);
    return NULL;
}

static void end(void *companion)
{
    struct playing *playing = companion;

    scenario_play_end(playing->play);
    free(playing);
}

const struct runtime_companion *scenario_run_companion(const struct scenario_run *run)
{
    static const struct runtime_companion companion = { begin, end };

    return run->file.scenario != NULL ? &companion : NULL;
}
