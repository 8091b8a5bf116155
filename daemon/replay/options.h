/* options.h: the command line of `tlsmodem replay`, as data. */
#ifndef DAEMON_REPLAY_OPTIONS_H
#define DAEMON_REPLAY_OPTIONS_H

#include "plan/command_line.h"
#include "posix/port.h"
#include "transcript/script.h"
#include "transcript/values.h"

/* Texts are borrowed from argv. */
struct replay_options {
    bool help; /* else the rest counts */
    const char *file;
    struct port_spec ports[SCRIPT_PORTS_MAX];
    size_t port_count; /* at least 1 */
    bool allow_remote;
    struct values values; /* of --set; owned */
};

/* Reads argv[1] to the end, argv[0] being "replay".  False: `error` is one line that says what is
 * wrong and what is allowed. */
bool replay_options_parse(int argc, char *const *argv, struct replay_options *ret_options,
                          struct text *error);

/* Gives back what it owns. */
void replay_options_free(struct replay_options *options);

/* Writes what `tlsmodem replay --help` prints. */
void replay_options_print_help(FILE *out);

#endif
