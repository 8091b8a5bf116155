/* host_certificate.h: a certificate or a private key that transcripts of hosts inside name. */
#ifndef DAEMON_HOST_CERTIFICATE_H
#define DAEMON_HOST_CERTIFICATE_H

#include "plan/host_plan.h"

/* A host_certificate_fn. */
bool host_certificate_read(struct span file, struct host_certificate *ret_certificate,
                           struct text *why);

#endif
