/* packets.h: the file of --pcap, of all modems of a run. */
#ifndef DAEMON_PACKETS_H
#define DAEMON_PACKETS_H

#include "base/log.h"
#include "posix/port_failure.h"
#include "runtime/modem.h"
#include "tls_common/keylog.h"

struct packets;
struct packets_seat;

/* Begins the file at `path`, which is for its owner alone and replaces one that was there.  `log`
 * is borrowed until packets_close().  ERR_IO, ERR_NO_MEMORY: `ret_failure` has the reason. */
enum err packets_open(const char *path, const struct log *log, struct port_failure *ret_failure,
                      struct packets **ret_packets);

/* Who has the secrets of TLS put into it, until packets_close(). */
const struct tls_keylog_tap *packets_keys(const struct packets *packets);

/* Ends the file, after all seats.  NULL is nothing. */
void packets_close(struct packets *packets);

/* A place for a modem of this name, which is copied.  NULL: there is no memory. */
struct packets_seat *packets_seat_open(struct packets *packets, const char *name);

/* Who looks on at the modem, outside of `inner` (NULL: nobody), which is borrowed; once, until
 * packets_seat_close(). */
const struct runtime_taps *packets_seat_taps(struct packets_seat *seat,
                                             const struct runtime_taps *inner);

/* Gives it back, after the modem.  NULL is nothing. */
void packets_seat_close(struct packets_seat *seat);

#endif
