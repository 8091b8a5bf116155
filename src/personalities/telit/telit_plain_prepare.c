/* telit_plain_prepare.c: a plain socket that is about to be opened, by a dial or a call.
 *
 * Source: docs/facts/telit-plain-sockets.md §1, §2, §8.
 */
#include "personalities/telit/telit.h"

enum { MINUTE_S = 60 };

static bool has_context(struct at_session *at, int32_t cid)
{
    const struct module_context *context =
        cid > 0 ? network_context(&module_of(at)->network, (size_t)cid) : NULL;

    if (context != NULL && context->active)
        return true;
    if (cid > 0)
        at_refuse(at, TELIT_CONTEXT_NOT_OPEN, "context %d is not active; AT#SGACT=%d,1 first",
                  (int)cid, (int)cid);
    else
        at_refuse(at, TELIT_CONTEXT_NOT_OPEN, "context 0 is a data call, which is not there");
    return false;
}

/* The single socket uses the first context, and takes calls by itself. */
static void read_settings(struct at_session *at, int32_t id,
                          struct telit_plain_settings *ret_settings)
{
    struct telit_single_settings single;

    if (id != TELIT_SINGLE) {
        telit_plain_read_settings(at, id, ret_settings);
        return;
    }
    telit_single_read_settings(at, &single);
    *ret_settings = (struct telit_plain_settings){ .cid = 1,
                                                   .packet_size = single.packet_size,
                                                   .idle_s = single.idle_s,
                                                   .connect_ds = single.connect_ds,
                                                   .flush_ds = telit_send_delay_ds(at),
                                                   .accepts = 1 };
}

struct telit_plain *telit_plain_prepare(struct at_session *at, int32_t id, int32_t busy)
{
    struct tlsmodem *modem = module_of(at);
    struct telit_plain *plain = telit_plain_if(modem, id);
    struct telit_plain_settings settings;

    if (!telit_plain_is_free(plain) && telit_plain_guard(at, id) != AT_OK)
        return NULL;
    read_settings(at, id, &settings);
    if (!telit_plain_is_free(plain)) {
        if (id == TELIT_SINGLE)
            at_refuse(at, busy, "the single socket listens; AT#SKTL=0,0,<port> ends that");
        else
            at_refuse(at, busy, "socket %d is in use; AT#SH=%d first", (int)id, (int)id);
        return NULL;
    }
    if (!has_context(at, settings.cid))
        return NULL;
    plain = module_part(modem, &telit_plain_sockets, (size_t)id - 1);
    if (plain == NULL) {
        at_refuse_memory(at, TELIT_MEMORY_FAILURE);
        return NULL;
    }
    telit_plain_close(plain); /* what a peer has left */
    plain->settings = settings;
    plain->owner = terminal_of(at);
    plain->cid = (size_t)settings.cid;
    plain->no_carrier = plain->aborted = plain->accepted = plain->in_background = false;
    plain->takes_datagrams = false;
    plain->tally = (struct telit_plain_tally){ .cause = CAUSE_NONE };
    plain->ring_from_ms = plain->left_ms = 0;
    telit_plain_remember(plain);
    return plain;
}

void telit_plain_probe(struct telit_plain *plain)
{
    const struct net_keep_alive probes = {
        .idle_s = plain->settings.keep_alive_min * MINUTE_S,
        .interval_s = module_fact_peek(plain->modem, FACT_PLAIN_PROBE_INTERVAL_S),
        .count = module_fact_peek(plain->modem, FACT_PLAIN_PROBES),
    };

    connection_keep_alive(&plain->socket, &probes);
}
