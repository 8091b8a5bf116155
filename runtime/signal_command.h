/* signal_command.h: a command of the operator's that says how strong the radio's signal is.
 *
 * It is run by the shell at once, and again half a minute after it has ended; TLSMODEM_NAME in its
 * environment is the modem, TLSMODEM_INTERFACE the interface that it follows, if it does.  The
 * first thing that it says is a number: 0 to 31 or 99, as +CSQ has them, or below 0 in dBm (-113 is
 * 0, -51 is 31; 3GPP TS 27.007 8.5).  One that says no such number, fails, or is not over in
 * time, when it is killed with what it waits for, has the signal be 99: not known.  What it has
 * started, and leaves in its process group, is killed when it has ended; what has left that group
 * is not, and as long as it has the output open, more may come.
 */
#ifndef RUNTIME_SIGNAL_COMMAND_H
#define RUNTIME_SIGNAL_COMMAND_H

#include "base/span.h"
#include "posix/loop.h"

#include <stdbool.h>

enum { SIGNAL_UNKNOWN = 99, SIGNAL_COMMAND_LIMIT_MS = 10000 };

/* What the command has said as +CSQ has it; false: it is no such number. */
bool signal_command_read(struct span said, int *ret_signal);

struct signal_command;

/* What is pointed to is borrowed until signal_command_close(). */
struct signal_command_config {
    const char *command;
    const char *name, *interface; /* interface: NULL: none */
    uint32_t limit_ms; /* for one run and its output, above 0: SIGNAL_COMMAND_LIMIT_MS, but
                        * for tests */
    const struct log *log;
    /* From the loop, each time; the command may not be closed inside. */
    void (*on_signal)(void *ctx, int signal);
    void *ctx;
};

/* Runs it from now on.  ERR_NO_MEMORY. */
enum err signal_command_open(struct posix_loop *loop, const struct signal_command_config *config,
                             struct signal_command **ret_command);

/* Kills what runs, and ends it; NULL is nothing. */
void signal_command_close(struct signal_command *command);

#endif
