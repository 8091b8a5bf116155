/* act.h: what a laboratory does to a modem once: the table of such acts (tlsmodem_control.h), with
 * the values that each takes. */
#ifndef LABORATORY_ACT_H
#define LABORATORY_ACT_H

#include "laboratory/rule.h"
#include "tlsmodem_control.h"

enum { LAB_ACT_VALUES_MAX = 2 };

/* Static. */
struct lab_act {
    const char *name;
    const char *help; /* what it does to the modem: "loses …" */
    struct lab_rule values[LAB_ACT_VALUES_MAX];
    size_t value_count;
    bool restarts; /* what hosts have set and not stored may be gone */
};

/* An act; NULL past the last. */
const struct lab_act *lab_act_at(size_t index);

/* The act of this name; NULL: there is none. */
const struct lab_act *lab_act_find(struct span name);

/* Does it, one of the above, with as many values as it has; an empty one is none.  ERR_INVALID: a
 * value is not allowed, or the model does not have it; or the error of the call that it is.  Then
 * nothing has changed, and `why` gets one sentence. */
enum err lab_act_do(struct tlsmodem *modem, const struct lab_act *act, const struct span *values,
                    struct text *why);

#endif
