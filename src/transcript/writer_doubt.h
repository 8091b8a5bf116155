/* writer_doubt.h: what ends a connection, and is no step where another to the same server follows:
 * a handshake's failure before another offer, the module's own close. */
#ifndef TRANSCRIPT_WRITER_DOUBT_H
#define TRANSCRIPT_WRITER_DOUBT_H

#include "transcript/writer_state.h"

/* A handshake with this peer has failed. */
void writer_fail_handshake(struct writer *writer, size_t peer, const struct tls_failure *failure);

/* The module has closed its connection to this peer. */
void writer_note_close(struct writer *writer, size_t peer);

/* A connection to this peer comes next: it takes the place of what is in doubt of the one before.
 */
void writer_forget_doubt(struct writer *writer, size_t peer);

/* Writes a failure that is in doubt: something else has followed. */
void writer_settle_doubt(struct writer *writer);

/* Writes the closes: a host comes next, or nothing.  Until then the module may dial again, all in
 * the one moment of who plays it. */
void writer_settle_closes(struct writer *writer);

#endif
