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

/* Of a registration line: what it says, in which mode. */
struct told {
    const char *name;
    int32_t mode; /* 0 says nothing, 1 the state, 2 where that is */
    bool packet;
};

enum { TOLD = 3 };

static void list_told(const struct module_terminal *terminal, struct told told[TOLD])
{
    told[0] = (struct told){ "+CREG", terminal->settings.creg, false };
    told[1] = (struct told){ "+CGREG", terminal->settings.cgreg, true };
    told[2] = (struct told){ "+CEREG", terminal->settings.cereg, true };
}

static void tell(struct at_session *at, const struct told *told)
{
    const struct module_network *network = &module_of(at)->network;
    int stat = told->packet ? network_packet_stat(network) : network_stat(network);
    char place[NETWORK_PLACE_CAP] = "";

    if (told->mode == 2 && stat != 0)
        network_place(at, place);
    at_urc(at, "%s: %d%s", told->name, stat, place);
}

static void report(struct tlsmodem *modem, bool of_circuits, bool of_packets)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct told told[TOLD];

        list_told(modem->terminals[i], told);
        for (size_t k = 0; k < TOLD; k++) {
            if (told[k].mode != 0 && (told[k].packet ? of_packets : of_circuits))
                tell(modem->terminals[i]->at, &told[k]);
        }
    }
}

void network_tell(struct tlsmodem *modem)
{
    report(modem, true, true);
}

void network_moved(struct tlsmodem *modem)
{
    for (size_t i = 0; i < modem->terminal_count && network_is_registered(&modem->network); i++) {
        struct told told[TOLD];

        list_told(modem->terminals[i], told);
        for (size_t k = 0; k < TOLD; k++) {
            if (told[k].mode == 2)
                tell(modem->terminals[i]->at, &told[k]);
        }
    }
}

static bool is_registered(int stat)
{
    enum { STAT_HOME = 1, STAT_ROAMING = 5 };

    return stat == STAT_HOME || stat == STAT_ROAMING;
}

void network_update(struct tlsmodem *modem)
{
    struct module_network *network = &modem->network;
    int before = network->reported, before_packet = network->reported_packet;

    network->reported = (uint8_t)network_stat(network);
    network->reported_packet = (uint8_t)network_packet_stat(network);
    report(modem, network->reported != before, network->reported_packet != before_packet);
    if (is_registered(network->reported) && !is_registered(before))
        parts_on_registered(modem);
    else if (!is_registered(network->reported) && is_registered(before))
        parts_on_lost(modem);
    if (network_is_registered(network) && network->attached)
        return;
    for (size_t cid = 1; cid <= network->context_count; cid++)
        network_deactivate(modem, cid);
}
