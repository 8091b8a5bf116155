/* options.h: the command line, as data. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "dns/dns.h"
#include "plan/policy_plan.h"
#include "plan/verdict_options.h"
#include "posix/port.h"
#include "shard_option.h"
#include "tlsmodem.h"
#include "wrap/stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum options_action { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_LIST_MODULES };

/* Texts are borrowed from argv, `module` is static. */
struct options {
    enum options_action action; /* unless OPTIONS_RUN, the rest means nothing */
    const char *config;         /* NULL: the options below describe the one modem */
    bool checks_config;         /* --check-config: reads it, runs nothing */
    const char *module;
    struct port_spec ports[TLSMODEM_TERMINALS_MAX];
    size_t port_count;
    bool has_stdio;
    struct port_tls tls; /* --tcp-tls-cert, --tcp-tls-key, --tcp-tls-ca; NULL: not given */
    bool allow_remote;
    char imei[TLSMODEM_IMEI_CAP], imsi[TLSMODEM_IMSI_CAP], iccid[TLSMODEM_ICCID_CAP]; /* "": preset
                                                                                       */
    const char *state;      /* NULL: the default folder */
    bool in_memory;         /* --state none */
    bool dns_of_module;     /* --dns module */
    struct dns_servers dns; /* none: the machine's */
    bool has_source;        /* --source is given, as `source` */
    struct net_address source;
    bool listens; /* --listen is given, as `listening` */
    struct tlsmodem_listening listening;
    const char *ppp;            /* takes data calls; NULL: nobody does */
    const char *clock;          /* as tlsmodem_time_read() takes it; NULL: machine */
    struct stack_plan in_front; /* of the network, by the options of src/wrap */
    struct policy_words policy; /* --tls-policy, --tls-ca, --tls-verify */
    const char *keylog;
    const char *scenario; /* a file that says what happens meanwhile; NULL: nothing does */
    const char *pcap;     /* a file for packets; NULL: nobody captures */
    const char *record;   /* a file for what passes; NULL: nobody records */
    bool has_control;     /* --control is given, as `control` */
    struct port_spec control;
    const char *control_token_file;   /* NULL: none */
    bool has_metrics;                 /* --metrics is given, as `metrics` */
    const char *metrics_file;         /* NULL: none */
    const char *summary;              /* a file for what the run came to; NULL: none */
    const char *fail_if[FAIL_IF_MAX]; /* what it must not come to; not read yet */
    size_t fail_if_count;
    bool has_start; /* --start-at is given, as `start_at_s` */
    int64_t start_at_s;
    struct port_spec metrics;
    uint32_t for_ms; /* after which the run ends; 0: when it is told to */
    size_t threads;  /* 0: as many as there are processors */
    struct shard shard;
    bool debuggable;      /* cores, debuggers and system calls as the machine has them */
    char *const *command; /* what stands behind --, to the end of argv; NULL: nothing */
    bool exits_with_parent;
    bool strict; /* a run that relied on an unconfirmed fact has failed */
    enum log_level level;
    uint32_t traced; /* bits as in struct log */
};

enum { OPTIONS_ERROR_CAP = 1024 };

/* Reads argv[1] to the end.  False: `ret_error` (OPTIONS_ERROR_CAP bytes) is one line that says
 * what is wrong and what is allowed.  The first of --help, --version and --list-modules ends the
 * reading. */
bool options_parse(int argc, char *const *argv, struct options *ret_options, char *ret_error);

/* Writes what --help prints, from the tables that options_parse() reads. */
void options_print_help(FILE *out);

#endif
