/* modem_plan.h: everything that is needed to open a modem, and the list of those that a run opens.
 *
 * Whoever reads the command line or a file makes plans; whoever runs modems reads them.  What a
 * plan points to is its own, or static, and stays as it is until modem_plans_free(): so a plan may
 * be read from several threads.  It opens nothing.
 */
#ifndef DAEMON_MODEM_PLAN_H
#define DAEMON_MODEM_PLAN_H

#include "plan/host_plan.h"
#include "plan/policy_plan.h"
#include "posix/port.h"
#include "runtime/modem.h"
#include "tlsmodem.h"
#include "wrap/stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem_plan_memory;

/* A file as it was when the plan was made. */
struct modem_plan_stamp {
    int64_t changed_ns; /* since 1970 */
    size_t bytes;
    bool is_open;  /* a private key that others than its owner may read */
    bool is_noise; /* no certificate and no key */
};

enum { MODEM_PLAN_NO_POOL = -1 };

/* One modem.  A text that is NULL is the preset. */
struct modem_plan {
    const char *model; /* static, as tlsmodem_model_at() has it */
    const char *name;  /* in "ready:", the log and the store; not twice in a list; NULL: the model's
                        */
    uint32_t number;   /* ${n}, by which --shard parts the list: 0 for the command line's one */
    struct tlsmodem_identity identity;
    struct port_spec *ports;
    size_t port_count; /* 1 to TLSMODEM_TERMINALS_MAX; 0 for one of a pool or with a host inside,
                        * which has one terminal */
    int pool;          /* index of the list's pools, or MODEM_PLAN_NO_POOL */
    struct host_plan *host; /* inside, a user of which the plan is; then it has no ports and no
                             * pool; NULL: none */
    uint32_t host_order;    /* in the host's crowd, by which it comes */
    const char *state;      /* the folder; NULL: state_folder_find() */
    bool in_memory;         /* nothing is stored, `state` does not count */
    const char *clock;      /* as tlsmodem_time_read() takes it */
    bool asks_own_servers;  /* --dns module */
    bool listens;           /* else `listening` does not count */
    struct tlsmodem_listening listening;
    bool has_source; /* else `source` does not count */
    struct net_address source;
    struct stack_plan in_front;
    struct policy_plan *policy;  /* of its TLS, a user of which the plan is; NULL: none */
    const char *message_command; /* that takes what hosts send (runtime/message_command.h) */
    const char *follows;         /* the interface that its radio is; NULL: none */
    const char *data_command;    /* that takes data calls (posix/data_program.h) */
    const char *signal_command;  /* that says how strong its signal is */
    struct tlsmodem_fact_value *facts;
    size_t fact_count;
    struct tlsmodem_answer *answers;
    size_t answer_count;
    const char *const *at_start; /* command lines, without their ends */
    size_t at_start_count;
    const char *const *faults; /* as fault_read() takes them */
    size_t fault_count;
    struct runtime_credential *credentials;
    struct modem_plan_stamp *stamps; /* of their files */
    size_t credential_count;
    struct modem_plan_memory *memory; /* of this header's functions */
};

/* A listener each of whose connections is the only port of a modem that has no other host. */
struct modem_pool {
    struct port_spec at; /* PORT_TCP */
};

struct modem_plans {
    struct modem_plan *list; /* in the order of the command line or the file */
    size_t count;
    struct modem_pool *pools;
    size_t pool_count;
    bool has_stdio;           /* one of the ports is standard input and output */
    bool has_control;         /* else `control` does not count */
    struct port_spec control; /* PORT_TCP or PORT_UNIX: where the run is controlled */
    char *control_token_file; /* owned; NULL: none */
    char *metrics_file;       /* where they are written to; owned; NULL: nowhere */
    char *summary;            /* where what the run came to goes; owned; NULL: nowhere */
    char **fail_if;           /* expressions that it must not fulfil; owned, as their texts */
    size_t fail_if_count;
    bool has_start;           /* else `start_at_s` does not count */
    int64_t start_at_s;       /* since 1970-01-01T00:00:00Z: when hosts begin */
    bool has_metrics;         /* else `metrics` does not count */
    struct port_spec metrics; /* PORT_TCP or PORT_UNIX: where they are shown */
};

/* Makes a plan's preset values: no model, no ports, no pool. */
void modem_plan_init(struct modem_plan *plan);

/* Memory of `bytes` (not 0), zeroed, that is the plan's from now on; NULL: there is none. */
void *modem_plan_memory(struct modem_plan *plan, size_t bytes);

/* A copy of a text that is the plan's from now on; NULL: there is no memory. */
const char *modem_plan_text(struct modem_plan *plan, const char *text);

/* A program that the shell runs: where a file says it, and the text of a plan.  Files are read by
 * this table, so what is not in it starts nothing. */
struct modem_plan_command {
    const char *key;    /* of a modem */
    const char *member; /* of the key's map; NULL: the key is the command */
    size_t offset;      /* of a const char * in struct modem_plan; NULL there: none is run */
};

enum { MODEM_PLAN_COMMANDS = 3 };

extern const struct modem_plan_command modem_plan_commands[MODEM_PLAN_COMMANDS];

/* The plan's command of that row; good as long as the plan. */
const char **modem_plan_command(struct modem_plan *plan, const struct modem_plan_command *row);

/* True when the plan names a program of any row. */
bool modem_plan_starts_programs(const struct modem_plan *plan);

/* Gives back what is the plan's. */
void modem_plan_clear(struct modem_plan *plan);

/* One expression more, of a copy.  False: there is no memory. */
bool modem_plans_fail_if(struct modem_plans *plans, const char *expression);

/* Frees such a list. */
void modem_plans_free_fail_if(char **list, size_t count);

/* Puts an empty plan at the list's end; its address is good until the next one.  NULL: there is no
 * memory. */
struct modem_plan *modem_plans_add(struct modem_plans *plans);

/* Leaves those plans in the list for which `is_kept` says yes, in their order; gives the others
 * back.
 */
void modem_plans_keep(struct modem_plans *plans,
                      bool (*is_kept)(void *ctx, const struct modem_plan *plan), void *ctx);

/* Gives back the list with all that is in it, and leaves an empty one; of a zeroed one nothing. */
void modem_plans_free(struct modem_plans *plans);

/* True when a modem that was opened by one of them is as the other says; which pool they are of is
 * not looked at, as lists number theirs. */
bool modem_plan_equal(const struct modem_plan *a, const struct modem_plan *b);

/* True when both say the same place, and how it is to be opened. */
bool modem_plan_same_port(const struct port_spec *a, const struct port_spec *b);

/* The name under which a modem is known: its own or its model's. */
const char *modem_plan_name(const struct modem_plan *plan);

/* What of a modem's configuration its plan knows: all but the TLS providers, the store, the log and
 * who is told of a port's end.  `zone_quarters` is this machine's, for a time without one.  Borrows
 * the plan for as long as the modem. */
void modem_plan_config(const struct modem_plan *plan, int zone_quarters,
                       struct runtime_modem_config *ret_config);

#endif
