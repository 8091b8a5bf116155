/* doubts.h: what a run begins in spite of, and its operator should know: certificates that are not
 * valid. */
#ifndef DAEMON_PLAN_DOUBTS_H
#define DAEMON_PLAN_DOUBTS_H

#include <stddef.h>

enum { DOUBTS_MAX = 2, DOUBT_CAP = 200 };

/* Zeroed: none. */
struct doubts {
    struct {
        const char *member; /* by its name in a file ("cert"); static */
        char words[DOUBT_CAP];
    } list[DOUBTS_MAX];
    size_t count;
};

#endif
