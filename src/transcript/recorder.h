/* recorder.h: stands around a modem's network, TLS libraries and ports, and has a writer write what
 * passes.
 *
 * What passes is not changed, only looked at: data of TLS in clear, above the library.  One thing
 * moves: decrypted bytes that the modem asks the number of are taken from the library then.  All
 * calls come from the modem's thread.
 */
#ifndef TRANSCRIPT_RECORDER_H
#define TRANSCRIPT_RECORDER_H

#include "iface/channel.h"
#include "iface/clock.h"
#include "iface/data_call.h"
#include "iface/net.h"
#include "iface/tls.h"
#include "transcript/script.h"
#include "transcript/writer.h"

struct recorder;
struct tlsmodem;

enum { RECORDER_TLS_MAX = 4 };

/* Makes one for a modem.  The writer is borrowed until recorder_close().  ERR_NO_MEMORY. */
enum err recorder_open(struct writer *writer, struct recorder **ret_recorder);

/* The modem's network, to stand in the place of `inner`, and its clock, both borrowed; once, and
 * before anything else is asked for. */
struct net *recorder_net(struct recorder *recorder, const struct clock *clock, struct net *inner);

/* Who takes the modem's data calls, in the place of `inner`, borrowed; once.  Each is a peer of its
 * own kind in the transcript. */
struct data_calls *recorder_calls(struct recorder *recorder, struct data_calls *inner);

/* The modem's TLS libraries, at most RECORDER_TLS_MAX, in the place of `list`; once. */
struct tls *const *recorder_tls(struct recorder *recorder, struct tls *const *list, size_t count);

/* The modem that is recorded, to be asked what is secret; it is switched on now, and nobody has
 * typed yet. */
void recorder_attach(struct recorder *recorder, const struct tlsmodem *modem);

/* The modem runs a command line that no port types: what in it is secret is so from now on. */
void recorder_hide(struct recorder *recorder, struct span line);

/* What the port with this index (0 to 7) drives in the place of the modem's own terminal; once for
 * each. */
struct terminal *recorder_terminal(struct recorder *recorder, size_t index, struct terminal *inner);

/* The world does a step to the modem (world_step.h), now, with its texts filled in; `port` from 0.
 */
void recorder_step(struct recorder *recorder, size_t port, const struct script_step *step,
                   struct span first, struct span second);

/* It could not: nothing has changed since. */
void recorder_step_failed(struct recorder *recorder);

/* A circuit of a port is so from now on. */
void recorder_circuit(struct recorder *recorder, size_t port, enum channel_line circuit, bool on);

/* A comment, as writer_remark() takes it, where it belongs among what has passed. */
void recorder_remark(struct recorder *recorder, const char *text);

/* The modem is about to be taken away: what it says and closes from now on is not written. */
void recorder_stop(struct recorder *recorder);

/* Frees it, after the modem, its ports, and all that it had open.  NULL is nothing. */
void recorder_close(struct recorder *recorder);

#endif
