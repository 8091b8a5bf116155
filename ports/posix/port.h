/* port.h: one port of a modem towards a host: what carries it, and where. */
#ifndef POSIX_PORT_H
#define POSIX_PORT_H

#include "posix/fd_channel.h"
#include "posix/serial_format.h"

enum port_kind { PORT_PTY, PORT_TCP, PORT_UNIX, PORT_UART, PORT_STDIO, PORT_RFC2217, PORT_TCP_TLS };

enum { PORT_WHERE_CAP = 256, PORT_LABEL_CAP = 272 };

/* Paths of PEM files, borrowed.  `ca`: whose certificates hosts must have; NULL: they need none. */
struct port_tls {
    const char *cert, *key, *ca;
};

/* What to open.  Plain data. */
struct port_spec {
    enum port_kind kind;
    char where[PORT_WHERE_CAP]; /* path of link ("": none), socket or device; TCP, RFC 2217: numeric
                                 * address,
                                 * no brackets
                                 */
    uint16_t tcp_port;          /* 0: any free one */
    struct serial_format line;  /* UART: its rate is said; PTY, RFC 2217: how hosts find it set, a
                                 * rate of 0: as the system has it */
    bool is_host;               /* UART: a module is at the other end, and we are its host */
    struct port_tls tls;        /* TCP with TLS */
    bool awaits;                /* UART: a device that is not there is waited for from the start */
};

/* True when hosts come over TCP, to `where` and `tcp_port`. */
bool port_kind_is_tcp(enum port_kind kind);

struct port;

struct port_ops {
    void (*close)(struct port *port); /* gives everything back, frees the port */
    /* What the channel is to speak to instead of `terminal`, as long as the port lives; NULL:
     * `terminal` itself. */
    struct terminal *(*dress)(struct port *port, struct terminal *terminal);

    /* The others may be missing. */

    /* What the host has set its end to, 0 where the medium does not tell; false: nobody has said
     * anything yet. */
    bool (*host_format)(const struct port *port, struct serial_format *ret_format);
    void (*drive)(struct port *port, unsigned circuits);
    void (*set_format)(struct port *port, const struct serial_format *format);
    void (*get_format)(const struct port *port, struct serial_format *ret_format);
    bool (*is_changing)(const struct port *port);
    bool (*is_sent)(const struct port *port);
};

/* First member of each kind's own struct. */
struct port {
    const struct port_ops *ops;
    struct posix_loop *loop;
    struct fd_channel channel;
    char label[PORT_LABEL_CAP]; /* "tcp 127.0.0.1:4000": kind and where, as a host has to know it */
    void (*on_end)(void *ctx);
    void *end_ctx;
    bool is_away;
    void (*on_away)(void *ctx, bool is_away);
    void *away_ctx;
    void (*on_circuits)(void *ctx, unsigned circuits);
    void *circuits_ctx;
};

/* Lets bytes move between hosts and `terminal`, which is borrowed until port_close(). */
void port_start(struct port *port, struct terminal *terminal);

/* What to attach to the modem; it lives as long as the port. */
struct channel *port_channel(struct port *port);

/* on_end() is called, from the loop or from inside a call of the channel, when no host can ever
 * come again: standard input or output has ended. */
void port_on_end(struct port *port, void (*on_end)(void *ctx), void *ctx);

/* True while no host can come: the device is not there, the terminal has failed, standard input has
 * ended. */
bool port_is_away(const struct port *port);

/* on_away() is called when that changes, from the loop or from inside a call of the channel. */
void port_on_away(struct port *port, void (*on_away)(void *ctx, bool is_away), void *ctx);

/* For the kinds of port: whether it is away from now on. */
void port_set_away(struct port *port, bool is_away);

/* on_circuits() is called with what the other end's circuits are (bits of enum channel_line: DTR
 * and RTS of a host, DCD, DSR, CTS and RI of a module) when a port that has some has seen them
 * change; before the first time DTR and RTS, DSR and CTS count as on.  From the loop, or from
 * inside a call of the channel. */
void port_on_circuits(struct port *port, void (*on_circuits)(void *ctx, unsigned circuits),
                      void *ctx);

/* For the kinds of port: the other end's circuits are these now. */
void port_tell_circuits(struct port *port, unsigned circuits);

/* This end's circuits are these from now on: towards a host DCD, DSR, CTS and RI, towards a module
 * DTR and RTS; a port that has none does not mind. */
void port_drive(struct port *port, unsigned circuits);

/* What a host has set its end to; false: this kind of port does not know, or no host has said. */
bool port_host_format(const struct port *port, struct serial_format *ret_format);

/* Sets this end, when what it has to send is sent; a port without a line does not mind. */
void port_set_format(struct port *port, const struct serial_format *format);

/* True until that is done, or has failed, which the log tells. */
bool port_is_changing(const struct port *port);

/* What this end is set to, the last that did not fail; `ret_format` stays as it is for a port
 * without a line. */
void port_get_format(const struct port *port, struct serial_format *ret_format);

/* True when, as far as the system knows, the other end has had all that was written. */
bool port_is_sent(const struct port *port);

/* Kind and place; valid as long as the port. */
const char *port_label(const struct port *port);

/* Closes and frees; links and sockets that are still ours are removed.  The terminal must not use
 * the channel any more.  NULL is nothing. */
void port_close(struct port *port);

#endif
