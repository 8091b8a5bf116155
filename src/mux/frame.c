/* frame.c: 3GPP TS 27.010 5.2, both options. */
#include "mux/frame.h"

#include "base/wipe.h"

#include <stdlib.h>

enum {
    FLAG_BASIC = 0xf9,
    FLAG_ADVANCED = 0x7e,
    MARK = 0x7d,
    CODE = 0x20,
    EXTENDED = 0x01, /* the last octet of a field */
    COMMAND = 0x02,
    POLL = 0x10,
    LENGTH_SHORT_MAX = 127,
    FCS_GOOD = 0xcf, /* over what is checked and the sequence itself */
    FCS_START = 0xff,
    FCS_POLYNOMIAL = 0xe0, /* x^8 + x^2 + x + 1, lowest bit first */
    HEADER_MAX = 4,        /* address, control, length in two octets */
    ADVANCED_HEADER = 2
};

static uint8_t fcs_add(uint8_t fcs, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        fcs ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            fcs = (uint8_t)((fcs & 1) != 0 ? (fcs >> 1) ^ FCS_POLYNOMIAL : fcs >> 1);
    }
    return fcs;
}

/* Of UI the information is checked too (5.2.1.6). */
static uint8_t fcs_of(const uint8_t *header, size_t len, const struct mux_frame *frame)
{
    uint8_t fcs = fcs_add(FCS_START, header, len);

    if (frame->type == MUX_UI)
        fcs = fcs_add(fcs, frame->information.data, frame->information.len);
    return fcs;
}

static bool fcs_fits(uint8_t fcs, uint8_t sequence)
{
    return fcs_add(fcs, &sequence, 1) == FCS_GOOD;
}

/* ---- out ---- */

size_t mux_frame_size(enum mux_option option, size_t information)
{
    if (option == MUX_BASIC)
        return information + HEADER_MAX + 3;
    return 2 * (information + ADVANCED_HEADER + 1) + 2;
}

static size_t write_header(uint8_t *header, enum mux_option option, const struct mux_frame *frame)
{
    size_t len = frame->information.len;
    size_t at = 0;

    header[at++] = (uint8_t)(frame->dlci << 2 | (frame->command ? COMMAND : 0) | EXTENDED);
    header[at++] = (uint8_t)(frame->type | (frame->poll ? POLL : 0));
    if (option == MUX_ADVANCED)
        return at;
    if (len <= LENGTH_SHORT_MAX) {
        header[at++] = (uint8_t)(len << 1 | EXTENDED);
    } else {
        header[at++] = (uint8_t)((len & LENGTH_SHORT_MAX) << 1);
        header[at++] = (uint8_t)(len >> 7);
    }
    return at;
}

static size_t put_coded(uint8_t *out, size_t at, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool marks = bytes[i] == FLAG_ADVANCED || bytes[i] == MARK;

        if (marks)
            out[at++] = MARK;
        out[at++] = marks ? bytes[i] ^ CODE : bytes[i];
    }
    return at;
}

static size_t put_plain(uint8_t *out, size_t at, const uint8_t *bytes, size_t len)
{
    if (len > 0)
        memcpy(out + at, bytes, len);
    return at + len;
}

size_t mux_frame_write(uint8_t *out, enum mux_option option, const struct mux_frame *frame)
{
    size_t (*put)(uint8_t *, size_t, const uint8_t *, size_t) =
        option == MUX_BASIC ? put_plain : put_coded;
    uint8_t flag = option == MUX_BASIC ? FLAG_BASIC : FLAG_ADVANCED;
    uint8_t header[HEADER_MAX];
    size_t header_len = write_header(header, option, frame);
    uint8_t sequence = (uint8_t)(0xff - fcs_of(header, header_len, frame));
    size_t at = 0;

    assert(frame->dlci <= MUX_DLCI_MAX && frame->information.len <= MUX_INFORMATION_MAX);
    out[at++] = flag;
    at = put(out, at, header, header_len);
    at = put(out, at, frame->information.data, frame->information.len);
    at = put(out, at, &sequence, 1);
    out[at++] = flag;
    return at;
}

/* ---- in ---- */

bool mux_reader_init(struct mux_reader *reader, enum mux_option option, size_t information_max)
{
    size_t size = 2 * mux_frame_size(MUX_BASIC, information_max);

    assert(information_max >= 1 && information_max <= MUX_INFORMATION_MAX);
    *reader = (struct mux_reader){
        .option = option, .information_max = information_max, .memory = malloc(size), .size = size
    };
    return reader->memory != NULL;
}

void mux_reader_deinit(struct mux_reader *reader)
{
    if (reader->memory != NULL)
        wipe(reader->memory, reader->size);
    free(reader->memory);
    reader->memory = NULL;
}

static const uint8_t *front(const struct mux_reader *reader)
{
    return reader->memory + reader->start;
}

static void pass(struct mux_reader *reader, size_t count)
{
    assert(count <= reader->len);
    reader->start += count;
    reader->len -= count;
}

static void make_room(struct mux_reader *reader)
{
    if (reader->start == 0)
        return;
    memmove(reader->memory, front(reader), reader->len);
    reader->start = 0;
}

