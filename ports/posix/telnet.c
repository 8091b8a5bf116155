/* telnet.c: see telnet.h. */
#include "posix/telnet.h"

#include <assert.h>
#include <string.h>

enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };

/* What one byte of the host may be answered with: a subnegotiation with each byte doubled. */
enum { ANSWER_MAX = 2 * TELNET_SUB_CAP + 6 };

static const uint8_t options[TELNET_OPTIONS] = { TELNET_BINARY, TELNET_ECHO, TELNET_NO_GO_AHEAD,
                                                 TELNET_COM_PORT };

static size_t place(const struct telnet *telnet)
{
    return sizeof(telnet->out) - telnet->out_len;
}

static void put(struct telnet *telnet, uint8_t c)
{
    telnet->out[telnet->out_len++] = c;
}

static void put_verb(struct telnet *telnet, uint8_t verb, uint8_t option)
{
    if (place(telnet) < 3)
        return;
    put(telnet, IAC);
    put(telnet, verb);
    put(telnet, option);
}

static int index_of(uint8_t option)
{
    for (int i = 0; i < TELNET_OPTIONS; i++) {
        if (options[i] == option)
            return i;
    }
    return -1;
}

static bool is_on(const enum telnet_side *side, uint8_t option)
{
    return side[index_of(option)] == TELNET_YES;
}

/* A serial client says bytes, whether it has asked for binary transmission or not. */
static bool is_binary(const struct telnet *telnet, const enum telnet_side *side)
{
    return telnet->serial || is_on(side, TELNET_BINARY);
}

static void note_serial(struct telnet *telnet)
{
    if (telnet->serial ||
        (!is_on(telnet->us, TELNET_COM_PORT) && !is_on(telnet->them, TELNET_COM_PORT)))
        return;
    telnet->serial = true;
    telnet->ops->com_port(telnet->ctx);
}

/* One side of an option: `yes` and `no` are our words for it. */
static void agree(struct telnet *telnet, enum telnet_side *side, bool on, uint8_t option,
                  uint8_t yes, uint8_t no)
{
    enum telnet_side before = *side;

    *side = on ? TELNET_YES : TELNET_NO;
    if (on && before == TELNET_NO)
        put_verb(telnet, yes, option);
    else if (!on && before == TELNET_YES)
        put_verb(telnet, no, option);
}

static void take_verb(struct telnet *telnet, uint8_t option)
{
    bool ours = telnet->verb == DO || telnet->verb == DONT;
    bool on = telnet->verb == DO || telnet->verb == WILL;
    int at = index_of(option);

    /* Who echoes is the module; a host that would is not to. */
    if (at < 0 || (!ours && option == TELNET_ECHO)) {
        if (on)
            put_verb(telnet, ours ? WONT : DONT, option);
        return;
    }
    agree(telnet, ours ? &telnet->us[at] : &telnet->them[at], on, option, ours ? WILL : DO,
          ours ? WONT : DONT);
    note_serial(telnet);
}

static void end_sub(struct telnet *telnet)
{
    telnet->state = TELNET_DATA;
    if (telnet->sub_len < 2 || telnet->sub_len > sizeof(telnet->sub) ||
        telnet->sub[0] != TELNET_COM_PORT || !telnet->serial)
        return;
    telnet->ops->sub(telnet->ctx, span_at(telnet->sub + 1, telnet->sub_len - 1));
}

static void keep_sub(struct telnet *telnet, uint8_t c)
{
    if (telnet->sub_len < sizeof(telnet->sub))
        telnet->sub[telnet->sub_len] = c;
    if (telnet->sub_len <= sizeof(telnet->sub))
        telnet->sub_len++;
}

/* The byte behind an IAC outside of subnegotiations; a doubled one was data. */
static void take_command(struct telnet *telnet, uint8_t c)
{
    telnet->state = TELNET_DATA;
    if (c >= WILL && c <= DONT) {
        telnet->verb = c;
        telnet->state = TELNET_VERB;
    } else if (c == SB) {
        telnet->sub_len = 0;
        telnet->state = TELNET_SUB;
    }
}

static void take_control(struct telnet *telnet, uint8_t c)
{
    switch (telnet->state) {
    case TELNET_DATA:
        telnet->state = TELNET_IAC;
        break;
    case TELNET_IAC:
        take_command(telnet, c);
        break;
    case TELNET_VERB:
        telnet->state = TELNET_DATA;
        take_verb(telnet, c);
        break;
    case TELNET_SUB:
        if (c == IAC)
            telnet->state = TELNET_SUB_IAC;
        else
            keep_sub(telnet, c);
        break;
    case TELNET_SUB_IAC:
        telnet->state = TELNET_SUB;
        if (c == SE)
            end_sub(telnet);
        else if (c == IAC)
            keep_sub(telnet, c);
        else /* RFC 855: not to be; the command counts */
            take_command(telnet, c);
        break;
    }
}

