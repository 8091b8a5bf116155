/* senders.h: who sends datagrams to a port of a module, and whom the module sends some from there:
 * a net_stream each, and all of them one net_stream for a connection.
 *
 * It has two sides: whose datagram the host reads is the one that it faces, and is sent to unless
 * somebody else is named.
 */
#ifndef BRIDGE_SENDERS_H
#define BRIDGE_SENDERS_H

#include "bridge/datagrams.h"

/* Known at a time.  Who was not heard of for the longest time is forgotten for another, but nobody
 * of whom a datagram waits: that was collected, that was not since there was no room, or the first,
 * which may be on its way for so long. */
enum { SENDERS_MAX = 64, SENDERS_FIRST_MS = 60000 };

struct senders;

struct sender {
    struct net_address address;
    uint16_t port;
    uint16_t number;           /* not 0: of its datagrams that wait */
    uint16_t waiting;          /* how many of them there are */
    int64_t awaited_until_ms;  /* its first datagram is; 0: it is not, or has come */
    bool connecting;           /* nothing can be sent yet */
    enum err failed;           /* why nothing can be sent; ERR_OK: it can */
    struct net_stream *stream; /* NULL: it has failed */
    struct senders *all;
    struct sender *next;
};

struct senders {
    /* What a connection adopts.  It sends to `to`; closing it forgets all senders. */
    struct net_stream base;
    const struct connection_world *world;
    struct sender *first;       /* who was heard of last */
    struct sender *facing, *to; /* NULL: nobody */
    struct sender *from;        /* of the datagram that was received last */
    size_t count;
    uint16_t last_number;
    bool is_full; /* nothing is received until senders_collect() has found room */
    unsigned wanted;
    net_event_fn *on_event;
    void *ctx;
};

/* Nobody yet; the world, whose log and clock it uses, outlives it, and who gets its events is to be
 * bound.  NULL: no memory. */
struct senders *senders_new(const struct connection_world *world);

/* Forgets all, and frees it; a connection that has adopted it is closed before.  NULL is nothing.
 */
void senders_free(struct senders *senders);

/* Takes one that has come in, and awaits its datagram.  False: all that are known have datagrams
 * that wait, or there is no memory; the log has a line, and `stream` is the caller's. */
bool senders_add(struct senders *senders, struct net_stream *stream, const struct net_address *from,
                 uint16_t port);

/* True when datagrams from there are wanted. */
typedef bool senders_admit_fn(void *ctx, const struct net_address *from);

/* Takes datagrams of all of them, as far as one of the longest still fits into `cap` bytes, at
 * least DATAGRAM_MOST + DATAGRAM_HEAD; false: it does not any more, and nothing more is received
 * until the next call.  `connection` is the one that has adopted it, or will.  What is not admitted
 * is lost. */
bool senders_collect(struct senders *senders, struct datagrams *datagrams, size_t cap,
                     struct connection *connection, senders_admit_fn *admit, void *ctx);

/* Who has sent the first of the datagrams that wait, one at least. */
const struct sender *senders_of_first(const struct senders *senders,
                                      const struct datagrams *datagrams);

/* Faces who has sent the first of the datagrams that wait, one at least, before any is read, and
 * aims at it.  Who that is. */
const struct sender *senders_face_first(struct senders *senders, const struct datagrams *datagrams);

/* Faces who has sent the first of the datagrams that wait, which the host begins to read: one less
 * of its waits then.  Who that is. */
const struct sender *senders_turn(struct senders *senders, const struct datagrams *datagrams);

/* What is sent from now on goes to who is faced; nothing of what was to be sent before waits. */
void senders_aim_back(struct senders *senders);

/* The same, to an address that may have sent or not.  A stranger is reached by the listener `by` of
 * the connection's network; NULL, where nobody listens any more: ERR_STATE then.  Errors of
 * net_connect(), ERR_FULL as for senders_add(): it goes where it went before. */
enum err senders_aim(struct senders *senders, struct connection *connection,
                     struct net_listener *by, const struct net_address *address, uint16_t port);

/* Why nothing can be sent to where it goes now; ERR_OK: it can, or it is not decided. */
enum err senders_failure(const struct senders *senders);

/* Before the listener ends: who is not reached yet will not be. */
void senders_give_up(struct senders *senders);

#endif
