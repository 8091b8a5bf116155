/* files.h: a transcript that is read, with the files that it includes. */
#ifndef DAEMON_CHECK_FILES_H
#define DAEMON_CHECK_FILES_H

#include "transcript/reader_world.h"
#include "transcript/report.h"

#include <stdint.h>

struct file_bytes;

struct check_files {
    struct reader_world world; /* for reader_open() */
    struct file_bytes *list;
    struct span opened;     /* bytes of the file itself */
    struct report mistakes; /* that the reader has told, lines */
};

/* Begins it, in memory of the caller's. */
void check_files_open(struct check_files *files);

/* Says the mistakes line by line, each without an end and with `before` in front. */
void check_files_say(const struct check_files *files, const char *before,
                     void (*say)(void *ctx, const char *line), void *ctx);

/* A number that is another, as good as always, where any byte of the files is. */
uint64_t check_files_digest(const struct check_files *files);

/* Frees what was read, after the reader is closed. */
void check_files_close(struct check_files *files);

#endif
