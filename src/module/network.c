/* network.c: SIM, registration and PDP contexts without a radio. */
#include "module/network.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void network_init(struct module_network *network, size_t context_count, bool has_sim,
                  enum tlsmodem_registration registration)
{
    assert(context_count >= 1 && context_count <= MODULE_CONTEXTS_MAX);
    *network = (struct module_network){ .context_count = context_count,
                                        .attached = true,
                                        .has_sim = has_sim,
                                        .functionality = 1,
                                        .registration = registration };
    network->reported = (uint8_t)network_stat(network);
    network->reported_packet = (uint8_t)network_packet_stat(network);
}

static size_t others_size(const struct module_network *network)
{
    return (network->context_count - 1) * sizeof(*network->others);
}

void network_deinit(struct module_network *network)
{
    if (network->others != NULL)
        wipe(network->others, others_size(network));
    free(network->others);
    network->others = NULL;
}

static bool is_as_made(const struct module_context *context)
{
    return context->type[0] == '\0' && context->apn == NULL && context->address == NULL &&
           context->data_compression == 0 && context->header_compression == 0 && !context->active;
}

void network_give_back(struct module_network *network)
{
    if (network->others == NULL)
        return;
    for (size_t i = 0; i + 1 < network->context_count; i++) {
        if (!is_as_made(&network->others[i]))
            return;
    }
    network_deinit(network);
}

static bool asks_for_network(const struct module_network *network)
{
    return network->has_sim && network->functionality == 1 && network->cops_mode != 2;
}

bool network_is_registered(const struct module_network *network)
{
    return asks_for_network(network) &&
           (network->registration == TLSMODEM_HOME || network->registration == TLSMODEM_ROAMING);
}

int network_stat(const struct module_network *network)
{
    static const int stats[] = { [TLSMODEM_HOME] = 1,
                                 [TLSMODEM_ROAMING] = 5,
                                 [TLSMODEM_SEARCHING] = 2,
                                 [TLSMODEM_DENIED] = 3,
                                 [TLSMODEM_LOST] = 4 };

    return asks_for_network(network) ? stats[network->registration] : 0;
}

int network_packet_stat(const struct module_network *network)
{
    return network_is_registered(network) && !network->attached ? 0 : network_stat(network);
}

static bool has(const struct module_network *network, size_t cid)
{
    return cid >= 1 && cid <= network->context_count;
}

const struct module_context *network_context(const struct module_network *network, size_t cid)
{
    static const struct module_context not_defined = { .active = false };

    if (!has(network, cid))
        return NULL;
    if (cid == 1)
        return &network->first;
    return network->others != NULL ? &network->others[cid - 2] : &not_defined;
}

struct module_context *network_context_if(struct module_network *network, size_t cid)
{
    assert(has(network, cid));
    if (cid == 1)
        return &network->first;
    return network->others != NULL ? &network->others[cid - 2] : NULL;
}

struct module_context *network_context_make(struct module_network *network, size_t cid)
{
    assert(has(network, cid));
    if (cid > 1 && network->others == NULL)
        network->others = calloc(1, others_size(network));
    return network_context_if(network, cid);
}

bool network_activate(struct module_network *network, size_t cid)
{
    const struct module_context *context = network_context(network, cid);

    if (context == NULL || context->type[0] == '\0' || !network_is_registered(network))
        return false;
    network->attached = true;
    network_context_if(network, cid)->active = true;
    return true;
}

void network_address(size_t cid, char *text, size_t cap)
{
    assert(cid >= 1 && text != NULL && cap > 0);
    snprintf(text, cap, "10.250.64.%zu", 138 + cid);
}
