/* data_program.h: data calls (iface/data_call.h) to a program of the operator's that speaks PPP:
 * pppd, slirp.
 *
 * Each call starts it by the shell, as the leader of a session and group of its own.  Its standard
 * input and output are one end of a raw pseudo-terminal, its standard error is ours; in its
 * environment are TLSMODEM_NAME, the modem, TLSMODEM_NUMBER, as it was dialled and empty for
 * +CGDATA, TLSMODEM_CID, TLSMODEM_APN and TLSMODEM_ADDRESS.  When it ends, so does the call, with
 * what is left of its group.  When the call ends before, its terminal hangs up, and its group gets
 * SIGHUP, after a while SIGTERM, and then SIGKILL.
 */
#ifndef POSIX_DATA_PROGRAM_H
#define POSIX_DATA_PROGRAM_H

#include "iface/data_call.h"
#include "posix/loop.h"

struct data_programs;

/* `command`, `name` (of the modem) and `log` (may be NULL) are borrowed until it is closed.  NULL:
 * no memory. */
struct data_programs *data_programs_open(struct posix_loop *loop, const char *command,
                                         const char *name, const struct log *log);

/* What the engine is given. */
struct data_calls *data_programs_iface(struct data_programs *programs);

/* When no call is left; programs that go on for all that have less than a second.  NULL is nothing.
 */
void data_programs_close(struct data_programs *programs);

#endif
