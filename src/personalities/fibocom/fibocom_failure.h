/* fibocom_failure.h: what stopped a TLS session, as +GTSSLERR of each family numbers it. */
#ifndef FIBOCOM_FAILURE_H
#define FIBOCOM_FAILURE_H

#include "services/connection.h"

enum fibocom_family { FAMILY_L610, FAMILY_NL668 };

/* Nothing for +GTSSLERR to show. */
enum { FIBOCOM_NO_ERROR = 0 };

/* The code of before stays. */
enum { FIBOCOM_UNCHANGED = -1000 };

/* What is no reason of iface/tls.h; such a failure has TLS_OWN_CA or the like for the log. */
enum fibocom_cause {
    CAUSE_NO_TRUST_FILE = TLS_INTERNAL + 1, /* the server is to be verified, by nothing */
    CAUSE_FILE_LENGTH,                      /* a file ends before its end mark */
    CAUSE_SERVER_NAME,                      /* alert 112, RFC 6066 */
    CAUSE_SILENT_HANDSHAKE,
    CAUSE_LOST_SESSION,  /* reset when it was open */
    CAUSE_NOT_CONNECTED, /* TCP was refused, or there is no such name */
    CAUSE_SILENT_SESSION,
    CAUSE_END
};

/* The code for this reason of iface/tls.h or cause, or FIBOCOM_UNCHANGED; `alert` is the number
 * received, or -1. */
int fibocom_failure_code(enum fibocom_family family, int cause, int alert);

/* The cause of a failed opening, -1 when it is none of TLS (no name, no connection). */
int fibocom_failure_cause(const struct connection_failure *failure);

#endif
