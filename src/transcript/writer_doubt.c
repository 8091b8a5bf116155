/* writer_doubt.c: what ends a connection, and is no step where another to the same server follows.
 *
 * After a handshake's failure the module may dial again with another offer: who plays it needs the
 * last one only.  And who dials at once after a close is connected when a step asks. */
#include "transcript/writer_doubt.h"

#include "transcript/writer_host.h"

static const char *const reason_names[] = {
#define REASON_NAME(name, text) #name,
    TLS_REASONS(REASON_NAME)
#undef REASON_NAME
};

static void write_failure(struct writer *writer)
{
    const struct writer_doubt *doubt = &writer->doubt;

    writer_addf(writer, "peer %s fails %s", writer->peers[doubt->peer].name,
                reason_names[doubt->reason]);
    if (doubt->alert >= 0)
        writer_addf(writer, " %d", doubt->alert);
    (void)writer_end_line(writer);
}

void writer_settle_doubt(struct writer *writer)
{
    if (writer->doubt.is_open)
        write_failure(writer);
    writer->doubt.is_open = false;
}

void writer_fail_handshake(struct writer *writer, size_t peer, const struct tls_failure *failure)
{
    writer->doubt = (struct writer_doubt){ true, peer, failure->reason, failure->alert };
    if (!failure->is_of_offer && !failure->chose_beyond)
        writer_settle_doubt(writer);
}

void writer_note_close(struct writer *writer, size_t peer)
{
    writer->peers[peer].closed = true;
}

void writer_forget_doubt(struct writer *writer, size_t peer)
{
    if (writer->doubt.peer == peer)
        writer->doubt.is_open = false;
    writer->peers[peer].closed = false;
}

void writer_settle_closes(struct writer *writer)
{
    writer_settle_doubt(writer);
    for (size_t i = 0; i < writer->peer_count; i++) {
        if (!writer->peers[i].closed)
            continue;
        writer_flush_hosts(writer); /* which have heard of it before */
        writer_line(writer, "peer %s gets close", writer->peers[i].name);
        writer->peers[i].closed = false;
    }
}
