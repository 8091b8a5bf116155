/* options.h: the command line of `tlsmodem check`, as data. */
#ifndef DAEMON_CHECK_OPTIONS_H
#define DAEMON_CHECK_OPTIONS_H

#include "posix/port.h"
#include "transcript/script.h"
#include "transcript/values.h"
#include "wrap/stack.h"

#include <stdio.h>

/* Texts are borrowed from argv, `module` is static. */
struct check_options {
    bool help;          /* else the rest counts */
    const char **paths; /* files and folders; owned */
    size_t path_count;  /* at least 1 */
    const char *module; /* that plays all of them; NULL: each model of a file's header */
    struct port_spec ports[SCRIPT_PORTS_MAX]; /* of a real module */
    size_t port_count;                        /* 0: the engine plays, or this program */
    bool runs;                                /* this program, */
    enum port_kind run;                       /* behind such a port: PTY, TCP, UNIX, STDIO */
    const char *address;                      /* of peers for either */
    struct values values;                     /* of --set; owned */
    const char *scenario;                     /* a file; NULL: none */
    const char *junit;                        /* where the results go too; NULL: nowhere */
    bool single_bytes;
    bool rewrite;               /* put what comes into the files */
    struct stack_plan in_front; /* of the network of the engine, or of this program */
    unsigned jobs;              /* files at once, 1 to CHECK_JOBS_MAX */
};

enum { CHECK_OPTIONS_ERROR_CAP = 1024, CHECK_JOBS_MAX = 64 };

/* Reads argv[1] to the end, argv[0] being "check".  False: `ret_error` (CHECK_OPTIONS_ERROR_CAP
 * bytes) is one line that says what is wrong and what is allowed, and there is nothing to free. */
bool check_options_parse(int argc, char *const *argv, struct check_options *ret_options,
                         char *ret_error);

/* Gives back what it owns. */
void check_options_free(struct check_options *options);

/* Writes what `tlsmodem check --help` prints, from the table that check_options_parse() reads. */
void check_options_print_help(FILE *out);

#endif
