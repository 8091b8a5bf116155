/* frame.h: frames of 3GPP TS 27.010 in bytes, and bytes in frames.
 *
 * Basic option (5.2.1): F9, address, control, length, information, check sequence, F9; one F9 may
 * end a frame and open the next.  Advanced option (5.2.2): 7E at both ends, no length, and 7D marks
 * a byte that would be one of the two.  Knows no channel and no time.
 */
#ifndef MUX_FRAME_H
#define MUX_FRAME_H

#include "base/span.h"

enum mux_option { MUX_BASIC, MUX_ADVANCED };

/* Control fields without the poll bit (5.2.1.3). */
enum mux_type {
    MUX_UI = 0x03,
    MUX_DM = 0x0f,
    MUX_SABM = 0x2f,
    MUX_DISC = 0x43,
    MUX_UA = 0x63,
    MUX_UIH = 0xef
};

enum { MUX_DLCI_MAX = 63, MUX_INFORMATION_MAX = 2048 };

struct mux_frame {
    uint8_t dlci; /* to MUX_DLCI_MAX */
    bool command; /* the C/R bit, as it stands in the address */
    bool poll;    /* the P/F bit */
    enum mux_type type;
    struct span information; /* borrowed */
};

/* How many bytes a frame has at most, ends and marks included. */
size_t mux_frame_size(enum mux_option option, size_t information);

/* Writes it with an end in front and one behind, and returns its length; there must be room for
 * mux_frame_size() of its information, which is MUX_INFORMATION_MAX at most. */
size_t mux_frame_write(uint8_t *out, enum mux_option option, const struct mux_frame *frame);

/* What a host sends, in any pieces. */
struct mux_reader {
    enum mux_option option;
    size_t information_max; /* a longer frame is none */
    uint8_t *memory;        /* owned */
    size_t size, start, len;
    bool inside;   /* an end was seen: what follows is a frame */
    bool marked;   /* advanced: the next byte is coded */
    bool at_end;   /* advanced: the frame in `memory` is whole */
    size_t spoilt; /* frames and pieces that were none */
};

/* For frames of at most `information_max` bytes, 1 to MUX_INFORMATION_MAX.  False: no memory. */
bool mux_reader_init(struct mux_reader *reader, enum mux_option option, size_t information_max);

/* Wipes and frees. */
void mux_reader_deinit(struct mux_reader *reader);

/* Takes what it has room for, and returns how much; all of it once mux_reader_next() was called
 * until it found nothing more. */
size_t mux_reader_put(struct mux_reader *reader, struct span bytes);

/* The next whole frame, its information valid until the next call; false: none is whole.  What is
 * no frame is passed over, and what stands behind its first byte is looked at again, so that half a
 * frame does not take the next one with it. */
bool mux_reader_next(struct mux_reader *reader, struct mux_frame *ret_frame);

/* True while a frame has begun and is not whole. */
bool mux_reader_is_inside(const struct mux_reader *reader);

/* No more comes of a frame that has begun: it is none.  mux_reader_next() may find others in it. */
void mux_reader_give_up(struct mux_reader *reader);

#endif
