/* nvm_sqlite.c: the non-volatile memory of all modems of a process: joins folder, database, key and
 * seal, and puts them behind iface/storage.h. */
#include "nvm_sqlite/nvm_sqlite.h"

#include "nvm_sqlite/database.h"
#include "nvm_sqlite/seal.h"
#include "nvm_sqlite/trouble.h"
#include "nvm_sqlite/writer.h"

#include "base/wipe.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct nvm {
    pthread_mutex_t
        mutex; /* of folder, database, seal and the list: modems live in several threads */
    struct nvm_writer writer;
    struct nvm_folder folder;
    struct nvm_database db;
    struct nvm_seal seal;
    struct nvm_modem *modems;
    uint8_t sealed[NVM_SEALED_MAX];
};

/* Bits for what may be there: most of what a module asks for at its start never was. */
enum { SIEVE_WORDS = 4, SIEVE_WORD_BITS = 64 };

struct nvm_modem {
    struct nvm *nvm;
    struct nvm_modem *previous, *next;
    char name[NVM_MODEM_NAME_MAX + 1];
    const struct log *log;
    struct nvm_trouble trouble;
    uint64_t sieve[SIEVE_WORDS];
    bool shares_writes;         /* nvm_modem_share_writes() */
    struct nvm_pending pending; /* the writer's */
    uint64_t newest, settled;   /* numbers of the last apply(), and of the last that is known to be
                                 * safe */
    void (*on_settled)(void *ctx, enum err err);
    void *ctx;
};

/* Sealed when the database is new, so that another key is noticed before it seals anything. */
static const struct nvm_slot check_slot = { .modem = "", .key = "key-check", .secret = true };

/* Whether the key opens anything: one damaged entry must not pass for a wrong key. */
struct trial {
    const struct nvm *nvm;
    bool opened;
};

static bool try_secret(void *ctx, const struct nvm_slot *slot, struct span sealed)
{
    struct trial *trial = ctx;
    uint8_t plain[STORAGE_VALUE_MAX];
    struct nvm_report nobody = { .cap = 0 };
    size_t len = 0;

    trial->opened = nvm_seal_open(&trial->nvm->seal, slot, sealed, plain, sizeof(plain), nobody,
                                  &len) == ERR_OK;
    wipe(plain, len);
    return !trial->opened;
}

static enum err write_change(struct nvm *nvm, const struct nvm_slot *slot,
                             const struct storage_change *change, struct nvm_report report)
{
    struct span value = change->value;
    enum err err;

    if (change->remove)
        return nvm_database_remove(&nvm->db, slot, report);
    if (slot->secret) {
        size_t len;

        err = nvm_seal_close(&nvm->seal, slot, value, nvm->sealed, report, &len);
        if (err != ERR_OK)
            return err;
        value = span_at(nvm->sealed, len);
    }
    return nvm_database_put(&nvm->db, slot, value, report);
}

static enum err write_changes(struct nvm *nvm, const char *modem,
                              const struct storage_change *changes, size_t count,
                              struct nvm_report report)
{
    enum err err = ERR_OK;

    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        struct nvm_slot slot = { modem, changes[i].key, changes[i].secret };

        err = write_change(nvm, &slot, &changes[i], report);
    }
    return err;
}

/* The end of a transaction, for better or worse. */
static enum err end_transaction(struct nvm *nvm, enum err err, struct nvm_report report)
{
    if (err == ERR_OK)
        err = nvm_database_commit(&nvm->db, report);
    if (err != ERR_OK)
        nvm_database_rollback(&nvm->db);
    return err;
}

static enum err write_all(struct nvm *nvm, const char *modem, const struct storage_change *changes,
                          size_t count, struct nvm_report report)
{
    enum err err = nvm_database_begin(&nvm->db, report);

    if (err == ERR_OK)
        err = write_changes(nvm, modem, changes, count, report);
    return end_transaction(nvm, err, report);
}

/* False: nothing of it was written. */
static bool write_as_one(struct nvm *nvm, const struct nvm_write *list)
{
    struct nvm_report nobody = { .cap = 0 };
    enum err err = nvm_database_begin(&nvm->db, nobody);

    for (const struct nvm_write *write = list; write != NULL && err == ERR_OK; write = write->next)
        err = write_changes(nvm, write->modem, write->changes, write->count, nobody);
    return end_transaction(nvm, err, nobody) == ERR_OK;
}

