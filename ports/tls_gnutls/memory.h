/* memory.h: GnuTLS 3.7 frees a session, and the buffers that it packs one into, with the master
 * secret in them; here these are wiped. */
#ifndef TLS_GNUTLS_MEMORY_H
#define TLS_GNUTLS_MEMORY_H

#include <stdbool.h>

/* For the whole process. */
void gtls_memory_install(void);

/* From now on, in this thread: whether what GnuTLS frees is wiped before.  Not always: data's way
 * through buffers is to cost nothing. */
void gtls_memory_wipes(bool on);

#endif
