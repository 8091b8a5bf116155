/* summary.h: what a run came to, or several of them together: counts, how long things took, what
 * went wrong.
 *
 * Numbers only: reading and writing files, sentences for people and expressions stand beside it.
 * What several have counted adds up, whatever order they are added in.
 */
#ifndef DAEMON_VERDICT_SUMMARY_H
#define DAEMON_VERDICT_SUMMARY_H

#include "base/text.h"
#include "base/time_buckets.h"
#include "runtime/tally.h"
#include "verdict/run_index.h"
#include "verdict/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What takes time; the words of files and expressions. */
#define SUMMARY_WHATS(X)                                                                           \
    X(SUMMARY_DIAL, "dial")           /* a connection, until it is there */                        \
    X(SUMMARY_HANDSHAKE, "handshake") /* of TLS, until it is done */                               \
    X(SUMMARY_COMMAND, "command")     /* a command, until its final result */                      \
    X(SUMMARY_ROUND, "round")         /* one play of a host's transcript */

enum summary_what {
#define SUMMARY_ENUM(name, word) name,
    SUMMARY_WHATS(SUMMARY_ENUM)
#undef SUMMARY_ENUM
        SUMMARY_WHAT_COUNT
};

/* Its word; NULL past the end. */
const char *summary_what_word(enum summary_what what);

enum {
    SUMMARY_KINDS_MAX = 128, /* of errors; what is beyond is "other" */
    SUMMARY_SURPRISES_MAX = 16,
    SUMMARY_RUNS_MAX = 65535
};

/* What sums of times, and counts, may be in a file: 30,000 years; 10^14, so that those of all
 * shards together are a number still. */
#define SUMMARY_US_MAX    UINT64_C(1000000000000000000)
#define SUMMARY_COUNT_MAX UINT64_C(100000000000000)

struct summary_times {
    uint64_t count;
    bool is_timed; /* else the rest means nothing: they were counted only */
    uint64_t sum_us, max_us;
    uint64_t buckets[TIME_BUCKETS];
};

struct summary_kind {
    char name[VERDICT_REASON_CAP];
    uint64_t count;
};

struct summary_surprise {
    char wanted[VERDICT_WORDS_CAP], came[VERDICT_WORDS_CAP];
    uint64_t count;
};

struct summary {
    struct summary_run *runs; /* owned */
    size_t run_count;
    struct run_index index; /* of them */
    bool is_by_hosts; /* dials, commands and errors are what hosts inside saw, else what modems did
                       */
    struct summary_times times[SUMMARY_WHAT_COUNT];
    struct summary_kind kinds[SUMMARY_KINDS_MAX];
    size_t kind_count;
    uint64_t unexpected; /* those of the kind "unexpected" */
    struct summary_surprise surprises[SUMMARY_SURPRISES_MAX];
    size_t surprise_count;
};

/* Makes one of nothing.  NULL: there is no memory. */
struct summary *summary_new(void);

/* Frees it.  NULL is nothing. */
void summary_free(struct summary *summary);

/* A run more, whose numbers are added by the functions below.  False: it does not belong to those
 * that are there, or there is no memory, as `why` says. */
bool summary_add_run(struct summary *summary, const struct summary_run *run, struct text *why);

/* What the hosts of one loop saw. */
void summary_add_hosts(struct summary *summary, const struct verdict_sums *sums);

/* What the modems of one loop did; `is_all`: no hosts inside have seen it, so their dials, commands
 * and failures are taken from here, else handshakes alone. */
void summary_add_modems(struct summary *summary, const struct tally_sums *sums, bool is_all);

/* So many errors of a kind, whose name is cut. */
void summary_add_errors(struct summary *summary, const char *kind, uint64_t count);

/* So many times this was not expected; beside summary_add_errors(). */
void summary_add_surprise(struct summary *summary, const char *wanted, const char *came,
                          uint64_t count);

/* Adds all of another, which stays.  False: they do not belong together, and `why` says so; then
 * nothing was added. */
bool summary_merge(struct summary *summary, const struct summary *more, struct text *why);

/* ---- what comes of it ---- */

/* A part of all, exactly: p99.9 is 999 of 1000. */
struct summary_part {
    uint32_t part, whole; /* 0 < part <= whole <= 1,000,000 */
};

/* The time that this part of them did not exceed: the end of its bucket, or the longest of all
 * where that is shorter.  False: there were none, or they were not timed. */
bool summary_at(const struct summary_times *times, struct summary_part part, uint64_t *ret_us);

/* Errors of all kinds. */
uint64_t summary_errors(const struct summary *summary);

/* Errors of one kind, "other" for those without one of their own; 0 where there were none. */
uint64_t summary_errors_of(const struct summary *summary, const char *kind);

/* What might have been an error: dials and commands, and what failed without being one of them. */
uint64_t summary_attempts(const struct summary *summary);

/* From the first start to the last end, in ms, at least 1. */
int64_t summary_length_ms(const struct summary *summary);

/* How many shards have no run here. */
uint32_t summary_missing(const struct summary *summary);

/* The modems of all runs. */
uint64_t summary_modems(const struct summary *summary);

#endif
