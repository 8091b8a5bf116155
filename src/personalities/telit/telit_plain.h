/* telit_plain.h: a plain socket: TCP or UDP, dialled or accepted, online or in command mode.
 *
 * Source: docs/facts/telit-plain-sockets.md.
 */
#ifndef TELIT_PLAIN_H
#define TELIT_PLAIN_H

#include "bridge/datagrams.h"
#include "bridge/online.h"
#include "bridge/packets.h"
#include "bridge/senders.h"
#include "module/module.h"
#include "module/part.h"

enum { TELIT_PLAIN_MAX = 6, TELIT_PLAIN_PIECE = 1500 }; /* bytes that are read or sent at once */

/* The number of the old single socket of 2G modules, which #SKTD opens, among the others: it is
 * online or closed. */
enum { TELIT_SINGLE = TELIT_PLAIN_MAX + 1 };

/* Of each socket, there while one is not as it comes (module/record.h). */
struct telit_plain_settings {
    int32_t cid, packet_size, idle_s, connect_ds, flush_ds;                    /* #SCFG */
    int32_t ring_mode, receive_mode, keep_alive_min, accepts, send_mode;       /* #SCFGEXT */
    int32_t restarts_flush, abort_dial, ring_length, ring_ds, no_carrier_mode; /* #SCFGEXT2 */
    int32_t at_once, closure_mode, fast_ring, send_limit, unused;              /* #SCFGEXT3 */
};

/* Why a connection ended, as #SLASTCLOSURE counts (80437ST10619A p.191). */
enum telit_cause { CAUSE_NONE, CAUSE_PEER, CAUSE_ABORT, CAUSE_IDLE, CAUSE_NETWORK };

/* What the session of its port waits for. */
#define TELIT_PLAIN_WAITS(X)                                                                       \
    X(PLAIN_WAITS_FOR_NOTHING) X(PLAIN_WAITS_FOR_DIAL) X(PLAIN_WAITS_TO_SEND)

enum telit_plain_wait {
#define TELIT_PLAIN_WAIT_ENUM(name) name,
    TELIT_PLAIN_WAITS(TELIT_PLAIN_WAIT_ENUM)
#undef TELIT_PLAIN_WAIT_ENUM
};

/* What #SI, #ST and #SLASTCLOSURE tell. */
struct telit_plain_tally {
    uint64_t sent, received; /* bytes since it was opened */
    enum telit_cause cause;  /* of its end; CAUSE_NONE: the host closed it, or it is open */
};

/* A connection that has come in and waits for #SA; of datagrams the senders have it. */
struct telit_plain_call {
    struct net_stream *stream; /* NULL: none */
    struct net_address from;
    uint16_t port;
    bool told;
};

/* What a socket has while it is open, listens, or has something to tell. */
struct telit_plain {
    struct online online; /* first member */
    int id;
    struct tlsmodem *modem;
    struct module_terminal *owner;        /* the port that opened it or listens by it */
    struct telit_plain_settings settings; /* as they are now */
    struct connection socket;
    struct packets packets;
    struct datagrams datagrams;    /* of UDP */
    struct senders *senders;       /* of #SLUDP; NULL: there are none, nor may there be */
    struct net_listener *listener; /* NULL: it does not listen */
    struct telit_plain_call call;
    struct telit_plain_tally tally;
    size_t cid;                    /* the context that it uses since it was opened */
    uint16_t listens_on;           /* the host's port */
    uint16_t own_port;             /* 0: not known */
    enum telit_plain_wait waiting; /* telit_plain_expect() is its only writer */
    bool dial_online;              /* the dial under way ends online */
    bool in_background;            /* nobody waits for it: #SD has answered */
    bool keeps;                    /* closure type 255: it outlives the peer's FIN */
    bool accepted;
    bool takes_datagrams;  /* it listens by #SLUDP, or came of that */
    bool end_told;         /* NO CARRIER was said, and something is left to read */
    bool no_carrier;       /* NO CARRIER is due as soon as the port is quiet */
    bool aborted;          /* #SL: ABORTED is */
    size_t rung;           /* bytes that the last SRING counted and that are still there */
    int64_t ring_from_ms;  /* no SRING with data before */
    int64_t ring_timer_ms; /* when the port is to be looked at for one; else CLOCK_NEVER */
    int64_t idle_until_ms; /* end of a silence in command mode, or CLOCK_NEVER */
    int64_t
        send_until_ms; /* of PLAIN_WAITS_TO_SEND, from the end of its prompt; else CLOCK_NEVER */
    int64_t left_ms;   /* when it last left online mode, which ATO returns to; 0: never */
};

extern const struct module_part telit_plain_sockets, telit_plain_tallies, telit_firewall_part;
extern const struct at_commands telit_plain_config, telit_plain_dial, telit_plain_transfer,
    telit_plain_status, telit_plain_listen, telit_firewall, telit_pad, telit_single_config,
    telit_single;

/* ---- telit_plain_config.c ---- */

/* How the socket `id` (from 1) is set. */
void telit_plain_read_settings(struct at_session *at, int32_t id,
                               struct telit_plain_settings *ret_settings);

/* ---- telit_single_config.c ---- */

/* Where #SKTOP goes. */
struct telit_single_settings {
    int32_t packet_size, idle_s, connect_ds;   /* #PKTSZ, #SKTTO, #SKTCT */
    int32_t protocol, port, closure, own_port; /* #SKTSET */
    char host[CONNECTION_HOST_MAX + 1];        /* empty: it was not set */
};

/* How the single socket is set. */
void telit_single_read_settings(struct at_session *at, struct telit_single_settings *ret_settings);

