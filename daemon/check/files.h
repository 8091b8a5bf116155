/* files.h: a transcript that is read, with the files that it includes. */
#ifndef DAEMON_CHECK_FILES_H
#define DAEMON_CHECK_FILES_H

#include "transcript/reader_world.h"
#include "transcript/report.h"

struct file_bytes;

struct check_files {
    struct reader_world world; /* for reader_open() */
    struct file_bytes *list;
    struct span opened;     /* bytes of the file itself */
    struct report mistakes; /* that the reader has told, lines */
};

/* Begins it, in memory of the caller's. */
void check_files_open(struct check_files *files);

/* Frees what was read, after the reader is closed. */
void check_files_close(struct check_files *files);

#endif
