/* database.h: the table of entries, in SQLite.  Knows nothing of keys and seals. */
#ifndef NVM_SQLITE_DATABASE_H
#define NVM_SQLITE_DATABASE_H

#include "nvm_sqlite/slot.h"
#include "nvm_sqlite/sqlite.h"

#include "base/span.h"

enum nvm_statement {
    NVM_BEGIN,
    NVM_COMMIT,
    NVM_ROLLBACK,
    NVM_FIND,
    NVM_KEYS,
    NVM_PUT,
    NVM_REMOVE,
    NVM_STATEMENTS
};

/* One connection; one thread at a time. */
struct nvm_database {
    struct nvm_file file;
    struct sqlite3_stmt *statements[NVM_STATEMENTS];
    bool holds_old_secrets; /* the write-ahead log may show what a secret once was */
};

/* Opens nvm.sqlite in `dir`, creates it or brings it to this version's schema.  On failure nothing
 * has to be closed.  ERR_CORRUPT; ERR_UNSUPPORTED: a newer version wrote it; ERR_BUSY; ERR_IO. */
enum err nvm_database_open(struct nvm_database *db, const char *dir, struct nvm_report report);

/* Closes what was opened. */
void nvm_database_close(struct nvm_database *db);

/* One transaction: begin, changes, then commit; rollback after any failure of these, also begin's.
 */
enum err nvm_database_begin(struct nvm_database *db, struct nvm_report report);

/* Puts a value into a slot, whatever it held.  ERR_BUSY, ERR_CORRUPT, ERR_NO_MEMORY, ERR_IO. */
enum err nvm_database_put(struct nvm_database *db, const struct nvm_slot *slot, struct span value,
                          struct nvm_report report);

/* Empties a slot, which may be empty.  Errors as above. */
enum err nvm_database_remove(struct nvm_database *db, const struct nvm_slot *slot,
                             struct nvm_report report);

/* When it returns ERR_OK the changes are on the disk. */
enum err nvm_database_commit(struct nvm_database *db, struct nvm_report report);

/* Forgets the changes. */
void nvm_database_rollback(struct nvm_database *db);

/* Finds a value; it is valid until nvm_database_found(), which must follow in any case.
 * ERR_NOT_FOUND, with no message. */
enum err nvm_database_find(struct nvm_database *db, const struct nvm_slot *slot,
                           struct nvm_report report, struct span *ret_value);

/* The value is not needed any more. */
void nvm_database_found(struct nvm_database *db);

/* Shows `visit` the slots of a modem that hold something.  ERR_NO_MEMORY, ERR_CORRUPT, ERR_IO. */
enum err nvm_database_each_key(struct nvm_database *db, const char *modem,
                               void (*visit)(void *ctx, const char *key, bool secret), void *ctx,
                               struct nvm_report report);

/* True in `ret_has` when some modem has a secret. */
enum err nvm_database_has_secrets(struct nvm_database *db, struct nvm_report report, bool *ret_has);

/* Shows `visit` each secret, the port's own first, until it returns false. */
enum err nvm_database_each_secret(struct nvm_database *db,
                                  bool (*visit)(void *ctx, const struct nvm_slot *slot,
                                                struct span value),
                                  void *ctx, struct nvm_report report);

/* The same for each entry of every modem, in the order of modems and keys; not the port's own. */
enum err nvm_database_each_entry(struct nvm_database *db,
                                 bool (*visit)(void *ctx, const struct nvm_slot *slot,
                                               struct span value),
                                 void *ctx, struct nvm_report report);

#endif
