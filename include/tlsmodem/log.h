/* Made by tools/public_headers of src/base/log.h. */
/* tlsmodem/log.h: what the operator reads (levels) and what a developer switches on (trace
 * components). */
#ifndef TLSMODEM_BASE_LOG_H
#define TLSMODEM_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Operator levels, from `--log-level`; a message appears when its level is not above the limit. */
#define TLSMODEM_LOG_LEVELS(X)                                                                     \
    X(TLSMODEM_LOG_ERROR, "error")                                                                 \
    X(TLSMODEM_LOG_WARNING, "warning") X(TLSMODEM_LOG_INFO, "info") X(TLSMODEM_LOG_DEBUG, "debug")

enum tlsmodem_log_level {
#define TLSMODEM_LOG_ENUM(name, text) name,
    TLSMODEM_LOG_LEVELS(TLSMODEM_LOG_ENUM)
#undef TLSMODEM_LOG_ENUM
};

/* Trace components, from `--trace`; each is one bit of `log.traced`. */
#define TLSMODEM_TRACE_COMPONENTS(X)                                                               \
    X(TLSMODEM_TRACE_AT, "at")         /* command lines and answers: a transcript */               \
    X(TLSMODEM_TRACE_DATA, "data")     /* payload sizes, never payload */                          \
    X(TLSMODEM_TRACE_SOCKET, "socket") /* states of connections */                                 \
    X(TLSMODEM_TRACE_NET, "net")       /* resolver and TCP */                                      \
    X(TLSMODEM_TRACE_TLS, "tls")       /* handshakes */                                            \
    X(TLSMODEM_TRACE_STORE,                                                                        \
      "store") /* what is stored and loaded, never contents of security data */                    \
    X(TLSMODEM_TRACE_PORT, "port") /* hosts that come and go */

enum tlsmodem_trace_component {
#define TLSMODEM_TRACE_ENUM(name, text) name,
    TLSMODEM_TRACE_COMPONENTS(TLSMODEM_TRACE_ENUM)
#undef TLSMODEM_TRACE_ENUM
        TLSMODEM_TRACE_COUNT
};

/* Where messages go.  Owned by whoever creates the modem; outlives everything that logs to it. */
struct tlsmodem_log {
    void (*write)(void *ctx, const char *level_or_component,
                  const char *text); /* one line, no end of line */
    void *ctx;
    const char *name; /* of the modem, put in front of each line; may be NULL */
    enum tlsmodem_log_level level;
    uint32_t traced; /* bit n: component n is on */
};

/* Names of levels and components as options take them; NULL past the end. */
const char *tlsmodem_log_level_name(enum tlsmodem_log_level level);

/* The same for components. */
const char *tlsmodem_trace_component_name(enum tlsmodem_trace_component component);

/* True when a message of this level would be written: ask before building an expensive text.  `log`
 * may be NULL. */
bool tlsmodem_log_says(const struct tlsmodem_log *log, enum tlsmodem_log_level level);

/* True when a trace of `component` would be written: ask before building an expensive text. */
bool tlsmodem_log_traces(const struct tlsmodem_log *log, enum tlsmodem_trace_component component);

/* Write one line, printf style, cut at 500 bytes; what is no printable character of
 * UTF-8 is written as `?`, and user name and password of a URL as `*`.  `log` may be NULL.  Never
 * give them other secrets. */
void tlsmodem_log_say(const struct tlsmodem_log *log, enum tlsmodem_log_level level,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a component; nothing when it is not traced. */
void tlsmodem_log_trace(const struct tlsmodem_log *log, enum tlsmodem_trace_component component,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif
