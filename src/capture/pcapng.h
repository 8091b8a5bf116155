/* pcapng.h: blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian.
 *
 * Each function puts one whole block behind what `out` has; ERR_NO_MEMORY: `out` may end in a part
 * of one.
 */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include "base/bytes.h"

/* Link types, as tcpdump.org's registry numbers them. */
enum pcapng_link { PCAPNG_RAW_IP = 101, PCAPNG_UPPER_PDU = 252 };

/* As the modem sees it. */
enum pcapng_direction { PCAPNG_INBOUND = 1, PCAPNG_OUTBOUND = 2 };

/* Begins a file that `application` writes. */
enum err pcapng_section(struct bytes *out, struct span application);

/* An interface with microseconds; they are numbered from 0 in the order of their blocks. */
enum err pcapng_interface(struct bytes *out, enum pcapng_link link, struct span name);

/* Lines of an NSS key log; they must stand before the packets that they decrypt. */
enum err pcapng_secrets(struct bytes *out, struct span lines);

/* What passed at an interface, `head` and `data` in one, at `time_us` since 1970-01-01T00:00:00Z.
 * It had `missing` bytes more, which nobody has seen. */
enum err pcapng_packet(struct bytes *out, uint32_t interface, uint64_t time_us,
                       enum pcapng_direction direction, struct span head, struct span data,
                       size_t missing);

#endif
