/* options.h: the command line of `tlsmodem probe`, as data. */
#ifndef DAEMON_PROBE_OPTIONS_H
#define DAEMON_PROBE_OPTIONS_H

#include "plan/command_line.h"
#include "posix/port.h"

#include <stdio.h>

enum { PROBE_FACTS_MAX = 256, PROBE_PORTS_MAX = 2 };

/* Texts are borrowed from argv, `module` is static. */
struct probe_options {
    bool help; /* else the rest counts */
    struct port_spec ports[PROBE_PORTS_MAX];
    size_t port_count;
    const char *module;
    const char *output;  /* NULL: standard output */
    const char *address; /* where the module reaches this machine; NULL: nowhere */
    const char *host;    /* by which name it finds it there; NULL: none is known */
    const char *apn;
    const char *facts[PROBE_FACTS_MAX]; /* those that are asked for; none: all */
    size_t fact_count;
};

/* Reads argv[1] to the end, argv[0] being "probe".  False: `error` is one line that says what is
 * wrong and what is allowed. */
bool probe_options_parse(int argc, char *const *argv, struct probe_options *ret_options,
                         struct text *error);

/* Writes what `tlsmodem probe --help` prints. */
void probe_options_print_help(FILE *out);

#endif
