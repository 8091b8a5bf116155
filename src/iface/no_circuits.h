/* no_circuits.h: what a channel does about circuits and a rate that it does not have: nothing. */
#ifndef IFACE_NO_CIRCUITS_H
#define IFACE_NO_CIRCUITS_H

#include "iface/channel.h"

/* channel_ops.set_lines of such a channel. */
static inline void channel_no_lines(struct channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

/* channel_ops.set_rate of such a channel: there is no wire to be faster or slower. */
static inline void channel_no_rate(struct channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

#endif
