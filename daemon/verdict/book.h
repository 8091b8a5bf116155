/* book.h: the tallies of a run, one for each loop. */
#ifndef DAEMON_VERDICT_BOOK_H
#define DAEMON_VERDICT_BOOK_H

#include "verdict/tally.h"

#include <stdbool.h>

struct verdict_book;

/* Makes one without tallies: nobody counts.  NULL: there is no memory. */
struct verdict_book *verdict_book_new(void);

/* Frees it, with its tallies, when the loops do not turn any more.  NULL is nothing. */
void verdict_book_free(struct verdict_book *book);

/* The tally of the loop whose thread calls, made when it asks first.  It takes a lock, so ask when
 * a host is made, not when it counts.  NULL: there is no memory. */
struct verdict_tally *verdict_book_tally(struct verdict_book *book);

/* Any thread: whether there are tallies. */
bool verdict_book_is_used(const struct verdict_book *book);

/* Any thread: shows `see` the sums of each. */
void verdict_book_each(const struct verdict_book *book,
                       void (*see)(void *ctx, const struct verdict_sums *sums), void *ctx);

#endif
