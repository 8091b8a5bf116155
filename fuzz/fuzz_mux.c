/* fuzz_mux.c: what anybody may send to a multiplexed port: in one piece and byte by byte, the
 * terminals hear the same, and the host gets whole frames only.  The first byte chooses the option,
 * the longest frame, and which terminals take nothing for a while. */
#include "base/time.h"
#include "input.h"
#include "mux/mux.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES = 3, HEARD_CAP = 65536, PIECE = 64, DEAF_TURNS = 3 };

struct toy {
    struct terminal base;
    uint8_t heard[HEARD_CAP];
    size_t heard_len, said;
    unsigned deaf; /* refuses so often */
};

struct side {
    struct mux *mux;
    struct toy toys[LINES + 1];
    struct mux_reader reader; /* the host's */
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct toy *toy = (struct toy *)base;

    if (toy->deaf > 0) {
        toy->deaf--;
        return 0;
    }
    if (bytes.len > HEARD_CAP - toy->heard_len)
        bytes.len = HEARD_CAP - toy->heard_len;
    if (bytes.len > 0)
        memcpy(toy->heard + toy->heard_len, bytes.data, bytes.len);
    toy->heard_len += bytes.len;
    return bytes.len;
}

static struct span peek(struct terminal *base)
{
    const struct toy *toy = (struct toy *)base;

    return span_at(toy->heard + toy->said, toy->heard_len - toy->said); /* an echo */
}

static void consume(struct terminal *base, size_t count)
{
    ((struct toy *)base)->said += count;
}

static void set_dtr(struct terminal *base, bool on)
{
    (void)base;
    (void)on;
}

static const struct terminal_ops toy_ops = {
    .feed = feed, .peek = peek, .consume = consume, .set_dtr = set_dtr
};

static struct terminal *on_open(void *ctx, size_t dlci, struct channel *channel)
{
    struct side *side = ctx;

    channel->ops->set_lines(channel, LINE_DSR);
    return dlci <= LINES ? &side->toys[dlci].base : NULL;
}

static void on_close(void *ctx, size_t dlci)
{
    (void)ctx;
    (void)dlci;
}

static struct side *side_new(uint8_t how)
{
    struct mux_config config = { .option = (how & 1) != 0 ? MUX_ADVANCED : MUX_BASIC,
                                 .frame_max = (how & 2) != 0 ? 200 : 20,
                                 .line_max = LINES,
                                 .open = on_open,
                                 .close = on_close };
    struct side *side = calloc(1, sizeof(*side));

    claim(side != NULL, "out of memory");
    for (unsigned i = 1; i <= LINES; i++) {
        side->toys[i].base.ops = &toy_ops;
        side->toys[i].deaf = (how >> 2 >> i & 1) != 0 ? DEAF_TURNS : 0;
    }
    config.ctx = side;
    side->mux = mux_new(&config);
    claim(side->mux != NULL && mux_reader_init(&side->reader, config.option, config.frame_max),
          "out of memory");
    return side;
}

static void side_free(struct side *side)
{
    mux_free(side->mux);
    mux_reader_deinit(&side->reader);
    free(side);
}

static void read_frames(struct side *side, struct span bytes)
{
    struct mux_frame frame;

    while (bytes.len > 0) {
        bytes = span_skip(bytes, mux_reader_put(&side->reader, bytes));
        while (mux_reader_next(&side->reader, &frame))
            claim(frame.dlci <= MUX_DLCI_MAX, "a DLCI that is none");
        claim(side->reader.spoilt == 0, "the host gets what is no frame");
    }
}

static void settle(struct side *side)
{
    for (;;) {
        struct span bytes;

        while (mux_work(side->mux))
            ;
        bytes = mux_peek(side->mux);
        if (bytes.len == 0)
            return;
        read_frames(side, bytes);
        mux_consume(side->mux, bytes.len);
    }
}

static void send(struct side *side, struct span bytes, size_t piece)
{
    unsigned stuck = 0;

    while (bytes.len > 0 && !mux_is_over(side->mux)) {
        size_t len = bytes.len < piece ? bytes.len : piece;
        size_t taken = mux_feed(side->mux, 0, span_at(bytes.data, len));

        bytes = span_skip(bytes, taken);
        settle(side);
        stuck = taken > 0 ? 0 : stuck + 1;
        claim(stuck < LINES * DEAF_TURNS + 2, "the host is held up for good");
    }
    for (unsigned i = 0; i < LINES * DEAF_TURNS; i++)
        settle(side);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    uint8_t how = input_byte(&input);
    struct side *whole = side_new(how), *pieces = side_new(how);

    send(whole, input.left, PIECE);
    send(pieces, input.left, 1);
    for (unsigned i = 1; i <= LINES; i++) {
        const struct toy *a = &whole->toys[i], *b = &pieces->toys[i];

        /* what a terminal refuses is lost when its DLCI is closed first */
        claim((how >> 2 & (1U << i)) != 0 ||
                  span_equal(span_at(a->heard, a->heard_len), span_at(b->heard, b->heard_len)),
              "terminals hear what depends on the pieces");
    }
    claim(mux_deadline(whole->mux) == mux_deadline(pieces->mux), "half a frame in one only");
    side_free(whole);
    side_free(pieces);
    return 0;
}
