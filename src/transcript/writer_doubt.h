/* writer_doubt.h: a handshake's failure, after which the module may dial again with another offer.
 */
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

/* Writes what is in doubt: something else has followed. */
void writer_settle_doubt(struct writer *writer);

#endif
