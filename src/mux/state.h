/* state.h: what the files of mux/ share and nobody else calls. */
#ifndef MUX_STATE_H
#define MUX_STATE_H

#include "base/bytes.h"
#include "base/ring.h"
#include "base/time.h"
#include "mux/config.h"

/* Octets of a modem status command (27.010 5.4.6.3.7). */
enum mux_signals {
    SIGNAL_LAST = 0x01, /* no octet follows */
    SIGNAL_WAIT = 0x02, /* FC: takes no frames */
    SIGNAL_RTC = 0x04,  /* DTR of a host, DSR of a module */
    SIGNAL_RTR = 0x08,
    SIGNAL_RING = 0x40,
    SIGNAL_DATA = 0x80 /* DCD */
};

/* One open DLCI. */
struct mux_line {
    struct channel channel; /* first: what the terminal calls */
    struct mux *mux;
    struct terminal *terminal;
    uint8_t dlci;
    size_t frame_max;
    struct bytes kept; /* of the host, which the terminal has refused */
    unsigned lines;    /* as the terminal says */
    bool waits;        /* the host takes no frames */
    bool told_wait;    /* nor shall the host send any */
    bool status_due;   /* the host is to be told of the circuits */
};

struct mux {
    struct mux_config config;
    struct mux_reader reader;
    struct mux_line *lines[MUX_DLCI_MAX + 1]; /* owned; NULL: closed */
    size_t agreed[MUX_DLCI_MAX + 1];          /* N1 of a parameter negotiation; 0: the config's */
    struct ring answers;                      /* whole frames of ours that are no data */
    uint8_t *out;                             /* owned: what the host is given now */
    size_t out_size, out_from, out_len;
    size_t next;   /* the DLCI whose turn it is */
    bool all_wait; /* FCoff */
    bool opened, closing;
    bool news; /* a terminal has something to say, or takes input */
    int64_t inside_from_ms;
    size_t told_spoilt;
};

/* ---- answer.c ---- */

/* How much memory `answers` needs. */
size_t mux_answers_size(const struct mux *mux);

/* Queues a frame that is no data: there is room for one while mux_may_answer(). */
void mux_answer(struct mux *mux, const struct mux_frame *frame);

/* There is room for the answers to one more frame, whatever is in it. */
bool mux_may_answer(const struct mux *mux);

/* Queues a message of the control channel, `command` or a response to one. */
void mux_say(struct mux *mux, uint8_t type, bool command, struct span values);

/* ---- line.c ---- */

/* Opens a DLCI; false: it has no terminal, or there is no memory. */
bool mux_line_open(struct mux *mux, uint8_t dlci);

/* Wipes and frees. */
void mux_line_free(struct mux_line *line);

/* Data of the host, for the terminal now or later. */
void mux_line_feed(struct mux_line *line, struct span bytes);

/* Gives the terminal what was kept; true when it took some. */
bool mux_line_pass(struct mux_line *line);

/* So much is kept that the host's other frames have to wait. */
bool mux_line_is_full(const struct mux_line *line);

/* Sends the state of the circuits if it is due; true when it did. */
bool mux_line_tell(struct mux_line *line);

/* ---- control.c ---- */

/* The information of a frame on DLCI 0: any number of messages (5.4.6.1). */
void mux_control(struct mux *mux, struct span information);

#endif
