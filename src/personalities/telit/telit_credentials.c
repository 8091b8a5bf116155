/* telit_credentials.c: certificates and private keys by slot. */
#include "personalities/telit/telit_credentials.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static void key_of(size_t store, enum credential_kind kind, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "security/%zu/%d", store, (int)kind);
}

static size_t slot_of(const struct telit_credentials *credentials, size_t store,
                      enum credential_kind kind)
{
    assert(store >= 1 && store <= credentials->store_count && kind < CREDENTIAL_KINDS);
    return (store - 1) * CREDENTIAL_KINDS + (size_t)kind;
}

static bool is_in_nvm(const struct telit_credentials *credentials, size_t slot)
{
    return (credentials->in_nvm & UINT32_C(1) << slot) != 0;
}

static void set_in_nvm(struct telit_credentials *credentials, size_t slot, bool is)
{
    uint32_t bit = UINT32_C(1) << slot;

    credentials->in_nvm = is ? credentials->in_nvm | bit : credentials->in_nvm & ~bit;
}

static const struct bytes *in_ram(const struct telit_credentials *credentials, size_t slot)
{
    return credentials->ram != NULL && credentials->ram[slot].data != NULL ? &credentials->ram[slot]
                                                                           : NULL;
}

static void forget_ram(struct telit_credentials *credentials, size_t slot)
{
    if (credentials->ram != NULL)
        bytes_free(&credentials->ram[slot]);
}

static enum err look_up(struct telit_credentials *credentials, size_t store,
                        enum credential_kind kind)
{
    const struct storage *nvm = credentials->nvm;
    char key[STORAGE_KEY_MAX + 1];
    size_t len;
    enum err err;

    key_of(store, kind, key);
    err = nvm->ops->load(nvm->impl, key, true, NULL, 0, &len);
    if (err == ERR_IO)
        return err;
    set_in_nvm(credentials, slot_of(credentials, store, kind), err != ERR_NOT_FOUND);
    return ERR_OK;
}

static enum err look_up_all(struct telit_credentials *credentials)
{
    enum err err = ERR_OK;

    for (size_t store = 1; credentials->nvm != NULL && store <= credentials->store_count; store++) {
        for (int kind = 0; err == ERR_OK && kind < CREDENTIAL_KINDS; kind++)
            err = look_up(credentials, store, (enum credential_kind)kind);
    }
    return err;
}

/* What cannot be looked up stays as it was thought to be. */
void telit_credentials_look_again(struct telit_credentials *credentials)
{
    look_up_all(credentials);
}

enum err telit_credentials_init(struct telit_credentials *credentials, const struct storage *nvm,
                                size_t store_count)
{
    assert(store_count <= CREDENTIAL_STORES_MAX);
    *credentials = (struct telit_credentials){ .nvm = nvm, .store_count = store_count };
    return look_up_all(credentials);
}

void telit_credentials_deinit(struct telit_credentials *credentials)
{
    for (size_t slot = 0; slot < credentials->store_count * CREDENTIAL_KINDS; slot++)
        forget_ram(credentials, slot);
    free(credentials->ram);
    credentials->ram = NULL;
}

static enum err change_nvm(struct telit_credentials *credentials, size_t store,
                           enum credential_kind kind, bool remove, struct span data)
{
    size_t slot = slot_of(credentials, store, kind);
    char key[STORAGE_KEY_MAX + 1];
    struct storage_change change = { .key = key, .secret = true, .remove = remove, .value = data };
    enum err err;

    key_of(store, kind, key);
    err = credentials->nvm->ops->apply(credentials->nvm->impl, &change, 1);
    if (err != ERR_OK)
        return err;
    set_in_nvm(credentials, slot, !remove);
    forget_ram(credentials, slot);
    return ERR_OK;
}

static enum err put_in_ram(struct telit_credentials *credentials, size_t slot, struct span data)
{
    size_t count = credentials->store_count * CREDENTIAL_KINDS;

    if (credentials->ram == NULL)
        credentials->ram = calloc(count, sizeof(credentials->ram[0]));
    return credentials->ram != NULL ? bytes_copy(&credentials->ram[slot], data) : ERR_NO_MEMORY;
}

enum err telit_credentials_put(struct telit_credentials *credentials, size_t store,
                               enum credential_kind kind, bool in_ram, struct span data)
{
    if (!in_ram && credentials->nvm != NULL)
        return change_nvm(credentials, store, kind, false, data);
    return put_in_ram(credentials, slot_of(credentials, store, kind), data);
}

enum err telit_credentials_remove(struct telit_credentials *credentials, size_t store,
                                  enum credential_kind kind)
{
    size_t slot = slot_of(credentials, store, kind);

    if (is_in_nvm(credentials, slot))
        return change_nvm(credentials, store, kind, true, span_at(NULL, 0));
    forget_ram(credentials, slot);
    return ERR_OK;
}

bool telit_credentials_has(const struct telit_credentials *credentials, size_t store,
                           enum credential_kind kind)
{
    size_t slot = slot_of(credentials, store, kind);

    return in_ram(credentials, slot) != NULL || is_in_nvm(credentials, slot);
}

enum err telit_credentials_get(const struct telit_credentials *credentials, size_t store,
                               enum credential_kind kind, uint8_t *buf, size_t cap, size_t *ret_len)
{
    size_t slot = slot_of(credentials, store, kind);
    const struct bytes *ram = in_ram(credentials, slot);
    char key[STORAGE_KEY_MAX + 1];

    assert(buf != NULL && ret_len != NULL);
    if (ram != NULL) {
        if (ram->len > cap)
            return ERR_FULL;
        memcpy(buf, ram->data, ram->len);
        *ret_len = ram->len;
        return ERR_OK;
    }
    if (!is_in_nvm(credentials, slot))
        return ERR_NOT_FOUND;
    key_of(store, kind, key);
    return credentials->nvm->ops->load(credentials->nvm->impl, key, true, buf, cap, ret_len);
}
