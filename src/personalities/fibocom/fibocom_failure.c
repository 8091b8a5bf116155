/* fibocom_failure.c: the one table from what happened to the codes of +GTSSLERR.
 *
 * Source: L610 SSL V1.0.0 §1.3.4, examples 2 and 3; SSL V1.1.4 §1.3.4, examples 2 and 3; the rest
 * is inferred from the names of the codes and of the alerts (docs/facts/fibocom.md §6,
 * UNCONFIRMED).
 */
#include "personalities/fibocom/fibocom_failure.h"

#include "base/tls_alerts.h"

#include <assert.h>

/* The number of the alert, where there is one that the list has. */
enum { AS_RECEIVED = -1001 };

struct codes {
    int l610, nl668;
    int otherwise; /* NL668: where AS_RECEIVED has nothing to go by */
};

static const struct codes rows[CAUSE_END] = {
    [TLS_UNKNOWN_CA] = { -11, 48, 0 },
    [TLS_EXPIRED] = { -11, 45, 0 },
    [TLS_NOT_YET_VALID] = { -11, 45, 0 },
    [TLS_WRONG_HOST] = { -11, 153, 0 },
    [TLS_BAD_SIGNATURE] = { -11, 150, 0 },
    [TLS_BAD_ISSUER] = { -11, 151, 0 },
    [TLS_BAD_CERTIFICATE] = { -16, 152, 0 },
    [TLS_LARGE_CERTIFICATE] = { -10, 80, 0 },
    [TLS_CERTIFICATE_TYPE] = { -16, 43, 0 },
    [TLS_NO_SHARED_SUITE] = { -7, AS_RECEIVED, 40 },
    [TLS_WEAK_GROUP] = { -7, 40, 0 },
    [TLS_VERSION_REFUSED] = { -7, 70, 0 },
    [TLS_ALERT] = { -7, AS_RECEIVED, 80 },
    [TLS_NOT_TLS] = { -7, 10, 0 },
    [TLS_RECORD] = { -7, 20, 0 },
    [TLS_RECORD_SIZE] = { -7, 22, 0 },
    [TLS_FINISHED] = { -7, 51, 0 },
    [TLS_PROTOCOL] = { -7, 10, 0 },
    [TLS_PEER_CLOSED] = { -9, 40, 0 },
    [TLS_PEER_RESET] = { -9, 40, 0 },
    [TLS_OWN_CA] = { -19, 42, 0 },
    [TLS_OWN_CERTIFICATE] = { -17, 42, 0 },
    [TLS_OWN_KEY] = { -18, 80, 0 },
    [TLS_CERTIFICATE_WANTED] = { -7, AS_RECEIVED, 40 },
    [TLS_RENEGOTIATION] = { -9, 100, 0 },
    [TLS_VERSION_MISSING] = { -7, 70, 0 },
    [TLS_INTERNAL] = { -10, 80, 0 },
    [CAUSE_NO_TRUST_FILE] = { -11, 42, 0 },
    [CAUSE_FILE_LENGTH] = { -12, 42, 0 },
    [CAUSE_SERVER_NAME] = { -7, 155, 0 },
    [CAUSE_SILENT_HANDSHAKE] = { -8, 80, 0 },
    [CAUSE_LOST_SESSION] = { -9, FIBOCOM_UNCHANGED, 0 },
    [CAUSE_NOT_CONNECTED] = { -2, FIBOCOM_UNCHANGED, 0 },
    [CAUSE_SILENT_SESSION] = { -20, FIBOCOM_UNCHANGED, 0 },
};

/* SSL V1.1.4 §1.3.4: the alerts of RFC 5246 that the list has. */
static bool is_listed(int alert)
{
    static const int listed[] = { 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46,
                                  47, 48, 49, 50, 51, 60, 70, 71, 80, 90, 100 };

    for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
        if (listed[i] == alert)
            return true;
    }
    return false;
}

int fibocom_failure_code(enum fibocom_family family, int cause, int alert)
{
    const struct codes *row = &rows[cause];

    if (family == FAMILY_L610)
        return row->l610;
    if (row->nl668 != AS_RECEIVED)
        return row->nl668;
    return is_listed(alert) ? alert : row->otherwise;
}

static int cause_of_err(const struct connection_failure *failure)
{
    bool shaking = failure->during == CONNECTION_HANDSHAKING;

    switch (failure->err) {
    case ERR_TIMEOUT:
    case ERR_UNREACHABLE:
        return shaking ? (int)CAUSE_SILENT_HANDSHAKE : (int)CAUSE_SILENT_SESSION;
    case ERR_CLOSED:
        return TLS_PEER_CLOSED;
    case ERR_RESET:
        return shaking ? (int)TLS_PEER_RESET : (int)CAUSE_LOST_SESSION;
    default:
        return TLS_INTERNAL;
    }
}

int fibocom_failure_cause(const struct connection_failure *failure)
{
    assert(failure->err != ERR_OK);
    if (failure->during == CONNECTION_RESOLVING || failure->during == CONNECTION_CONNECTING)
        return CAUSE_NOT_CONNECTED;
    if (failure->tls.alert == ALERT_UNRECOGNIZED_NAME)
        return CAUSE_SERVER_NAME;
    return failure->tls.reason != TLS_FINE ? (int)failure->tls.reason : cause_of_err(failure);
}
