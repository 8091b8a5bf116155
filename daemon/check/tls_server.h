/* tls_server.h: one TLS connection from the server's side, by GnuTLS, that is told each step. */
#ifndef DAEMON_CHECK_TLS_SERVER_H
#define DAEMON_CHECK_TLS_SERVER_H

#include "check/authority.h"
#include "transcript/report.h"
#include "transcript/script.h"
#include "transcript/values.h"

#include <sys/types.h>

/* What all connections to a peer share. */
struct tls_site;

/* Reads what a header says of a TLS or STARTTLS peer.  NULL: `why` says what this program cannot do
 * of it.  The authority is borrowed until tls_site_close(). */
struct tls_site *tls_site_open(const struct script_peer *peer, struct test_authority *authority,
                               struct report *why);

/* Frees it, after its servers; NULL is nothing. */
void tls_site_close(struct tls_site *site);

struct tls_server;

/* The handshake on a connected socket that does not block, which is borrowed.  NULL: it failed, and
 * `why` says how. */
struct tls_server *tls_server_open(struct tls_site *site, int fd, int64_t deadline_ms,
                                   struct report *why);

/* As of wire_read(); -1 with EPROTO: `why` says what is wrong with what came. */
ssize_t tls_server_read(struct tls_server *server, void *buf, size_t cap, int64_t deadline_ms,
                        struct report *why);

/* As of wire_write(). */
bool tls_server_write(struct tls_server *server, struct span bytes, int64_t deadline_ms);

/* Sends close_notify. */
void tls_server_say_close(struct tls_server *server);

/* Version and suite by their wire numbers; whether the session is an older one's. */
void tls_server_agreed(const struct tls_server *server, int *ret_version, int *ret_suite,
                       bool *ret_resumed);

/* The common name of the module's certificate, cut at `cap` bytes; empty: it showed none. */
void tls_server_client(const struct tls_server *server, char *ret_name, size_t cap);

/* Frees the session, not its socket; NULL is nothing. */
void tls_server_close(struct tls_server *server);

/* What the last hello to this site has offered, in words as hello_describe() has them; good until
 * the next one. */
const char *tls_site_offer(const struct tls_site *site);

#endif
