/* capture.c: stands around a modem's network, TLS libraries and ports. */
#include "capture/capture.h"

#include "capture/capture_net.h"
#include "capture/capture_port.h"
#include "capture/capture_state.h"
#include "capture/capture_tls.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum err capture_open(struct capture_sink sink, const char *name, struct capture **ret_capture)
{
    struct capture *capture = calloc(1, sizeof(*capture));
    size_t len = strlen(name);

    if (capture == NULL)
        return ERR_NO_MEMORY;
    capture->sink = sink;
    memcpy(capture->name, name, len < CAPTURE_NAME_MAX ? len : CAPTURE_NAME_MAX);
    *ret_capture = capture;
    return ERR_OK;
}

struct net *capture_net(struct capture *capture, struct net *inner)
{
    assert(capture->net.capture == NULL);
    capture_net_init(&capture->net, capture, inner);
    return &capture->net.head.base;
}

struct tls *const *capture_tls(struct capture *capture, struct tls *const *list, size_t count)
{
    assert(count <= CAPTURE_TLS_MAX && capture->list[0] == NULL);
    for (size_t i = 0; i < count; i++) {
        capture->providers[i] =
            (struct capture_provider){ .base = { &capture_tls_ops, list[i] }, .capture = capture };
        capture->list[i] = &capture->providers[i].base;
    }
    return capture->list;
}

void capture_attach(struct capture *capture, const struct tlsmodem *modem)
{
    capture->modem = modem;
}

struct terminal *capture_terminal(struct capture *capture, size_t index, struct terminal *inner)
{
    struct capture_port *port = &capture->ports[index];

    assert(index < CAPTURE_PORTS_MAX && port->around.inner == NULL);
    *port = (struct capture_port){ .capture = capture, .index = index };
    around_init(&port->around, &capture_port_ops, inner);
    return &port->around.base;
}

void capture_stop(struct capture *capture)
{
    for (size_t i = 0; i < CAPTURE_PORTS_MAX; i++) {
        if (capture->ports[i].around.inner != NULL)
            capture_flush_port(&capture->ports[i]);
    }
}

void capture_close(struct capture *capture)
{
    if (capture == NULL)
        return;
    for (size_t i = 0; i < CAPTURE_PORTS_MAX; i++) {
        bytes_free(&capture->ports[i].typed);
        bytes_free(&capture->ports[i].said);
    }
    bytes_free(&capture->held);
    free(capture);
}
