/* capture_state.h: what a capture knows, for the files of capture.h alone. */
#ifndef CAPTURE_CAPTURE_STATE_H
#define CAPTURE_CAPTURE_STATE_H

#include "base/bytes.h"
#include "capture/capture_sink.h"
#include "iface/net.h"
#include "iface/tls.h"
#include "wrap/around.h"
#include "wrap/listener.h"

struct capture;
struct tlsmodem;

struct capture_interface {
    bool is_known;
    uint32_t number;
};

struct capture_net {
    struct wrap_net head;
    struct capture *capture;
};

struct capture_provider {
    struct tls base;
    struct capture *capture;
};

struct capture_port {
    struct around around;
    struct capture *capture;
    size_t index;
    struct capture_interface interface;
    size_t known;       /* bytes that were not taken, but are written already, and come again */
    struct bytes typed; /* of a command line that has no end yet */
    struct bytes said;  /* of an answer that goes on */
};

struct capture {
    struct capture_sink sink;
    const struct tlsmodem *modem;
    struct capture_interface interface; /* of the network */
    unsigned holding;                   /* calls of TLS under way: packets wait for their secrets */
    struct bytes held;
    uint32_t streams; /* so many there have been */
    struct capture_net net;
    struct capture_provider providers[CAPTURE_TLS_MAX];
    struct tls *list[CAPTURE_TLS_MAX];
    struct capture_port ports[CAPTURE_PORTS_MAX];
    char name[CAPTURE_NAME_MAX + 1];
};

/* Something has passed at an interface, which is made with this name when the first does.  What
 * there is no memory for is left out. */
void capture_put(struct capture *capture, struct capture_interface *interface,
                 enum pcapng_link link, struct span name, enum pcapng_direction direction,
                 struct span head, struct span data, size_t missing);

/* Packets wait from now on, as the secrets that decrypt them may still be made. */
void capture_hold(struct capture *capture);

/* The call is over that capture_hold() was for. */
void capture_release(struct capture *capture);

/* Writes what the ports have begun to say and to hear. */
void capture_flush_port(struct capture_port *port);

#endif
