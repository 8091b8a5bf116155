/* engine_peer.h: the peers of the engine's stage: scripted ones that are told each step. */
#ifndef TRANSCRIPT_ENGINE_PEER_H
#define TRANSCRIPT_ENGINE_PEER_H

#include "transcript/stage.h"

/* As stage_ops.order(). */
bool engine_peer_order(struct stage *base, const struct stage_order *order, struct report *why);

/* As stage_ops.peer_line(). */
bool engine_peer_line(struct stage *base, size_t peer, struct span *ret_line, struct report *why);

/* As stage_ops.peer_offer(). */
bool engine_peer_offer(struct stage *base, size_t peer, struct span *ret_words, struct report *why);

/* As stage_ops.peer_from(). */
bool engine_peer_from(struct stage *base, size_t peer, uint16_t *ret_port, struct report *why);

/* As stage_ops.peer_unread(). */
struct span engine_peer_unread(struct stage *base, size_t peer);

#endif