/* In the writer's thread.  What one modem wants stored must not fail for the sake of another. */
static void commit(void *ctx, struct nvm_write *list)
{
    struct nvm *nvm = ctx;
    bool done;

    pthread_mutex_lock(&nvm->mutex);
    done = write_as_one(nvm, list);
    for (struct nvm_write *write = list; write != NULL && !done; write = write->next) {
        char why[NVM_WHY_MAX] = "";

        write->err = write_all(nvm, write->modem, write->changes, write->count,
                               (struct nvm_report){ why, sizeof(why) });
        if (write->err != ERR_OK)
            write->why = strdup(why);
    }
    pthread_mutex_unlock(&nvm->mutex);
}

static enum err check_key(struct nvm *nvm, const struct nvm_key *key, struct nvm_report report)
{
    struct storage_change change = { .key = check_slot.key,
                                     .secret = true,
                                     .value = span_of("tlsmodem") };
    struct trial trial = { .nvm = nvm };
    bool has_secrets = false;
    enum err err = nvm_database_each_secret(&nvm->db, try_secret, &trial, report);

    if (err != ERR_OK || trial.opened)
        return err;
    err = nvm_database_has_secrets(&nvm->db, report, &has_secrets);
    if (err != ERR_OK)
        return err;
    if (has_secrets)
        return nvm_fail(report, ERR_CORRUPT,
                        "key %s opens none of the secrets in %s; put the right key back, or the "
                        "state folder from a backup",
                        key->source.at, nvm->db.file.path.at);
    return write_all(nvm, check_slot.modem, &change, 1, report);
}

static enum err find_key(struct nvm *nvm, struct nvm_key *key, struct nvm_report report)
{
    const char *dir = nvm->folder.path.at;
    bool has_secrets = false;
    enum err err = nvm_key_load(key, dir, report);

    if (err != ERR_NOT_FOUND)
        return err;
    err = nvm_database_has_secrets(&nvm->db, report, &has_secrets);
    if (err != ERR_OK)
        return err;
    if (has_secrets)
        return nvm_fail(report, ERR_CREDENTIALS,
                        "key %s is missing, and %s holds secrets that only it opens; put the key "
                        "back, or move %s away to start anew",
                        key->source.at, nvm->db.file.path.at, nvm->db.file.path.at);
    return nvm_key_create(key, dir, report);
}

static enum err open_seal(struct nvm *nvm, struct nvm_report report)
{
    struct nvm_key key;
    enum err err = find_key(nvm, &key, report);

    if (err == ERR_OK)
        err = nvm_seal_init(&nvm->seal, &key, report);
    if (err == ERR_OK)
        err = check_key(nvm, &key, report);
    wipe(key.bytes, sizeof(key.bytes));
    return err;
}

enum err nvm_open(const char *dir, char *ret_message, size_t message_cap, struct nvm **ret_nvm)
{
    struct nvm_report report = { ret_message, message_cap };
    struct nvm *nvm = calloc(1, sizeof(*nvm));
    enum err err;

    assert(dir != NULL && ret_nvm != NULL);
    if (nvm == NULL)
        return nvm_fail(report, ERR_NO_MEMORY, "cannot open state folder %s: no memory", dir);
    pthread_mutex_init(&nvm->mutex, NULL);
    nvm_writer_init(&nvm->writer, commit, nvm);
    err = nvm_folder_open(&nvm->folder, dir, report);
    if (err == ERR_OK)
        err = nvm_database_open(&nvm->db, nvm->folder.path.at, report);
    if (err == ERR_OK)
        err = open_seal(nvm, report);
    if (err != ERR_OK) {
        nvm_close(nvm);
        return err;
    }
    *ret_nvm = nvm;
    return ERR_OK;
}

void nvm_close(struct nvm *nvm)
{
    if (nvm == NULL)
        return;
    nvm_writer_close(&nvm->writer);
    while (nvm->modems != NULL) {
        struct nvm_modem *modem = nvm->modems;

        nvm->modems = modem->next;
        free(modem);
    }
    nvm_seal_deinit(&nvm->seal);
    nvm_database_close(&nvm->db);
    nvm_folder_close(&nvm->folder);
    pthread_mutex_destroy(&nvm->mutex);
    free(nvm);
}

/* FNV-1a, 32 bits. */
static uint32_t hash_of(const char *key, bool secret)
{
    uint32_t hash = UINT32_C(2166136261) + (secret ? 1 : 0);

    for (; *key != '\0'; key++)
        hash = (hash ^ (uint8_t)*key) * UINT32_C(16777619);
    return (hash ^ hash >> 16) % (SIEVE_WORDS * SIEVE_WORD_BITS);
}