/* Advanced: bytes without their marks, of one frame at a time. */
static size_t put_decoded(struct mux_reader *reader, struct span bytes)
{
    size_t taken = 0;

    while (taken < bytes.len && !reader->at_end && reader->len < reader->size) {
        uint8_t c = bytes.data[taken++];

        if (c == FLAG_ADVANCED) {
            reader->marked = false;
            reader->at_end = reader->inside && reader->len > 0;
            reader->inside = true;
        } else if (reader->inside && c == MARK && !reader->marked) {
            reader->marked = true;
        } else if (reader->inside) {
            reader->memory[reader->len++] = reader->marked ? c ^ CODE : c;
            reader->marked = false;
        }
    }
    return taken;
}

size_t mux_reader_put(struct mux_reader *reader, struct span bytes)
{
    size_t room;

    if (reader->option == MUX_ADVANCED)
        return put_decoded(reader, bytes);
    make_room(reader);
    room = reader->size - reader->len;
    if (bytes.len > room)
        bytes.len = room;
    if (bytes.len > 0)
        memcpy(reader->memory + reader->len, bytes.data, bytes.len);
    reader->len += bytes.len;
    return bytes.len;
}

/* To what may be the start of a frame: behind an end. */
static bool find_start(struct mux_reader *reader)
{
    while (reader->len > 0 && (!reader->inside || *front(reader) == FLAG_BASIC)) {
        if (*front(reader) == FLAG_BASIC)
            reader->inside = true;
        pass(reader, 1);
    }
    return reader->len > 0;
}

/* The front is no frame. */
static void pass_over(struct mux_reader *reader)
{
    reader->spoilt++;
    reader->inside = false;
    if (reader->len > 0)
        pass(reader, 1);
}

static bool is_type(uint8_t control)
{
    switch (control & ~POLL) {
    case MUX_UI:
    case MUX_DM:
    case MUX_SABM:
    case MUX_DISC:
    case MUX_UA:
    case MUX_UIH:
        return true;
    default:
        return false;
    }
}

static void read_header(const uint8_t *header, struct mux_frame *ret_frame)
{
    *ret_frame = (struct mux_frame){ .dlci = header[0] >> 2,
                                     .command = (header[0] & COMMAND) != 0,
                                     .poll = (header[1] & POLL) != 0,
                                     .type = (enum mux_type)(header[1] & ~POLL) };
}

enum found { NOTHING, NO_FRAME, FRAME };

/* `ret_len`: of the frame without its second end. */
static enum found look(const struct mux_reader *reader, struct mux_frame *ret_frame,
                       size_t *ret_len)
{
    const uint8_t *bytes = front(reader);
    size_t header = HEADER_MAX - 1, information;

    if ((bytes[0] & EXTENDED) == 0 || (reader->len > 1 && !is_type(bytes[1])))
        return NO_FRAME;
    if (reader->len < header)
        return NOTHING;
    information = bytes[2] >> 1;
    if ((bytes[2] & EXTENDED) == 0) {
        if (reader->len < ++header)
            return NOTHING;
        information |= (size_t)bytes[3] << 7;
    }
    if (information > reader->information_max)
        return NO_FRAME;
    if (reader->len < header + information + 2)
        return NOTHING;
    read_header(bytes, ret_frame);
    ret_frame->information = span_at(bytes + header, information);
    *ret_len = header + information + 1;
    if (bytes[*ret_len] != FLAG_BASIC)
        return NO_FRAME;
    return fcs_fits(fcs_of(bytes, header, ret_frame), bytes[*ret_len - 1]) ? FRAME : NO_FRAME;
}

static bool next_basic(struct mux_reader *reader, struct mux_frame *ret_frame)
{
    size_t len = 0;

    while (find_start(reader)) {
        switch (look(reader, ret_frame, &len)) {
        case NOTHING:
            return false;
        case NO_FRAME:
            pass_over(reader);
            break;
        case FRAME:
            pass(reader, len); /* what ends it may open the next */
            return true;
        }
    }
    return false;
}

static bool is_whole(const struct mux_reader *reader, struct mux_frame *ret_frame)
{
    const uint8_t *bytes = reader->memory;
    size_t len = reader->len;

    if (len < ADVANCED_HEADER + 1 || len > reader->information_max + ADVANCED_HEADER + 1 ||
        (bytes[0] & EXTENDED) == 0 || !is_type(bytes[1]))
        return false;
    read_header(bytes, ret_frame);
    ret_frame->information = span_at(bytes + ADVANCED_HEADER, len - ADVANCED_HEADER - 1);
    return fcs_fits(fcs_of(bytes, ADVANCED_HEADER, ret_frame), bytes[len - 1]);
}

static bool next_advanced(struct mux_reader *reader, struct mux_frame *ret_frame)
{
    bool whole;

    if (!reader->at_end) {
        if (reader->len == reader->size) { /* too long for one: look for the next end */
            reader->spoilt++;
            reader->len = 0;
            reader->inside = false;
        }
        return false;
    }
    whole = is_whole(reader, ret_frame);
    if (!whole)
        reader->spoilt++;
    reader->at_end = false;
    reader->len = 0; /* the bytes stay until the next call */
    return whole;
}

bool mux_reader_next(struct mux_reader *reader, struct mux_frame *ret_frame)
{
    return reader->option == MUX_BASIC ? next_basic(reader, ret_frame)
                                       : next_advanced(reader, ret_frame);
}

bool mux_reader_is_inside(const struct mux_reader *reader)
{
    return reader->len > 0;
}

void mux_reader_give_up(struct mux_reader *reader)
{
    if (reader->option == MUX_BASIC) {
        pass_over(reader);
        return;
    }
    reader->spoilt += reader->len > 0;
    reader->len = 0;
    reader->inside = false;
    reader->marked = false;
}
