/* http_guard.h: knows a browser among hosts by its first line.
 *
 * Any page in a browser of the same machine may send a request to a TCP port, with AT commands in
 * its body or in its address.  A host says nothing of that form, METHOD SP target SP HTTP/1.1 (RFC
 * 9112 section 3), before its first command, whatever else it may say.
 */
#ifndef POSIX_HTTP_GUARD_H
#define POSIX_HTTP_GUARD_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>

enum http_guard_state {
    GUARD_METHOD,
    GUARD_TARGET,
    GUARD_VERSION,
    GUARD_OTHER, /* the line is no request */
    GUARD_OFF    /* there was a command */
};

/* Plain data. */
struct http_guard {
    enum http_guard_state state;
    size_t at;       /* into the part of the line that `state` says */
    size_t field_at; /* into "HOST:"; past its end: the line begins otherwise */
    bool a;          /* the last byte was an A */
    bool command;    /* the line has an AT or A/ */
};

/* A host has come. */
void http_guard_init(struct http_guard *guard);

/* The host speaks to somebody else than the module: nothing is looked at any more. */
void http_guard_stop(struct http_guard *guard);

/* Looks at the next bytes of the host, in whatever pieces they come, before the module has them.
 * True: they end the first words of a request, and the module is not to have them; the line end is
 * not awaited. */
bool http_guard_refuses(struct http_guard *guard, struct span bytes);

#endif
