/* telnet.h: the bytes of a Telnet connection (RFC 854, RFC 855), the server's side.
 *
 * Which options are on is agreed by the Q method (RFC 1143), so that no two sides agree for ever.
 * Knows no socket: bytes go in by telnet_feed() and out by telnet_peek().
 */
#ifndef POSIX_TELNET_H
#define POSIX_TELNET_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 856, RFC 857, RFC 858, RFC 2217. */
enum telnet_option {
    TELNET_BINARY = 0,
    TELNET_ECHO = 1,
    TELNET_NO_GO_AHEAD = 3,
    TELNET_COM_PORT = 44
};

enum { TELNET_OPTIONS = 4, TELNET_OUT_CAP = 2048, TELNET_SUB_CAP = 64 };

/* What the host says.  All are called from inside telnet_feed(), and may say something. */
struct telnet_ops {
    /* Data; returns how many bytes were taken. */
    size_t (*data)(void *ctx, struct span bytes);
    /* COM-PORT-OPTION is on from now on, in either direction. */
    void (*com_port)(void *ctx);
    /* A subnegotiation of COM-PORT-OPTION: what stands between it and its end. */
    void (*sub)(void *ctx, struct span value);
};

enum telnet_state { TELNET_DATA, TELNET_IAC, TELNET_VERB, TELNET_SUB, TELNET_SUB_IAC };
enum telnet_side { TELNET_NO, TELNET_ASKED, TELNET_YES };

/* To be read by nobody else. */
struct telnet {
    const struct telnet_ops *ops;
    void *ctx;
    enum telnet_state state;
    uint8_t verb;
    uint8_t sub[TELNET_SUB_CAP];
    size_t sub_len; /* beyond the capacity: it is too long, and dropped */
    bool after_cr;  /* the host's last byte was a CR */
    bool serial;    /* COM-PORT-OPTION is on */
    enum telnet_side us[TELNET_OPTIONS], them[TELNET_OPTIONS];
    uint8_t out[TELNET_OUT_CAP];
    size_t out_at, out_len;
    bool full; /* telnet_feed() took less because there was no place for answers */
};

/* A host has come: forgets the one before and offers what a serial line needs. */
void telnet_begin(struct telnet *telnet, const struct telnet_ops *ops, void *ctx);

/* Bytes of the host.  Returns how many were taken: less where data() took less, or where answers
 * wait to be sent; the rest is given again. */
size_t telnet_feed(struct telnet *telnet, struct span bytes);

/* Puts data for the host behind what waits; returns how many bytes were taken. */
size_t telnet_say(struct telnet *telnet, struct span data);

/* A subnegotiation of COM-PORT-OPTION for the host.  Dropped, whole, when there is no place, as for
 * a host that does not read. */
void telnet_say_sub(struct telnet *telnet, uint8_t command, struct span value);

/* What is to be sent; valid until the next call. */
struct span telnet_peek(const struct telnet *telnet);

/* So many bytes of it were sent.  True: telnet_feed() takes again what it refused for them. */
bool telnet_consume(struct telnet *telnet, size_t count);

#endif
