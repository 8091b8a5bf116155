/* laboratory_state.h: what goes wrong on demand with a modem, as it is. */
#ifndef MODULE_LABORATORY_STATE_H
#define MODULE_LABORATORY_STATE_H

#include "module/module.h"
#include "module/terminal.h"
#include "wrap/fault_net.h"
#include "wrap/fault_port.h"
#include "wrap/fault_storage.h"

enum { LABORATORY_LINK_MAX = 127 };

struct laboratory {
    struct fault_set faults;
    struct fault_talk talk;
    struct net *net;
    struct fault_storage storage;
    struct fault_port *ports[MODULE_TERMINALS_MAX];
    struct clock_timer *restart;        /* of the module */
    struct clock_timer *drift;          /* the next second by which the clock is wrong */
    int32_t drift_ppm;                  /* 0: it is not */
    char link[LABORATORY_LINK_MAX + 1]; /* empty: none was set */
    struct tls **tls;                   /* owned, with what it points to */
    struct fault_tls providers[];
};

/* There is to be no memory for what a command needs now. */
static inline bool laboratory_lacks_memory(const struct tlsmodem *modem)
{
    return modem->laboratory != NULL &&
           fault_set_strikes(&modem->laboratory->faults, FAULT_MEMORY_SHORT, true) != NULL;
}

#endif
