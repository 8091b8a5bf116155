/* talk.h: a host that types lines to a world's modem and reads what it answers. */
#ifndef SUPPORT_TALK_H
#define SUPPORT_TALK_H

#include "world.h"

/* Types `line` and a CR on port 0, and gives everything that is heard at once; good until the next
 * call for this world. */
struct span talk(struct world *world, const char *line);

/* The same on another port. */
struct span talk_on(struct world *world, size_t port, const char *line);

/* Types and fails the test unless the answer, without the echo, is `expected`. */
void talk_expect(struct world *world, const char *line, const char *expected);

/* Types and fails the test unless the answer ends with OK. */
void talk_ok(struct world *world, const char *line);

/* Types and fails the test unless the answer ends with ERROR or +CME ERROR or +CMS ERROR. */
void talk_error(struct world *world, const char *line);

/* True when an answer ends with `end` between line ends. */
bool talk_ends_with(struct span answer, const char *end);

/* True when an answer's last line is ERROR or +CME ERROR. */
bool talk_is_error(struct span answer);

/* Echo off, errors as numbers, a context, and secure socket 1 enabled. */
void talk_prepare(struct world *world);

enum { TALK_PORT = 443 };

/* The same, then a connection to a peer on TALK_PORT that accepts; returns the peer. */
struct scripted_peer *talk_connect(struct world *world, bool online);

#endif
