/* online.h: a port that is the other side's of something that a maker has: a connection, a
 * transfer, a response.  The same for all: bytes move as far as there is room, the end is told when
 * all before it is read, silence may have a limit.
 */
#ifndef BRIDGE_ONLINE_H
#define BRIDGE_ONLINE_H

#include "at/handler.h"
#include "services/connection.h"

struct online;

/* The longest datagram that a host gets whole where nobody knows its length before it is read.  A
 * port must have as much room when its host has read all. */
enum { ONLINE_DATAGRAM_MAX = 1500 };

/* Of its owner, whose first member `struct online` is.  What may be NULL says what it is then; any
 * of them may end the mode. */
struct online_ops {
    /* What is behind the port; NULL: no connection, and `read` is there. */
    struct connection *(*connection)(struct online *online);
    /* The next bytes for the host; 0: none now.  NULL: connection_read(). */
    size_t (*read)(struct online *online, uint8_t *buf, size_t cap);
    /* Bytes that wait; of datagrams those of the next, which is not read before it fits.  NULL:
     * connection_available(), and any datagram waits for ONLINE_DATAGRAM_MAX. */
    size_t (*available)(struct online *online);
    /* There is no room: nothing is told until `read` has found nothing.  NULL: connection_pause(),
     * or nothing. */
    void (*pause)(struct online *online);
    /* Somebody takes what the host sends; else it is dropped.  NULL: while the connection is open,
     * or always. */
    bool (*takes)(struct online *online);
    /* Takes bytes of the host; how many.  NULL: connection_write(), or none. */
    size_t (*write)(struct online *online, struct span bytes);
    /* Sends what waits; true when nothing is left.  NULL: nothing ever waits. */
    bool (*flush)(struct online *online);
    /* Longest silence both ways; 0: no limit.  NULL: the same. */
    int64_t (*idle_ms)(struct online *online);

    /* The peer has ended the connection, and all of it is read: says so, and leaves. */
    void (*on_end)(struct online *online, const struct connection_failure *failure);
    /* The silence was too long. */
    void (*on_idle)(struct online *online);
    /* The escape sequence: the session is in command state, and at_finish() is due.  NULL: the
     * connection stays, on_left(), OK. */
    void (*on_escape)(struct online *online);
    /* The mode was left, and the connection stays: what comes now is command mode's.  Needed where
     * on_escape is NULL, and by online_suspend(). */
    void (*on_left)(struct online *online);
    /* The host has gone: ends with online_leave().  NULL: the mode stays for the next one. */
    void (*on_gone)(struct online *online);
};

/* All zero: not online. */
struct online {
    const struct online_ops *ops;
    struct at_session *at; /* NULL: not online */
    int64_t idle_until_ms;
};

/* Goes online; return AT_CONNECT after it, or what at_online() says. */
void online_enter(struct online *online, const struct online_ops *ops, struct at_session *at);

/* True from online_enter() until the mode was left. */
bool online_is_on(const struct online *online);

/* Moves bytes to the host as far as there are any and it takes them, then looks for the end. */
void online_pump(struct online *online);

/* The peer takes bytes again. */
void online_writable(struct online *online);

/* Back to command state with OK, as the escape sequence would; the connection stays. */
void online_suspend(struct online *online);

/* Back to command state: `status` is the result, also after an escape that gave none. */
void online_leave(struct online *online, enum at_status status);

/* Not online any more; somebody else gives the port back. */
void online_forget(struct online *online);

/* When online_tick() has something to do; CLOCK_NEVER. */
int64_t online_deadline(const struct online *online);

/* Tells of a silence that was too long; nothing before the deadline. */
void online_tick(struct online *online, int64_t now_ms);

#endif
