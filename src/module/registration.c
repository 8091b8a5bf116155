/* registration.c: registration and contexts come and go: hosts and the maker are told. */
#include "module/identity.h"
#include "module/module.h"
#include "module/part.h"

#include <stdio.h>

void network_deactivate(struct tlsmodem *modem, size_t cid)
{
    const struct module_context *context = network_context(&modem->network, cid);

    if (context == NULL || !context->active)
        return;
    network_context_if(&modem->network, cid)->active = false;
    parts_on_context_down(modem, cid);
}

void network_place(const struct at_session *at, char text[NETWORK_PLACE_CAP])
{
    static const char *const forms[] = { [PLACE_PADDED] = ",\"%04X\",\"%08lX\",%d",
                                         [PLACE_LOWER] = ",\"%04x\",\"%04lx\",%d",
                                         [PLACE_BARE] = ",\"%04X\",\"%lX\",%d" };
    const struct module_model *model = module_of(at)->model;

    text[0] = '\0';
    if (!network_is_registered(&module_of(at)->network))
        return;
    if (model->access_technology == 0)
        snprintf(text, NETWORK_PLACE_CAP, ",\"%04X\",\"%04lX\"", identity_area_code(at),
                 identity_cell(at) & 0xFFFF);
    else
        snprintf(text, NETWORK_PLACE_CAP, forms[model->place], identity_area_code(at),
                 identity_cell(at), model->access_technology);
}

/* 0 says nothing, 1 the state, 2 where that is. */
static void tell(struct at_session *at, const char *name, int32_t mode)
{
    char place[NETWORK_PLACE_CAP] = "";

    if (mode == 0)
        return;
    if (mode == 2)
        network_place(at, place);
    at_urc(at, "%s: %d%s", name, network_stat(&module_of(at)->network), place);
}

static void report(struct tlsmodem *modem)
{

    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct module_terminal *terminal = &modem->terminals[i];

        tell(terminal->at, "+CREG", terminal->settings.creg);
        tell(terminal->at, "+CGREG", terminal->settings.cgreg);
        tell(terminal->at, "+CEREG", terminal->settings.cereg);
    }
}

void network_update(struct tlsmodem *modem)
{
    struct module_network *network = &modem->network;
    bool registered = network_is_registered(network);

    if (registered != network->reported) {
        network->reported = registered;
        report(modem);
        if (registered)
            parts_on_registered(modem);
    }
    if (network_is_registered(network) && network->attached)
        return;
    for (size_t cid = 1; cid <= network->context_count; cid++)
        network_deactivate(modem, cid);
}
