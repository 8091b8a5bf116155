/* fibocom_send_phase.c: what a socket's +MIPSEND is about. */
#include "personalities/fibocom/fibocom.h"

#include <assert.h>

static const char *const phase_names[] = {
#define PHASE_NAME(name) [name] = #name,
    FIBOCOM_SEND_PHASES(PHASE_NAME)
#undef PHASE_NAME
};

void fibocom_send_enter(struct fibocom_socket *socket, enum fibocom_send_phase next,
                        struct at_session *sender)
{
    assert((next == SEND_NONE) == (sender == NULL));
    assert(next == SEND_NONE || socket->send_phase == SEND_NONE);
    if (next == socket->send_phase)
        return;
    log_trace(socket->modem->config.log, TRACE_SOCKET, "socket %d: %s -> %s", socket->id,
              phase_names[socket->send_phase], phase_names[next]);
    socket->send_phase = next;
    socket->sender = sender;
    socket->send_until_ms = CLOCK_NEVER;
    if (next == SEND_WAITING)
        socket->send_until_ms =
            module_now(socket->modem) + module_fact_peek(socket->modem, FACT_SEND_MS);
}
