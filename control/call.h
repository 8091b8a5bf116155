/* call.h: one call of the control port, as those that answer it have it: in the master's thread. */
#ifndef CONTROL_CALL_H
#define CONTROL_CALL_H

#include "control/house.h"
#include "laboratory/act.h"

#include <jansson.h>

enum { CALL_WHY_CAP = 1200, CALL_NAME_CAP = 300 };

struct call {
    const struct house *house;
    char name[CALL_NAME_CAP];  /* of the modem that the address has; "": it has none */
    size_t number;             /* of it */
    struct house_modem modem;  /* the same */
    const struct lab_act *act; /* that the address has; NULL: none */
    json_t *body;              /* an object; NULL: there was none */
    bool has_argument;         /* a number stands behind the ? of the address */
    uint64_t argument;         /* it; 0: there is none */
    unsigned status;           /* of the answer; HTTP_OK in the beginning */
    json_t *answer;            /* owned; NULL until then */
    bool goes_on;              /* the answer is a stream, of the journal `tag`, 0: of all */
    uint64_t tag;
};

/* The answer is an error: {"error": …}, printf style. */
void call_fail(struct call *call, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes a body, which may be empty, into `call->body`: an object of JSON.  False: the call has
 * failed. */
bool call_read_body(struct call *call, struct span body);

/* Finds the modem that the call names, if it does, and has `answer` answer; else it has failed. */
void call_perform(struct call *call, void (*answer)(struct call *call));

/* The status that stands for an error of the engine or the runtime. */
unsigned call_status_of(enum err err);

/* True when an object of the body (NULL: none) has no key but those of `keys`, whose end is NULL;
 * else the call has failed. */
bool call_has_only(struct call *call, const json_t *object, const char *const *keys);

#endif
