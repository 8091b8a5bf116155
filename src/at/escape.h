/* escape.h: finds the escape sequence in online data.
 *
 * Three escape characters (S2) count when the host was silent for the guard time before the first
 * and after the last, and never longer than that between them.  They are held back until that is
 * decided, and go to the peer only when it was no escape.  A port that sees its host's bytes some
 * time after they were sent sees a silence shorter than it was, by a margin that is forgiven.
 * Source: 80000ST10025a r5 S2 and S12; V.250 leaves the escape to the maker.
 */
#ifndef AT_ESCAPE_H
#define AT_ESCAPE_H

#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { ESCAPE_NEVER = UINT8_MAX }; /* a character above 127 is none */

struct escape {
    int64_t guard_ms;
    int64_t margin_ms; /* so much shorter a silence may be seen than it was */
    int64_t last_ms;   /* when the host last sent something */
    int held;          /* escape characters seen after a silence, 0 to 3 */
};

/* Starts at the moment of CONNECT, from which the guard time counts.  `margin_ms`: from 0 to the
 * guard time. */
void escape_init(struct escape *escape, int64_t guard_ms, int64_t margin_ms, int64_t now_ms);

/* Looks at input that came at `now_ms`, for the escape character as it is set.  Returns how many
 * held characters go to the peer first; `ret_hold` says that the input itself is held back, else
 * all of it goes to the peer too. */
int escape_feed(struct escape *escape, uint8_t character, int64_t now_ms, struct span input,
                bool *ret_hold);

/* The host could not send until now: what comes next does not follow a silence of its own. */
void escape_resume(struct escape *escape, int64_t now_ms);

/* When escape_tick() has something to decide; CLOCK_NEVER when nothing is held. */
int64_t escape_deadline(const struct escape *escape);

enum escape_verdict { ESCAPE_NOTHING, ESCAPE_RELEASE, ESCAPE_FOUND };

/* Decides what is held once its deadline has come.  ESCAPE_RELEASE: `ret_release` characters go to
 * the peer. */
enum escape_verdict escape_tick(struct escape *escape, int64_t now_ms, int *ret_release);

#endif
