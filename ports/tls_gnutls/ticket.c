/* ticket.c: resumption by session ID (RFC 5246, 7.3), as the modules have it: the server remembers
 * the session.  Session tickets (RFC 5077) are an extension that they do not send. */
#include "tls_gnutls/ticket.h"

#include "base/wipe.h"
#include "tls_gnutls/memory.h"

#include <stdlib.h>

struct tls_ticket {
    gnutls_datum_t data;
};

/* A server that keeps no sessions gives no ID, or an empty one. */
static bool has_id(gnutls_session_t gnutls)
{
    gnutls_datum_t id = { NULL, 0 };

    return gnutls_session_get_id2(gnutls, &id) >= 0 && id.size > 0;
}

struct tls_ticket *gtls_ticket(const struct tls_session *session)
{
    struct tls_ticket *ticket;
    int result;

    if (session->setup != NULL || session->info.version > TLS_1_2 || !has_id(session->gnutls))
        return NULL;
    ticket = malloc(sizeof(*ticket));
    if (ticket == NULL)
        return NULL;
    gtls_memory_wipes(true);
    result = gnutls_session_get_data2(session->gnutls, &ticket->data);
    gtls_memory_wipes(false);
    if (result < 0) {
        free(ticket);
        return NULL;
    }
    return ticket;
}

void gtls_ticket_free(struct tls_ticket *ticket)
{
    if (ticket == NULL)
        return;
    wipe(ticket->data.data, ticket->data.size);
    gnutls_free(ticket->data.data);
    free(ticket);
}

void gtls_ticket_offer(gnutls_session_t gnutls, const struct tls_ticket *ticket)
{
    gtls_memory_wipes(true);
    gnutls_session_set_data(gnutls, ticket->data.data, ticket->data.size);
    gtls_memory_wipes(false);
}
