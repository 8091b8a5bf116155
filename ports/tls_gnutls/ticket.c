/* ticket.c: resumption by session ID (RFC 5246, 7.3), as the modules have it: the server remembers
 * the session.  Session tickets (RFC 5077) are an extension that they do not send. */
#include "tls_gnutls/ticket.h"

#include "base/wipe.h"
#include "tls_gnutls/memory.h"

#include <assert.h>
#include <stdlib.h>

struct gtls_ticket {
    struct tls_ticket base;
    gnutls_datum_t data;
};

/* A server that keeps no sessions gives no ID, or an empty one. */
static bool has_id(gnutls_session_t gnutls)
{
    gnutls_datum_t id = { NULL, 0 };

    return gnutls_session_get_id2(gnutls, &id) >= 0 && id.size > 0;
}

static void free_ticket(struct tls_ticket *base)
{
    struct gtls_ticket *ticket = (struct gtls_ticket *)base;

    wipe(ticket->data.data, ticket->data.size);
    gnutls_free(ticket->data.data);
    free(ticket);
}

static const struct tls_ticket_ops ops = { .free = free_ticket };

struct tls_ticket *gtls_ticket(const struct tls_session *base)
{
    const struct gtls_session *session = (const struct gtls_session *)base;
    struct gtls_ticket *ticket;
    int result;

    if (session->setup != NULL || session->info.version > TLS_1_2 || !has_id(session->gnutls))
        return NULL;
    ticket = malloc(sizeof(*ticket));
    if (ticket == NULL)
        return NULL;
    ticket->base.ops = &ops;
    gtls_memory_wipes(true);
    result = gnutls_session_get_data2(session->gnutls, &ticket->data);
    gtls_memory_wipes(false);
    if (result < 0) {
        free(ticket);
        return NULL;
    }
    return &ticket->base;
}

void gtls_ticket_offer(gnutls_session_t gnutls, const struct tls_ticket *base)
{
    const struct gtls_ticket *ticket = (const struct gtls_ticket *)base;

    assert(base->ops == &ops);
    gtls_memory_wipes(true);
    gnutls_session_set_data(gnutls, ticket->data.data, ticket->data.size);
    gtls_memory_wipes(false);
}
