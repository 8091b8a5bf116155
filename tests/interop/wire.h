/* wire.h: the stream below a session under test: a non-blocking connection, or a peer that says
 * what a script says, made as awkward as a test wants it. */
#ifndef INTEROP_WIRE_H
#define INTEROP_WIRE_H

#include "iface/tls.h"

enum wire_end { WIRE_SILENT, WIRE_CLOSES, WIRE_RESETS };

struct wire {
    int fd;               /* -1: the script speaks */
    struct span script;   /* what is left of it */
    enum wire_end end;    /* of the script */
    size_t chunk;         /* at most so many bytes in one call; 0: no limit */
    unsigned again_every; /* each such call is put off; 0: none */
    unsigned calls;
    bool corrupts;      /* the last byte of each run received is changed */
    uint8_t sent[2048]; /* the first bytes that the session sent */
    size_t sent_len;
};

/* The functions to give to a session; `wire` outlives it. */
struct tls_lower wire_lower(struct wire *wire);

/* A connection to 127.0.0.1, established; fails the test when there is none. */
void wire_connect(struct wire *wire, uint16_t port);

/* Waits until the connection is as `step` wants it; false at the deadline. */
bool wire_wait(const struct wire *wire, enum tls_step step, int64_t deadline_ms);

void wire_close(struct wire *wire);

/* The cipher suites of the ClientHello that went over the wire; their number. */
size_t wire_offered(const struct wire *wire, tls_suite *suites, size_t cap);

#endif
