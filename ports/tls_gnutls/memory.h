/* memory.h: GnuTLS 3.7 frees a session with its master secret in it; here that is wiped. */
#ifndef TLS_GNUTLS_MEMORY_H
#define TLS_GNUTLS_MEMORY_H

#include <gnutls/gnutls.h>

/* For the whole process. */
void gtls_memory_install(void);

/* gnutls_deinit() that leaves nothing of what it frees in memory. */
void gtls_memory_deinit(gnutls_session_t gnutls);

#endif
