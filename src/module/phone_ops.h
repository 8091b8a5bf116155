/* phone_ops.h: calls and messages as a laboratory makes them come in; rows and lines of them are
 * the makers'. */
#ifndef MODULE_PHONE_OPS_H
#define MODULE_PHONE_OPS_H

#include "base/err.h"
#include "services/sms_text.h"

#include <stdbool.h>
#include <stdint.h>

struct tlsmodem;

enum module_call { MODULE_CALL_NONE, MODULE_CALL_RINGS, MODULE_CALL_ANSWERED };

/* All inside the modem, which is on; what comes in finds it registered. */
struct module_phone_ops {
    /* A call comes in; `caller` as tlsmodem_ring() has it.  ERR_BUSY, ERR_NO_MEMORY. */
    enum err (*ring)(struct tlsmodem *modem, const char *caller);
    /* Its other side ends it.  ERR_STATE: there is none. */
    enum err (*ring_end)(struct tlsmodem *modem);
    /* What call there is; `ret_caller` is NULL for one without number, else good until it ends. */
    enum module_call (*call)(const struct tlsmodem *modem, const char **ret_caller);
    /* A message comes in.  ERR_FULL, ERR_NO_MEMORY, ERR_IO. */
    enum err (*receive)(struct tlsmodem *modem, const struct sms *sms);
    /* The network has decided on a message that was sent.  ERR_NOT_FOUND. */
    enum err (*decided)(struct tlsmodem *modem, uint32_t ticket, bool accepted);
};

#endif
