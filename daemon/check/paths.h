/* paths.h: which files a command line means. */
#ifndef DAEMON_CHECK_PATHS_H
#define DAEMON_CHECK_PATHS_H

#include "base/err.h"

#include <stddef.h>

/* All zero is none. */
struct check_paths {
    char **list; /* owned */
    size_t count, cap;
};

/* Adds the file at `path`, or of a folder each *.at in it and in folders below, by their names;
 * those named `include`, and hidden ones, are left out: they have parts of transcripts.
 * ERR_NOT_FOUND: nothing is there; ERR_INVALID: a folder without any; ERR_DENIED, ERR_IO,
 * ERR_FULL: folders in folders without end; ERR_NO_MEMORY. */
enum err check_paths_add(struct check_paths *paths, const char *path);

/* Frees them. */
void check_paths_free(struct check_paths *paths);

#endif
