/* junit.h: results of plays as JUnit has them, for those who show tests. */
#ifndef DAEMON_CHECK_JUNIT_H
#define DAEMON_CHECK_JUNIT_H

#include "transcript/report.h"

#include <stdint.h>

enum junit_result { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR, JUNIT_SKIPPED };

/* All zero has none. */
struct junit {
    struct report cases;
    unsigned counts[JUNIT_SKIPPED + 1];
    int64_t us; /* of all of them */
};

/* One play of a file by a model: `text` says what was different, or why it was left out. */
void junit_add(struct junit *junit, const char *file, const char *model, enum junit_result result,
               int64_t us, struct span text);

/* Writes all of them to the file at `path`.  ERR_IO: it cannot be written; ERR_NO_MEMORY: there was
 * none for all of them. */
enum err junit_write(const struct junit *junit, const char *path);

/* Frees them. */
void junit_free(struct junit *junit);

#endif
