/* writer.h: makes a transcript of what passes, so that it plays back.
 *
 * Pure: it is told what happens and when, and gives lines, whole ones as soon as they are known,
 * so that what is written is a transcript at any moment.  Memory that runs out ends the recording,
 * which writer_failed() tells; nothing else happens.  What passes on the network is in
 * writer_peer.h.
 */
#ifndef TRANSCRIPT_WRITER_H
#define TRANSCRIPT_WRITER_H

#include "base/err.h"
#include "base/span.h"
#include "transcript/script.h"
#include "transcript/writer_config.h"

#include <stdbool.h>
#include <stdint.h>

struct writer;

/* Begins a transcript, with its header.  ERR_NO_MEMORY. */
enum err writer_open(const struct writer_config *config, struct writer **ret_writer);

/* Writes what is left, wipes the secrets, frees it; NULL is nothing. */
void writer_close(struct writer *writer);

/* Writes what is left; what comes after is not recorded: the modem is taken away. */
void writer_stop(struct writer *writer);

/* True when memory has run out: from then on nothing is written. */
bool writer_failed(const struct writer *writer);

/* True when there was no place for a secret, and nothing is written from then on: there are more
 * than WRITER_SECRETS_MAX, or it is longer than WRITER_SECRET_MAX. */
bool writer_is_full(const struct writer *writer);

/* The modem is switched on now, from which the first event's wait counts; else there is none. */
void writer_begin(struct writer *writer, int64_t now_ms);

/* ---- what must not be written, or differs each time ---- */

/* From now on `value` (not empty) is a variable `${secret1}`, the same for the
 * same bytes, wherever a host types it and, where it has four bytes or more, anywhere. */
void writer_secret(struct writer *writer, struct span value);

/* From now on a line of the module that has this word (no secret, 1 to 80 bytes)
 * is expected as a pattern with `pattern` in its place, which is static.  Addresses as IPv4 writes
 * them and times of day are so by themselves. */
void writer_varies(struct writer *writer, struct span word, const char *pattern);

/* ---- at the ports; `port` counts from 0, `now_ms` grows: an earlier one is the last ---- */

/* The host has typed these bytes; `secret`: they are security data as a whole. */
void writer_host(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes,
                 bool secret);

/* True while what this port has typed last is held, and not written yet: what a server has done
 * before it may still be put before it. */
bool writer_holds(const struct writer *writer, unsigned port);

/* What a server does next was there before what the port has typed last, which is held, and the
 * module has only seen it since; for one event of writer_peer.h. */
void writer_precede(struct writer *writer, unsigned port);

/* From here on `what` of a port is not written, which a comment tells. */
void writer_omit(struct writer *writer, unsigned port, const char *what);

/* The module has said these. */
void writer_module(struct writer *writer, int64_t now_ms, unsigned port, struct span bytes);

/* A circuit is so from now on: DTR and RTS as the host drives them, the others as the module does.
 */
void writer_circuit(struct writer *writer, int64_t now_ms, unsigned port, enum channel_line circuit,
                    bool on);

/* A comment, one line of at most 200 bytes, for who reads it. */
void writer_remark(struct writer *writer, const char *text);

/* ---- the world ---- */

/* A step of the world (world_step.h) happens, its texts filled in: it is written when something
 * comes of it, or anything follows. */
void writer_step(struct writer *writer, int64_t now_ms, unsigned port,
                 const struct script_step *step, struct span first, struct span second);

/* The last one could not be done, and nothing has come of it: it is not written. */
void writer_step_failed(struct writer *writer);

#endif
