/* scripted_peer.h: who listens on a port of the scripted network, and what it does when told. */
#ifndef SCRIPTED_PEER_H
#define SCRIPTED_PEER_H

#include "scripted/scripted_state.h"

/* Zeros, to be freed; without memory the program ends.  By realloc(), which tests that let
 * allocations fail leave alone: what a script says does not fail. */
void *scripted_make(size_t size);

/* The peer on a TCP port, made when there was none; the network's. */
struct scripted_peer *scripted_net_peer(struct scripted_net *net, uint16_t port);

/* The one that is number `nth` (from 0) of several at a port; the first is scripted_net_peer()'s.
 */
struct scripted_peer *scripted_net_nth_peer(struct scripted_net *net, enum net_transport transport,
                                            uint16_t port, unsigned nth);

/* The same on a UDP port. */
struct scripted_peer *scripted_net_udp_peer(struct scripted_net *net, uint16_t port);

/* As PEER_STATES has it; static. */
const char *peer_state_name(enum peer_state state);

/* ---- what a script says; false: there is no connection for it ---- */

/* How the handshake ends that waits, or else the next one. */
void peer_decide(struct scripted_peer *peer, const struct peer_handshake *handshake);

/* One record, more where it is too long for one; plain bytes where there is no TLS; on UDP one
 * datagram, of TOY_RECORD_MAX bytes at most. */
bool peer_send(struct scripted_peer *peer, struct span bytes);

/* close_notify where there is TLS, then FIN; what was sent before arrives before. */
bool peer_close(struct scripted_peer *peer);

/* FIN alone. */
bool peer_hang_up(struct scripted_peer *peer);

/* RST: what the module has not read is lost. */
bool peer_reset(struct scripted_peer *peer);

/* RST, but what was sent before can still be read. */
bool peer_reset_behind(struct scripted_peer *peer);

/* The network has given the connection up: ERR_TIMEOUT. */
bool peer_vanish(struct scripted_peer *peer);

/* A record that cannot be decrypted. */
bool peer_corrupt(struct scripted_peer *peer);

/* Stops reading: the module may send 4096 bytes on top. */
void peer_stall(struct scripted_peer *peer);

/* Reads on. */
void peer_resume(struct scripted_peer *peer);

/* ---- what the network says ---- */

/* A listener anew: the connection, its handshake and its offer are forgotten. */
void peer_forget(struct scripted_peer *peer);

/* Frees what it holds, not itself. */
void peer_deinit(struct scripted_peer *peer);

/* `stream` is its connection from now on; the one before gets silence. */
void peer_on_connected(struct scripted_peer *peer, struct scripted_stream *stream);

/* The module has closed the connection. */
void peer_on_closed(struct scripted_peer *peer);

/* How many bytes the module may send now. */
size_t peer_room(const struct scripted_peer *peer);

/* Bytes of the module, no more than there is room for; UDP: one datagram. */
void peer_take(struct scripted_peer *peer, struct span bytes);

/* Looks at what was taken; true when there was anything to look at. */
bool peer_step(struct scripted_peer *peer);

#endif
