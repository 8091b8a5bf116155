/* flow.h: XON and XOFF on a port: a host and the module that hold each other up.
 *
 * While a port uses them, this stands between it and its session: the host's XOFF stops what the
 * port may take of the output, and what the session does not take of the host's bytes is kept here,
 * so that an XON behind it is seen; when that has become much the host gets XOFF, and XON later.
 * Some modules code bytes that look like either, both ways: a mark, and a byte that says which it
 * is (the driver of the Arduino GSM shield has it).  Source: V.250 6.2.12.
 */
#ifndef MODULE_FLOW_H
#define MODULE_FLOW_H

#include "at/session.h"

struct flow;

/* All false: nothing is done. */
struct flow_rule {
    bool obeys;  /* the host's XON and XOFF stop the output, and are no data */
    bool passes; /* they are data all the same */
    bool tells;  /* the host is told */
    bool codes;  /* what the host sends while it is obeyed, and hears while it is told, is coded */
};

/* Between a port and `at`, which it borrows; does nothing yet.  NULL: no memory. */
struct flow *flow_new(struct at_session *at);

/* Wipes and frees it.  NULL is allowed. */
void flow_free(struct flow *flow);

/* Works by this rule from now on; a side that was held up goes on where the rule ends that. */
void flow_set_rule(struct flow *flow, struct flow_rule rule);

/* True when it has no rule, and nothing is left of the one before. */
bool flow_is_idle(const struct flow *flow);

/* As at_feed(), with the time; after fewer bytes, flow_has_room() says when to go on.  What comes a
 * minute after an XOFF and is no XON ends it too, and so does what no longer fits: nobody would
 * find the port deaf. */
size_t flow_feed(struct flow *flow, int64_t now_ms, struct span bytes);

/* False while the bytes that flow_feed() left would be refused again. */
bool flow_has_room(const struct flow *flow);

/* True while bytes of the host wait for the session, or for the rest of a code. */
bool flow_is_waiting(const struct flow *flow);

/* When flow_tick() has something to do; CLOCK_NEVER. */
int64_t flow_deadline(const struct flow *flow);

/* A mark whose code does not come was none: it waits for the session then. */
void flow_tick(struct flow *flow, int64_t now_ms);

/* The host sends no more: what waits for a code goes to the session, if that takes it. */
void flow_end_input(struct flow *flow);

/* Gives the session what waits; true when it has taken some. */
bool flow_pass(struct flow *flow);

/* As at_peek(), but nothing while the host has said XOFF. */
struct span flow_peek(struct flow *flow);

/* As at_output_waiting(), XOFF or not. */
size_t flow_output_waiting(const struct flow *flow);

/* As at_consume(), for what flow_peek() gave last. */
void flow_consume(struct flow *flow, size_t count);

/* True once when there is something to take that was not there for the port before. */
bool flow_has_news(struct flow *flow);

/* True when a byte was coded, or decoded. */
bool flow_has_coded(const struct flow *flow);

/* The host has gone: the next knows nothing of XON, XOFF and half a code.  What waits stays. */
void flow_host_gone(struct flow *flow);

/* The power goes: what waits is lost, and a host that was told to stop may go on.  Frees it; NULL
 * is allowed. */
void flow_end(struct flow *flow);

#endif
