/* tally.h: what the hosts of one loop have come to: dials, commands, rounds, and what went wrong.
 *
 * The loop's thread alone counts, without a lock; any other may read at any time, and sees each
 * number by itself (verdict_tally_sums()).
 */
#ifndef DAEMON_VERDICT_TALLY_H
#define DAEMON_VERDICT_TALLY_H

#include "wrap/count_sums.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VERDICT_REASONS = 48, /* what goes wrong beyond these kinds is "other" */
    VERDICT_REASON_CAP = 32,
    VERDICT_SURPRISES = 8, /* pairs that are told in words; all are counted */
    VERDICT_WORDS_CAP = 80
};

struct verdict_tally;

/* Makes one in which nothing has happened.  NULL: there is no memory. */
struct verdict_tally *verdict_tally_new(void);

/* Frees it.  NULL is nothing. */
void verdict_tally_free(struct verdict_tally *tally);

/* One dial that connected, after so long. */
void verdict_dial(struct verdict_tally *tally, uint64_t microseconds);

/* One dial or step that failed, and is not counted by the others.  `reason` is of a few kinds,
 * without numbers or names in them ("timeout", "no carrier"); it is read at once, and cut at
 * VERDICT_REASON_CAP - 1 bytes. */
void verdict_failed(struct verdict_tally *tally, const char *reason);

/* The final result of a command, so long after it was typed; also of one that was refused. */
void verdict_command(struct verdict_tally *tally, uint64_t microseconds);

/* One whole play of a host's transcript. */
void verdict_round(struct verdict_tally *tally, uint64_t microseconds);

/* An answer that was not expected: an error of the kind "unexpected", and the first of each pair of
 * words are kept.  Both are read at once; what is no printable ASCII is shown as a dot. */
void verdict_expected(struct verdict_tally *tally, const char *wanted, const char *came);

/* An error of a kind. */
struct verdict_reason {
    char name[VERDICT_REASON_CAP];
    count_sum count;
};

/* What was wanted, and what came. */
struct verdict_surprise {
    char wanted[VERDICT_WORDS_CAP], came[VERDICT_WORDS_CAP];
    count_sum count;
};

/* The sums.  Entries of a list are whole up to its count, which grows. */
struct verdict_sums {
    struct count_times dials, commands, rounds;
    struct verdict_reason reasons[VERDICT_REASONS];
    _Atomic size_t reason_count;
    count_sum other_reasons;
    struct verdict_surprise surprises[VERDICT_SURPRISES];
    _Atomic size_t surprise_count;
    count_sum unexpected; /* all of them */
};

/* Any thread, as long as it is there. */
const struct verdict_sums *verdict_tally_sums(const struct verdict_tally *tally);

#endif
