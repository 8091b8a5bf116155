/* network.c: SIM, registration and PDP contexts without a radio. */
#include "module/network.h"

#include <stdio.h>

void network_init(struct module_network *network, size_t context_count,
                  enum tlsmodem_registration registration)
{
    *network = (struct module_network){ .context_count = context_count,
                                        .attached = true,
                                        .functionality = 1,
                                        .registration = registration };
    network->reported = network_is_registered(network);
}

static bool asks_for_network(const struct module_network *network)
{
    return network->functionality == 1 && network->cops_mode != 2;
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

struct module_context *network_context(struct module_network *network, size_t cid)
{
    return cid >= 1 && cid <= network->context_count ? &network->contexts[cid - 1] : NULL;
}

bool network_activate(struct module_network *network, size_t cid)
{
    struct module_context *context = network_context(network, cid);

    if (context == NULL || context->type[0] == '\0' || !network_is_registered(network))
        return false;
    network->attached = true;
    context->active = true;
    return true;
}

void network_address(size_t cid, char *text, size_t cap)
{
    snprintf(text, cap, "10.250.64.%zu", 138 + cid);
}
