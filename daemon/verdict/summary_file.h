/* summary_file.h: a summary in a file, which `tlsmodem report` reads. */
#ifndef DAEMON_VERDICT_SUMMARY_FILE_H
#define DAEMON_VERDICT_SUMMARY_FILE_H

#include "base/text.h"
#include "verdict/summary.h"

#include <stdbool.h>

enum { SUMMARY_FILE_BYTES_MAX = 64 * 1000 * 1000 };

/* Reads a file that somebody named.  NULL: `why` says what is wrong with it, where, and what is
 * allowed. */
struct summary *summary_file_read(const char *path, struct text *why);

/* A run is to write this file: looks whether it could, by another name beside it, which it removes.
 * One of its name stays what it is.  False: `why`. */
bool summary_file_try(const char *path, struct text *why);

/* The run begins: takes an older summary of this name away, so that one that is there is of this
 * run.  False: `why`. */
bool summary_file_begin(const char *path, struct text *why);

/* Writes it, whole or not at all: under another name first; everybody may read it (mode 0644), and
 * a summary, or an empty file, of this name is replaced, but no other file.  False: `why`. */
bool summary_file_write(const struct summary *summary, const char *path, struct text *why);

#endif
