/* err.h: the one list of what can go wrong inside tlsmodem. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Name and the words that a log line uses.  A maker's numbers and texts are tables in the maker's
 * folder; errno and library errors are translated into these in ports/. */
#define ERR_LIST(X)                                                                                \
    X(ERR_OK, "no error")                                                                          \
    X(ERR_AGAIN, "not now, try again")                                                             \
    X(ERR_CLOSED, "closed by the other side")                                                      \
    X(ERR_RESET, "connection reset by the other side")                                             \
    X(ERR_TIMEOUT, "timed out")                                                                    \
    X(ERR_RESOLVE, "name could not be resolved")                                                   \
    X(ERR_NO_NAME_SERVER, "no name server has given an answer")                                    \
    X(ERR_REFUSED, "connection refused")                                                           \
    X(ERR_UNREACHABLE, "host or network unreachable")                                              \
    X(ERR_TLS, "TLS failure")                                                                      \
    X(ERR_CREDENTIALS, "certificate or key missing or unusable")                                   \
    X(ERR_UNSUPPORTED, "not supported")                                                            \
    X(ERR_STATE, "not possible in this state")                                                     \
    X(ERR_INVALID, "not valid")                                                                    \
    X(ERR_FULL, "no room left")                                                                    \
    X(ERR_NOT_FOUND, "not found")                                                                  \
    X(ERR_CORRUPT, "stored data is damaged")                                                       \
    X(ERR_DENIED, "permission denied")                                                             \
    X(ERR_BUSY, "in use")                                                                          \
    X(ERR_NO_MEMORY, "out of memory")                                                              \
    X(ERR_IO, "input or output failed")

/* Zero is success.  Functions that return a count return the negated value on failure. */
enum err {
#define ERR_ENUM(name, text) name,
    ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
};

/* The words for `err`; never NULL, static. */
const char *err_text(enum err err);

#endif
