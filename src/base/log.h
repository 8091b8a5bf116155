/* log.h: what the operator reads (levels) and what a developer switches on (trace components). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Operator levels, from `--log-level`; a message appears when its level is not above the limit. */
#define LOG_LEVELS(X)                                                                              \
    X(LOG_ERROR, "error") X(LOG_WARNING, "warning") X(LOG_INFO, "info") X(LOG_DEBUG, "debug")

enum log_level {
#define LOG_ENUM(name, text) name,
    LOG_LEVELS(LOG_ENUM)
#undef LOG_ENUM
};

/* Trace components, from `--trace`; each is one bit of `log.traced`. */
#define TRACE_COMPONENTS(X)                                                                        \
    X(TRACE_AT, "at")         /* command lines and answers: a transcript */                        \
    X(TRACE_DATA, "data")     /* payload sizes, never payload */                                   \
    X(TRACE_SOCKET, "socket") /* states of connections */                                          \
    X(TRACE_NET, "net")       /* resolver and TCP */                                               \
    X(TRACE_TLS, "tls")       /* handshakes */                                                     \
    X(TRACE_STORE, "store")   /* what is stored and loaded, never contents of security data */     \
    X(TRACE_PORT, "port")     /* hosts that come and go */

enum trace_component {
#define TRACE_ENUM(name, text) name,
    TRACE_COMPONENTS(TRACE_ENUM)
#undef TRACE_ENUM
        TRACE_COUNT
};

/* Where messages go.  Owned by whoever creates the modem; outlives everything that logs to it. */
struct log {
    void (*write)(void *ctx, const char *level_or_component,
                  const char *text); /* one line, no end of line */
    void *ctx;
    const char *name; /* of the modem, put in front of each line; may be NULL */
    enum log_level level;
    uint32_t traced; /* bit n: component n is on */
};

/* Names of levels and components as options take them; NULL past the end. */
const char *log_level_name(enum log_level level);

/* The same for components. */
const char *trace_component_name(enum trace_component component);

/* True when a message of this level would be written: ask before building an expensive text.  `log`
 * may be NULL. */
bool log_says(const struct log *log, enum log_level level);

/* True when a trace of `component` would be written: ask before building an expensive text. */
bool log_traces(const struct log *log, enum trace_component component);

/* Write one line, printf style, cut at 500 bytes; what is no printable character of
 * UTF-8 is written as `?`, and user name and password of a URL as `*`.  `log` may be NULL.  Never
 * give them other secrets. */
void log_say(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a component; nothing when it is not traced. */
void log_trace(const struct log *log, enum trace_component component, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
