/* weakness.c: see weakness.h. */
#include "tls_common/weakness.h"

#include "tls_common/name.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One more, unless it is there: a library may try more than one way up. */
__attribute__((format(printf, 3, 4))) static void add(struct tls_weakness *weakness,
                                                      const char *subject, const char *format, ...)
{
    char clause[TLS_SUBJECT_MAX + 60];
    size_t used = strlen(weakness->text);
    size_t len = (size_t)snprintf(clause, sizeof(clause), "%.*s", TLS_SUBJECT_MAX, subject);
    va_list args;

    for (size_t i = 0; i < len; i++) {
        if (!isprint((unsigned char)clause[i]))
            clause[i] = '?';
    }
    va_start(args, format);
    vsnprintf(clause + len, sizeof(clause) - len, format, args);
    va_end(args);
    if (strstr(weakness->text, clause) == NULL &&
        used + strlen(clause) + 3 <= sizeof(weakness->text))
        snprintf(weakness->text + used, sizeof(weakness->text) - used, "%s%s", used > 0 ? "; " : "",
                 clause);
}

void tls_weakness_signature(struct tls_weakness *weakness, const char *subject, const char *hash)
{
    assert(subject != NULL && hash != NULL);
    add(weakness, subject, " is signed with %s", hash);
}

void tls_weakness_key(struct tls_weakness *weakness, const char *subject, unsigned bits)
{
    assert(subject != NULL);
    if (bits < TLS_WEAK_KEY_BITS)
        add(weakness, subject, " has a key of %u bits", bits);
}

void tls_weakness_usage(struct tls_weakness *weakness, const char *subject, const char *use)
{
    assert(subject != NULL && use != NULL);
    add(weakness, subject, " is used for %s, which it does not allow", use);
}

void tls_weakness_say(const struct tls_weakness *weakness, const struct log *log,
                      const char *server)
{
    if (weakness->text[0] != '\0')
        log_say(log, LOG_WARNING, "the certificate chain of %s passes, but it is weak: %s", server,
                weakness->text);
}

void tls_weakness_say_address(const struct log *log, const char *server)
{
    log_say(log, LOG_INFO,
            "the certificate of %s passes, but has the address in its common name only", server);
}

void tls_weakness_say_name(const struct log *log, const char *server, const char *stated, bool told)
{
    bool is_address = tls_is_address(server);

    log_say(log, LOG_WARNING,
            "the certificate of %s passes, though it is for %s: the module does not compare %s%s",
            server, stated, is_address ? "addresses" : "names",
            told || is_address ? "" : ", and did not tell the server which one it wants (SNI)");
}
