/* play_step.c: a script plays step by step. */
#include "transcript/play_step.h"

#include "transcript/play_fill.h"
#include "transcript/play_host.h"
#include "transcript/play_peer.h"

#include <inttypes.h>

bool play_open(struct play *play, const struct play_config *config)
{
    *play = (struct play){
        .config = config, .stage = config->stage, .header = reader_header(config->reader), .port = 1
    };
    assert(config->model < play->header->model_count && config->patterns.match != NULL);
    for (size_t i = 0; i <= SCRIPT_PORTS_MAX; i++)
        play->echoes[i] = true;
    return play_name_ports(play);
}

bool play_step(struct play *play, const struct script_step *step)
{
    bool done = step->kind == SCRIPT_PEER ? play_peer(play, step) : play_host(play, step);

    if (play->stage->ops->has_fault(play->stage, &play->why) || !done)
        return false;
    play->record[play->steps % PLAY_RECORD_MAX] = step->source;
    play->steps++;
    return true;
}

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

void play_explain(struct play *play, const struct script_step *step, struct report *report)
{
    if (step != NULL)
        say_file(report, step);
    else
        report_add(report, "at the end:\n");
    report_add_span(report, bytes_span(&play->why.text));
    if (!play->stage->cannot) /* what led there is not why */
        say_before(play, report);
}

void play_close(struct play *play)
{
    values_free(&play->captured);
    bytes_free(&play->filled);
    report_free(&play->why);
}