static void may_be_there(void *ctx, const char *key, bool secret)
{
    struct nvm_modem *modem = ctx;
    uint32_t bit = hash_of(key, secret);

    modem->sieve[bit / SIEVE_WORD_BITS] |= UINT64_C(1) << bit % SIEVE_WORD_BITS;
}

static bool is_surely_missing(const struct nvm_modem *modem, const char *key, bool secret)
{
    uint32_t bit = hash_of(key, secret);

    return (modem->sieve[bit / SIEVE_WORD_BITS] >> bit % SIEVE_WORD_BITS & 1) == 0;
}

/* Where that fails everything may be there: who asks for it then is told why. */
static void fill_sieve(struct nvm_modem *modem)
{
    struct nvm_report nobody = { .cap = 0 };

    if (nvm_database_each_key(&modem->nvm->db, modem->name, may_be_there, modem, nobody) != ERR_OK)
        memset(modem->sieve, 0xFF, sizeof(modem->sieve));
}

static bool is_name(const char *name, size_t max)
{
    size_t len = strnlen(name, max + 1);

    return len > 0 && len <= max;
}

static enum err refuse_key(const struct nvm_modem *modem, struct nvm_report report)
{
    return nvm_fail(report, ERR_INVALID,
                    "modem %s: the name of an entry is empty or longer than %d bytes; please "
                    "report this",
                    modem->name, STORAGE_KEY_MAX);
}

static enum err check_changes(const struct nvm_modem *modem, const struct storage_change *changes,
                              size_t count, struct nvm_report report)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_name(changes[i].key, STORAGE_KEY_MAX))
            return refuse_key(modem, report);
        if (!changes[i].remove && changes[i].value.len > STORAGE_VALUE_MAX)
            return nvm_fail(report, ERR_INVALID,
                            "modem %s: %s is larger than %d bytes and was not stored", modem->name,
                            changes[i].key, STORAGE_VALUE_MAX);
    }
    return ERR_OK;
}

/* To the engine a locked file is a disk that fails: waiting would not help it. */
static enum err as_storage(enum err err)
{
    return err == ERR_BUSY ? ERR_IO : err;
}

/* Tells the operator, once. */
static void note_outcome(struct nvm_modem *modem, enum err err, const char *key, const char *why)
{
    if (err == ERR_OK)
        nvm_trouble_stored(&modem->trouble, modem->log);
    else
        nvm_trouble_unstored(&modem->trouble, modem->log, key, why);
}

static enum err write_now(struct nvm_modem *modem, const struct storage_change *changes,
                          size_t count, struct nvm_report report)
{
    struct nvm *nvm = modem->nvm;
    enum err err;

    pthread_mutex_lock(&nvm->mutex);
    err = write_all(nvm, modem->name, changes, count, report);
    pthread_mutex_unlock(&nvm->mutex);
    if (err == ERR_OK)
        nvm_writer_count(&nvm->writer);
    return err;
}

static enum err write_later(struct nvm_modem *modem, const struct storage_change *changes,
                            size_t count, struct nvm_report report)
{
    enum err err =
        nvm_writer_add(&modem->nvm->writer, &modem->pending, modem->name, changes, count);

    if (err != ERR_OK)
        return nvm_fail(report, err, "out of memory; free some");
    modem->newest++;
    return ERR_OK;
}

static enum err apply(void *storage, const struct storage_change *changes, size_t count)
{
    struct nvm_modem *modem = storage;
    char why[NVM_WHY_MAX] = "";
    struct nvm_report report = { why, sizeof(why) };
    enum err err = check_changes(modem, changes, count, report);

    if (count == 0)
        return ERR_OK;
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        may_be_there(modem, changes[i].key, changes[i].secret);
    if (err == ERR_OK && modem->shares_writes) {
        err = write_later(modem, changes, count, report);
        if (err == ERR_OK)
            return err;
    } else if (err == ERR_OK) {
        err = write_now(modem, changes, count, report);
    }
    note_outcome(modem, err, changes[0].key, why);
    return as_storage(err);
}

static uint64_t unsafe(const void *storage)
{
    const struct nvm_modem *modem = storage;

    return modem->newest > modem->settled ? modem->newest : 0;
}

static void watch(void *storage, void (*on_settled)(void *ctx, enum err err), void *ctx)
{
    struct nvm_modem *modem = storage;

    modem->on_settled = on_settled;
    modem->ctx = ctx;
}

