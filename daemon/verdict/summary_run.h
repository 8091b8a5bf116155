/* summary_run.h: one run of a summary. */
#ifndef DAEMON_VERDICT_SUMMARY_RUN_H
#define DAEMON_VERDICT_SUMMARY_RUN_H

#include <stdbool.h>
#include <stdint.h>

enum { SUMMARY_ID_CAP = 17, SUMMARY_VERSION_CAP = 32 };

/* One process from its start to its end. */
struct summary_run {
    char id[SUMMARY_ID_CAP]; /* 16 hexadecimal digits by chance: no two runs have the same */
    char version[SUMMARY_VERSION_CAP];
    uint32_t shard, shard_count; /* shard of so many, from 0; 0 of 0: there were none */
    bool has_seed;
    uint64_t seed;
    uint64_t modems;
    int64_t begun_ms, ended_ms; /* since 1970-01-01T00:00:00Z */
};

#endif
