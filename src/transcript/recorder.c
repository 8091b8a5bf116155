/* recorder.c: stands around a modem's network, TLS libraries and ports. */
#include "transcript/recorder.h"

#include "transcript/recorder_net.h"
#include "transcript/recorder_port.h"
#include "transcript/recorder_state.h"
#include "transcript/recorder_tls.h"

#include <assert.h>
#include <stdlib.h>

_Static_assert((int)RECORDER_PROVIDERS_MAX == (int)RECORDER_TLS_MAX, "a place for each library");

enum err recorder_open(struct writer *writer, struct recorder **ret_recorder)
{
    struct recorder *recorder = calloc(1, sizeof(*recorder));

    assert(writer != NULL);
    if (recorder == NULL)
        return ERR_NO_MEMORY;
    recorder->writer = writer;
    *ret_recorder = recorder;
    return ERR_OK;
}

struct net *recorder_net(struct recorder *recorder, const struct clock *clock, struct net *inner)
{
    assert(clock != NULL && recorder->net.recorder == NULL);
    recorder->clock = clock;
    recorder_net_init(&recorder->net, recorder, inner);
    return &recorder->net.head.base;
}

struct data_calls *recorder_calls(struct recorder *recorder, struct data_calls *inner)
{
    assert(inner != NULL && recorder->calls.recorder == NULL);
    recorder->calls =
        (struct recorder_calls){ .base = { &recorder_calls_ops, inner }, .recorder = recorder };
    return &recorder->calls.base;
}

struct tls *const *recorder_tls(struct recorder *recorder, struct tls *const *list, size_t count)
{
    assert(count <= RECORDER_TLS_MAX && recorder->list[0] == NULL);
    for (size_t i = 0; i < count; i++) {
        recorder->providers[i] = (struct recorder_provider){ .base = { &recorder_tls_ops, list[i] },
                                                             .recorder = recorder };
        recorder->list[i] = &recorder->providers[i].base;
    }
    return recorder->list;
}

void recorder_attach(struct recorder *recorder, const struct tlsmodem *modem)
{
    recorder->modem = modem;
    writer_begin(recorder->writer, clock_now_ms(recorder->clock));
}

void recorder_hide(struct recorder *recorder, struct span line)
{
    assert(recorder->modem != NULL);
    recorder_note_secrets(recorder, 0, line);
}

struct terminal *recorder_terminal(struct recorder *recorder, size_t index, struct terminal *inner)
{
    struct recorder_port *port = &recorder->ports[index];

    assert(index < SCRIPT_PORTS_MAX && port->around.inner == NULL);
    *port = (struct recorder_port){ .recorder = recorder, .index = (unsigned)index };
    around_init(&port->around, &recorder_port_ops, inner);
    return &port->around.base;
}

void recorder_step(struct recorder *recorder, size_t port, const struct script_step *step,
                   struct span first, struct span second)
{
    writer_step(recorder->writer, recorder_event_ms(recorder), (unsigned)port, step, first, second);
}

void recorder_step_failed(struct recorder *recorder)
{
    writer_step_failed(recorder->writer);
}

void recorder_circuit(struct recorder *recorder, size_t port, enum channel_line circuit, bool on)
{
    writer_circuit(recorder->writer, recorder_event_ms(recorder), (unsigned)port, circuit, on);
}

void recorder_remark(struct recorder *recorder, const char *text)
{
    (void)recorder_event_ms(recorder);
    writer_remark(recorder->writer, text);
}

void recorder_stop(struct recorder *recorder)
{
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        if (recorder->ports[i].around.inner != NULL)
            recorder_release(&recorder->ports[i]);
    }
    if (recorder->modem != NULL)
        (void)recorder_event_ms(recorder);
    recorder->stopped = true; /* streams may be closed after the ports */
    writer_stop(recorder->writer);
}

void recorder_close(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        bytes_free(&recorder->ports[i].line);
        bytes_free(&recorder->ports[i].before);
        bytes_free(&recorder->ports[i].echo);
        bytes_free(&recorder->ports[i].kept);
    }
    free(recorder);
}
