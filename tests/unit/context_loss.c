/* context_loss.c: takes the context from a service, and looks at what comes of it. */
#include "context_loss.h"

#include "check.h"
#include "endings_play.h"
#include "module/module.h"

#include <stdio.h>
#include <stdlib.h>

/* What comes unasked has silence between. */
enum { BETWEEN_LINES_MS = 1000 };

struct loss_case {
    const struct endings_module *module;
    const char *model;
    const struct service_row *row;
    enum loss loss;
    char name[120];
};

static const char *line_of(const struct loss_case *of)
{
    switch (of->loss) {
    case LOSS_RADIO:
        return "AT+CFUN=4";
    case LOSS_DETACH:
        return "AT+CGATT=0";
    default:
        return of->module->network_off;
    }
}

static void bring_under_way(struct play *play, const struct loss_case *of)
{
    struct scripted_net *net = &play->world.scripted_net;

    play_begin(play);
    scripted_net_name(net, NAME_THAT_HANGS, NAME_HANGS, NULL, 0);
    scripted_net_listen(net, (uint16_t)atoi(PORT_THAT_HANGS), PEER_HANGS);
    for (size_t i = 0; i < of->row->count; i++)
        play_move(play, &of->row->moves[i]);
    world_forget(&play->world, 0);
}

/* OK, and perhaps that the context is gone. */
static void expect_done(struct play *play, const struct loss_case *of)
{
    struct span heard = talk_on(&play->world, 1, line_of(of));

    if (memmem(heard.data, heard.len, "OK\r\n", 4) == NULL)
        fail_msg("%s: \"%s\"", of->name, show(heard));
}

static void expect_lines(struct play *play, const struct loss_case *of)
{
    const struct service_row *row = of->row;
    const char *expected = of->loss == LOSS_COMMAND ? row->by_command : row->by_network;

    world_advance(&play->world, BETWEEN_LINES_MS);
    if (row->typed != NULL) {
        check_bytes(of->name, world_heard(&play->world, 0), span_of(""));
        world_type_text(&play->world, row->typed);
        world_advance(&play->world, BETWEEN_LINES_MS);
    }
    check_bytes(of->name, world_heard(&play->world, 0), span_of(expected));
    world_forget(&play->world, 0);
}

static void expect_silence(struct play *play, const struct loss_case *of, unsigned departures)
{
    const struct scripted_net *net = &play->world.scripted_net;

    world_advance(&play->world, PLAY_LONG_MS);
    check_bytes(of->name, world_heard(&play->world, 0), span_of(""));
    if (net->departures != departures || net->queries != NULL || net->streams != NULL ||
        net->listeners != NULL)
        fail_msg("%s: something leaves to the network", of->name);
}

static void lose(void **state)
{
    const struct loss_case *of = *state;
    const struct conversation conversation = { .name = of->row->name,
                                               .moves = of->row->moves,
                                               .count = of->row->count };
    struct play play = { .module = of->module, .model = of->model, .conversation = &conversation };
    unsigned departures;

    snprintf(play.name, sizeof(play.name), "%s", of->name);
    bring_under_way(&play, of);
    expect_done(&play, of);
    departures = play.world.scripted_net.departures;
    expect_lines(&play, of);
    expect_silence(&play, of, departures);
    play_expect_answer(&play);
    world_deinit(&play.world);
}

int context_loss_run(const struct endings_module *module, const struct service_row *rows,
                     size_t count)
{
    enum { CASES_MAX = 400 };
    static struct CMUnitTest tests[CASES_MAX];
    static struct loss_case cases[CASES_MAX];
    size_t used = 0;

    for (const char *const *model = module->models; *model != NULL; model++) {
        for (size_t i = 0; i < count * LOSS_COUNT; i++, used++) {
            struct loss_case *of = &cases[used];

            assert_true(used < CASES_MAX);
            *of = (struct loss_case){ .module = module,
                                      .model = *model,
                                      .row = &rows[i / LOSS_COUNT],
                                      .loss = (enum loss)(i % LOSS_COUNT) };
            snprintf(of->name, sizeof(of->name), "%s, %s, %s", *model, of->row->name, line_of(of));
            tests[used] =
                (struct CMUnitTest){ .name = of->name, .test_func = lose, .initial_state = of };
        }
    }
    return _cmocka_run_group_tests(module->models[0], tests, used, NULL, NULL);
}