static enum err copy(struct span value, void *buf, size_t cap, size_t *ret_len)
{
    if (value.len > cap)
        return ERR_FULL;
    if (value.len > 0)
        memcpy(buf, value.data, value.len);
    *ret_len = value.len;
    return ERR_OK;
}

static enum err read_slot(struct nvm *nvm, const struct nvm_slot *slot, void *buf, size_t cap,
                          struct nvm_report report, size_t *ret_len)
{
    struct span value;
    enum err err = nvm_database_find(&nvm->db, slot, report, &value);

    if (err == ERR_OK && slot->secret)
        err = nvm_seal_open(&nvm->seal, slot, value, buf, cap, report, ret_len);
    else if (err == ERR_OK)
        err = copy(value, buf, cap, ret_len);
    nvm_database_found(&nvm->db);
    return err;
}

static enum err load(void *storage, const char *key, bool secret, void *buf, size_t cap,
                     size_t *ret_len)
{
    struct nvm_modem *modem = storage;
    char why[NVM_WHY_MAX] = "";
    struct nvm_report report = { why, sizeof(why) };
    struct nvm_slot slot = { modem->name, key, secret };
    enum err err;

    if (is_name(key, STORAGE_KEY_MAX) && is_surely_missing(modem, key, secret))
        return ERR_NOT_FOUND;
    if (modem->shares_writes &&
        nvm_writer_find(&modem->nvm->writer, &modem->pending, key, secret, buf, cap, ret_len, &err))
        return err;
    if (is_name(key, STORAGE_KEY_MAX)) {
        pthread_mutex_lock(&modem->nvm->mutex);
        err = read_slot(modem->nvm, &slot, buf, cap, report, ret_len);
        pthread_mutex_unlock(&modem->nvm->mutex);
    } else {
        err = refuse_key(modem, report);
    }
    if (why[0] != '\0')
        nvm_trouble_unread(&modem->trouble, modem->log, key, why);
    return as_storage(err);
}

static const struct storage_ops nvm_ops = {
    .load = load, .apply = apply, .unsafe = unsafe, .watch = watch
};

enum err nvm_modem(struct nvm *nvm, const char *modem_name, const struct log *log,
                   struct storage *ret_storage)
{
    struct nvm_modem *modem;

    assert(modem_name != NULL && ret_storage != NULL);
    if (!is_name(modem_name, NVM_MODEM_NAME_MAX))
        return ERR_INVALID;
    modem = calloc(1, sizeof(*modem));
    if (modem == NULL)
        return ERR_NO_MEMORY;
    modem->nvm = nvm;
    modem->log = log;
    memcpy(modem->name, modem_name, strlen(modem_name));
    pthread_mutex_lock(&nvm->mutex);
    fill_sieve(modem);
    modem->next = nvm->modems;
    if (modem->next != NULL)
        modem->next->previous = modem;
    nvm->modems = modem;
    pthread_mutex_unlock(&nvm->mutex);
    *ret_storage = (struct storage){ .ops = &nvm_ops, .impl = modem };
    return ERR_OK;
}

enum err nvm_modem_share_writes(struct storage *storage, void (*wake)(void *ctx), void *ctx)
{
    struct nvm_modem *modem = storage->impl;
    enum err err = nvm_writer_start(&modem->nvm->writer);

    assert(wake != NULL && !modem->shares_writes);
    if (err != ERR_OK)
        return err;
    modem->pending.wake = wake;
    modem->pending.ctx = ctx;
    modem->shares_writes = true;
    return ERR_OK;
}

void nvm_modem_settle(struct storage *storage)
{
    struct nvm_modem *modem = storage->impl;
    struct nvm_outcome outcome;
    enum err err;

    if (modem->newest == modem->settled ||
        !nvm_writer_result(&modem->nvm->writer, &modem->pending, &outcome))
        return;
    modem->settled = modem->newest;
    err = outcome.err;
    note_outcome(modem, err, outcome.key != NULL ? outcome.key : "",
                 outcome.why != NULL ? outcome.why : err_text(err));
    nvm_outcome_free(&outcome);
    if (modem->on_settled != NULL)
        modem->on_settled(modem->ctx, as_storage(err));
}

/* ---- all entries at once ---- */

struct showing {
    struct nvm *nvm;
    bool (*visit)(void *ctx, const struct nvm_entry *entry);
    void *ctx;
    struct nvm_report report;
    enum err err;
    uint8_t plain[STORAGE_VALUE_MAX];
};

