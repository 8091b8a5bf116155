/* nvm_folder.h: a state folder for tests of ports/nvm_sqlite, and looks behind the port's back. */
#ifndef TESTS_UNIT_NVM_FOLDER_H
#define TESTS_UNIT_NVM_FOLDER_H

#include "base/span.h"
#include "nvm_sqlite/nvm_sqlite.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { NVM_FILE_MAX = 1 << 20 };

/* A temporary folder, and in it the (not yet existing) state folder and what is open of it. */
struct nvm_folder_test {
    char temp[64];
    char dir[96];
    char message[400];
    struct nvm *nvm;
    struct storage gate, pump; /* two modems of it */
    struct log log;            /* of both */
    char said[500];            /* its last line */
    int lines;
};

/* cmocka's setup and teardown; `*state` is the struct. */
int nvm_folder_setup(void **state);
int nvm_folder_teardown(void **state);

/* Opens the state folder with both modems; closes it (also when it is not open). */
enum err nvm_folder_try(struct nvm_folder_test *test);
void nvm_folder_reopen(struct nvm_folder_test *test);
void nvm_folder_shut(struct nvm_folder_test *test);

/* Opening must fail with `err` and a message that names `word`. */
void nvm_folder_refuses(struct nvm_folder_test *test, enum err err, const char *word);

/* Has a child `work` in the folder, which writes the number of each step that was acknowledged to
 * `report_fd` and never returns; kills it after so long, which is when the kill is to come.  The
 * last number, or 0. */
uint32_t nvm_folder_run_and_kill(struct nvm_folder_test *test,
                                 void (*work)(struct nvm_folder_test *test, int report_fd),
                                 long after_us);

/* Removes the state folder. */
void nvm_folder_remove(struct nvm_folder_test *test);

/* Stores one entry / checks that it is there, whole. */
enum err nvm_put(const struct storage *storage, const char *key, bool secret, struct span value);
void nvm_expect(const struct storage *storage, const char *key, bool secret, struct span value);
void nvm_expect_err(const struct storage *storage, const char *key, bool secret, enum err err);

/* A file of the state folder: mode bits or -1, contents in static memory, replacing it. */
int nvm_file_mode(const struct nvm_folder_test *test, const char *name);
struct span nvm_file_read(const struct nvm_folder_test *test, const char *name);
void nvm_file_write(const struct nvm_folder_test *test, const char *name, struct span bytes,
                    mode_t mode);
bool nvm_file_shows(const struct nvm_folder_test *test, const char *name, struct span bytes);
const char *nvm_file_path(const struct nvm_folder_test *test, const char *name);

/* Runs SQL on the closed database. */
void nvm_file_sql(const struct nvm_folder_test *test, const char *sql);

#endif
