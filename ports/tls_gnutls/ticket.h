/* ticket.h: what it takes to resume a session: GnuTLS's session data, which holds its keys. */
#ifndef TLS_GNUTLS_TICKET_H
#define TLS_GNUTLS_TICKET_H

#include "tls_gnutls/state.h"

/* tls_session_ticket() of iface/tls.h. */
struct tls_ticket *gtls_ticket(const struct tls_session *session);

/* Offers to resume, in the hello that is to come; GnuTLS keeps a copy until the session is freed.
 * What it cannot read is not offered. */
void gtls_ticket_offer(gnutls_session_t gnutls, const struct tls_ticket *ticket);

#endif
