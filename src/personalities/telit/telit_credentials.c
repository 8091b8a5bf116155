/* telit_credentials.c: certificates and private keys by slot. */
#include "personalities/telit/telit_credentials.h"

#include <assert.h>
#include <stdio.h>

static void key_of(size_t store, enum credential_kind kind, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "security/%zu/%d", store, (int)kind);
}

static const struct credential_slot *slot_at(const struct telit_credentials *credentials,
                                             size_t store, enum credential_kind kind)
{
    assert(store >= 1 && store <= credentials->store_count && kind < CREDENTIAL_KINDS);
    return &credentials->slots[store - 1][kind];
}

static struct credential_slot *own_slot(struct telit_credentials *credentials, size_t store,
                                        enum credential_kind kind)
{
    assert(store >= 1 && store <= credentials->store_count && kind < CREDENTIAL_KINDS);
    return &credentials->slots[store - 1][kind];
}

enum err telit_credentials_init(struct telit_credentials *credentials, const struct storage *nvm,
                                size_t store_count)
{
    *credentials = (struct telit_credentials){ .nvm = nvm, .store_count = store_count };
    assert(store_count <= CREDENTIAL_STORES_MAX);
    for (size_t store = 1; nvm != NULL && store <= store_count; store++) {
        for (int kind = 0; kind < CREDENTIAL_KINDS; kind++) {
            char key[STORAGE_KEY_MAX + 1];
            size_t len;
            enum err err;

            key_of(store, (enum credential_kind)kind, key);
            err = nvm->ops->load(nvm->impl, key, true, NULL, 0, &len);
            if (err == ERR_IO)
                return err;
            credentials->slots[store - 1][kind].in_nvm = err != ERR_NOT_FOUND;
        }
    }
    return ERR_OK;
}

void telit_credentials_deinit(struct telit_credentials *credentials)
{
    for (size_t store = 0; store < credentials->store_count; store++) {
        for (int kind = 0; kind < CREDENTIAL_KINDS; kind++)
            bytes_free(&credentials->slots[store][kind].ram);
    }
}

static enum err change_nvm(struct telit_credentials *credentials, size_t store,
                           enum credential_kind kind, bool remove, struct span data)
{
    char key[STORAGE_KEY_MAX + 1];
    struct storage_change change = { .key = key, .secret = true, .remove = remove, .value = data };
    struct credential_slot *slot = own_slot(credentials, store, kind);
    enum err err;

    key_of(store, kind, key);
    err = credentials->nvm->ops->apply(credentials->nvm->impl, &change, 1);
    if (err != ERR_OK)
        return err;
    slot->in_nvm = !remove;
    bytes_free(&slot->ram);
    return ERR_OK;
}

enum err telit_credentials_put(struct telit_credentials *credentials, size_t store,
                               enum credential_kind kind, bool in_ram, struct span data)
{
    if (!in_ram && credentials->nvm != NULL)
        return change_nvm(credentials, store, kind, false, data);
    return bytes_copy(&own_slot(credentials, store, kind)->ram, data);
}

enum err telit_credentials_remove(struct telit_credentials *credentials, size_t store,
                                  enum credential_kind kind)
{
    struct credential_slot *slot = own_slot(credentials, store, kind);

    if (slot->in_nvm)
        return change_nvm(credentials, store, kind, true, span_at(NULL, 0));
    bytes_free(&slot->ram);
    return ERR_OK;
}

bool telit_credentials_has(const struct telit_credentials *credentials, size_t store,
                           enum credential_kind kind)
{
    const struct credential_slot *slot = slot_at(credentials, store, kind);

    return slot->ram.data != NULL || slot->in_nvm;
}

enum err telit_credentials_get(const struct telit_credentials *credentials, size_t store,
                               enum credential_kind kind, uint8_t *buf, size_t cap, size_t *ret_len)
{
    const struct credential_slot *slot = slot_at(credentials, store, kind);
    char key[STORAGE_KEY_MAX + 1];

    if (slot->ram.data != NULL) {
        if (slot->ram.len > cap)
            return ERR_FULL;
        memcpy(buf, slot->ram.data, slot->ram.len);
        *ret_len = slot->ram.len;
        return ERR_OK;
    }
    if (!slot->in_nvm)
        return ERR_NOT_FOUND;
    key_of(store, kind, key);
    return credentials->nvm->ops->load(credentials->nvm->impl, key, true, buf, cap, ret_len);
}
