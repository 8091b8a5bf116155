/* writer_host.h: what passes at the ports, as steps. */
#ifndef TRANSCRIPT_WRITER_HOST_H
#define TRANSCRIPT_WRITER_HOST_H

#include "transcript/writer_state.h"

/* Writes what was typed and heard at all ports so far, also what is no whole line yet: something
 * else comes next. */
void writer_flush_hosts(struct writer *writer);

/* The same, but for what this port has typed last. */
void writer_flush_before(struct writer *writer, unsigned port);

/* The host's side of writer_host() and writer_module(). */
void writer_take_typed(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes,
                       bool secret);

/* The same for what the module says. */
void writer_take_heard(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes);

/* writer_circuit(). */
void writer_take_circuit(struct writer *writer, int64_t now_ms, unsigned port,
                         enum channel_line circuit, bool on);

/* Forgets it, wiped. */
void writer_free_hosts(struct writer *writer);

#endif
