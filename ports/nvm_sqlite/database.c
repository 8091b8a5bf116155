/* database.c: the table of entries, in SQLite (https://sqlite.org/wal.html).
 *
 * The connection keeps the file locked while it is open: no other program can change it behind our
 * back, and SQLite needs no shared memory file. */
#include "nvm_sqlite/database.h"

#include "nvm_sqlite/schema.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE_NAME "nvm.sqlite"
#define LOG_NAME      "nvm.sqlite-wal"
#define ADVICE        "check its owner, its mode and the disk"

enum { WAIT_MS = 1000 }; /* for a program that looks into the file while we start */

static const char settings[] = "PRAGMA locking_mode=EXCLUSIVE;"
                               "PRAGMA synchronous=FULL;"
                               "PRAGMA secure_delete=ON;"
                               "PRAGMA trusted_schema=OFF;"
                               "PRAGMA cell_size_check=ON;"
                               "PRAGMA temp_store=MEMORY;";

static const char *const statement_texts[NVM_STATEMENTS] = {
    [NVM_BEGIN] = "BEGIN IMMEDIATE",
    [NVM_COMMIT] = "COMMIT",
    [NVM_ROLLBACK] = "ROLLBACK",
    [NVM_FIND] = "SELECT value FROM entry WHERE modem=?1 AND key=?2 AND secret=?3",
    [NVM_KEYS] = "SELECT key,secret FROM entry WHERE modem=?1",
    [NVM_PUT] = "REPLACE INTO entry(modem,key,secret,value) VALUES(?1,?2,?3,?4)",
    [NVM_REMOVE] = "DELETE FROM entry WHERE modem=?1 AND key=?2 AND secret=?3",
};

/* SQLite gives the files that it makes beside the database the database's mode. */
static enum err make_private(const char *path, int create, struct nvm_report report,
                             off_t *ret_size)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600);
    struct stat info;
    enum err err = ERR_OK;

    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : nvm_fail_errno(report, "open", path, ADVICE);
    if (fstat(fd, &info) != 0)
        err = nvm_fail_errno(report, "examine", path, ADVICE);
    else if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0 && fchmod(fd, 0600) != 0)
        err = nvm_fail_errno(report, "set mode 0600 on", path, ADVICE);
    else
        *ret_size = info.st_size;
    close(fd);
    return err;
}

/* SQLite deletes the log of an empty database, and with it what may be all that is left.  One byte
 * counts as empty there. */
static enum err prepare_files(struct nvm_database *db, const char *dir, struct nvm_report report)
{
    struct nvm_path log;
    off_t size = 0;
    off_t log_size = 0;
    enum err err = nvm_path_join(&log, dir, LOG_NAME, report);

    if (err == ERR_OK)
        err = nvm_path_join(&db->file.path, dir, DATABASE_NAME, report);
    if (err == ERR_OK)
        err = make_private(log.at, 0, report, &log_size);
    if (err == ERR_OK || err == ERR_NOT_FOUND)
        err = make_private(db->file.path.at, O_CREAT, report, &size);
    if (err == ERR_OK && size <= 1 && log_size > 0)
        err = nvm_fail(report, ERR_CORRUPT,
                       "%s is empty, but its log %s is not; put both back from a backup, or move "
                       "both away to start anew",
                       db->file.path.at, log.at);
    return err;
}

static enum err connect(struct nvm_database *db, struct nvm_report report)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

    if (sqlite3_open_v2(db->file.path.at, &db->file.conn, flags, NULL) != SQLITE_OK)
        return nvm_sqlite_fail(&db->file, "open", report);
    sqlite3_busy_timeout(db->file.conn, WAIT_MS);
    return nvm_sqlite_run(&db->file, settings, "open", report);
}

static enum err check_whole(const struct nvm_database *db, struct nvm_report report)
{
    bool whole = false;
    enum err err = nvm_sqlite_is(&db->file, "PRAGMA quick_check(1)", "ok", "read", report, &whole);

    if (err != ERR_OK || whole)
        return err;
    return nvm_fail(report, ERR_CORRUPT,
                    "%s is damaged; put it back from a backup, or move it away to start anew",
                    db->file.path.at);
}

static enum err switch_to_log(const struct nvm_database *db, struct nvm_report report)
{
    bool is_on = false;
    enum err err =
        nvm_sqlite_is(&db->file, "PRAGMA journal_mode=WAL", "wal", "write", report, &is_on);

