/* providers.h: the TLS libraries of this build, as the modem gets them. */
#ifndef DAEMON_COMMON_PROVIDERS_H
#define DAEMON_COMMON_PROVIDERS_H

#include "iface/tls.h"
#include "tls_common/keylog.h"

enum { PROVIDERS_MAX = 2 };

struct providers {
    struct tls *list[PROVIDERS_MAX]; /* the first that supports a version is taken */
    size_t count;
};

/* Opens all of them; see tls_gnutls_open().  When one fails none is open, and for ERR_IO errno says
 * why. */
enum err providers_open(const char *keylog_path, struct providers *ret_providers);

/* Has the secrets of their sessions go to `tap`, too, which is borrowed until they are closed;
 * before any session. */
void providers_tap_keys(struct providers *providers, const struct tls_keylog_tap *tap);

/* Closes them; zeroed `providers` are nothing. */
void providers_close(struct providers *providers);

#endif
