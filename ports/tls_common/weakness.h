/* weakness.h: what a server's chain passes with although today's libraries would refuse it: the
 * modules of that time took it, so it is taken, and the operator is told. */
#ifndef TLS_COMMON_WEAKNESS_H
#define TLS_COMMON_WEAKNESS_H

#include "base/log.h"

#include <stdbool.h>

/* RSA and DSA keys of fewer bits are weak. */
enum { TLS_WEAK_KEY_BITS = 1024, TLS_SUBJECT_MAX = 80 };

/* Zeroed: none was found. */
struct tls_weakness {
    char text[320]; /* clauses */
};

/* The certificate of `subject`, as text, is signed with `hash`; the signature counts, so it is not
 * that of a stored CA. */
void tls_weakness_signature(struct tls_weakness *weakness, const char *subject, const char *hash);

/* Its key has so many bits: nothing when that is enough. */
void tls_weakness_key(struct tls_weakness *weakness, const char *subject, unsigned bits);

/* Its key usage does not allow what it is used for: `use`. */
void tls_weakness_usage(struct tls_weakness *weakness, const char *subject, const char *use);

/* One warning about the chain of `server`, when anything was found. */
void tls_weakness_say(const struct tls_weakness *weakness, const struct log *log,
                      const char *server);

/* `server` was dialled, a name or an address, and is compared with nothing; but its certificate is
 * for `stated`, text of a peer's.  `told`: the server knew which name was dialled. */
void tls_weakness_say_name(const struct log *log, const char *server, const char *stated,
                           bool told);

/* The address `server` stands in no alternative name of its certificate (RFC 6125), but in its
 * common name, which counts. */
void tls_weakness_say_address(const struct log *log, const char *server);

#endif
