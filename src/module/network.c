/* network.c: SIM, registration and PDP contexts without a radio. */
#include "module/network.h"

#include <stdio.h>

/* Test numbers: an IMEI of the test range (GSMA TS.06), MCC 001, MNC 01 (3GPP TS 36.508 4.4.2),
 * ICCID with a valid check digit. */
const char module_imei[] = "004999010640000";
const char module_imsi[] = "001010123456789";
const char module_iccid[] = "8988211000000000014";
const char module_operator_name[] = "Test Network";
const char module_operator_code[] = "00101";

void network_init(struct module_network *network, size_t context_count)
{
    *network = (struct module_network){
        .context_count = context_count, .attached = true, .reported = true, .functionality = 1
    };
}

bool network_is_registered(const struct module_network *network)
{
    return network->functionality == 1 && network->cops_mode != 2;
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
