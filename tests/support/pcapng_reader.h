/* pcapng_reader.h: reads a pcapng file of src/capture as a stranger would, who trusts nothing in
 * it: what the ports said, and what the packets of the sockets carried, put together again.
 *
 * It knows of the file what draft-ietf-opsawg-pcapng, the RFCs of IP, TCP and UDP, and Wireshark's
 * exported_pdu_tlvs.h say, and takes nothing of the code that has written it.
 */
#ifndef SUPPORT_PCAPNG_READER_H
#define SUPPORT_PCAPNG_READER_H

#include "base/bytes.h"

#include <stdbool.h>

enum { PCAPNG_NAME_CAP = 160, PCAPNG_INTERFACES_MAX = 16, PCAPNG_OWN = 0, PCAPNG_PEER = 1 };

/* An interface: the modem's network, or one of its ports. */
struct pcapng_seen_interface {
    unsigned link;
    char name[PCAPNG_NAME_CAP];
    unsigned packets;
    struct bytes typed, said; /* of a port: what the host and the module sent, in order */
};

/* A connection of TCP that was dialled, or the two ends of datagrams. */
struct pcapng_seen_stream {
    struct pcapng_seen_stream *next; /* in the order of their first packets */
    bool is_tcp, is_ipv6, was_dialled_by_peer;
    uint8_t addresses[2][16]; /* of PCAPNG_OWN and PCAPNG_PEER: 4 or 16 bytes */
    unsigned ports[2];
    unsigned opened; /* handshakes of three packets: 0 or 1 */
    bool has_fin[2], is_reset;
    uint32_t next_sequence[2];
    unsigned packets[2];  /* with data */
    struct bytes sent[2]; /* what each has sent; datagrams without what is missing of them */
    size_t missing;       /* bytes of datagrams that nobody has seen */
};

struct pcapng_seen {
    struct pcapng_seen_interface interfaces[PCAPNG_INTERFACES_MAX];
    size_t interface_count;
    struct pcapng_seen_stream *streams, *last;
    unsigned sections, packets, secrets;
    struct bytes keys;           /* lines of the key log */
    struct bytes tcp[2], udp[2]; /* data of all streams, as it passed */
    uint64_t time_us;            /* of the last packet */
    char mistake[200];
};

/* Reads all of it.  False: `seen->mistake` says what is wrong with it, and at which byte; what was
 * read before is there.  pcapng_forget() in any case. */
bool pcapng_look(struct span file, struct pcapng_seen *seen);

/* Frees what there is. */
void pcapng_forget(struct pcapng_seen *seen);

/* The interface of this name; NULL: there is none. */
const struct pcapng_seen_interface *pcapng_interface_named(const struct pcapng_seen *seen,
                                                           const char *name);

#endif
