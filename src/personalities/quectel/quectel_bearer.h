/* quectel_bearer.h: the PDP contexts that sockets run on, as the commands QI… see them. */
#ifndef QUECTEL_BEARER_H
#define QUECTEL_BEARER_H

#include "module/module.h"

/* Foreground contexts 0 and 1 are the cids 1 and 2 of +CGDCONT and +CGACT. */
enum { QUECTEL_BEARERS = 2, QUECTEL_USER_MAX = 64 };

/* In the order of §2.6; the numbers are those of +QISTAT with V0. */
#define QUECTEL_BEARER_STATES(X)                                                                   \
    X(BEARER_INITIAL, 0, "IP INITIAL")                                                             \
    X(BEARER_START, 1, "IP START")                                                                 \
    X(BEARER_CONFIG, 2, "IP CONFIG")                                                               \
    X(BEARER_IND, 3, "IP IND")                                                                     \
    X(BEARER_ACTIVE, 4, "IP GPRSACT")                                                              \
    X(BEARER_STATUS, 5, "IP STATUS") /* and its address was asked */                               \
    X(BEARER_LOST, 9, "PDP DEACT")   /* by the network, or by +CGATT or +CGACT */

enum quectel_bearer_state {
#define QUECTEL_BEARER_ENUM(name, number, text) name,
    QUECTEL_BEARER_STATES(QUECTEL_BEARER_ENUM)
#undef QUECTEL_BEARER_ENUM
};

struct quectel_bearer {
    enum quectel_bearer_state state;
    bool used;    /* a socket was opened since activation */
    int32_t mode; /* +QICSGP: 1 GPRS, 0 CSD */
    char *user;   /* owned; no network here asks for a password */
};

/* The foreground context. */
struct quectel_bearer *quectel_bearer(struct tlsmodem *modem);

/* The context `id` from 0, below QUECTEL_BEARERS. */
struct quectel_bearer *quectel_bearer_at(struct tlsmodem *modem, size_t id);

/* True while sockets can use it. */
bool quectel_bearer_is_up(const struct quectel_bearer *bearer);

/* Brings the foreground context up if it is not, as an opening does by itself.  False when it
 * cannot be: no network, or it was lost and +QIDEACT has not been given. */
bool quectel_bearer_need(struct tlsmodem *modem);

/* Which one is in the foreground. */
size_t quectel_bearer_foreground(const struct tlsmodem *modem);

/* The cid of +CGDCONT for the context `id`. */
size_t quectel_bearer_cid(size_t id);

/* The context as +CGDCONT sees it, to look at. */
const struct module_context *quectel_bearer_context(const struct tlsmodem *modem, size_t id);

/* The same to use or change it: one that nobody has defined is of type IP from now on.  NULL: no
 * memory. */
struct module_context *quectel_bearer_define(struct tlsmodem *modem, size_t id);

/* The only writer of bearer->state. */
void quectel_bearer_enter(struct tlsmodem *modem, size_t id, enum quectel_bearer_state next);

/* Brings it up.  False: +CGACT has it, it is for circuit-switched data, there is no network, or no
 * memory. */
bool quectel_bearer_activate(struct tlsmodem *modem, size_t id);

/* The error `code` of a command that needs the foreground context, which is not up, with the reason
 * and the step that is missing. */
enum at_status quectel_refuse_bearer(struct at_session *at, int32_t code);

/* The same reason for an answer that says so in words of its own (at_remark()). */
void quectel_remark_bearer(struct at_session *at);

/* The words of a state. */
const char *quectel_bearer_words(enum quectel_bearer_state state);

/* Its number in V0. */
int quectel_bearer_number(enum quectel_bearer_state state);

#endif
