/* capture_tls.h: the TLS libraries of a modem whose packets are captured. */
#ifndef CAPTURE_CAPTURE_TLS_H
#define CAPTURE_CAPTURE_TLS_H

#include "capture/capture_state.h"

/* The operations of a capture's provider. */
extern const struct tls_ops capture_tls_ops;

#endif
