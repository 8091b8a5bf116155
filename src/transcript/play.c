/* play.c: plays a script, and says where it came out otherwise. */
#include "transcript/play.h"

#include "transcript/play_fill.h"
#include "transcript/play_host.h"
#include "transcript/play_peer.h"

#include <inttypes.h>

static void say_file(struct report *report, const struct script_step *step)
{
    report_add(report, "%s:%" PRIu32 ": ", step->file, step->line);
    report_add_text(report, step->source);
    report_add(report, "\n");
}

/* What came before, and what the module has logged. */
static void say_before(struct play *play, struct report *report)
{
    uint64_t first = play->steps > PLAY_RECORD_MAX ? play->steps - PLAY_RECORD_MAX : 0;
    int64_t now_ms = play->stage->ops->elapsed_ms(play->stage);

    report_add(report, "  before that:\n");
    for (uint64_t i = first; i < play->steps; i++) {
        report_add(report, "    ");
        report_add_text(report, play->record[i % PLAY_RECORD_MAX]);
        report_add(report, "\n");
    }
    report_add(report, "  the module's log, %" PRId64 ".%03d s after the start:\n", now_ms / 1000,
               (int)(now_ms % 1000));
    play->stage->ops->show_log(play->stage, "    ", report);
}

static bool take(struct play *play, const struct script_step *step)
{
    bool done = step->kind == SCRIPT_PEER ? play_peer(play, step) : play_host(play, step);

    return !play->stage->ops->has_fault(play->stage, &play->why) && done;
}

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

static enum play_end fail(struct play *play, struct report *report)
{
    report_add_span(report, bytes_span(&play->why.text));
    say_before(play, report);
    if (play->stage->cannot)
        return PLAY_NOT_HERE;
    return play->is_wrong ? PLAY_WRONG : PLAY_DIFFERENT;
}

static enum play_end run(struct play *play, struct report *report)
{
    const struct script_step *step;
    enum err err;

    while ((err = reader_next(play->config->reader, &step)) == ERR_OK) {
        if (!take(play, step)) {
            say_file(report, step);
            return fail(play, report);
        }
        play->record[play->steps % PLAY_RECORD_MAX] = step->source;
        play->steps++;
    }
    if (err != ERR_NOT_FOUND) {
        report_add(report, "  cannot read on: %s\n", err_text(err));
        return PLAY_WRONG;
    }
    if (check_ports(play) && check_peers(play))
        return PLAY_AS_WRITTEN;
    report_add(report, "at the end:\n");
    return fail(play, report);
}

enum play_end play_script(const struct play_config *config, struct report *report,
                          uint64_t *ret_steps)
{
    struct play play = {
        .config = config, .stage = config->stage, .header = reader_header(config->reader), .port = 1
    };
    enum play_end end;

    assert(config->model < play.header->model_count && config->patterns.match != NULL);
    for (size_t i = 0; i <= SCRIPT_PORTS_MAX; i++)
        play.echoes[i] = true;
    if (play_name_ports(&play)) {
        end = run(&play, report);
    } else {
        report_add_span(report, bytes_span(&play.why.text));
        end = PLAY_WRONG;
    }
    *ret_steps = play.steps;
    values_free(&play.captured);
    bytes_free(&play.filled);
    report_free(&play.why);
    return end;
}
