/* door.h: the control port as a client finds it, by libcurl. */
#ifndef CTL_DOOR_H
#define CTL_DOOR_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct door;

/* Nothing is sent yet.  `place` is unix:PATH or [HOST:]PORT; `token_file` may be NULL.  NULL: `why`
 * says what is wrong and what is allowed. */
struct door *door_open(const char *place, const char *token_file, struct text *why);

/* Frees it.  NULL is nothing. */
void door_close(struct door *door);

/* Asks: `path` from /v1 on, `body` is JSON or NULL.  `*ret_answer` is for free(), with a NUL behind
 * it.  False: nobody has answered, and `why` says it. */
bool door_ask(struct door *door, const char *method, const char *path, const char *body,
              long *ret_status, char **ret_answer, struct text *why);

/* Asks for a stream and shows each line of it to `on_line`, as long as that says true.  Else as
 * above; the answer is that of one that is refused, or NULL. */
bool door_follow(struct door *door, const char *path, bool (*on_line)(void *ctx, const char *line),
                 void *ctx, long *ret_status, char **ret_answer, struct text *why);

/* A text as it stands in a path, for free(); NULL: no memory. */
char *door_escape(struct door *door, const char *text);

#endif
