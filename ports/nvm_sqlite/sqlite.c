/* sqlite.c: SQLite's answers in our words. */
#include "nvm_sqlite/sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

struct verdict {
    int code;
    enum err err;
    const char *advice;
};

static const struct verdict verdicts[] = {
    { SQLITE_BUSY, ERR_BUSY, "close the program that has it open" },
    { SQLITE_LOCKED, ERR_BUSY, "close the program that has it open" },
    { SQLITE_CORRUPT, ERR_CORRUPT, "put it back from a backup, or move it away to start anew" },
    { SQLITE_NOTADB, ERR_CORRUPT, "put it back from a backup, or move it away to start anew" },
    { SQLITE_FULL, ERR_IO, "make room on its disk" },
    { SQLITE_NOMEM, ERR_NO_MEMORY, "free some memory" },
    { SQLITE_READONLY, ERR_IO, "make its folder and its disk writable" },
    { SQLITE_CANTOPEN, ERR_IO, "check its owner and its mode" },
    { SQLITE_PERM, ERR_IO, "check its owner and its mode" },
};

static const struct verdict *verdict_of(int code)
{
    static const struct verdict other = { 0, ERR_IO, "check its disk" };

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
        if (verdicts[i].code == (code & 0xff))
            return &verdicts[i];
    return &other;
}

enum err nvm_sqlite_fail(const struct nvm_file *file, const char *what, struct nvm_report report)
{
    int code = sqlite3_errcode(file->conn);
    const struct verdict *verdict = verdict_of(code);
    bool of_system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
    int system_code = of_system ? sqlite3_system_errno(file->conn) : 0;

    return nvm_fail(report, verdict->err, "cannot %s %s: %s%s%s; %s", what, file->path.at,
                    sqlite3_errmsg(file->conn), system_code != 0 ? ": " : "",
                    system_code != 0 ? strerror(system_code) : "", verdict->advice);
}

enum err nvm_sqlite_run(const struct nvm_file *file, const char *sql, const char *what,
                        struct nvm_report report)
{
    int status = sqlite3_exec(file->conn, sql, NULL, NULL, NULL);

    return status == SQLITE_OK ? ERR_OK : nvm_sqlite_fail(file, what, report);
}

static enum err first_row(const struct nvm_file *file, const char *sql, const char *what,
                          struct nvm_report report, sqlite3_stmt **ret_row)
{
    sqlite3_stmt *statement = NULL;
    enum err err;

    if (sqlite3_prepare_v2(file->conn, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *ret_row = statement;
        return ERR_OK;
    }
    err = nvm_sqlite_fail(file, what, report);
    sqlite3_finalize(statement);
    return err;
}

enum err nvm_sqlite_number(const struct nvm_file *file, const char *sql, const char *what,
                           struct nvm_report report, int *ret_number)
{
    sqlite3_stmt *row;
    enum err err = first_row(file, sql, what, report, &row);

    if (err != ERR_OK)
        return err;
    *ret_number = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    return ERR_OK;
}

enum err nvm_sqlite_is(const struct nvm_file *file, const char *sql, const char *expected,
                       const char *what, struct nvm_report report, bool *ret_is)
{
    sqlite3_stmt *row;
    enum err err = first_row(file, sql, what, report, &row);
    const char *text;

    if (err != ERR_OK)
        return err;
    text = (const char *)sqlite3_column_text(row, 0);
    if (text == NULL)
        err = nvm_sqlite_fail(file, what, report);
    else
        *ret_is = strcmp(text, expected) == 0;
    sqlite3_finalize(row);
    return err;
}
