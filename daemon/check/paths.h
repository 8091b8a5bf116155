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

/* Adds the file at `path`, or of a folder each *.at in it, by their names.  ERR_NOT_FOUND: a folder
 * without any, or nothing there; ERR_DENIED, ERR_IO, ERR_NO_MEMORY. */
enum err check_paths_add(struct check_paths *paths, const char *path);

/* Frees them. */
void check_paths_free(struct check_paths *paths);

#endif
