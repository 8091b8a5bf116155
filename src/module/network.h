/* network.h: the cellular network as a host sees it: SIM, registration, PDP contexts.
 *
 * There is no radio: a modem that is switched on is registered at once, if its config lets it, and
 * a PDP context is up as soon as it is activated.  What a host can change here, it finds changed.
 */
#ifndef MODULE_NETWORK_H
#define MODULE_NETWORK_H

#include "tlsmodem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlsmodem;

enum { MODULE_CONTEXTS_MAX = 6, MODULE_APN_MAX = 99, MODULE_ADDRESS_MAX = 45 };

/* What +CGDCONT defines; a context without a type is not defined. */
struct module_context {
    char type[8];        /* "IP", "IPV6", "IPV4V6", "PPP" */
    char *apn, *address; /* owned strings of its row (at/command.h): at_text() reads them */
    int32_t data_compression, header_compression;
    bool active;
};

struct module_network {
    struct module_context contexts[MODULE_CONTEXTS_MAX];
    size_t context_count;
    bool attached;
    bool reported;         /* registration as hosts were last told */
    int32_t functionality; /* +CFUN: 1 full, 4 radio off */
    int32_t cops_mode;     /* +COPS: 0 automatic, 1 manual, 2 deregistered */
    int32_t cops_format;
    enum tlsmodem_registration registration; /* what the network makes of it */
};

/* Attached, with `context_count` contexts (at most MODULE_CONTEXTS_MAX) that are not defined; what
 * becomes of it on the network is `registration`. */
void network_init(struct module_network *network, size_t context_count,
                  enum tlsmodem_registration registration);

/* True when the radio is on, nobody has told it to stay off the network, and the network has it. */
bool network_is_registered(const struct module_network *network);

/* 27.007 <stat>: 1 and 5 registered, at home and roaming; 0, 2, 3, 4 not. */
int network_stat(const struct module_network *network);

/* The context of `cid` (from 1), or NULL when this model has none such. */
struct module_context *network_context(struct module_network *network, size_t cid);

/* Brings a context up: false when it is not defined, or there is no network. */
bool network_activate(struct module_network *network, size_t cid);

/* The address that the network gave a context. */
void network_address(size_t cid, char *text, size_t cap);

/* Takes down a context, if it is up, and tells the personality. */
void network_deactivate(struct tlsmodem *modem, size_t cid);

/* Registration or attachment may have changed: hosts that asked for it are told, and without either
 * all contexts go down. */
void network_update(struct tlsmodem *modem);

#endif
