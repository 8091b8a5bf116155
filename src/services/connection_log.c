/* connection_log.c: what the log says of a connection; of one that could not be opened where it was
 * to go, in which phase it was, what was offered, and what became of it. */
#include "services/connection_internal.h"

#include "base/text.h"
#include "base/tls_suites.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CLAUSE_MAX = 400, LINE_MAX_BYTES = 480, SESSION_NAME_CAP = 40 };

/* Its name, and what is said of it. */
static void put_line(const struct connection *connection, const char *format, va_list args,
                     char line[LINE_MAX_BYTES])
{
    struct text text;

    text_init(&text, line, LINE_MAX_BYTES);
    if (connection->kind != NULL)
        text_add(&text, "%s: ", connection->kind);
    else
        text_add(&text, "socket %d: ", connection->id);
    text_add_list(&text, format, args);
}

void connection_say(const struct connection *connection, enum log_level level, const char *format,
                    ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    if (!log_says(connection->world->log, level))
        return;
    va_start(args, format);
    put_line(connection, format, args, line);
    va_end(args);
    log_say(connection->world->log, level, "%s", line);
}

void connection_trace(const struct connection *connection, enum trace_component component,
                      const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    if (!log_traces(connection->world->log, component))
        return;
    va_start(args, format);
    put_line(connection, format, args, line);
    va_end(args);
    log_trace(connection->world->log, component, "%s", line);
}

const struct log *connection_session_log(struct connection *connection)
{
    const struct log *log = connection->world->log;
    size_t cap = SESSION_NAME_CAP + (log != NULL && log->name != NULL ? strlen(log->name) : 0);
    struct text name;

    if (!log_traces(log, TRACE_TLS))
        return log;
    free(connection->session_log);
    connection->session_log = malloc(sizeof(*log) + cap);
    if (connection->session_log == NULL)
        return log;
    *connection->session_log = *log;
    text_init(&name, (char *)(connection->session_log + 1), cap);
    if (log->name != NULL)
        text_add(&name, "%s: ", log->name);
    if (connection->kind != NULL)
        text_add(&name, "%s", connection->kind);
    else
        text_add(&name, "socket %d", connection->id);
    connection->session_log->name = name.at;
    return connection->session_log;
}

static void describe(const struct connection_failure *failure, struct text *out)
{
    static const char *const reasons[] = {
#define REASON_TEXT(name, text) [name] = text,
        TLS_REASONS(REASON_TEXT)
#undef REASON_TEXT
    };
    const struct tls_failure *tls = &failure->tls;

    if (tls->reason == TLS_FINE)
        text_add(out, "%s", err_text(failure->err));
    else
        text_add(out, "%s%s%s%s", reasons[tls->reason], tls->detail[0] != '\0' ? " (" : "",
                 tls->detail, tls->detail[0] != '\0' ? ")" : "");
}

void connection_describe(const struct connection_failure *failure, char *memory, size_t cap)
{
    struct text text;

    text_init(&text, memory, cap);
    describe(failure, &text);
}

/* Where its time ran out. */
static const char *phase_of(enum connection_state during, const struct tls_progress *progress)
{
    static const char *const handshake[] = {
        [TLS_PHASE_HELLO] = ": no answer to the ClientHello",
        [TLS_PHASE_CERTIFICATE] = " in the handshake: the server's certificate has not come",
        [TLS_PHASE_FINISHED] = " in the handshake: the server's Finished has not come",
    };

    switch (during) {
    case CONNECTION_RESOLVING:
        return " while its name was looked up";
    case CONNECTION_CONNECTING:
        return " while connecting";
    case CONNECTION_LISTENING:
        return ": the server has not connected";
    case CONNECTION_HANDSHAKING:
        return progress != NULL ? handshake[progress->phase] : " in the handshake";
    case CONNECTION_CLOSED:
    case CONNECTION_OPEN:
    case CONNECTION_ENDED:
        break;
    }
    return "";
}

