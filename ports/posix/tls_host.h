/* tls_host.h: TLS with a host that comes to a port, the server's side, over bytes in memory.
 *
 * TLS 1.2 and 1.3 by GnuTLS.  Knows no socket: what came is given to tls_host_hear(), what is to be
 * sent is in tls_host_out().
 */
#ifndef POSIX_TLS_HOST_H
#define POSIX_TLS_HOST_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/span.h"
#include "posix/tls_door.h"

#include <stdbool.h>

struct tls_host;

enum tls_host_state { TLS_HOST_SHAKING, TLS_HOST_IN, TLS_HOST_LEFT, TLS_HOST_FAILED };

/* A host has come to the door, which is borrowed.  ERR_NO_MEMORY. */
enum err tls_host_new(const struct tls_door *door, struct tls_host **ret_host);

/* Bytes of the host, as they came, to be called while it is TLS_HOST_SHAKING; `bytes` is what of
 * them is left, behind the handshake. */
void tls_host_shake(struct tls_host *host, struct span *bytes);

/* Bytes of the host, to be called when it has been TLS_HOST_IN: reads on until it has some in
 * clear, which are put into `ret_clear` of `cap` bytes.  `bytes` is what of them is left.  0: more
 * is needed, or it is over: ask tls_host_state(). */
size_t tls_host_hear(struct tls_host *host, struct span *bytes, void *ret_clear, size_t cap);

/* Encrypts data for the host, to be called while it is TLS_HOST_IN; returns how many bytes were
 * taken. */
size_t tls_host_say(struct tls_host *host, struct span data);

/* What is to be sent, in order, alerts too; the caller drops what has gone. */
struct bytes *tls_host_out(struct tls_host *host);

/* What has become of it. */
enum tls_host_state tls_host_state(const struct tls_host *host);

/* Why it has failed, or with which version and suite it is in, and whose certificate it has shown;
 * valid until the next call. */
const char *tls_host_words(struct tls_host *host);

/* Says that nothing more comes; what is then in tls_host_out() may be sent still. */
void tls_host_bye(struct tls_host *host);

/* Frees it, with its keys; NULL is nothing. */
void tls_host_free(struct tls_host *host);

#endif
