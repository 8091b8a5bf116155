/* fault_tls.h: TLS that fails when a fault says so, and how far its handshakes are. */
#ifndef WRAP_FAULT_TLS_H
#define WRAP_FAULT_TLS_H

#include "iface/tls.h"
#include "wrap/fault_set.h"

struct fault_session;

/* What the providers of a modem share with its network; zeroed but for `set`. */
struct fault_talk {
    struct fault_set *set;
    struct fault_session *speaking; /* moves records now; NULL: none */
    /* The session has gone on to another phase, or ends (`ends`).  NULL: nobody wants to know. */
    void (*on_phase)(void *ctx, const struct fault_session *session, bool ends);
    void *ctx;
};

/* The caller's; its members are of this file. */
struct fault_tls {
    struct tls base;
    struct fault_talk *talk;
};

/* Makes a provider that is `inner`, with the faults of `talk`, which it borrows. */
void fault_tls_init(struct fault_tls *tls, struct tls *inner, struct fault_talk *talk);

/* How far its handshake is. */
enum fault_phase fault_session_phase(const struct fault_session *session);

/* Whether a fault that it has not met makes it say something, or take it for said: it is to be read
 * soon, whatever comes. */
bool fault_session_waits(const struct fault_session *session);

#endif
