/* play_loop.c: steps that come again. */
#include "transcript/play_loop.h"

#include <assert.h>

static void begin(struct play *play, const struct script_step *step)
{
    struct play_round *round = &play->rounds[play->nested];

    assert(play->nested < SCRIPT_NESTED_MAX); /* the reader has looked */
    play->nested++;
    round->left = step->rounds > 0 && !play->plays_once ? step->rounds - 1 : 0;
    reader_mark(play->config->reader, &round->first);
}

void play_loop(struct play *play, const struct script_step *step)
{
    struct play_round *round;

    if (step->kind == SCRIPT_REPEAT) {
        begin(play, step);
        return;
    }
    assert(play->nested > 0);
    round = &play->rounds[play->nested - 1];
    if (round->left == 0) {
        play->nested--;
        return;
    }
    round->left--;
    reader_return(play->config->reader, &round->first);
}