static bool show_entry(void *ctx, const struct nvm_slot *slot, struct span value)
{
    struct showing *showing = ctx;
    struct nvm_entry entry = { *slot, value };
    size_t len = 0;
    bool goes_on;

    if (slot->secret) {
        showing->err = nvm_seal_open(&showing->nvm->seal, slot, value, showing->plain,
                                     sizeof(showing->plain), showing->report, &len);
        entry.value = span_at(showing->plain, len);
    }
    goes_on = showing->err == ERR_OK && showing->visit(showing->ctx, &entry);
    wipe(showing->plain, len);
    return goes_on;
}

enum err nvm_each_entry(struct nvm *nvm, bool (*visit)(void *ctx, const struct nvm_entry *entry),
                        void *ctx, char *ret_message, size_t message_cap)
{
    struct nvm_report report = { ret_message, message_cap };
    struct showing *showing = calloc(1, sizeof(*showing));
    enum err err;

    assert(nvm->modems == NULL);
    if (showing == NULL)
        return nvm_fail(report, ERR_NO_MEMORY, "out of memory");
    *showing = (struct showing){ .nvm = nvm, .visit = visit, .ctx = ctx, .report = report };
    err = nvm_database_each_entry(&nvm->db, show_entry, showing, report);
    if (err == ERR_OK)
        err = showing->err;
    free(showing);
    return err;
}

static void note_key(void *ctx, const char *key, bool secret)
{
    (void)key;
    (void)secret;
    *(bool *)ctx = true;
}

/* Entries of a modem stand one behind the other, or its name is looked for more than once. */
static enum err check_modem(struct nvm *nvm, const char *modem, struct nvm_report report)
{
    bool has_entries = false;
    enum err err;

    if (!is_name(modem, NVM_MODEM_NAME_MAX))
        return nvm_fail(report, ERR_INVALID, "a modem's name is empty or longer than %d bytes",
                        NVM_MODEM_NAME_MAX);
    err = nvm_database_each_key(&nvm->db, modem, note_key, &has_entries, report);
    if (err == ERR_OK && has_entries)
        err = nvm_fail(report, ERR_INVALID,
                       "%s has entries of modem %s already, and two memories are not joined; take "
                       "another folder, or move this one away",
                       nvm->db.file.path.at, modem);
    return err;
}

static enum err check_entries(struct nvm *nvm, const struct nvm_entry *entries, size_t count,
                              struct nvm_report report)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct nvm_slot *slot = &entries[i].slot;

        if (i == 0 || strcmp(entries[i - 1].slot.modem, slot->modem) != 0)
            err = check_modem(nvm, slot->modem, report);
        if (err == ERR_OK && !is_name(slot->key, STORAGE_KEY_MAX))
            err = nvm_fail(report, ERR_INVALID,
                           "modem %s: the name of an entry is empty or longer "
                           "than %d bytes",
                           slot->modem, STORAGE_KEY_MAX);
        if (err == ERR_OK && entries[i].value.len > STORAGE_VALUE_MAX)
            err = nvm_fail(report, ERR_INVALID, "modem %s: %s is larger than %d bytes", slot->modem,
                           slot->key, STORAGE_VALUE_MAX);
    }
    return err;
}

enum err nvm_add_entries(struct nvm *nvm, const struct nvm_entry *entries, size_t count,
                         char *ret_message, size_t message_cap)
{
    struct nvm_report report = { ret_message, message_cap };
    enum err err = check_entries(nvm, entries, count, report);

    assert(nvm->modems == NULL);
    if (err != ERR_OK)
        return err;
    err = nvm_database_begin(&nvm->db, report);
    for (size_t i = 0; i < count && err == ERR_OK; i++) {
        const struct nvm_slot *slot = &entries[i].slot;
        const struct storage_change change = { slot->key, slot->secret, false, entries[i].value };

        err = write_change(nvm, slot, &change, report);
    }
    return end_transaction(nvm, err, report);
}

/* ---- */

struct nvm_counts nvm_counts(struct nvm *nvm)
{
    return nvm_writer_counts(&nvm->writer);
}

void nvm_modem_release(struct storage *storage)
{
    struct nvm_modem *modem = storage->impl;
    struct nvm *nvm = modem->nvm;

    nvm_writer_wait(&nvm->writer, &modem->pending);
    pthread_mutex_lock(&nvm->mutex);
    if (modem->previous != NULL)
        modem->previous->next = modem->next;
    else
        nvm->modems = modem->next;
    if (modem->next != NULL)
        modem->next->previous = modem->previous;
    pthread_mutex_unlock(&nvm->mutex);
    free(modem);
    *storage = (struct storage){ .ops = NULL };
}
