/* writer_doubt.c: a handshake's failure, after which the module may dial again with another offer:
 * who plays it needs the last one only. */
#include "transcript/writer_doubt.h"

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
