/* schema.c: the tables of the database and how older ones become newer ones. */
#include "nvm_sqlite/schema.h"

#include <stdio.h>

/* Row n turns version n into n + 1, inside the transaction that also writes the number down. */
struct migration {
    enum err (*run)(const struct nvm_file *file, struct nvm_report report);
};

#define WHAT "upgrade"

static enum err create(const struct nvm_file *file, struct nvm_report report)
{
    return nvm_sqlite_run(file,
                          "CREATE TABLE entry("
                          " modem TEXT NOT NULL,"
                          " key TEXT NOT NULL,"
                          " secret INTEGER NOT NULL,"
                          " value BLOB NOT NULL,"
                          " PRIMARY KEY(modem, key, secret)"
                          ") STRICT, WITHOUT ROWID",
                          WHAT, report);
}

static const struct migration migrations[] = {
    { create },
};

enum { VERSION = sizeof(migrations) / sizeof(migrations[0]) };

static enum err run_from(const struct nvm_file *file, int version, struct nvm_report report)
{
    enum err err = ERR_OK;

    for (int next = version; err == ERR_OK && next < VERSION; next++)
        err = migrations[next].run(file, report);
    return err;
}

static enum err upgrade(const struct nvm_file *file, int version, struct nvm_report report)
{
    char set_version[64];
    enum err err = nvm_sqlite_run(file, "BEGIN IMMEDIATE", WHAT, report);

    if (err != ERR_OK)
        return err;
    snprintf(set_version, sizeof(set_version), "PRAGMA user_version=%d", (int)VERSION);
    err = run_from(file, version, report);
    if (err == ERR_OK)
        err = nvm_sqlite_run(file, set_version, WHAT, report);
    if (err == ERR_OK)
        err = nvm_sqlite_run(file, "COMMIT", WHAT, report);
    return err; /* the caller closes a database that failed, which rolls back */
}

/* A file of another program's is none of ours: version 0 with tables in it, or one of our numbers
 * without our table. */
static enum err check_own(const struct nvm_file *file, int version, struct nvm_report report)
{
    static const char any[] = "SELECT EXISTS(SELECT 1 FROM sqlite_master)";
    static const char ours[] =
        "SELECT EXISTS(SELECT 1 FROM sqlite_master WHERE type='table' AND name='entry')";
    int found = 0;
    enum err err = nvm_sqlite_number(file, version == 0 ? any : ours, "read", report, &found);

    if (err != ERR_OK || (found != 0) == (version != 0))
        return err;
    return nvm_fail(report, ERR_UNSUPPORTED,
                    "%s is a database of another program; choose another folder, or move it away",
                    file->path.at);
}

enum err nvm_schema_upgrade(const struct nvm_file *file, struct nvm_report report)
{
    int version;
    enum err err = nvm_sqlite_number(file, "PRAGMA user_version", "read", report, &version);

    if (err == ERR_OK && version >= 0 && version <= VERSION)
        err = check_own(file, version, report);
    if (err != ERR_OK || version == VERSION)
        return err;
    if (version < 0 || version > VERSION)
        return nvm_fail(report, ERR_UNSUPPORTED,
                        "%s has format %d, this version knows up to %d; install the version that "
                        "wrote it, or choose another folder",
                        file->path.at, version, (int)VERSION);
    return upgrade(file, version, report);
}
