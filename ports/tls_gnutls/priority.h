/* priority.h: what a session offers, said in GnuTLS's words. */
#ifndef TLS_GNUTLS_PRIORITY_H
#define TLS_GNUTLS_PRIORITY_H

#include "base/err.h"
#include "iface/tls.h"

#include <gnutls/gnutls.h>
#include <pthread.h>

enum { GTLS_PRIORITY_TEXT_MAX = 1200, GTLS_PRIORITY_KEPT_MAX = 64 };

/* Parsed priority strings, 6 kB each, which sessions that offer the same share.  Any thread. */
struct gtls_priorities {
    pthread_mutex_t lock;
    struct gtls_priority {
        char *text;
        gnutls_priority_t parsed;
    } kept[GTLS_PRIORITY_KEPT_MAX];
    size_t count;
};

/* Starts with nothing kept; ERR_NO_MEMORY. */
enum err gtls_priorities_init(struct gtls_priorities *priorities);

/* Forgets what is kept.  Sessions that use it go on doing so. */
void gtls_priorities_deinit(struct gtls_priorities *priorities);

/* True for a suite that both the common table and this library have, and that `version` can
 * choose. */
bool gtls_is_offerable(tls_suite code, enum tls_version version);

/* Writes the priority string for the suites and versions of `config` that GnuTLS knows, complete
 * from NONE on.  ERR_UNSUPPORTED when none of the suites fits any of the versions. */
enum err gtls_priority_text(const struct tls_config *config, char ret_text[GTLS_PRIORITY_TEXT_MAX]);

/* Makes `gnutls` offer what `text` says.  ERR_UNSUPPORTED when GnuTLS refuses, ERR_NO_MEMORY. */
enum err gtls_priority_use(struct gtls_priorities *priorities, const char *text,
                           gnutls_session_t gnutls);

#endif
