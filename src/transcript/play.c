/* play.c: plays a script, and says where it came out otherwise. */
#include "transcript/play.h"

#include "transcript/play_step.h"

/* Whatever came and was not expected is a difference too. */
static bool check_ports(struct play *play)
{
    struct stage *stage = play->stage;

    for (unsigned port = 1; port <= play->header->ports; port++) {
        struct span rest;

        stage->ops->select(stage, port);
        stage->ops->settle(stage);
        rest = stage->ops->pending(stage);
        if (rest.len == 0)
            continue;
        report_add(&play->why, "  the module says more on port %u:\n", port);
        report_add_lines(&play->why, "    ", rest);
    }
    return play->why.text.len == 0;
}

static bool check_peers(struct play *play)
{
    struct stage *stage = play->stage;

    for (size_t i = 0; i < play->header->peer_count; i++) {
        struct span rest = stage->ops->peer_unread(stage, i);
        struct span name = play->header->peers[i].name;

        if (rest.len == 0)
            continue;
        report_add(&play->why, "  the peer ");
        report_add_text(&play->why, name);
        report_add(&play->why, " got more:\n");
        report_add_lines(&play->why, "    ", rest);
    }
    return play->why.text.len == 0;
}

static enum play_end fail(struct play *play, const struct script_step *step, struct report *report)
{
    play_explain(play, step, report);
    if (play->stage->cannot)
        return PLAY_NOT_HERE;
    return play->is_wrong ? PLAY_WRONG : PLAY_DIFFERENT;
}

static enum play_end run(struct play *play, struct report *report)
{
    const struct script_step *step;
    enum err err;

    while ((err = reader_next(play->config->reader, &step)) == ERR_OK) {
        if (!play_step(play, step))
            return fail(play, step, report);
        if (play->config->is_over != NULL && play->config->is_over(play->config->is_over_ctx))
            return PLAY_AS_WRITTEN;
    }
    if (err != ERR_NOT_FOUND) {
        report_add(report, "  cannot read on: %s\n", err_text(err));
        return PLAY_WRONG;
    }
    return check_ports(play) && check_peers(play) ? PLAY_AS_WRITTEN : fail(play, NULL, report);
}

enum play_end play_script(const struct play_config *config, struct report *report,
                          uint64_t *ret_steps)
{
    struct play play;
    enum play_end end = PLAY_WRONG;

    if (play_open(&play, config))
        end = run(&play, report);
    else
        report_add_span(report, bytes_span(&play.why.text));
    *ret_steps = play.steps;
    play_close(&play);
    return end;
}