/* How many of the bytes are data in one piece; a CR of a terminal ends one. */
static size_t run_length(const struct telnet *telnet, struct span bytes)
{
    const uint8_t *iac = memchr(bytes.data, IAC, bytes.len);
    size_t len = iac != NULL ? (size_t)(iac - bytes.data) : bytes.len;
    const uint8_t *cr =
        is_binary(telnet, telnet->them) || len == 0 ? NULL : memchr(bytes.data, '\r', len);

    return cr != NULL ? (size_t)(cr - bytes.data) + 1 : len;
}

/* Gives a piece to the terminal; true when it took all. */
static bool give(struct telnet *telnet, struct span bytes, size_t len, size_t *at)
{
    size_t taken = telnet->ops->data(telnet->ctx, span_at(bytes.data, len));

    if (taken > 0)
        telnet->after_cr = bytes.data[taken - 1] == '\r';
    *at += taken;
    return taken == len;
}

/* Takes what begins the bytes, which are not empty; false when nothing more is taken now. */
static bool take(struct telnet *telnet, struct span bytes, size_t *at)
{
    uint8_t c = bytes.data[0];

    if (telnet->state == TELNET_IAC && c == IAC) {
        if (!give(telnet, bytes, 1, at))
            return false;
        telnet->state = TELNET_DATA;
        return true;
    }
    if (telnet->state != TELNET_DATA || c == IAC) {
        take_control(telnet, c);
        ++*at;
        return true;
    }
    if (c == 0 && telnet->after_cr && !is_binary(telnet, telnet->them)) {
        telnet->after_cr = false;
        ++*at;
        return true;
    }
    return give(telnet, bytes, run_length(telnet, bytes), at);
}

size_t telnet_feed(struct telnet *telnet, struct span bytes)
{
    size_t at = 0;

    telnet->full = false;
    while (at < bytes.len) {
        telnet->full = place(telnet) < ANSWER_MAX;
        if (telnet->full || !take(telnet, span_skip(bytes, at), &at))
            break;
    }
    return at;
}

size_t telnet_say(struct telnet *telnet, struct span data)
{
    bool binary = is_binary(telnet, telnet->us);
    size_t taken = 0;

    while (taken < data.len && place(telnet) > ANSWER_MAX + 2) {
        uint8_t c = data.data[taken++];

        put(telnet, c);
        if (c == IAC)
            put(telnet, IAC);
        else if (c == '\r' && !binary && (taken == data.len || data.data[taken] != '\n'))
            put(telnet, 0);
    }
    return taken;
}

void telnet_say_sub(struct telnet *telnet, uint8_t command, struct span value)
{
    if (place(telnet) < 2 * value.len + 6)
        return;
    put(telnet, IAC);
    put(telnet, SB);
    put(telnet, TELNET_COM_PORT);
    put(telnet, command);
    for (size_t i = 0; i < value.len; i++) {
        put(telnet, value.data[i]);
        if (value.data[i] == IAC)
            put(telnet, IAC);
    }
    put(telnet, IAC);
    put(telnet, SE);
}

struct span telnet_peek(const struct telnet *telnet)
{
    return span_at(telnet->out + telnet->out_at, telnet->out_len - telnet->out_at);
}

bool telnet_consume(struct telnet *telnet, size_t count)
{
    bool was_full = telnet->full;

    assert(count <= telnet->out_len - telnet->out_at);
    telnet->out_at += count;
    if (telnet->out_at < telnet->out_len)
        return false;
    telnet->out_at = telnet->out_len = 0;
    telnet->full = false;
    return was_full;
}

static void offer(struct telnet *telnet, enum telnet_side *side, uint8_t verb, uint8_t option)
{
    side[index_of(option)] = TELNET_ASKED;
    put_verb(telnet, verb, option);
}

void telnet_begin(struct telnet *telnet, const struct telnet_ops *ops, void *ctx)
{
    assert(ops != NULL);
    *telnet = (struct telnet){ .ops = ops, .ctx = ctx };
    offer(telnet, telnet->us, WILL, TELNET_ECHO);
    offer(telnet, telnet->us, WILL, TELNET_NO_GO_AHEAD);
    offer(telnet, telnet->us, WILL, TELNET_BINARY);
    offer(telnet, telnet->them, DO, TELNET_BINARY);
    offer(telnet, telnet->them, DO, TELNET_COM_PORT);
}
