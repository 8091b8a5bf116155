/* modem.h: a modem as it runs: its ports, its timer, its place in the store, its name in the log.
 */
#ifndef RUNTIME_MODEM_H
#define RUNTIME_MODEM_H

#include "nvm_sqlite/nvm_sqlite.h"
#include "posix/port_open.h"
#include "runtime/credential.h"
#include "runtime/world.h"
#include "tlsmodem.h"
#include "wrap/moved_clock.h"
#include "wrap/stack.h"
#include "wrap/tls_policy.h"

/* Who looks on: stands around what a modem is made of, in the order below, once each, in the
 * modem's thread; what they give is good until the modem is closed. */
struct runtime_taps {
    struct net *(*net)(void *ctx, const struct clock *clock, struct net *inner);
    struct tls *const *(*tls)(void *ctx, struct tls *const *list, size_t count);
    struct data_calls *(*calls)(void *ctx, struct data_calls *inner); /* where there is one */
    void (*attach)(void *ctx, const struct tlsmodem *modem); /* it is made, and nobody types yet */
    struct terminal *(*terminal)(void *ctx, size_t index, struct terminal *inner);
    void (*stop)(void *ctx); /* it is about to be closed; also where it could not be opened */
    void *ctx;
};

/* Who acts on a modem beside its hosts, in the modem's thread. */
struct runtime_companion {
    /* Hosts are heard from now on.  What it gives is handed to `end`; NULL: it has none, and has
     * said why. */
    void *(*begin)(void *ctx, struct tlsmodem *modem, size_t terminals, struct clock *clock,
                   const struct log *log);
    void (*end)(void *companion); /* the modem is about to be closed */
};

/* A host inside the process, at port 0 of a modem that has no other, in the modem's thread. */
struct runtime_host {
    /* It hears and types from now on, by `ret_channel`; it drives `terminal`.  What it gives is
     * handed to `end`; NULL: it is not there, and has said why. */
    void *(*begin)(void *ctx, struct terminal *terminal, struct clock *clock, const struct log *log,
                   struct channel **ret_channel);
    void (*end)(void *host); /* its channel is detached, the modem is about to be closed */
};

/* What is pointed to is borrowed until runtime_modem_close(), unless it says otherwise. */
struct runtime_modem_config {
    const char *model; /* as tlsmodem_model_at() has it */
    const char *name;  /* in the log, and of what is stored (1 to NVM_MODEM_NAME_MAX bytes); NULL:
                        * the model's */
    struct tlsmodem_identity identity;
    struct tlsmodem_time time;
    const struct tlsmodem_fact_value *facts;
    size_t fact_count;
    const struct tlsmodem_answer *answers;
    size_t answer_count;
    const struct runtime_credential *credentials; /* put in when it is on; read at once */
    size_t credential_count;
    const char *const *at_start; /* command lines without their ends, run by port 0 before its first
                                  * host; an error of one is a line in the log */
    size_t at_start_count;
    const char *const *faults; /* as fault_read() takes them: there from the start; `laboratory` */
    size_t fault_count;
    struct net *net;       /* NULL: the world's */
    bool asks_own_servers; /* names go to the servers that the host sets; only with the world's net
                            */
    const struct net_address *source;  /* its connections come from there; read at once; NULL: from
                                        * where the system has them come */
    const char *follows;               /* an interface that its radio is (runtime/uplink.h), in the
                                        * place of `source`; NULL: none */
    const char *signal_command;        /* runtime/signal_command.h; NULL: none */
    const struct stack_plan *in_front; /* of it; read at once; NULL: nothing */
    const struct tlsmodem_listening *listening; /* as in tlsmodem_config */
    struct tls *const *tls;
    size_t tls_count;
    const struct tls_policy *policy; /* of what the host asks of them; NULL: as it asks */
    const char *message_command; /* takes what hosts send (runtime/message_command.h); NULL: nobody
                                  * does */
    const char *data_command;    /* takes data calls (posix/data_program.h); NULL: nobody does */
    struct nvm *nvm;             /* NULL: in memory only */
    const struct log *log;       /* NULL: silence; copied, and the modem's name put in */
    const struct runtime_taps *taps; /* NULL: nobody looks on */
    bool laboratory; /* faults and links may be added at run time (tlsmodem_control.h) */
    const struct runtime_companion *companion; /* NULL: nobody */
    void *companion_ctx;
    const struct runtime_host *host; /* where there are no `ports`; NULL: none */
    void *host_ctx;
    /* Memory for a clock of its own, which may be put on; NULL: it has the world's. */
    struct moved_clock *clock;
    const struct tlsmodem_observer *observer; /* of the engine; NULL: nobody observes */
    /* A host has sent a message, and so it was taken.  Called from the loop; nothing of the modem
     * may be called inside.  NULL: nobody is told. */
    void (*on_message)(void *ctx, const struct tlsmodem_sending *message, enum tlsmodem_sent sent);
    void *message_ctx;
    /* 1 to TLSMODEM_TERMINALS_MAX.  `ports` says what to open for each, and is read at once; NULL:
     * nothing, the caller attaches channels of its own (tlsmodem_attach()). */
    size_t terminals;
    const struct port_spec *ports;
    /* No host can ever come again to port `index`: standard input has ended.  Called from the loop,
     * where the modem must not be closed.  NULL: nobody is told. */
    void (*on_port_end)(void *ctx, size_t index);
    /* Port `index` is away, or is there again (port_is_away()); also while it is opened.  Called
     * from there or from the loop, where the modem must not be closed.  NULL: nobody is told. */
    void (*on_port_away)(void *ctx, size_t index, bool is_away);
    void *ctx;
};

struct runtime_modem;

/* Makes a modem, opens its ports, and switches it on; hosts are not heard before
 * runtime_modem_start().  `ret_failure` says in one line what is wrong, and nothing is left behind.
 * The errors of tlsmodem_new(), port_open() and nvm_modem().  To be closed before its world. */
enum err runtime_modem_open(struct runtime_world *world, const struct runtime_modem_config *config,
                            struct port_failure *ret_failure, struct runtime_modem **ret_modem);

/* Lets bytes move between hosts and modem, once the config's at_start is done; once.  Then
 * `on_started` (may be NULL) is told: from inside the call where there is no at_start, else from
 * the loop, where the modem must not be closed. */
void runtime_modem_start(struct runtime_modem *modem,
                         void (*on_started)(void *ctx, struct runtime_modem *modem), void *ctx);

/* Hangs up on hosts, switches it off, and frees it; what it stores stays.  From outside of its
 * callbacks.  NULL is nothing. */
void runtime_modem_close(struct runtime_modem *modem);

/* True for a modem whose radio is an interface, which has the network be `*ret_registration` to it.
 */
bool runtime_modem_follows(const struct runtime_modem *modem,
                           enum tlsmodem_registration *ret_registration);

/* The engine's side of it, good until it is closed. */
struct tlsmodem *runtime_modem_engine(struct runtime_modem *modem);

/* What the host of port `index` drives: the modem's own terminal, or where somebody looks on the
 * one around it; once for each port, by who attaches channels of its own. */
struct terminal *runtime_modem_terminal(struct runtime_modem *modem, size_t index);

/* Kind and place of port `index`, as a host has to know it; good until it is closed. */
const char *runtime_modem_port_label(const struct runtime_modem *modem, size_t index);

#endif
