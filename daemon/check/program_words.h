/* program_words.h: the command line of a program that a script plays with. */
#ifndef DAEMON_CHECK_PROGRAM_WORDS_H
#define DAEMON_CHECK_PROGRAM_WORDS_H

#include "check/program_config.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROGRAM_PATH_CAP = 512 };

/* All zero has none. */
struct program_words {
    char **list; /* a NULL behind the last */
    size_t count;
    bool failed; /* there was no memory for one */
};

/* Adds what the header and the port ask for; the program's files are in `folder`: `port1` and so
 * on, `state`, `recorded.at`. */
void program_words_add(struct program_words *words, const struct program_config *config,
                       const char *folder);

/* Frees them. */
void program_words_free(struct program_words *words);

/* Where its port is, from 1, unless that has no path, in memory of PROGRAM_PATH_CAP bytes. */
const char *program_port_path(const char *folder, unsigned port, char *memory);

/* Whether its runs are recorded: not where it keeps what it stores. */
bool program_records(const struct program_config *config);

#endif
