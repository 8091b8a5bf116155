/* report.h: what is wrong with a file, a line for each mistake. */
#ifndef DAEMON_FILE_REPORT_H
#define DAEMON_FILE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_REPORT_LINE_CAP = 1024, FILE_REPORT_LINES_MAX = 20 };

/* A place in a file, both counted from 1; line 0: the file as a whole. */
struct file_place {
    const char *file; /* as it was named; outlives the place */
    size_t line, column;
};

/* Where the lines go; zeroed but for `say`. */
struct file_report {
    void (*say)(void *ctx, const char *line);  /* without an end of line */
    void (*warn)(void *ctx, const char *line); /* of what is no mistake; may be NULL */
    void *ctx;
    size_t count;  /* of mistakes; those after FILE_REPORT_LINES_MAX are not said */
    size_t warned; /* of the others, the same */
};

/* "FILE:LINE:COLUMN: " and what printf makes of the rest. */
void file_report_add(struct file_report *report, const struct file_place *place, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* "FILE:LINE:COLUMN: KEY: "VALUE" is wrong because WHY; allowed: ALLOWED".  A `value` of NULL is
 * not shown; of a long one its beginning is.  WHY and what follows it come from printf. */
void file_report_wrong(struct file_report *report, const struct file_place *place, const char *key,
                       const char *value, const char *why, ...)
    __attribute__((format(printf, 5, 6)));

/* "FILE:LINE:COLUMN: KEY: "VALUE": WORDS" to who is warned; no mistake.  A `value` of NULL is not
 * shown. */
void file_report_warn(struct file_report *report, const struct file_place *place, const char *key,
                      const char *value, const char *words);

/* A line of its own, that says where. */
void file_report_line(struct file_report *report, const char *line);

/* How many more there were than said, of each kind, where there were; behind the last. */
void file_report_end(struct file_report *report);

#endif
