/* fault_stray.h: messages of TLS that faults have a session send, or take for received. */
#ifndef WRAP_FAULT_STRAY_H
#define WRAP_FAULT_STRAY_H

#include "iface/tls.h"
#include "wrap/fault_set.h"

/* One that strikes a session, and waits for its time. */
struct fault_stray {
    struct fault_stray *next;
    uint32_t number; /* of the fault in its set */
    enum fault_phase phase;
    struct tls_stray what;
};

/* How far a session is. */
enum fault_strays_time {
    FAULT_STRAYS_SHAKING, /* its handshake goes on */
    FAULT_STRAYS_SHAKEN,  /* it is done, and nobody knows yet */
    FAULT_STRAYS_DATA
};

/* Puts those of the set behind a list that strike a session of the scene and in this phase, of the
 * faults with numbers over `considered`.  One without memory does nothing, as the log tells. */
void fault_strays_meet(struct fault_stray **list, const struct fault_set *set,
                       const struct fault_scene *scene, enum fault_phase phase,
                       uint32_t considered);

/* Whether one of those faults would be met. */
bool fault_strays_wait(const struct fault_set *set, const struct fault_scene *scene,
                       enum fault_phase phase, uint32_t considered);

/* Has the session at `inner` do all whose time it is, in order, and says so.  True: it has sent a
 * fatal alert, and `ret_failure` is what a module reports that has found what that one says. */
bool fault_strays_go(struct fault_stray **list, const struct fault_set *set,
                     struct tls_session *inner, enum fault_strays_time time, enum fault_phase phase,
                     struct tls_failure *ret_failure);

/* Frees what is left of a list. */
void fault_strays_free(struct fault_stray **list);

#endif