/* The server did not like what it was offered, or may not have. */
static bool is_about_the_offer(const struct connection_failure *failure)
{
    switch (failure->tls.reason) {
    case TLS_NO_SHARED_SUITE:
    case TLS_VERSION_REFUSED:
    case TLS_ALERT:
        return true;
    case TLS_PEER_CLOSED:
    case TLS_PEER_RESET:
    case TLS_PROTOCOL:
        return failure->tls.is_of_offer;
    default:
        return false;
    }
}

static void add_offer(const struct tls_progress *progress, struct text *out)
{
    size_t named =
        progress->suite_count < TLS_PROGRESS_SUITES ? progress->suite_count : TLS_PROGRESS_SUITES;

    text_add(out, "; offered: %s", tls_version_name(progress->min_version));
    if (progress->max_version != progress->min_version)
        text_add(out, " to %s", tls_version_name(progress->max_version));
    for (size_t i = 0; i < named; i++)
        text_add(out, "%s %s", i == 0 ? " with" : ",", tls_suite_name(progress->suites[i]));
    if (progress->suite_count > named)
        text_add(out, " and %zu more", progress->suite_count - named);
}

/* How servers of today refuse old versions: their libraries have no signature for them. */
static bool is_refusal_of_old_versions(const struct tls_failure *failure,
                                       const struct tls_progress *progress)
{
    enum {
        HANDSHAKE_FAILURE = 40,
        ILLEGAL_PARAMETER = 47,
        PROTOCOL_VERSION = 70, /* OpenSSL's since 3.2 */
        INTERNAL_ERROR = 80    /* before */
    };

    return (failure->alert == INTERNAL_ERROR || failure->alert == HANDSHAKE_FAILURE ||
            failure->alert == ILLEGAL_PARAMETER || failure->alert == PROTOCOL_VERSION) &&
           (progress->max_version == TLS_1_0 || progress->max_version == TLS_1_1);
}

static void add_progress(const struct connection *connection,
                         const struct connection_failure *failure, struct text *out)
{
    struct tls_progress progress;
    bool known = connection->session != NULL && failure->during == CONNECTION_HANDSHAKING &&
                 tls_session_progress(connection->session, &progress);

    if (failure->err == ERR_TIMEOUT)
        text_add(out, "%s", phase_of(failure->during, known ? &progress : NULL));
    if (!known)
        return;
    if (failure->err == ERR_TLS && is_refusal_of_old_versions(&failure->tls, &progress))
        text_add(out, "; servers with OpenSSL 3 answer TLS 1.0 and 1.1 so: select a newer version, "
                      "or lower the server's security level");
    if (failure->err == ERR_TIMEOUT ? progress.phase == TLS_PHASE_HELLO
                                    : is_about_the_offer(failure))
        add_offer(&progress, out);
}

/* How servers with several names refuse a client that does not say which it wants, or show it
 * another's certificate. */
static bool may_miss_name(const struct tls_failure *failure)
{
    enum { HANDSHAKE_FAILURE = 40, ACCESS_DENIED = 49, INTERNAL = 80, UNRECOGNIZED_NAME = 112 };

    return failure->reason == TLS_UNKNOWN_CA || failure->reason == TLS_WRONG_HOST ||
           failure->alert == HANDSHAKE_FAILURE || failure->alert == ACCESS_DENIED ||
           failure->alert == INTERNAL || failure->alert == UNRECOGNIZED_NAME;
}

void connection_say_failure(const struct connection *connection,
                            const struct connection_failure *failure)
{
    char memory[CLAUSE_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    describe(failure, &text);
    if (connection->sni_advice != NULL && !failure->tls.name_sent && may_miss_name(&failure->tls))
        text_add(&text, "; the server was not told its name (SNI), which may be why: %s",
                 connection->sni_advice);
    add_progress(connection, failure, &text);
    connection_say(connection, LOG_WARNING, "cannot open %s port %u: %s",
                   connection->host != NULL ? connection->host : "", (unsigned)connection->port,
                   memory);
}
