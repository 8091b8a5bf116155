/* telit_given.c: security data that the operator gives, by the names SOCKET/certificate, SOCKET/ca
 * and SOCKET/key. */
#include "personalities/telit/telit_given.h"

#include "base/wipe.h"
#include "personalities/telit/telit.h"

static const char *const kinds[CREDENTIAL_KINDS] = {
    [CREDENTIAL_CERTIFICATE] = "certificate",
    [CREDENTIAL_CA] = "ca",
    [CREDENTIAL_KEY] = "key",
};

static bool read_name(const struct module_model *model, const char *name, size_t *ret_store,
                      enum credential_kind *ret_kind)
{
    size_t most = (size_t)at_limit(&model->at, LIMIT_SECURE_SOCKETS);

    if (name[0] < '1' || name[0] > '9' || (size_t)(name[0] - '0') > most || name[1] != '/')
        return false;
    *ret_store = (size_t)(name[0] - '0');
    for (int kind = 0; kind < CREDENTIAL_KINDS; kind++) {
        if (strcmp(name + 2, kinds[kind]) == 0) {
            *ret_kind = (enum credential_kind)kind;
            return true;
        }
    }
    return false;
}

size_t telit_given_max(const struct module_model *model, const char *name)
{
    enum credential_kind kind;
    size_t store;

    return read_name(model, name, &store, &kind) ? (size_t)at_limit(&model->at, LIMIT_DATA_SIZE)
                                                 : 0;
}

/* What is there already is not stored once more at each start. */
static bool is_there(const struct telit_credentials *credentials, size_t store,
                     enum credential_kind kind, struct span data)
{
    uint8_t old[TELIT_DATA_MAX];
    size_t len = 0;
    bool same = telit_credentials_get(credentials, store, kind, old, sizeof(old), &len) == ERR_OK &&
                span_equal(span_at(old, len), data);

    wipe(old, sizeof(old));
    return same;
}

enum err telit_given_put(struct tlsmodem *modem, const char *name, struct span data)
{
    struct telit_credentials *credentials = &((struct telit *)modem->maker)->credentials;
    enum credential_kind kind;
    size_t store;

    if (!read_name(modem->model, name, &store, &kind))
        return ERR_INVALID;
    if (is_there(credentials, store, kind, data))
        return ERR_OK;
    return telit_credentials_put(credentials, store, kind, false, data);
}