    if (err != ERR_OK || is_on)
        return err;
    return nvm_fail(report, ERR_IO,
                    "%s cannot be written by way of a log; choose a folder on another disk",
                    db->file.path.at);
}

static enum err prepare_statements(struct nvm_database *db, struct nvm_report report)
{
    for (size_t i = 0; i < NVM_STATEMENTS; i++)
        if (sqlite3_prepare_v3(db->file.conn, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &db->statements[i], NULL) != SQLITE_OK)
            return nvm_sqlite_fail(&db->file, "use", report);
    return ERR_OK;
}

enum err nvm_database_open(struct nvm_database *db, const char *dir, struct nvm_report report)
{
    enum err err;

    *db = (struct nvm_database){ .holds_old_secrets = true };
    err = prepare_files(db, dir, report);
    if (err == ERR_OK)
        err = connect(db, report);
    if (err == ERR_OK)
        err = check_whole(db, report);
    if (err == ERR_OK)
        err = nvm_schema_upgrade(&db->file, report);
    if (err == ERR_OK)
        err = switch_to_log(db, report);
    if (err == ERR_OK)
        err = prepare_statements(db, report);
    if (err != ERR_OK)
        nvm_database_close(db);
    return err;
}

void nvm_database_close(struct nvm_database *db)
{
    for (size_t i = 0; i < NVM_STATEMENTS; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->file.conn);
    *db = (struct nvm_database){ .file.conn = NULL };
}

/* Runs a statement to its end and frees it of what was bound, whatever comes of it. */
static enum err run(struct nvm_database *db, enum nvm_statement which, struct nvm_report report)
{
    sqlite3_stmt *statement = db->statements[which];
    int status = sqlite3_step(statement);
    enum err err = status == SQLITE_DONE ? ERR_OK : nvm_sqlite_fail(&db->file, "write", report);

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return err;
}

