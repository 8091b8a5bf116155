/* registration.c: registration and contexts come and go: hosts and the maker are told. */
#include "module/module.h"
#include "module/part.h"

void network_deactivate(struct tlsmodem *modem, size_t cid)
{
    const struct module_context *context = network_context(&modem->network, cid);

    if (context == NULL || !context->active)
        return;
    network_context_if(&modem->network, cid)->active = false;
    parts_on_context_down(modem, cid);
}

static void report(struct tlsmodem *modem)
{
    int stat = network_stat(&modem->network);

    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct module_terminal *terminal = &modem->terminals[i];

        if (terminal->settings.creg != 0)
            at_urc(terminal->at, "+CREG: %d", stat);
        if (terminal->settings.cgreg != 0)
            at_urc(terminal->at, "+CGREG: %d", stat);
        if (terminal->settings.cereg != 0)
            at_urc(terminal->at, "+CEREG: %d", stat);
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
