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

struct at_session;
struct tlsmodem;

enum { MODULE_CONTEXTS_MAX = 6, MODULE_APN_MAX = 99, MODULE_ADDRESS_MAX = 45 };

/* What +CGDCONT defines; a context without a type is not defined, and all zero. */
struct module_context {
    char type[8];        /* "IP", "IPV6", "IPV4V6", "PPP" */
    char *apn, *address; /* owned strings of its row (at/command.h): at_text() reads them */
    int32_t data_compression, header_compression;
    bool active;
};

struct module_network {
    struct module_context first;
    struct module_context *others; /* owned; NULL: none of them is defined */
    size_t context_count;
    bool attached;
    bool has_sim; /* one that is ready */
    /* <stat> as hosts were last told, of both domains */
    uint8_t reported, reported_packet;
    int32_t functionality; /* +CFUN: 1 full, 4 radio off */
    int32_t cops_mode;     /* +COPS: 0 automatic, 1 manual, 2 deregistered */
    int32_t cops_format;
    enum tlsmodem_registration registration; /* what the network makes of it */
};

/* Attached, with 1 to MODULE_CONTEXTS_MAX contexts that are not defined; what becomes of it on
 * the network is `registration`, if it has a SIM. */
void network_init(struct module_network *network, size_t context_count, bool has_sim,
                  enum tlsmodem_registration registration);

/* Wipes and frees what the contexts lie in; their owned strings must be gone. */
void network_deinit(struct module_network *network);

/* Gives back what contexts lie in that are not defined; nobody may hold a pointer to one. */
void network_give_back(struct module_network *network);

/* True when the radio is on, nobody has told it to stay off the network, and the network has it. */
bool network_is_registered(const struct module_network *network);

/* 27.007 <stat>: 1 and 5 registered, at home and roaming; 0, 2, 3, 4 not. */
int network_stat(const struct module_network *network);

/* The same of the packet domain, where it has to be attached, too. */
int network_packet_stat(const struct module_network *network);

/* The context of `cid` (from 1) to look at, or NULL when this model has none such.  Good until one
 * is made, or the modem comes to rest. */
const struct module_context *network_context(const struct module_network *network, size_t cid);

/* The same to change, of a `cid` that there is; NULL while nobody has defined it. */
struct module_context *network_context_if(struct module_network *network, size_t cid);

/* The same to define it: NULL when there is no memory, which the first never needs. */
struct module_context *network_context_make(struct module_network *network, size_t cid);

/* Brings a context up: false when it is not defined, or there is no network. */
bool network_activate(struct module_network *network, size_t cid);

/* The address that the network gave a context. */
void network_address(size_t cid, char *text, size_t cap);

/* Takes down a context, if it is up, and tells the personality. */
void network_deactivate(struct tlsmodem *modem, size_t cid);

enum { NETWORK_PLACE_CAP = 40 };

/* What a registration line of mode 2 has behind <stat>, as the model writes it:
 * `,"0001","00000001",7`; empty while there is no registration. */
void network_place(const struct at_session *at, char text[NETWORK_PLACE_CAP]);

/* Ports that asked for registration lines hear them, as if the network had just been found. */
void network_tell(struct tlsmodem *modem);

/* Registration or attachment may have changed: hosts that asked for it are told, and without either
 * all contexts go down. */
void network_update(struct tlsmodem *modem);

/* The cell is another: hosts that want to know where are told. */
void network_moved(struct tlsmodem *modem);

#endif
