/* comparison.h: what two modules answer to the same host, and where they part.
 *
 * Pure: it is told what passes and when.  An exchange is what a host types, up to the end of a
 * line, and what a module says from then until it has got what the host types next.
 */
#ifndef DAEMON_TAP_COMPARISON_H
#define DAEMON_TAP_COMPARISON_H

#include "iface/channel.h"
#include "transcript/report.h"

#include <stdint.h>

enum comparison_who { COMPARISON_REAL, COMPARISON_OURS };

struct comparison;

/* `names` are those of the two, borrowed; on_difference() gets each exchange in which they differ,
 * as lines.  ERR_NO_MEMORY. */
enum err comparison_open(const char *const names[2],
                         void (*on_difference)(void *ctx, struct span lines), void *ctx,
                         struct comparison **ret_comparison);

/* The host has typed these, to both. */
void comparison_typed(struct comparison *comparison, int64_t now_ms, struct span bytes);

/* One of them has said these.  Ours has taken `taken` bytes of the host's in all; of the real one
 * that does not count: it has got all. */
void comparison_said(struct comparison *comparison, int64_t now_ms, enum comparison_who who,
                     uint64_t taken, struct span bytes);

/* How many of the host's bytes ours may take now, so that what it still has to say to an exchange
 * is heard before the next; it waits for that no longer than a few seconds. */
uint64_t comparison_limit(const struct comparison *comparison, int64_t now_ms);

/* True when ours has still to say as much as the real one has. */
bool comparison_is_behind(const struct comparison *comparison);

/* Ours has taken so many of the host's bytes: exchanges that both are through with are compared. */
void comparison_settle(struct comparison *comparison, uint64_t taken);

/* The circuits of one of them are these now: bits of enum channel_line, of which DCD, DSR, CTS and
 * RI count, once the real one has told some. */
void comparison_circuits(struct comparison *comparison, int64_t now_ms, enum comparison_who who,
                         unsigned circuits);

/* Tells circuits that have been otherwise at the two for two seconds, each time once: that the real
 * one is seen a little late is no difference. */
void comparison_look(struct comparison *comparison, int64_t now_ms);

/* How many of them were told. */
uint64_t comparison_circuits_told(const struct comparison *comparison);

/* Compares what is left, and frees it; `ret_count` is how many exchanges there were, and
 * `ret_different` in how many they differed. */
void comparison_close(struct comparison *comparison, uint64_t *ret_count, uint64_t *ret_different);

/* Frees it, and compares nothing more.  NULL is nothing. */
void comparison_free(struct comparison *comparison);

#endif
