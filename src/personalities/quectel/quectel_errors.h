/* quectel_errors.h: Quectel's +CME ERROR numbers and words, in one list.
 *
 * Source: the subset of 27.007 9.2 that these modules use, then HTTP (38xx) and files (40xx), as
 * docs/facts/quectel.md §6 gathers them.
 */
#ifndef QUECTEL_ERRORS_H
#define QUECTEL_ERRORS_H

#define QUECTEL_ERRORS(X)                                                                          \
    X(QUECTEL_PHONE_FAILURE, 0, "phone failure")                                                   \
    X(QUECTEL_NO_CONNECTION, 1, "no connection to phone")                                          \
    X(QUECTEL_LINK_RESERVED, 2, "phone-adaptor link reserved")                                     \
    X(QUECTEL_NOT_ALLOWED, 3, "operation not allowed")                                             \
    X(QUECTEL_NOT_SUPPORTED, 4, "operation not supported")                                         \
    X(QUECTEL_PH_SIM_PIN, 5, "PH-SIM PIN required")                                                \
    X(QUECTEL_NO_SIM, 10, "SIM not inserted")                                                      \
    X(QUECTEL_SIM_PIN, 11, "SIM PIN required")                                                     \
    X(QUECTEL_SIM_PUK, 12, "SIM PUK required")                                                     \
    X(QUECTEL_SIM_FAILURE, 13, "SIM failure")                                                      \
    X(QUECTEL_SIM_BUSY, 14, "SIM busy")                                                            \
    X(QUECTEL_SIM_WRONG, 15, "SIM wrong")                                                          \
    X(QUECTEL_PASSWORD, 16, "incorrect password")                                                  \
    X(QUECTEL_SIM_PIN2, 17, "SIM PIN2 required")                                                   \
    X(QUECTEL_SIM_PUK2, 18, "SIM PUK2 required")                                                   \
    X(QUECTEL_MEMORY_FULL, 20, "memory full")                                                      \
    X(QUECTEL_INVALID_INDEX, 21, "invalid index")                                                  \
    X(QUECTEL_NOT_FOUND, 22, "not found")                                                          \
    X(QUECTEL_MEMORY_FAILURE, 23, "memory failure")                                                \
    X(QUECTEL_TEXT_TOO_LONG, 24, "text string too long")                                           \
    X(QUECTEL_TEXT_CHARACTERS, 25, "invalid characters in text string")                            \
    X(QUECTEL_DIAL_TOO_LONG, 26, "dial string too long")                                           \
    X(QUECTEL_DIAL_CHARACTERS, 27, "invalid characters in dial string")                            \
    X(QUECTEL_NO_NETWORK, 30, "no network service")                                                \
    X(QUECTEL_NETWORK_TIMEOUT, 31, "network timeout")                                              \
    X(QUECTEL_EMERGENCY_ONLY, 32, "network not allowed - emergency calls only")                    \
    X(QUECTEL_NETWORK_PIN, 40, "network personalization PIN required")                             \
    X(QUECTEL_NETWORK_PUK, 41, "network personalization PUK required")                             \
    X(QUECTEL_SUBSET_PIN, 42, "network subset personalization PIN required")                       \
    X(QUECTEL_SUBSET_PUK, 43, "network subset personalization PUK required")                       \
    X(QUECTEL_PROVIDER_PIN, 44, "service provider personalization PIN required")                   \
    X(QUECTEL_PROVIDER_PUK, 45, "service provider personalization PUK required")                   \
    X(QUECTEL_CORPORATE_PIN, 46, "corporate personalization PIN required")                         \
    X(QUECTEL_CORPORATE_PUK, 47, "corporate personalization PUK required")                         \
    X(QUECTEL_UNKNOWN, 100, "unknown")                                                             \
    X(QUECTEL_ILLEGAL_MS, 103, "illegal MS")                                                       \
    X(QUECTEL_ILLEGAL_ME, 106, "illegal ME")                                                       \
    X(QUECTEL_GPRS_NOT_ALLOWED, 107, "GPRS services not allowed")                                  \
    X(QUECTEL_PLMN_NOT_ALLOWED, 111, "PLMN not allowed")                                           \
    X(QUECTEL_AREA_NOT_ALLOWED, 112, "location area not allowed")                                  \
    X(QUECTEL_ROAMING_NOT_ALLOWED, 113, "roaming not allowed in this location area")               \
    X(QUECTEL_OPTION_NOT_SUPPORTED, 132, "service option not supported")                           \
    X(QUECTEL_OPTION_NOT_SUBSCRIBED, 133, "requested service option not subscribed")               \
    X(QUECTEL_OPTION_OUT_OF_ORDER, 134, "service option temporarily out of order")                 \
    X(QUECTEL_GPRS_ERROR, 148, "unspecified GPRS error")                                           \
    X(QUECTEL_PDP_AUTHENTICATION, 149, "PDP authentication failure")                               \
    X(QUECTEL_MOBILE_CLASS, 150, "invalid mobile class")                                           \
    X(QUECTEL_HTTP_TIME_OUT, 3801, "http time out")                                                \
    X(QUECTEL_HTTP_BUSY, 3802, "http busy")                                                        \
    X(QUECTEL_HTTP_UART_BUSY, 3803, "http UART busy")                                              \
    X(QUECTEL_HTTP_NO_REQUEST_TO_READ, 3804, "http no request to read")                            \
    X(QUECTEL_HTTP_NETWORK_BUSY, 3805, "http network busy")                                        \
    X(QUECTEL_HTTP_NETWORK_OPEN_FAILED, 3806, "http network open failed")                          \
    X(QUECTEL_HTTP_NETWORK_NO_CONFIG, 3807, "http network no config")                              \
    X(QUECTEL_HTTP_NETWORK_DEACTIVATED, 3808, "http network deactivated")                          \
    X(QUECTEL_HTTP_NETWORK_ERROR, 3809, "http network error")                                      \
    X(QUECTEL_HTTP_URL_ERROR, 3810, "http URL error")                                              \
    X(QUECTEL_HTTP_EMPTY_URL, 3811, "http empty URL")                                              \
    X(QUECTEL_HTTP_IP_ADDRESS_ERROR, 3812, "http IP address error")                                \
    X(QUECTEL_HTTP_DNS_ERROR, 3813, "http DNS error")                                              \
    X(QUECTEL_HTTP_SOCKET_CREATE_ERROR, 3814, "http socket create error")                          \
    X(QUECTEL_HTTP_SOCKET_CONNECT_ERROR, 3815, "http socket connect error")                        \
    X(QUECTEL_HTTP_SOCKET_READ_ERROR, 3816, "http socket read error")                              \
    X(QUECTEL_HTTP_SOCKET_WRITE_ERROR, 3817, "http socket write error")                            \
    X(QUECTEL_HTTP_SOCKET_CLOSE, 3818, "http socket close")                                        \
    X(QUECTEL_HTTP_DATA_ENCODE_ERROR, 3819, "http data encode error")                              \
    X(QUECTEL_HTTP_DATA_DECODE_ERROR, 3820, "http data decode error")                              \
    X(QUECTEL_HTTP_TO_READ_TIMEOUT, 3821, "http to-read timeout")                                  \
    X(QUECTEL_HTTP_RESPONSE_FAILED, 3822, "http response fail")                                    \
    X(QUECTEL_HTTP_INCOMING_CALL_BUSY, 3823, "http incoming call busy")                            \
    X(QUECTEL_HTTP_VOICE_CALL_BUSY, 3824, "http voice call busy")                                  \
    X(QUECTEL_HTTP_INPUT_TIMEOUT, 3825, "http input timeout")                                      \
    X(QUECTEL_HTTP_WAIT_DATA_TIMEOUT, 3826, "http wait data timeout")                              \
    X(QUECTEL_HTTP_WAIT_RESPONSE_TIMEOUT, 3827, "http wait response timeout")                      \
    X(QUECTEL_HTTP_ALLOC_MEMORY_FAIL, 3828, "http alloc memory fail")                              \
    X(QUECTEL_HTTP_NEED_RELOCATION, 3829, "http need relocation")                                  \
    X(QUECTEL_FILE_EXCEEDS_MAX_LENGTH, 4000, "exceeds max length")                                 \
    X(QUECTEL_FILE_OPEN_FAIL, 4001, "open file fail")                                              \
    X(QUECTEL_FILE_WRITE_FAIL, 4002, "write file fail")                                            \
    X(QUECTEL_FILE_GET_SIZE_FAIL, 4003, "get size fail")                                           \
    X(QUECTEL_FILE_READ_FAIL, 4004, "read fail")                                                   \
    X(QUECTEL_FILE_LIST_FAIL, 4005, "list file fail")                                              \
    X(QUECTEL_FILE_DELETE_FAIL, 4006, "delete file fail")                                          \
    X(QUECTEL_FILE_GET_DISK_INFO_FAIL, 4007, "get disk info fail")                                 \
    X(QUECTEL_FILE_NO_SPACE, 4008, "no space")                                                     \
    X(QUECTEL_FILE_TIME_OUT, 4009, "time out")                                                     \
    X(QUECTEL_FILE_NOT_FOUND, 4010, "file not found")                                              \
    X(QUECTEL_FILE_TOO_LARGE, 4011, "file too large")                                              \
    X(QUECTEL_FILE_ALREADY_EXISTS, 4012, "file already exists")                                    \
    X(QUECTEL_FILE_INVALID_PARAMETER, 4013, "invalid parameter")                                   \
    X(QUECTEL_FILE_DRIVER_ERROR, 4014, "driver error")                                             \
    X(QUECTEL_FILE_CREATE_FAIL, 4015, "create fail")                                               \
    X(QUECTEL_FILE_ACCESS_DENIED, 4016, "access denied")                                           \
    X(QUECTEL_FILE_TOO_LARGE_2, 4017, "file too large")

enum quectel_error {
#define QUECTEL_ERROR_ENUM(name, number, text) name = (number),
    QUECTEL_ERRORS(QUECTEL_ERROR_ENUM)
#undef QUECTEL_ERROR_ENUM
};

/* The words for +CMEE=2; NULL when Quectel has none for this number. */
const char *quectel_error_text(int number);

#endif
