/* fibocom_errors.h: Fibocom's +CME ERROR numbers and words, in one list.
 *
 * Source: 3GPP TS 27.007 9.2, as docs/facts/fibocom.md §5 gathers what these modules are known to
 * use.
 */
#ifndef FIBOCOM_ERRORS_H
#define FIBOCOM_ERRORS_H

#define FIBOCOM_ERRORS(X)                                                                          \
    X(FIBOCOM_PHONE_FAILURE, 0, "phone failure")                                                   \
    X(FIBOCOM_NOT_ALLOWED, 3, "operation not allowed")                                             \
    X(FIBOCOM_NOT_SUPPORTED, 4, "operation not supported")                                         \
    X(FIBOCOM_NO_SIM, 10, "SIM not inserted")                                                      \
    X(FIBOCOM_SIM_PIN, 11, "SIM PIN required")                                                     \
    X(FIBOCOM_SIM_PUK, 12, "SIM PUK required")                                                     \
    X(FIBOCOM_SIM_FAILURE, 13, "SIM failure")                                                      \
    X(FIBOCOM_SIM_BUSY, 14, "SIM busy")                                                            \
    X(FIBOCOM_SIM_WRONG, 15, "SIM wrong")                                                          \
    X(FIBOCOM_PASSWORD, 16, "incorrect password")                                                  \
    X(FIBOCOM_SIM_PIN2, 17, "SIM PIN2 required")                                                   \
    X(FIBOCOM_SIM_PUK2, 18, "SIM PUK2 required")                                                   \
    X(FIBOCOM_INVALID_INDEX, 21, "invalid index")                                                  \
    X(FIBOCOM_NOT_FOUND, 22, "not found")                                                          \
    X(FIBOCOM_MEMORY_FAILURE, 23, "memory failure")                                                \
    X(FIBOCOM_NO_NETWORK, 30, "no network service")                                                \
    X(FIBOCOM_NETWORK_TIMEOUT, 31, "network timeout")                                              \
    X(FIBOCOM_BAD_PARAMETERS, 50, "incorrect parameters")                                          \
    X(FIBOCOM_UNKNOWN, 100, "unknown")                                                             \
    X(FIBOCOM_GPRS_ERROR, 148, "unspecified GPRS error")                                           \
    X(FIBOCOM_PDP_AUTHENTICATION, 149, "PDP authentication failure")                               \
    X(FIBOCOM_MQTT_VERSION, 700, "MQTT protocol version")                                          \
    X(FIBOCOM_MQTT_CLIENT, 701, "MQTT client id")                                                  \
    X(FIBOCOM_MQTT_SERVER, 702, "MQTT server unavailable")                                         \
    X(FIBOCOM_MQTT_USER, 703, "MQTT user or password")                                             \
    X(FIBOCOM_MQTT_RIGHTS, 704, "MQTT not authorized")

enum fibocom_error {
#define FIBOCOM_ERROR_ENUM(name, number, text) name = (number),
    FIBOCOM_ERRORS(FIBOCOM_ERROR_ENUM)
#undef FIBOCOM_ERROR_ENUM
};

/* The words for +CMEE=2; NULL when there are none for this number. */
const char *fibocom_error_text(int number);

#endif
