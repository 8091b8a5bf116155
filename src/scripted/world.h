/* world.h: a modem with everything around it scripted: time, network, TLS, storage, hosts.
 *
 * Nothing happens by itself: world_settle() lets everything happen that can happen now, and time
 * stands still except in world_advance() and world_await().
 */
#ifndef SCRIPTED_WORLD_H
#define SCRIPTED_WORLD_H

#include "scripted/byte_queue.h"
#include "scripted/memory_storage.h"
#include "scripted/scripted_calls.h"
#include "scripted/scripted_net.h"
#include "scripted/scripted_tls.h"
#include "scripted/virtual_clock.h"

#include "tlsmodem.h"
#include "wrap/stack.h"

enum { WORLD_LOG_LINE = 520 };

/* The host's side of one port. */
struct world_port {
    struct channel base;
    struct world *world;
    struct terminal *terminal;
    struct byte_queue typed; /* that the module has not taken */
    bool feeding;            /* a feed() is under way */
    bool room;               /* input_room() came meanwhile */
    struct byte_queue heard;
    size_t appetite; /* bytes that the host still reads; SIZE_MAX: all */
    unsigned lines;
    unsigned rose, fell; /* of them, since world_port_was() asked */
    uint32_t rate;
};

struct world {
    struct virtual_clock virtual_clock;
    struct scripted_net scripted_net;
    struct scripted_calls scripted_calls;
    struct scripted_tls scripted_tls;
    struct memory_storage memory_storage;
    struct clock *clock;
    struct net *net; /* the scripted one, or the outermost of `stack` */
    struct stack stack;
    struct tls *tls;
    struct storage storage;
    struct log log;     /* for the next world_switch_on(); its `write` and `ctx` may be replaced */
    unsigned log_lines; /* of the operator's levels; counted unless `write` was replaced */
    char log_line[WORLD_LOG_LINE]; /* the last of them, without its level */
    bool log_is_owed;              /* one, before the next error, where answers are traced */
    const struct tlsmodem_listening *listening; /* for the next one too */
    const struct tlsmodem_fact_value *facts;    /* for the next one too */
    size_t fact_count;
    struct tlsmodem_identity identity; /* for the next one */
    enum tlsmodem_sent (*send_message)(void *ctx, const struct tlsmodem_sending *message);
    void *send_message_ctx;    /* for the next one, both */
    struct tlsmodem_time time; /* for the next one */
    bool takes_calls;          /* for the next one: data calls go to scripted_calls.port */
    bool has_laboratory;       /* the next one does */
    const struct tlsmodem_observer *observer; /* for the next one */
    /* The program has broken a promise: an error without a reason in the log, or it does not come
     * to rest.  Preset: says so on standard error and aborts. */
    void (*on_fault)(struct world *world, const char *what);
    struct tlsmodem *modem;
    size_t port_count;
    struct world_port ports[TLSMODEM_TERMINALS_MAX];
    int64_t deadline_ms; /* that the modem has armed */
    unsigned seen;       /* of scripted_net.changes, by the last world_mark() */
};

/* Its log is at LOG_INFO; a command that is refused without a reason fails the test. */
void world_init(struct world *world);

/* Switches off and frees all of it; every timer must be gone. */
void world_deinit(struct world *world);

/* True while the world counts the lines of its log. */
bool world_counts_lines(const struct world *world);

/* Puts wrappers before the network, for the next world_switch_on(); once. */
void world_wrap(struct world *world, const struct stack_plan *plan);

/* Switches a modem on, after switching off the one before.  `keeps` gives it the storage.  Errors
 * are those of tlsmodem_new(). */
enum err world_switch_on(struct world *world, const char *model, bool keeps, size_t terminals);

/* Frees the modem, if there is one; its peers see what went before. */
void world_switch_off(struct world *world);

/* Lets everything happen that can happen at the present time. */
void world_settle(struct world *world);

/* The host of a port types; what the module does not take is kept until input_room(). */
void world_type(struct world *world, size_t port, struct span bytes);

/* The same with a text, on the first port. */
void world_type_text(struct world *world, const char *text);

/* What the host of a port has heard since world_forget(). */
struct span world_heard(const struct world *world, size_t port);

/* True when a circuit of the module (DCD, DSR, RI) is so at a port, or has been since this was true
 * last. */
bool world_port_was(struct world_port *port, unsigned circuit, bool on);

/* Forgets what the host of a port has heard. */
void world_forget(struct world *world, size_t port);

/* How many bytes the host still reads; SIZE_MAX: all there are. */
void world_set_appetite(struct world *world, size_t port, size_t bytes);

/* Time goes on; deadlines on the way fire in order, each at its own time. */
void world_advance(struct world *world, int64_t ms);

/* The same, but no further than to the first thing to see: heard bytes, or a peer that changed
 * since world_mark().  Returns how far it went. */
int64_t world_await(struct world *world, int64_t ms);

/* What there is to see of the peers has been seen. */
void world_mark(struct world *world);

#endif
