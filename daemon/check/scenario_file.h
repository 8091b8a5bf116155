/* scenario_file.h: the scenario of `tlsmodem check --scenario`, which each play has beside it. */
#ifndef DAEMON_CHECK_SCENARIO_FILE_H
#define DAEMON_CHECK_SCENARIO_FILE_H

#include "check/files.h"
#include "transcript/fill.h"
#include "transcript/scenario.h"

/* All zero is none. */
struct scenario_file {
    struct check_files files;
    struct scenario *scenario; /* NULL: none */
};

/* Reads the file at `path`; NULL: there is none.  `known` is as for scenario_read().  False: `say`
 * got a line for each mistake, without an end, and there is nothing to free. */
bool scenario_file_read(const char *path, const char *const *known,
                        void (*say)(void *ctx, const char *line), void *ctx,
                        struct scenario_file *ret_file);

/* Gives it back; of a zeroed one nothing. */
void scenario_file_free(struct scenario_file *file);

/* Variables of one play: those of `given` before ${name}, which is the module's, and ${n} and
 * ${shard}, which are 0; those of `usual` last. */
struct scenario_variables {
    const char *module;
    struct fill_variables given, usual;
};

/* What a play of the scenario is given; the struct is borrowed. */
struct fill_variables scenario_variables_iface(struct scenario_variables *variables);

#endif
