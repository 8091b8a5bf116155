/* failure.c: see failure.h. */
#include "tls_common/failure.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void tls_failure_set(struct tls_failure *ret_failure, enum tls_reason reason, const char *format,
                     ...)
{
    va_list args;

    assert(reason != TLS_FINE);
    *ret_failure = (struct tls_failure){ .reason = reason, .alert = -1 };
    if (format == NULL)
        return;
    va_start(args, format);
    vsnprintf(ret_failure->detail, sizeof(ret_failure->detail), format, args);
    va_end(args);
}

void tls_left_out_say(const struct log *log, size_t count)
{
    if (count > 0)
        log_say(log, LOG_WARNING,
                "%zu of the stored CA certificates cannot be read, and %s left out", count,
                count == 1 ? "is" : "are");
}

void tls_renegotiation_say(const struct log *log)
{
    log_say(log, LOG_WARNING,
            "a server wants to renegotiate, perhaps for a client certificate: the module refuses");
}

enum { SUBJECT_SHOWN_MAX = 48, OUTDATED_SHOWN_MAX = 40, LINE_SHOWN_MAX = 40 };

/* A stranger's words, as far as a log line may hold them. */
static void copy_printable(char *to, const char *from, size_t max)
{
    size_t len = 0;

    for (; from[len] != '\0' && len < max; len++)
        to[len] = isprint((unsigned char)from[len]) ? from[len] : '?';
    to[len] = '\0';
}

static void write_time(char text[40], int64_t utc_s, const char *format)
{
    time_t seconds = (time_t)utc_s;
    struct tm parts;

    text[0] = '\0';
    if (gmtime_r(&seconds, &parts) != NULL)
        strftime(text, 40, format, &parts);
}

void tls_failure_set_outdated(struct tls_failure *ret_failure, const struct tls_outdated *outdated)
{
    char subject[OUTDATED_SHOWN_MAX + 1], limit[40], now[40];
    const char *whose = !outdated->is_stored ? "" : outdated->is_owners ? "CA " : "stored CA ";

    copy_printable(subject, outdated->subject, OUTDATED_SHOWN_MAX);
    write_time(limit, outdated->limit_s, "%Y-%m-%d");
    write_time(now, outdated->now_s, "%Y-%m-%d %H:%M:%S");
    tls_failure_set(ret_failure, outdated->reason, "%s%s %s %s; the %s's clock says %s UTC", whose,
                    subject, outdated->reason == TLS_EXPIRED ? "ended" : "begins", limit,
                    outdated->is_owners ? "machine" : "module", now);
}

void tls_failure_set_issuer(struct tls_failure *ret_failure, const char *issuer, bool has_ca)
{
    char name[SUBJECT_SHOWN_MAX + 1];

    copy_printable(name, issuer, SUBJECT_SHOWN_MAX);
    if (has_ca)
        tls_failure_set(ret_failure, TLS_UNKNOWN_CA, "its last issuer is %s", name);
    else
        tls_failure_set(ret_failure, TLS_UNKNOWN_CA, "no CA is stored; its last issuer is %s",
                        name);
}

void tls_failure_set_certificate(struct tls_failure *ret_failure, enum tls_reason reason,
                                 const char *subject, const char *what)
{
    char name[SUBJECT_SHOWN_MAX + 1];

    copy_printable(name, subject, SUBJECT_SHOWN_MAX);
    tls_failure_set(ret_failure, reason, "%s%s%s", name,
                    name[0] != '\0' && what[0] != '\0' ? ": " : "", what);
}

/* The line that begins with `start`, which stands in `bytes`; cut. */
static void copy_line(struct span bytes, const char *start, char line[LINE_SHOWN_MAX + 1])
{
    size_t len = 0;

    while (bytes.len > strlen(start) && memcmp(bytes.data, start, strlen(start)) != 0)
        bytes = span_skip(bytes, 1);
    for (; len < bytes.len && len < LINE_SHOWN_MAX && isprint(bytes.data[len]); len++)
        line[len] = (char)bytes.data[len];
    line[len] = '\0';
}

static bool begins_as_der(struct span bytes)
{
    enum { SEQUENCE = 0x30 };

    return bytes.len > 0 && bytes.data[0] == SEQUENCE;
}

void tls_failure_set_unreadable(struct tls_failure *ret_failure, enum tls_reason reason,
                                struct span bytes, const char *words)
{
    const char *what = reason == TLS_OWN_KEY ? "PRIVATE KEY" : "CERTIFICATE";
    char line[LINE_SHOWN_MAX + 1] = "";

    if (span_contains(bytes, "-----BEGIN") && !span_contains(bytes, "-----BEGIN ")) {
        if (reason != TLS_OWN_KEY)
            copy_line(bytes, "-----BEGIN", line);
        tls_failure_set(ret_failure, reason, "no line -----BEGIN %s-----%s%s", what,
                        line[0] != '\0' ? "; found: " : "", line);
    } else if (span_contains(bytes, "-----BEGIN ") && !span_contains(bytes, "-----END ")) {
        tls_failure_set(ret_failure, reason, "no line -----END %s-----: cut off after %zu bytes?",
                        what, bytes.len);
    } else if (span_contains(bytes, "-----BEGIN ") && span_contains(bytes, "\\n")) {
        tls_failure_set(ret_failure, reason, "\\n stands in it where a line should end");
    } else if (!span_contains(bytes, "-----BEGIN ") && !begins_as_der(bytes)) {
        tls_failure_set(ret_failure, reason, "no line -----BEGIN %s-----, and no DER", what);
    } else {
        tls_failure_set(ret_failure, reason, "%s", words);
    }
}
