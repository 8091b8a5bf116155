/* Made by tools/public_headers of src/base/err.h. */
/* tlsmodem/err.h: the one list of what can go wrong inside tlsmodem. */
#ifndef TLSMODEM_BASE_ERR_H
#define TLSMODEM_BASE_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Name and the words that a log line uses.  A maker's numbers and texts are tables in the maker's
 * folder; errno and library errors are translated into these in ports/. */
#define TLSMODEM_ERR_LIST(X)                                                                       \
    X(TLSMODEM_ERR_OK, "no error")                                                                 \
    X(TLSMODEM_ERR_AGAIN, "not now, try again")                                                    \
    X(TLSMODEM_ERR_CLOSED, "closed by the other side")                                             \
    X(TLSMODEM_ERR_RESET, "connection reset by the other side")                                    \
    X(TLSMODEM_ERR_TIMEOUT, "timed out")                                                           \
    X(TLSMODEM_ERR_RESOLVE, "name could not be resolved")                                          \
    X(TLSMODEM_ERR_NO_NAME_SERVER, "no name server has given an answer")                           \
    X(TLSMODEM_ERR_REFUSED, "connection refused")                                                  \
    X(TLSMODEM_ERR_UNREACHABLE, "host or network unreachable")                                     \
    X(TLSMODEM_ERR_TLS, "TLS failure")                                                             \
    X(TLSMODEM_ERR_CREDENTIALS, "certificate or key missing or unusable")                          \
    X(TLSMODEM_ERR_UNSUPPORTED, "not supported")                                                   \
    X(TLSMODEM_ERR_STATE, "not possible in this state")                                            \
    X(TLSMODEM_ERR_INVALID, "not valid")                                                           \
    X(TLSMODEM_ERR_FULL, "no room left")                                                           \
    X(TLSMODEM_ERR_NOT_FOUND, "not found")                                                         \
    X(TLSMODEM_ERR_CORRUPT, "stored data is damaged")                                              \
    X(TLSMODEM_ERR_DENIED, "permission denied")                                                    \
    X(TLSMODEM_ERR_BUSY, "in use")                                                                 \
    X(TLSMODEM_ERR_NO_MEMORY, "out of memory")                                                     \
    X(TLSMODEM_ERR_IO, "input or output failed")

/* Zero is success.  Functions that return a count return the negated value on failure. */
enum tlsmodem_err {
#define TLSMODEM_ERR_ENUM(name, text) name,
    TLSMODEM_ERR_LIST(TLSMODEM_ERR_ENUM)
#undef TLSMODEM_ERR_ENUM
};

/* The words for `err`; never NULL, static. */
const char *tlsmodem_err_text(enum tlsmodem_err err);

#ifdef __cplusplus
}
#endif

#endif