static bool bind(sqlite3_stmt *statement, const struct nvm_slot *slot)
{
    return sqlite3_bind_text(statement, 1, slot->modem, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_text(statement, 2, slot->key, -1, SQLITE_STATIC) == SQLITE_OK &&
           sqlite3_bind_int(statement, 3, slot->secret) == SQLITE_OK;
}

enum err nvm_database_begin(struct nvm_database *db, struct nvm_report report)
{
    return run(db, NVM_BEGIN, report);
}

enum err nvm_database_put(struct nvm_database *db, const struct nvm_slot *slot, struct span value,
                          struct nvm_report report)
{
    sqlite3_stmt *statement = db->statements[NVM_PUT];
    const void *data = value.len > 0 ? (const void *)value.data : ""; /* NULL would be SQL's NULL */

    assert(db->file.conn != NULL);
    db->holds_old_secrets = db->holds_old_secrets || slot->secret;
    if (!bind(statement, slot) ||
        sqlite3_bind_blob64(statement, 4, data, value.len, SQLITE_STATIC) != SQLITE_OK) {
        sqlite3_clear_bindings(statement);
        return nvm_sqlite_fail(&db->file, "write", report);
    }
    return run(db, NVM_PUT, report);
}

enum err nvm_database_remove(struct nvm_database *db, const struct nvm_slot *slot,
                             struct nvm_report report)
{
    db->holds_old_secrets = db->holds_old_secrets || slot->secret;
    if (!bind(db->statements[NVM_REMOVE], slot)) {
        sqlite3_clear_bindings(db->statements[NVM_REMOVE]);
        return nvm_sqlite_fail(&db->file, "write", report);
    }
    return run(db, NVM_REMOVE, report);
}

/* The log keeps old pages until it is started anew.  The change itself is safe by now: should this
 * fail, it is made up for after the next one. */
static void forget_old_secrets(struct nvm_database *db)
{
    if (db->holds_old_secrets &&
        sqlite3_wal_checkpoint_v2(db->file.conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
            SQLITE_OK)
        db->holds_old_secrets = false;
}

enum err nvm_database_commit(struct nvm_database *db, struct nvm_report report)
{
    enum err err = run(db, NVM_COMMIT, report);

    if (err == ERR_OK)
        forget_old_secrets(db);
    return err;
}

void nvm_database_rollback(struct nvm_database *db)
{
    if (sqlite3_get_autocommit(db->file.conn))
        return; /* SQLite did it itself, or it never began */
    sqlite3_step(db->statements[NVM_ROLLBACK]);
    sqlite3_reset(db->statements[NVM_ROLLBACK]);
}

enum err nvm_database_find(struct nvm_database *db, const struct nvm_slot *slot,
                           struct nvm_report report, struct span *ret_value)
{
    sqlite3_stmt *statement = db->statements[NVM_FIND];
    int status;

    assert(slot->modem != NULL && slot->key != NULL);
    if (!bind(statement, slot))
        return nvm_sqlite_fail(&db->file, "read", report);
    status = sqlite3_step(statement);
    if (status == SQLITE_DONE)
        return ERR_NOT_FOUND;
    if (status != SQLITE_ROW)
        return nvm_sqlite_fail(&db->file, "read", report);
    ret_value->data = sqlite3_column_blob(statement, 0);
    ret_value->len = (size_t)sqlite3_column_bytes(statement, 0);
    return ERR_OK;
}

void nvm_database_found(struct nvm_database *db)
{
    sqlite3_reset(db->statements[NVM_FIND]);
    sqlite3_clear_bindings(db->statements[NVM_FIND]);
}

enum err nvm_database_each_key(struct nvm_database *db, const char *modem,
                               void (*visit)(void *ctx, const char *key, bool secret), void *ctx,
                               struct nvm_report report)
{
    sqlite3_stmt *rows = db->statements[NVM_KEYS];
    int status = sqlite3_bind_text(rows, 1, modem, -1, SQLITE_STATIC);
    enum err err = ERR_OK;

    while (status == SQLITE_OK || status == SQLITE_ROW) {
        status = sqlite3_step(rows);
        if (status == SQLITE_ROW && sqlite3_column_text(rows, 0) != NULL)
            visit(ctx, (const char *)sqlite3_column_text(rows, 0),
                  sqlite3_column_int(rows, 1) != 0);
    }
    if (status != SQLITE_DONE)
        err = nvm_sqlite_fail(&db->file, "read", report);
    sqlite3_reset(rows);
    sqlite3_clear_bindings(rows);
    return err;
}

enum err nvm_database_has_secrets(struct nvm_database *db, struct nvm_report report, bool *ret_has)
{
    int count;
    enum err err = nvm_sqlite_number(
        &db->file, "SELECT EXISTS(SELECT 1 FROM entry WHERE secret<>0 AND modem<>'')", "read",
        report, &count);

    if (err == ERR_OK)
        *ret_has = count > 0;
    return err;
}

static bool show(sqlite3_stmt *row, bool (*visit)(void *, const struct nvm_slot *, struct span),
                 void *ctx)
{
    struct nvm_slot slot = {
        .modem = (const char *)sqlite3_column_text(row, 0),
        .key = (const char *)sqlite3_column_text(row, 1),
        .secret = sqlite3_column_int(row, 2) != 0,
    };
    const void *value = sqlite3_column_blob(row, 3);

    if (slot.modem == NULL || slot.key == NULL)
        return true;
    return visit(ctx, &slot, span_at(value, (size_t)sqlite3_column_bytes(row, 3)));
}

/* The rows of a query for the columns of `entry`. */
static enum err each(struct nvm_database *db, const char *text,
                     bool (*visit)(void *ctx, const struct nvm_slot *slot, struct span value),
                     void *ctx, struct nvm_report report)
{
    sqlite3_stmt *rows = NULL;
    int status = sqlite3_prepare_v2(db->file.conn, text, -1, &rows, NULL);
    enum err err = ERR_OK;

    while (status == SQLITE_OK || status == SQLITE_ROW) {
        status = sqlite3_step(rows);
        if (status == SQLITE_ROW && !show(rows, visit, ctx))
            status = SQLITE_DONE;
    }
    if (status != SQLITE_DONE)
        err = nvm_sqlite_fail(&db->file, "read", report);
    sqlite3_finalize(rows);
    return err;
}

enum err nvm_database_each_secret(struct nvm_database *db,
                                  bool (*visit)(void *ctx, const struct nvm_slot *slot,
                                                struct span value),
                                  void *ctx, struct nvm_report report)
{
    return each(db, "SELECT modem,key,secret,value FROM entry WHERE secret<>0 ORDER BY modem,key",
                visit, ctx, report);
}

enum err nvm_database_each_entry(struct nvm_database *db,
                                 bool (*visit)(void *ctx, const struct nvm_slot *slot,
                                               struct span value),
                                 void *ctx, struct nvm_report report)
{
    return each(db,
                "SELECT modem,key,secret,value FROM entry WHERE modem<>'' "
                "ORDER BY modem,key,secret",
                visit, ctx, report);
}
