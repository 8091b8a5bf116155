/* writer_peer.h: what a writer of transcripts is told of the network; `now_ms` as in writer.h. */
#ifndef TRANSCRIPT_WRITER_PEER_H
#define TRANSCRIPT_WRITER_PEER_H

#include "base/err.h"
#include "base/span.h"
#include "iface/net.h"
#include "iface/tls.h"

struct writer;

/* What a resolver has said of a name: its first address, or NULL: it does not know it. */
void writer_resolved(struct writer *writer, int64_t now_ms, const char *name,
                     const struct net_address *address);

/* What an echo request met. */
void writer_echoed(struct writer *writer, int64_t now_ms, const struct net_address *to,
                   enum err err, uint32_t round_trip_ms, int ttl);

/* The module has a connection to a server; a number for it, which the calls below take.  -1: there
 * are too many at once, and this one is not recorded. */
int writer_connected(struct writer *writer, int64_t now_ms, const struct net_target *to);

/* A data call of the module's is there; the same. */
int writer_called(struct writer *writer, int64_t now_ms);

/* A connection's port of the module's own, which the network has chosen and hosts may hear of. */
void writer_own_port(struct writer *writer, uint16_t port);

/* One that has come in to the module's port `to_port`, from `from_port`; the same. */
int writer_accepted(struct writer *writer, int64_t now_ms, enum net_transport transport,
                    uint16_t from_port, uint16_t to_port);

/* The module asks for a connection by TCP; which it is of those to its port, from 1.  0: there are
 * too many ports. */
uint32_t writer_dials(struct writer *writer, uint16_t port);

/* The connection of that number did not come about: ERR_REFUSED, or something else. */
void writer_refused(struct writer *writer, int64_t now_ms, uint16_t port, uint32_t number,
                    enum err err);

/* TLS begins on it. */
void writer_tls_begins(struct writer *writer, int64_t now_ms, int connection);

/* Its handshake is done. */
void writer_tls_open(struct writer *writer, int64_t now_ms, int connection, struct tls_info info);

/* Its handshake has failed. */
void writer_tls_fails(struct writer *writer, int64_t now_ms, int connection,
                      const struct tls_failure *failure);

/* The server has got these bytes of the module, in clear; a datagram where it is UDP. */
void writer_peer_gets(struct writer *writer, int64_t now_ms, int connection, struct span bytes);

/* The server has sent these, in clear; as one record or datagram. */
void writer_peer_sends(struct writer *writer, int64_t now_ms, int connection, struct span bytes);

enum writer_end {
    WRITER_CLOSES,   /* close_notify and FIN; FIN where there is no TLS */
    WRITER_HANGS_UP, /* FIN without close_notify */
    WRITER_RESETS,
    WRITER_CORRUPTS /* a record that cannot be decrypted */
};

/* The server has ended it; said once. */
void writer_peer_ends(struct writer *writer, int64_t now_ms, int connection, enum writer_end end);

/* The module has closed it; its number is another's from now on. */
void writer_gone(struct writer *writer, int64_t now_ms, int connection);

#endif
