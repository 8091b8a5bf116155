/* credentials.c: security data that the operator puts into a modem, by the names of its maker. */
#include "base/text.h"
#include "module/module.h"
#include "module/personality.h"

#include <assert.h>

/* 0: there is no place of this name. */
static size_t longest(const struct module_model *model, const char *name)
{
    const struct personality *maker = model->personality;

    return maker->credential_max != NULL ? maker->credential_max(model, name) : 0;
}

enum err tlsmodem_credential_check(const char *model, const char *name, size_t len, char *why,
                                   size_t cap)
{
    const struct module_model *found = module_model_named(model);
    size_t most = found != NULL ? longest(found, name) : 0;
    struct text text;

    text_init(&text, why, cap);
    if (found == NULL)
        return ERR_NOT_FOUND;
    if (found->personality->credential_max == NULL) {
        text_add(&text, "a %s takes no security data", found->identity.product);
        return ERR_INVALID;
    }
    if (most == 0) {
        text_add(&text, "a %s has no place of this name; allowed: %s", found->identity.product,
                 found->personality->credential_names);
        return ERR_INVALID;
    }
    if (len >= 1 && len <= most)
        return ERR_OK;
    text_add(&text, "it has %zu bytes; allowed: 1 to %zu", len, most);
    return ERR_FULL;
}

enum err tlsmodem_put_credential(struct tlsmodem *modem, const char *name, const uint8_t *data,
                                 size_t len)
{
    char why[1];
    enum err err =
        tlsmodem_credential_check(modem->model->identity.name, name, len, why, sizeof(why));

    assert(modem->depth == 0);
    if (err != ERR_OK)
        return err;
    if (!modem->on)
        return ERR_STATE;
    module_enter(modem);
    err = modem->personality->put_credential(modem, name, span_at(data, len));
    module_leave(modem);
    return err;
}
