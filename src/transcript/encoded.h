/* encoded.h: secrets in base64, as log-ins of mail and HTTP have them (RFC 4954, RFC 7617). */
#ifndef TRANSCRIPT_ENCODED_H
#define TRANSCRIPT_ENCODED_H

#include "transcript/writer_state.h"

/* Words of the text that are base64 of something with a secret in it are secrets from now on. */
void encoded_note(struct writer *writer, struct span text);

#endif
