/* tls_alerts.h: the one table of alerts of TLS. */
#ifndef BASE_TLS_ALERTS_H
#define BASE_TLS_ALERTS_H

#include <stddef.h>
#include <stdint.h>

/* Number and name (RFC 5246, 7.2; RFC 8446, 6; RFC 6066, 9; RFC 7301, 3.2; RFC 7507, 6), in
 * ascending order of numbers. */
#define TLS_ALERTS(X)                                                                              \
    X(ALERT_CLOSE_NOTIFY, 0, "close_notify")                                                       \
    X(ALERT_UNEXPECTED_MESSAGE, 10, "unexpected_message")                                          \
    X(ALERT_BAD_RECORD_MAC, 20, "bad_record_mac")                                                  \
    X(ALERT_DECRYPTION_FAILED, 21, "decryption_failed")                                            \
    X(ALERT_RECORD_OVERFLOW, 22, "record_overflow")                                                \
    X(ALERT_DECOMPRESSION_FAILURE, 30, "decompression_failure")                                    \
    X(ALERT_HANDSHAKE_FAILURE, 40, "handshake_failure")                                            \
    X(ALERT_NO_CERTIFICATE, 41, "no_certificate")                                                  \
    X(ALERT_BAD_CERTIFICATE, 42, "bad_certificate")                                                \
    X(ALERT_UNSUPPORTED_CERTIFICATE, 43, "unsupported_certificate")                                \
    X(ALERT_CERTIFICATE_REVOKED, 44, "certificate_revoked")                                        \
    X(ALERT_CERTIFICATE_EXPIRED, 45, "certificate_expired")                                        \
    X(ALERT_CERTIFICATE_UNKNOWN, 46, "certificate_unknown")                                        \
    X(ALERT_ILLEGAL_PARAMETER, 47, "illegal_parameter")                                            \
    X(ALERT_UNKNOWN_CA, 48, "unknown_ca")                                                          \
    X(ALERT_ACCESS_DENIED, 49, "access_denied")                                                    \
    X(ALERT_DECODE_ERROR, 50, "decode_error")                                                      \
    X(ALERT_DECRYPT_ERROR, 51, "decrypt_error")                                                    \
    X(ALERT_EXPORT_RESTRICTION, 60, "export_restriction")                                          \
    X(ALERT_PROTOCOL_VERSION, 70, "protocol_version")                                              \
    X(ALERT_INSUFFICIENT_SECURITY, 71, "insufficient_security")                                    \
    X(ALERT_INTERNAL_ERROR, 80, "internal_error")                                                  \
    X(ALERT_INAPPROPRIATE_FALLBACK, 86, "inappropriate_fallback")                                  \
    X(ALERT_USER_CANCELED, 90, "user_canceled")                                                    \
    X(ALERT_NO_RENEGOTIATION, 100, "no_renegotiation")                                             \
    X(ALERT_MISSING_EXTENSION, 109, "missing_extension")                                           \
    X(ALERT_UNSUPPORTED_EXTENSION, 110, "unsupported_extension")                                   \
    X(ALERT_UNRECOGNIZED_NAME, 112, "unrecognized_name")                                           \
    X(ALERT_BAD_STATUS_RESPONSE, 113, "bad_certificate_status_response")                           \
    X(ALERT_UNKNOWN_PSK_IDENTITY, 115, "unknown_psk_identity")                                     \
    X(ALERT_CERTIFICATE_REQUIRED, 116, "certificate_required")                                     \
    X(ALERT_NO_APPLICATION_PROTOCOL, 120, "no_application_protocol")

enum tls_alert {
#define TLS_ALERT_ENUM(name, number, word) name = number,
    TLS_ALERTS(TLS_ALERT_ENUM)
#undef TLS_ALERT_ENUM
};

/* The name of the alert of this number, static; NULL: it has none. */
const char *tls_alert_name(int number);

/* The number of the alert at this place of the table; -1: past its end. */
int tls_alert_at(size_t place);

#endif
