/* memory_host.h: a host in the same process, for a modem that needs no PTY or socket.
 *
 * It types lines into a terminal and takes what the modem answers as soon as it is there, keeping
 * only the end of it.
 */
#ifndef BENCH_MEMORY_HOST_H
#define BENCH_MEMORY_HOST_H

#include "tlsmodem.h"

#include <stdbool.h>
#include <stddef.h>

enum { MEMORY_HOST_TAIL = 128 };

struct memory_host {
    struct channel base; /* first member */
    struct terminal *terminal;
    char tail[MEMORY_HOST_TAIL]; /* the end of the answer since memory_host_type() */
    size_t tail_len;
};

/* Becomes the carrier of the modem's first port; both are borrowed from each other. */
void memory_host_attach(struct memory_host *host, struct tlsmodem *modem);

/* Types `text` as it stands; false when the modem does not take all of it. */
bool memory_host_type(struct memory_host *host, const char *text);

/* True when `text` is in the end of the answer that is kept: what a module says on its own may come
 * right behind it. */
bool memory_host_has(const struct memory_host *host, const char *text);

#endif
