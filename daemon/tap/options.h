/* options.h: the command line of `tlsmodem tap`, as data. */
#ifndef DAEMON_TAP_OPTIONS_H
#define DAEMON_TAP_OPTIONS_H

#include "plan/command_line.h"
#include "posix/port.h"

/* Texts are borrowed from argv, names of modules are static. */
struct tap_options {
    bool help; /* else the rest counts */
    struct port_spec module_port, host_port;
    bool has_module_port, has_host_port;
    bool sets_host_line; /* else the host's line is set as the module's */
    bool allow_remote;
    const char *record;  /* NULL: nobody records */
    const char *module;  /* that it is: whose secrets are known; NULL: nobody knows */
    const char *compare; /* a model of ours; NULL: none */
};

/* Reads argv[1] to the end, argv[0] being "tap".  False: `error` is one line that says what is
 * wrong and what is allowed. */
bool tap_options_parse(int argc, char *const *argv, struct tap_options *ret_options,
                       struct text *error);

/* Writes what `tlsmodem tap --help` prints. */
void tap_options_print_help(FILE *out);

#endif
