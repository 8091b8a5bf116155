/* play.h: plays a script on a stage: types, compares what comes byte for byte, and tells peers what
 * to do.
 *
 * It ends at the first difference.  Bytes that no step expects are one too: they stand before those
 * that are expected, or are left at the end.  Where the config says that it is over, it ends as
 * written.
 */
#ifndef TRANSCRIPT_PLAY_H
#define TRANSCRIPT_PLAY_H

#include "transcript/play_config.h"

enum play_end {
    PLAY_AS_WRITTEN,
    PLAY_DIFFERENT, /* the report says where and how */
    PLAY_WRONG,     /* the script itself cannot be played on: the report says why */
    PLAY_NOT_HERE   /* it asks for what this stage cannot do: the report says what */
};

/* Plays all of it, or up to the first difference; `ret_steps` is how many steps came out as
 * written. */
enum play_end play_script(const struct play_config *config, struct report *report,
                          uint64_t *ret_steps);

#endif
