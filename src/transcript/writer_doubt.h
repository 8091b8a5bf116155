/* writer_doubt.h: a handshake's failure, after which the module may dial again with another offer.
 */
#ifndef TRANSCRIPT_WRITER_DOUBT_H
#define TRANSCRIPT_WRITER_DOUBT_H

#include "transcript/writer_state.h"

/* A handshake with this peer has failed. */
void writer_fail_handshake(struct writer *writer, size_t peer, const struct tls_failure *failure);

/* Writes it where nothing has followed so far. */
void writer_settle_doubt(struct writer *writer);

#endif
