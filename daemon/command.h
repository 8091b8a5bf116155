/* command.h: the program behind `--` of the command line, which a run is for.
 *
 * It starts when every port is ready, and its end is the run's.  Everything happens in the master's
 * thread.
 */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

#include "controlling.h"
#include "posix/loop.h"
#include "posix/port_failure.h"
#include "roster.h"

/* Zeroed: there is none. */
struct command {
    uv_process_t process;
    void (*on_end)(void *ctx);
    void *ctx;
    bool is_open, runs;
    int status; /* of its end: as a shell has it */
};

/* Starts the words, whose last is NULL, with TLSMODEM_PORT, TLSMODEM_PORT_2 … for the ports of the
 * roster in order, and TLSMODEM_CONTROL, TLSMODEM_CONTROL_TOKEN_FILE where the plans have them;
 * their paths hold in any folder.
 * `on_end` is called from the loop when it has ended.  False: `ret_failure` says why. */
bool command_start(struct command *command, char *const *words, struct posix_loop *loop,
                   const struct roster *roster, const struct controlling *controlling,
                   void (*on_end)(void *ctx), void *ctx, struct port_failure *ret_failure);

/* Has one that runs still end, and waits for it; before the loop is closed.  After this `status` is
 * what it ended with. */
void command_stop(struct command *command);

#endif