/* Factory values for that, stored: AT_OK, or the error, noted. */
enum at_status telit_single_reset(struct at_session *at);

/* ---- telit_plain_life.c ---- */

/* The socket `id`; NULL: nothing of it is there. */
struct telit_plain *telit_plain_if(const struct tlsmodem *modem, int32_t id);

/* True when a rule of #FRWL lets it in from there; else the log has a line. */
bool telit_plain_admits(const struct telit_plain *plain, const struct net_address *from);

/* True when somebody waits for #SA. */
bool telit_plain_is_called(const struct telit_plain *plain);

/* True when it may be opened: no connection, listener, call or prompt is there, but perhaps what a
 * peer has left to be read.  NULL is free. */
bool telit_plain_is_free(const struct telit_plain *plain);

/* AT_OK unless another port has it, which is refused. */
enum at_status telit_plain_guard(struct at_session *at, int32_t id);

/* The same, connected.  NULL: the error is noted. */
struct telit_plain *telit_plain_connected(struct at_session *at, int32_t id);

/* From now on the session waits for this, with no time limit yet; it waits for one thing at a time,
 * which is asserted. */
void telit_plain_expect(struct telit_plain *plain, enum telit_plain_wait next);

/* Nothing is heard of the peer from now on until the silence is too long, unless it is online. */
void telit_plain_touch(struct telit_plain *plain);

/* The connection is open: in command mode. */
void telit_plain_enter_command_mode(struct telit_plain *plain);

/* Ends listener and call without a word. */
void telit_plain_stop_listening(struct telit_plain *plain);

/* What its tally says is known when it is closed, too. */
void telit_plain_remember(struct telit_plain *plain);

/* Closes without a word; listener and call go as well. */
void telit_plain_close(struct telit_plain *plain);

/* Ends what there is from our side, and says so, for this cause. */
void telit_plain_drop(struct telit_plain *plain, enum telit_cause cause);

/* Of an open connection, bytes that wait for the host; UDP: those of all datagrams. */
size_t telit_plain_unread(struct telit_plain *plain);

/* True when the next such byte is of another sender than those before. */
bool telit_plain_turns(const struct telit_plain *plain);

/* Takes such bytes; of datagrams those of the first.  0: none now. */
size_t telit_plain_read(struct telit_plain *plain, uint8_t *buf, size_t cap);

/* Sends what waits; true when nothing is left. */
bool telit_plain_flush(struct telit_plain *plain);

/* What is known of the socket `id`, open or not. */
struct telit_plain_tally telit_plain_tally(const struct tlsmodem *modem, int32_t id);

/* ---- telit_plain_prepare.c ---- */

/* A free socket, to be opened by this port on its context, which is active: what was known of the
 * one before is gone.  NULL: the error is noted; that of one that is in use is `busy`. */
struct telit_plain *telit_plain_prepare(struct at_session *at, int32_t id, int32_t busy);

/* A connection that is opened next has the probes that #SCFGEXT asks for. */
void telit_plain_probe(struct telit_plain *plain);

/* ---- telit_plain_dial.c ---- */

/* Opens a socket that was prepared, as `target` says but for the times: what a handler returns. */
enum at_status telit_plain_open(struct at_session *at, struct telit_plain *plain,
                                struct connection_target *target, bool online);

/* ---- telit_plain_listen.c ---- */

/* Has a socket that was prepared listen for a host that has asked for `port`, not 0; what a handler
 * returns. */
enum at_status telit_plain_listen_at(struct at_session *at, struct telit_plain *plain,
                                     uint16_t port);

/* Tells of a call, or takes it, where the socket does so by itself; while at_may_speak(). */
void telit_plain_tell_call(struct telit_plain *plain);

/* ---- telit_plain_transfer.c ---- */

/* The peer takes more of what a command sends, or has gone. */
void telit_plain_send_on(struct telit_plain *plain);

/* The time of a command that sends is over. */
void telit_plain_send_timeout(struct telit_plain *plain);

/* ---- telit_plain_ring.c ---- */

/* A piece of received data as #SCFGEXT has it, in text or digits: where it stands, and how long it
 * is then, in `text` of 2 * TELIT_PLAIN_PIECE bytes.  A piece has TELIT_PLAIN_PIECE at most. */
struct span telit_plain_show(const struct telit_plain *plain, struct span piece, uint8_t *text);

/* SRING for what is new; while at_may_speak(). */
void telit_plain_ring(struct telit_plain *plain);

/* ---- telit_plain_online.c ---- */

/* The port is the socket's from the CONNECT on that follows. */
void telit_plain_go_online(struct telit_plain *plain, struct at_session *at);

/* Sends a packet whose time has come, and ends a connection that was idle for too long. */
void telit_plain_online_tick(struct telit_plain *plain, int64_t now_ms);

/* Of the sockets that this port has open the one that was online last; NULL: none. */
struct telit_plain *telit_plain_last_online(struct at_session *at);

/* ---- telit_pad.c ---- */

/* True when the character that has online data leave is among these bytes, which then end with it.
 */
bool telit_pad_cut(struct at_session *at, struct span *bytes);

/* ---- telit_firewall.c ---- */

/* True when a rule of #FRWL lets calls from there in. */
bool telit_firewall_lets_in(const struct tlsmodem *modem, const struct net_address *from);

enum { TELIT_ADDRESS_BYTES = 4 };

/* Reads an address, or a mask, in dotted decimal.  Hosts write octets with leading zeros, which
 * count for nothing.  False: it is none, and `bytes` are undefined. */
bool telit_address_read(struct span text, uint8_t bytes[TELIT_ADDRESS_BYTES]);

#endif
