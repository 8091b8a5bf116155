/* log_repeats.h: a line of the log that repeats is counted, not written again. */
#ifndef BASE_LOG_REPEATS_H
#define BASE_LOG_REPEATS_H

#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

enum { LOG_REPEATS_LINES = 16, LOG_REPEATS_WINDOW_MS = 60000, LOG_REPEATS_LINE_MAX = 500 };

/* Stands between a log and where its lines go: its own `write` and `ctx` are log_repeats_write()
 * and this.  The first line of its kind is written at once; the same within the next minute is
 * counted, and told when the minute is over: "... (12 times in 60 s)".  So it goes on, minute by
 * minute, until the line stays away for one.  Different lines, up to LOG_REPEATS_LINES of them, are
 * counted side by side; the oldest makes room.  For one thread. */
struct log_repeats {
    void (*write)(void *ctx, const char *tag, const char *text);
    void *write_ctx;
    int64_t (*now_ms)(void);
    bool of_many;
    struct log_repeated {
        const char *tag;
        char text[LOG_REPEATS_LINE_MAX]; /* empty: the place is free */
        unsigned count;                  /* since from_ms */
        int64_t from_ms;
        bool goes_on;   /* the first of them was told before from_ms */
        bool of_others; /* another name stood before one of those that were counted */
    } lines[LOG_REPEATS_LINES];
};

/* Lines go to `write`, which is called from inside log_repeats_write(), _tick() and _flush(); time
 * is what `now_ms` says, in ms. */
void log_repeats_init(struct log_repeats *repeats,
                      void (*write)(void *ctx, const char *tag, const char *text), void *write_ctx,
                      int64_t (*now_ms)(void));

/* From now on what stands before the first ": " of a line, a modem's name, does not make it another
 * line; where it was another name, the count says so. */
void log_repeats_of_many(struct log_repeats *repeats);

/* One line: struct log's `write`.  `tag` is static, `text` cut at LOG_REPEATS_LINE_MAX - 1. */
void log_repeats_write(void *repeats, const char *tag, const char *text);

/* When log_repeats_tick() has something to tell, in ms; CLOCK_NEVER. */
int64_t log_repeats_deadline(const struct log_repeats *repeats);

/* Tells the counts of minutes that are over; nothing before the deadline. */
void log_repeats_tick(struct log_repeats *repeats);

/* Tells all counts now: the log ends. */
void log_repeats_flush(struct log_repeats *repeats);

#endif
