/* service_rig.h: a service of the engine alone in a scripted world, without a modem around it. */
#ifndef SUPPORT_SERVICE_RIG_H
#define SUPPORT_SERVICE_RIG_H

#include "services/connection.h"
#include "services/tls_source.h"
#include "world.h"

struct service_rig {
    struct world world;
    struct connection_world around;
    struct tls_source tls_source;
    unsigned lent;     /* how often TLS settings were asked for */
    bool lend_nothing; /* there are none */
    /* What the service brings. */
    void *service;
    int64_t (*deadline)(const void *service);
    void (*tick)(void *service);
    int inside; /* the service may call back only while the event loop is in it */
};

void rig_init(struct service_rig *rig);
void rig_deinit(struct service_rig *rig);

/* What `host` resolves to, and who listens on `port`. */
struct scripted_peer *rig_listen(struct service_rig *rig, const char *host, uint16_t port,
                                 enum peer_listens listens);

/* Lets everything happen that can happen now. */
void rig_settle(struct service_rig *rig);
/* Time goes on, deadline by deadline. */
void rig_advance(struct service_rig *rig, int64_t ms);

/* The peer sends, and everything that follows happens. */
void rig_send(struct service_rig *rig, struct scripted_peer *peer, const char *text);
/* Fails the test unless the peer has got exactly this since the last call. */
void rig_expect(struct service_rig *rig, struct scripted_peer *peer, const char *text);

#endif
