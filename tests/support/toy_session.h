/* toy_session.h: one session of the AT interpreter without a module, with a dialect and rows that
 * use all that a maker may ask for.
 *
 *   AT+ASK=<max>,<flags>[,<idle>[,<total>]]   opens a prompt, times in ms; answers what came
 *   AT+SAY=<count>          so many unsolicited lines
 *   AT+NUMBER=<n>           may be quoted, takes surplus parameters, answers the number
 *   AT+FAIL=<code>          fails with the code; AT+PLAIN=<code> with a plain ERROR
 *   AT+CODES                OK, a line, SEND OK
 *   AT+RUN                  a line
 *   AT+LONG=<n>             a line, then so many bytes, as the host takes them
 *   ATX<n>                  hides the common ATX, which takes 0 to 4; this one 7 to 9
 * and the common rows of V.250 and 27.007 that need no network.
 */
#ifndef SUPPORT_TOY_SESSION_H
#define SUPPORT_TOY_SESSION_H

#include "byte_queue.h"
#include "memory_storage.h"
#include "virtual_clock.h"

#include "module/module.h"

/* <flags> of +ASK. */
enum {
    ASK_EXACT = 1,
    ASK_RAW = 2,
    ASK_ESCAPE = 4,
    ASK_DROP = 8,
    ASK_MEMORY = 16, /* memory of its own, more than the session's payload memory */
    ASK_ECHO = 32,
    ASK_NO_ECHO = 64,
    ASK_CONNECT = 128, /* CONNECT instead of the dialect's prompt */
    ASK_SILENT = 256,  /* no prompt at all */
    ASK_EDITS = 512,   /* backspace erases */
    ASK_ALL = 1023
};

enum { TOY_PAYLOAD = 20, TOY_MEMORY = 40, TOY_LINE = 80, TOY_ANSWER = 300, TOY_OUTPUT = 640 };

struct toy_session {
    struct virtual_clock virtual_clock;
    struct memory_storage memory_storage;
    struct storage storage;
    struct at_dialect dialect;
    struct tlsmodem modem;
    struct module_terminal terminal;
    struct byte_queue typed; /* that the session has not taken */
    struct byte_queue heard;
    size_t appetite;   /* bytes that the host still reads; SIZE_MAX: all */
    int32_t hiding;    /* of ATX */
    int32_t long_left; /* of +LONG */
    uint8_t memory[TOY_MEMORY];
};

/* A session with echo off whose dialect is `dialect` with the rest of the toy's. */
void toy_session_init(struct toy_session *toy, struct at_dialect dialect);
void toy_session_deinit(struct toy_session *toy);

void toy_type(struct toy_session *toy, struct span bytes);

/* Time goes on; deadlines on the way fire, each at its own time. */
void toy_advance(struct toy_session *toy, int64_t ms);

/* The host reads so many bytes more; SIZE_MAX: all there are and will be. */
void toy_eat(struct toy_session *toy, size_t bytes);

#endif
