/* host_words.h: what lines of a module mean to a host that knows no maker. */
#ifndef HOST_HOST_WORDS_H
#define HOST_HOST_WORDS_H

#include "base/span.h"

#include <stdbool.h>

/* The line ends what a command began: OK and whatever ends in it, an error, CONNECT, NO CARRIER. */
bool host_word_is_result(struct span line);

/* The line says that a connection has ended. */
bool host_word_is_close(struct span line);

/* The same, or that the other side of the connection that the host has is gone, in words of its
 * own.
 */
bool host_word_is_loss(struct span line);

/* The number behind the line's word and its colon, which is that of a connection where the word is
 * of one: `+MIPSTAT: 2,1`.  False: there is none below 256. */
bool host_word_number(struct span line, uint8_t *ret_number);

/* The line says that something has failed. */
bool host_word_is_error(struct span line);

/* Both lines are the same word with a colon, whatever stands behind it; `wanted` may be a regular
 * expression. */
bool host_word_is_same(struct span wanted, struct span line);

#endif
