/* telit_errors.h: Telit's +CME ERROR numbers and words, in one list.
 *
 * Source: the SSL set S0 = 1vv0300989 r12 §7; the others as docs/facts/telit.md §6 gathers them
 * from the AT guides.
 */
#ifndef TELIT_ERRORS_H
#define TELIT_ERRORS_H

#define TELIT_ERRORS(X)                                                                            \
    X(TELIT_PHONE_FAILURE, 0, "phone failure")                                                     \
    X(TELIT_NO_CONNECTION, 1, "No connection to phone")                                            \
    X(TELIT_LINK_RESERVED, 2, "phone-adaptor link reserved")                                       \
    X(TELIT_NOT_ALLOWED, 3, "operation not allowed")                                               \
    X(TELIT_NOT_SUPPORTED, 4, "operation not supported")                                           \
    X(TELIT_PH_SIM_PIN, 5, "PH-SIM PIN required")                                                  \
    X(TELIT_NO_SIM, 10, "SIM not inserted")                                                        \
    X(TELIT_SIM_PIN, 11, "SIM PIN required")                                                       \
    X(TELIT_SIM_PUK, 12, "SIM PUK required")                                                       \
    X(TELIT_SIM_FAILURE, 13, "SIM failure")                                                        \
    X(TELIT_SIM_BUSY, 14, "SIM busy")                                                              \
    X(TELIT_SIM_WRONG, 15, "SIM wrong")                                                            \
    X(TELIT_PASSWORD, 16, "incorrect password")                                                    \
    X(TELIT_MEMORY_FULL, 20, "memory full")                                                        \
    X(TELIT_INVALID_INDEX, 21, "invalid index")                                                    \
    X(TELIT_NOT_FOUND, 22, "not found")                                                            \
    X(TELIT_MEMORY_FAILURE, 23, "memory failure")                                                  \
    X(TELIT_TEXT_TOO_LONG, 24, "text string too long")                                             \
    X(TELIT_TEXT_CHARACTERS, 25, "invalid characters in text string")                              \
    X(TELIT_DIAL_TOO_LONG, 26, "dial string too long")                                             \
    X(TELIT_DIAL_CHARACTERS, 27, "invalid characters in dial string")                              \
    X(TELIT_NO_NETWORK, 30, "no network service")                                                  \
    X(TELIT_NETWORK_TIMEOUT, 31, "network time-out")                                               \
    X(TELIT_EMERGENCY_ONLY, 32, "network not allowed - emergency calls only")                      \
    X(TELIT_UNKNOWN, 100, "unknown")                                                               \
    X(TELIT_GPRS_ERROR, 148, "unspecified GPRS error")                                             \
    X(TELIT_PDP_AUTHENTICATION, 149, "PDP authentication failure")                                 \
    X(TELIT_MOBILE_CLASS, 150, "invalid mobile class")                                             \
    X(TELIT_IP_GENERIC, 550, "generic undocumented error")                                         \
    X(TELIT_IP_STATE, 551, "wrong state")                                                          \
    X(TELIT_IP_MODE, 552, "wrong mode")                                                            \
    X(TELIT_CONTEXT_ACTIVE, 553, "context already activated")                                      \
    X(TELIT_STACK_ACTIVE, 554, "stack already active")                                             \
    X(TELIT_ACTIVATION_FAILED, 555, "activation failed")                                           \
    X(TELIT_CONTEXT_NOT_OPEN, 556, "context not opened")                                           \
    X(TELIT_SOCKET_SETUP, 557, "cannot setup socket")                                              \
    X(TELIT_RESOLVE, 558, "cannot resolve DN")                                                     \
    X(TELIT_SOCKET_TIMEOUT, 559, "time-out in opening socket")                                     \
    X(TELIT_SOCKET_OPEN, 560, "cannot open socket")                                                \
    X(TELIT_REMOTE_DISCONNECTED, 561, "remote disconnected or time-out")                           \
    X(TELIT_CONNECTION_FAILED, 562, "connection failed")                                           \
    X(TELIT_TX_ERROR, 563, "tx error")                                                             \
    X(TELIT_LISTENING, 564, "already listening")                                                   \
    X(TELIT_FTP_GENERIC, 600, "generic undocumented error")                                        \
    X(TELIT_FTP_STATE, 601, "wrong state")                                                         \
    X(TELIT_FTP_ACTIVATE, 602, "Can not activate")                                                 \
    X(TELIT_FTP_RESOLVE, 603, "Can not resolve name")                                              \
    X(TELIT_FTP_ALLOCATE, 604, "Can not allocate control socket")                                  \
    X(TELIT_FTP_CONNECT, 605, "Can not connect control socket")                                    \
    X(TELIT_FTP_RESPONSE, 606, "Bad or no response from server")                                   \
    X(TELIT_FTP_NOT_CONNECTED, 607, "Not connected")                                               \
    X(TELIT_FTP_CONNECTED, 608, "Already connected")                                               \
    X(TELIT_FTP_CONTEXT_DOWN, 609, "Context down")                                                 \
    X(TELIT_OTHER_INSTANCE, 612, "Resource used by other instance")                                \
    X(TELIT_FTP_DATA_OPEN, 613, "Data socket yet opened in cmdmode")                               \
    X(TELIT_FTP_DATA_CLOSED, 614, "FTP CmdMode data socket closed")                                \
    X(TELIT_FTP_NO_SESSION, 615, "FTP not connected")                                              \
    X(TELIT_FTP_DISCONNECTED, 616, "FTP disconnected")                                             \
    X(TELIT_FTP_READ_CLOSED, 617, "FTP read command closed")                                       \
    X(TELIT_FTP_READ_ERROR, 618, "FTP read command error")                                         \
    X(TELIT_FTP_WRITE_CLOSED, 619, "FTP write command closed")                                     \
    X(TELIT_FTP_WRITE_ERROR, 620, "FTP write command error")                                       \
    X(TELIT_FTP_READ_DATA_CLOSED, 621, "FTP read data closed")                                     \
    X(TELIT_FTP_READ_DATA_ERROR, 622, "FTP read data error")                                       \
    X(TELIT_FTP_WRITE_DATA_CLOSED, 623, "FTP write data closed")                                   \
    X(TELIT_FTP_WRITE_DATA_ERROR, 624, "FTP write data error")                                     \
    X(TELIT_FTP_NO_HOST, 625, "FTP host not found")                                                \
    X(TELIT_FTP_ACCEPT, 626, "FTP accept failure")                                                 \
    X(TELIT_FTP_LISTEN, 627, "FTP listen failure")                                                 \
    X(TELIT_FTP_BIND, 628, "FTP bind failure")                                                     \
    X(TELIT_FTP_CREATE, 629, "FTP file create failure")                                            \
    X(TELIT_FTP_GET, 630, "FTP file get failure")                                                  \
    X(TELIT_FTP_PUT, 631, "FTP file put failure")                                                  \
    X(TELIT_FTP_NO_FILE, 632, "FTP file not found")                                                \
    X(TELIT_FTP_TIMEOUT, 633, "FTP timed out")                                                     \
    X(TELIT_FTP_LOGIN, 634, "FTP login incorrect")                                                 \
    X(TELIT_FTP_CLOSE, 635, "FTP close error")                                                     \
    X(TELIT_FTP_SERVER_NOT_READY, 636, "FTP server not ready")                                     \
    X(TELIT_FTP_SERVER_DOWN, 637, "FTP server shutdown")                                           \
    X(TELIT_FTP_REPLY, 638, "FTP unexpected reply")                                                \
    X(TELIT_FTP_IDENTITY, 639, "FTP user ID and password don't match")                             \
    X(TELIT_FTP_IDENTITY_TOO, 640, "FTP user ID and password don't match")                         \
    X(TELIT_FTP_USER_THERE, 641, "FTP user already logged in")                                     \
    X(TELIT_FTP_OPEN_TIMEOUT, 642, "FTP open channel timeout")                                     \
    X(TELIT_FTP_COMMUNICATION_TIMEOUT, 643, "FTP communication timeout")                           \
    X(TELIT_FTP_UNKNOWN, 644, "FTP unknown error")                                                 \
    X(TELIT_SSL_GENERIC, 830, "SSL generic error")                                                 \
    X(TELIT_SSL_CANNOT_ACTIVATE, 831, "SSL cannot activate")                                       \
    X(TELIT_SSL_SOCKET, 832, "SSL socket error")                                                   \
    X(TELIT_SSL_NOT_CONNECTED, 833, "SSL not connected")                                           \
    X(TELIT_SSL_CONNECTED, 834, "SSL already connected")                                           \
    X(TELIT_SSL_ACTIVE, 835, "SSL already activated")                                              \
    X(TELIT_SSL_NOT_ACTIVE, 836, "SSL not activated")                                              \
    X(TELIT_SSL_CREDENTIALS, 837, "SSL certs and keys wrong or not stored")                        \
    X(TELIT_SSL_RECORD, 838, "SSL error enc/dec data")                                             \
    X(TELIT_SSL_HANDSHAKE, 839, "SSL error during handshake")                                      \
    X(TELIT_SSL_DISCONNECTED, 840, "SSL disconnected")

enum telit_error {
#define TELIT_ERROR_ENUM(name, number, text) name = (number),
    TELIT_ERRORS(TELIT_ERROR_ENUM)
#undef TELIT_ERROR_ENUM
};

/* The words for +CMEE=2; NULL when Telit has none for this number. */
const char *telit_error_text(int number);

#endif
