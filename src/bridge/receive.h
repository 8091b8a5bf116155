/* receive.h: what has come for a host in command mode: shown a piece at a time, by a command that
 * reads or by itself as far as the port may speak; or counted first.  Like what passes online, no
 * piece stays in memory once it is shown.
 */
#ifndef BRIDGE_RECEIVE_H
#define BRIDGE_RECEIVE_H

#include "at/handler.h"

enum { RECEIVE_MOST = 2048 }; /* bytes of a piece */

/* Of a maker's socket, the `source`. */
struct receive_ops {
    /* Takes the next bytes, of datagrams one, as far as `cap` goes; 0: none now. */
    size_t (*read)(void *source, uint8_t *buf, size_t cap);
    /* Says a piece as this maker does. */
    void (*show)(void *source, struct at_session *at, struct span piece);
};

/* Shows the next bytes, `max` at most, 1 to RECEIVE_MOST; how many; 0: there are none, and nothing
 * is said. */
size_t receive_one(const struct receive_ops *ops, void *source, struct at_session *at, size_t max);

/* The port is quiet: the same again and again while at_may_speak_at_length().  True: there are no
 * more. */
bool receive_all(const struct receive_ops *ops, void *source, struct at_session *at, size_t max);

/* For a host that is told counts, and reads then: true when more bytes wait than it knows of, which
 * it is to be told now.  `told` is that number; whoever reads makes it 0, so that what is left is
 * news. */
bool receive_is_news(size_t *told, size_t available);

#endif
