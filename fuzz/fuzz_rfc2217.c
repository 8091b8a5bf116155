/* fuzz_rfc2217.c: what anybody may send to a port of --rfc2217: in one piece and byte by byte, the
 * module hears the same and the host gets the same.  The first byte says how much the module takes
 * at once, and how much is sent at once. */
#include "input.h"
#include "posix/com_port.h"
#include "posix/telnet.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEARD_CAP = 65536, TURNS = 8 };

struct side {
    struct telnet telnet;
    struct com_port com;
    uint8_t heard[HEARD_CAP], said[HEARD_CAP];
    size_t heard_len, said_len, appetite;
    bool dtr, brk;
    unsigned purges;
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static size_t add(uint8_t *to, size_t *len, struct span bytes)
{
    if (bytes.len > HEARD_CAP - *len)
        bytes.len = HEARD_CAP - *len;
    if (bytes.len > 0)
        memcpy(to + *len, bytes.data, bytes.len);
    *len += bytes.len;
    return bytes.len;
}

static size_t data(void *ctx, struct span bytes)
{
    struct side *side = ctx;

    claim(bytes.len > 0, "nothing is data");
    if (bytes.len > side->appetite)
        bytes.len = side->appetite;
    add(side->heard, &side->heard_len, bytes);
    return bytes.len;
}

static void com_port(void *ctx)
{
    struct side *side = ctx;

    com_port_notify(&side->com, COM_PORT_CTS | COM_PORT_DSR, true);
}

static void sub(void *ctx, struct span value)
{
    com_port_take(&((struct side *)ctx)->com, value);
}

static const struct telnet_ops telnet_ops = { .data = data, .com_port = com_port, .sub = sub };

static void reply(void *ctx, uint8_t command, struct span value)
{
    claim(command >= 100 && command <= 112, "an answer that is none");
    telnet_say_sub(&((struct side *)ctx)->telnet, command, value);
}

static void set_dtr(void *ctx, bool on)
{
    struct side *side = ctx;

    claim(side->dtr != on, "DTR as it was");
    side->dtr = on;
}

static void set_break(void *ctx, bool on)
{
    struct side *side = ctx;

    claim(side->brk != on, "a break as it was");
    side->brk = on;
}

static void purge(void *ctx)
{
    ((struct side *)ctx)->purges++;
}

static void flow(void *ctx)
{
    (void)ctx;
}

static const struct com_port_ops com_ops = {
    .reply = reply, .set_dtr = set_dtr, .set_break = set_break, .purge = purge, .flow = flow
};

static struct side *side_new(uint8_t how)
{
    struct side *side = calloc(1, sizeof(*side));

    claim(side != NULL, "out of memory");
    side->dtr = true;
    side->appetite = 1 + (how & 15U);
    com_port_begin(&side->com, &com_ops, side);
    telnet_begin(&side->telnet, &telnet_ops, side);
    return side;
}

static void deliver(struct side *side, size_t most)
{
    struct span bytes = telnet_peek(&side->telnet);

    if (bytes.len > most)
        bytes.len = most;
    add(side->said, &side->said_len, bytes);
    telnet_consume(&side->telnet, bytes.len);
}

static void send(struct side *side, struct span bytes, size_t piece, size_t most)
{
    unsigned stuck = 0;

    while (bytes.len > 0) {
        size_t len = bytes.len < piece ? bytes.len : piece;
        size_t taken = telnet_feed(&side->telnet, span_at(bytes.data, len));

        bytes = span_skip(bytes, taken);
        stuck = taken > 0 ? 0 : stuck + 1;
        claim(stuck <= 2 * TELNET_OUT_CAP, "the host is held up for good");
        deliver(side, most);
    }
    while (telnet_peek(&side->telnet).len > 0)
        deliver(side, most);
}

/* What the module says comes back as it was, whatever was agreed. */
static void echo(struct side *side)
{
    struct span left = span_at(side->heard, side->heard_len);

    while (left.len > 0) {
        size_t taken = telnet_say(&side->telnet, left);

        claim(taken > 0, "nothing can be said");
        left = span_skip(left, taken);
        while (telnet_peek(&side->telnet).len > 0)
            deliver(side, TELNET_OUT_CAP);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = { span_at(bytes, size) };
    uint8_t how = input_byte(&input);
    struct side *whole = side_new(how), *pieces = side_new(how);

    send(whole, input.left, size, TELNET_OUT_CAP);
    send(pieces, input.left, 1, 1 + (how >> 4U));
    claim(span_equal(span_at(whole->heard, whole->heard_len),
                     span_at(pieces->heard, pieces->heard_len)),
          "the module hears what depends on the pieces");
    claim(
        span_equal(span_at(whole->said, whole->said_len), span_at(pieces->said, pieces->said_len)),
        "the host gets what depends on the pieces");
    claim(whole->dtr == pieces->dtr && whole->purges == pieces->purges, "lines depend on pieces");
    echo(whole);
    free(whole);
    free(pieces);
    return 0;
}
