/* sqlite.h: SQLite's answers in our words. */
#ifndef NVM_SQLITE_SQLITE_H
#define NVM_SQLITE_SQLITE_H

#include "nvm_sqlite/folder.h"

#include <stdbool.h>

/* An open database; one thread at a time. */
struct nvm_file {
    struct sqlite3 *conn;
    struct nvm_path path;
};

/* The error that the connection met last, with "cannot WHAT FILE: reason; advice".  `conn` may be
 * NULL: no memory. */
enum err nvm_sqlite_fail(const struct nvm_file *file, const char *what, struct nvm_report report);

/* Runs SQL that answers nothing; `what` is for the message. */
enum err nvm_sqlite_run(const struct nvm_file *file, const char *sql, const char *what,
                        struct nvm_report report);

/* The first column of the first row as a number. */
enum err nvm_sqlite_number(const struct nvm_file *file, const char *sql, const char *what,
                           struct nvm_report report, int *ret_number);

/* The same as a text: whether it reads `expected`. */
enum err nvm_sqlite_is(const struct nvm_file *file, const char *sql, const char *expected,
                       const char *what, struct nvm_report report, bool *ret_is);

#endif
