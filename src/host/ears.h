/* ears.h: what a host has heard: echo, lines, bytes; and the lines that it has put aside, since
 * they came before what it waited for.  Memory is there while there is something in it. */
#ifndef HOST_EARS_H
#define HOST_EARS_H

#include "base/bytes.h"

#include <stdbool.h>

enum { EARS_ASIDE_MAX = 1024 }; /* bytes that are put aside; the oldest lines go */

/* All zero has heard nothing. */
struct ears {
    struct bytes heard;
    struct bytes aside; /* lines, each with an LF behind it */
    struct bytes echo;  /* that is to come back, what has not come yet */
    uint32_t echo_at;
};

/* Bytes that were typed come back before anything else.  ERR_NO_MEMORY: they will be heard. */
enum err ears_expect_echo(struct ears *ears, struct span bytes);

/* Takes what the module says, but for the echo, which ends where it differs.  ERR_NO_MEMORY: none
 * of it was taken. */
enum err ears_take(struct ears *ears, struct span bytes);

/* What is there. */
struct span ears_bytes(const struct ears *ears);

/* Forgets so many of it, no more than there are. */
void ears_drop(struct ears *ears, size_t count);

/* The next whole line, which is not empty, without its ends; empty lines before it are forgotten.
 * False: there is none yet. */
bool ears_line(struct ears *ears, struct span *ret_line);

/* Forgets the line that ears_line() has shown. */
void ears_drop_line(struct ears *ears, struct span line);

/* Puts that line aside. */
void ears_put_aside(struct ears *ears, struct span line);

/* Takes the first line that was put aside and for which `is_wanted` says so.  False: there is none.
 */
bool ears_find_aside(struct ears *ears, bool (*is_wanted)(void *ctx, struct span line), void *ctx);

/* Forgets the lines that were put aside. */
void ears_forget_aside(struct ears *ears);

/* Forgets everything. */
void ears_clear(struct ears *ears);

#endif
