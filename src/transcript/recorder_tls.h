/* recorder_tls.h: the TLS libraries of a modem that is recorded. */
#ifndef TRANSCRIPT_RECORDER_TLS_H
#define TRANSCRIPT_RECORDER_TLS_H

#include "transcript/recorder_state.h"

/* The operations of a recorder's provider. */
extern const struct tls_ops recorder_tls_ops;

#endif
