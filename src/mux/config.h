/* config.h: what a multiplexer is made with. */
#ifndef MUX_CONFIG_H
#define MUX_CONFIG_H

#include "base/log.h"
#include "iface/channel.h"
#include "mux/frame.h"

struct mux_config {
    enum mux_option option;
    size_t frame_max; /* N1: bytes of information, 1 to MUX_INFORMATION_MAX */
    size_t line_max;  /* DLCI 1 to this, MUX_DLCI_MAX at most */
    /* The terminal that `dlci` is to be from now on, which calls `channel`; NULL: there is none.
     * Called at the host's SABM. */
    struct terminal *(*open)(void *ctx, size_t dlci, struct channel *channel);
    /* It is no more: the host has gone.  `terminal` is not called again. */
    void (*close)(void *ctx, size_t dlci);
    void *ctx;
    const struct log *log; /* NULL: silence */
};

#endif
