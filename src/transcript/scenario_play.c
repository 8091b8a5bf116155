/* scenario_play.c: a modem plays a scenario. */
#include "transcript/scenario_play.h"

#include "transcript/world_step.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { LINE_CAP = READER_PATH_MAX + 2 * WORLD_STEP_WHY_CAP };

struct scenario_play {
    struct scenario_play_config config;
    struct clock_timer *timer;
    int64_t start_ms;
    size_t next;        /* the step that is due next */
    uint64_t positions; /* of counted patterns */
};

/* The texts of a step with their variables filled in. */
struct filled {
    struct bytes first, second;
};

static enum err fill(struct scenario_play *play, const struct script_step *step,
                     struct filled *filled, struct text *why)
{
    const struct fill_variables *variables = &play->config.variables;
    struct span unknown = span_at(NULL, 0);
    enum err err;

    err = step->kind == SCRIPT_SET || step->kind == SCRIPT_ACT
              ? fill_text(&step->text, variables, &play->positions, &filled->first, &unknown)
              : fill_words(step->words, variables, &filled->first, &unknown);
    if (err == ERR_OK)
        err = fill_text(&step->second, variables, &play->positions, &filled->second, &unknown);
    if (err == ERR_NOT_FOUND) {
        text_add(why, "there is no variable ${");
        text_add_span(why, unknown);
        text_add(why, "}");
    } else if (err != ERR_OK) {
        text_add(why, "%s", err_text(err));
    }
    return err;
}

static enum err happen(struct scenario_play *play, struct tlsmodem *modem,
                       const struct scenario_step *step, const struct filled *filled,
                       struct text *why)
{
    const struct scenario_play_config *config = &play->config;
    struct span first = bytes_span(&filled->first), second = bytes_span(&filled->second);
    enum err err;

    if (config->on_step != NULL)
        config->on_step(config->ctx, step->port, &step->step, first, second);
    err = world_step_do(modem, step->port, &step->step, first, second, why);
    if (err != ERR_OK && config->on_failed != NULL)
        config->on_failed(config->ctx);
    return err;
}

static enum err perform(struct scenario_play *play, const struct scenario_step *step,
                        struct text *why)
{
    struct tlsmodem *modem = play->config.modem(play->config.ctx);
    struct filled filled = { .first = { .data = NULL } };
    enum err err = ERR_STATE;

    if (modem == NULL)
        text_add(why, "there is no modem");
    else if (step->port >= play->config.terminals)
        text_add(why, "the modem has no port %zu", step->port + 1);
    else
        err = fill(play, &step->step, &filled, why);
    if (err == ERR_OK)
        err = happen(play, modem, step, &filled, why);
    bytes_free(&filled.first);
    bytes_free(&filled.second);
    return err;
}

static void do_step(struct scenario_play *play, const struct scenario_step *step)
{
    char memory[WORLD_STEP_WHY_CAP], line[LINE_CAP];
    struct text why, text;

    text_init(&why, memory, sizeof(memory));
    text_init(&text, line, sizeof(line));
    text_add(&text, "%s:%" PRIu32 ": ", step->step.file, step->step.line);
    text_add_span(&text, step->step.source);
    play->config.say(play->config.ctx, false, line);
    if (perform(play, step, &why) == ERR_OK)
        return;
    text_add(&text, ": %s", memory);
    play->config.say(play->config.ctx, true, line);
}

static void say_end(struct scenario_play *play)
{
    char line[LINE_CAP];
    struct text text;
    size_t count = scenario_count(play->config.scenario);

    text_init(&text, line, sizeof(line));
    text_add(&text, "%s: at its end, after %zu step%s", scenario_path(play->config.scenario), count,
             count == 1 ? "" : "s");
    play->config.say(play->config.ctx, false, line);
}

static void arm(struct scenario_play *play)
{
    const struct scenario_step *step = scenario_at(play->config.scenario, play->next);

    clock_timer_at(play->config.clock, play->timer, play->start_ms + step->at_ms);
}

static void on_time(void *ctx)
{
    struct scenario_play *play = ctx;
    size_t count = scenario_count(play->config.scenario);
    int64_t now_ms = clock_now_ms(play->config.clock) - play->start_ms;

    while (play->next < count && scenario_at(play->config.scenario, play->next)->at_ms <= now_ms)
        do_step(play, scenario_at(play->config.scenario, play->next++));
    if (play->next < count)
        arm(play);
    else
        say_end(play);
}

enum err scenario_play_begin(const struct scenario_play_config *config,
                             struct scenario_play **ret_play)
{
    struct scenario_play *play = calloc(1, sizeof(*play));
    enum err err;

    assert(config->modem != NULL && config->say != NULL && config->variables.find != NULL);
    if (play == NULL)
        return ERR_NO_MEMORY;
    play->config = *config;
    err = clock_new_timer(config->clock, on_time, play, &play->timer);
    if (err != ERR_OK) {
        free(play);
        return err;
    }
    play->start_ms = clock_now_ms(config->clock);
    arm(play);
    *ret_play = play;
    return ERR_OK;
}

size_t scenario_play_left(const struct scenario_play *play)
{
    return scenario_count(play->config.scenario) - play->next;
}

void scenario_play_end(struct scenario_play *play)
{
    if (play == NULL)
        return;
    clock_timer_free(play->timer);
    free(play);
}
