/* nvm_sqlite.c: the non-volatile memory of all modems of a process: joins folder, database, key and
 * seal, and puts them behind iface/storage.h. */
#include "nvm_sqlite/nvm_sqlite.h"

#include "nvm_sqlite/database.h"
#include "nvm_sqlite/seal.h"
#include "nvm_sqlite/trouble.h"

#include "base/wipe.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { MESSAGE_MAX = 400 };

struct nvm {
    pthread_mutex_t mutex; /* modems live in several threads */
    struct nvm_folder folder;
    struct nvm_database db;
    struct nvm_seal seal;
    struct nvm_modem *modems;
    uint8_t sealed[NVM_SEALED_MAX];
};

struct nvm_modem {
    struct nvm *nvm;
    struct nvm_modem *previous, *next;
    char name[NVM_MODEM_NAME_MAX + 1];
    const struct log *log;
    struct nvm_trouble trouble;
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

static enum err write_all(struct nvm *nvm, const char *modem, const struct storage_change *changes,
                          size_t count, struct nvm_report report)
{
    enum err err = nvm_database_begin(&nvm->db, report);

    for (size_t i = 0; err == ERR_OK && i < count; i++) {
        struct nvm_slot slot = { modem, changes[i].key, changes[i].secret };

        err = write_change(nvm, &slot, &changes[i], report);
    }
    if (err == ERR_OK)
        err = nvm_database_commit(&nvm->db, report);
    if (err != ERR_OK)
        nvm_database_rollback(&nvm->db);
    return err;
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

static enum err apply(void *storage, const struct storage_change *changes, size_t count)
{
    struct nvm_modem *modem = storage;
    char why[MESSAGE_MAX] = "";
    struct nvm_report report = { why, sizeof(why) };
    enum err err = check_changes(modem, changes, count, report);

    if (count == 0)
        return ERR_OK;
    if (err == ERR_OK) {
        pthread_mutex_lock(&modem->nvm->mutex);
        err = write_all(modem->nvm, modem->name, changes, count, report);
        pthread_mutex_unlock(&modem->nvm->mutex);
    }
    if (err == ERR_OK)
        nvm_trouble_stored(&modem->trouble, modem->log);
    else
        nvm_trouble_unstored(&modem->trouble, modem->log, changes[0].key, why);
    return as_storage(err);
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
    char why[MESSAGE_MAX] = "";
    struct nvm_report report = { why, sizeof(why) };
    struct nvm_slot slot = { modem->name, key, secret };
    enum err err;

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

static const struct storage_ops nvm_ops = { .load = load, .apply = apply };

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
    modem->next = nvm->modems;
    if (modem->next != NULL)
        modem->next->previous = modem;
    nvm->modems = modem;
    pthread_mutex_unlock(&nvm->mutex);
    *ret_storage = (struct storage){ .ops = &nvm_ops, .impl = modem };
    return ERR_OK;
}

void nvm_modem_release(struct storage *storage)
{
    struct nvm_modem *modem = storage->impl;
    struct nvm *nvm = modem->nvm;

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
