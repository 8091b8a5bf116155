/* capture.h: stands around a modem's network, TLS libraries and ports, and gives what passes as
 * blocks of a pcapng file.
 *
 * What passes is not changed, only looked at.  Packets are made of what the modem's sockets send
 * and receive, with the addresses and ports of the connection as the modem has it; records of TLS
 * are as on the network.  All calls come from the modem's thread, and the sink's from inside them.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "capture/capture_sink.h"
#include "iface/channel.h"
#include "iface/net.h"
#include "iface/tls.h"

struct capture;
struct tlsmodem;

/* Makes one for a modem of this name, which the interfaces have: NAME for its network, NAME/0 to
 * NAME/7 for its ports.  The name is copied, at most CAPTURE_NAME_MAX bytes of it; the sink is
 * borrowed until capture_close().  ERR_NO_MEMORY. */
enum err capture_open(struct capture_sink sink, const char *name, struct capture **ret_capture);

/* The modem's network, to stand in the place of `inner`, borrowed; once. */
struct net *capture_net(struct capture *capture, struct net *inner);

/* The modem's TLS libraries, at most CAPTURE_TLS_MAX, in the place of `list`; once. */
struct tls *const *capture_tls(struct capture *capture, struct tls *const *list, size_t count);

/* The modem, to be asked where a command line ends; nobody has typed yet. */
void capture_attach(struct capture *capture, const struct tlsmodem *modem);

/* What the port with this index (below CAPTURE_PORTS_MAX) drives in the place of the modem's own
 * terminal; once for each. */
struct terminal *capture_terminal(struct capture *capture, size_t index, struct terminal *inner);

/* The modem is about to be taken away: what it has begun to say is written. */
void capture_stop(struct capture *capture);

/* Frees it, after the modem, its ports, and all that it had open.  NULL is nothing. */
void capture_close(struct capture *capture);

#endif
