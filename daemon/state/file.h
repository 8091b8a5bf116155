/* file.h: what modems have stored, as a file in JSON (docs/state.md). */
#ifndef DAEMON_STATE_FILE_H
#define DAEMON_STATE_FILE_H

#include "nvm_sqlite/nvm_sqlite.h"

#include <stdbool.h>
#include <stddef.h>

enum { STATE_FILE_ERROR_CAP = 6000, STATE_FILE_MAX = 256 * 1024 * 1024 };

/* What is allocated for texts and values is wiped when it is given back: before anything else of
 * this header, and before JSON is used elsewhere. */
void state_file_wipe_all(void);

struct state_file;

/* An empty one.  NULL: no memory. */
struct state_file *state_file_new(void);

/* Puts an entry at the end; copies it.  False: no memory. */
bool state_file_add(struct state_file *file, const struct nvm_entry *entry);

/* Writes it to `path`, mode 0600: under another name beside it first, so that it is whole or not
 * there.  "-" is standard output.  A file that is there is not replaced.  False: `ret_error`
 * (STATE_FILE_ERROR_CAP bytes) says why in one line. */
bool state_file_write(const struct state_file *file, const char *path, char *ret_error);

/* Reads and checks one; "-" is standard input.  NULL: `ret_error` says in one line what is wrong
 * and where. */
struct state_file *state_file_read(const char *path, char *ret_error);

/* Its entries, those of a modem one behind the other; good until it is freed. */
const struct nvm_entry *state_file_entries(const struct state_file *file, size_t *ret_count);

/* Frees and wipes it; NULL is nothing. */
void state_file_free(struct state_file *file);

#endif
