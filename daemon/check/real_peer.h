/* real_peer.h: a peer on a socket of this machine that is told each step. */
#ifndef DAEMON_CHECK_REAL_PEER_H
#define DAEMON_CHECK_REAL_PEER_H

#include "check/authority.h"
#include "transcript/stage.h"

struct real_peer;

/* Opens the peer of a header at this numeric address; all but the report is borrowed until
 * real_peer_close().  `beside` is one that listens at the same port already: connections go to
 * whose step asks for one; NULL: there is none.  NULL: `why` says what is not possible. */
struct real_peer *real_peer_open(const struct script_peer *plan, const char *address,
                                 struct test_authority *authority, const struct real_peer *beside,
                                 struct report *why);

/* Closes it; NULL is nothing. */
void real_peer_close(struct real_peer *peer);

/* How long it waits for what must come of the module; STAGE_ANSWER_MS unless said. */
void real_peer_wait_for(struct real_peer *peer, uint32_t patience_ms);

/* Its port. */
uint16_t real_peer_port(const struct real_peer *peer);

/* As stage_ops.order(). */
bool real_peer_order(struct real_peer *peer, const struct stage_order *order, struct report *why);

/* As stage_ops.peer_line(). */
bool real_peer_line(struct real_peer *peer, struct span *ret_line, struct report *why);

/* As stage_ops.peer_offer(). */
bool real_peer_offer(struct real_peer *peer, struct span *ret_words, struct report *why);

/* As stage_ops.peer_from(). */
bool real_peer_from(struct real_peer *peer, uint16_t *ret_port, struct report *why);

/* As stage_ops.peer_unread(). */
struct span real_peer_unread(struct real_peer *peer);

#endif
