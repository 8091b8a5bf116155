/* flow.c: XON and XOFF on a port. */
#include "module/flow.h"

#include "base/wipe.h"
#include "iface/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { XON = 0x11, XOFF = 0x13, MARK = 0x77 };

/* Who types after an XOFF so old is another host, or one that has started anew. */
enum { FORGOTTEN_MS = 60000 };

/* A code that has not come so long after its mark does not come: a byte takes 33 ms at 300 bit/s,
 * and a program may have to wait for a processor. */
enum { MARK_MS = 200 };

/* Bytes that wait for the session: at most, when the host is told to stop, and to go on. */
enum { WAITING_MAX = 1024, WAITING_HIGH = 768, WAITING_LOW = 256 };

struct flow {
    struct at_session *at;
    struct flow_rule rule;
    bool stopped;    /* by the host's XOFF */
    bool told;       /* the host has got XOFF, or will */
    bool marked;     /* the host's last byte was the mark */
    bool news;       /* there is something for the port */
    bool coded;      /* some byte was */
    uint8_t control; /* XON or XOFF that goes out before anything else; 0: none */
    uint8_t pair[2]; /* the byte at the front of the output, as it goes out */
    uint8_t pair_at; /* what of it has gone, while `has_pair` */
    bool has_pair;
    int64_t stopped_ms; /* since when, while `stopped` */
    int64_t marked_ms;  /* the same of `marked` */
    size_t len;
    uint8_t waiting[WAITING_MAX]; /* may be secret */
};

/* The last is heard from a host alone: a driver sends an underscore so. */
static const struct {
    uint8_t byte, code;
    bool both_ways;
} codes[] = {
    { XON, 0xEE, true },
    { XOFF, 0xEC, true },
    { MARK, 0x88, true },
    { '_', 0x8A, false },
};

enum { CODES = sizeof(codes) / sizeof(codes[0]) };

/* The code of a byte that must not go out as it is; 0: it may. */
static uint8_t code_of(uint8_t byte)
{
    for (size_t i = 0; i < CODES; i++) {
        if (codes[i].both_ways && codes[i].byte == byte)
            return codes[i].code;
    }
    return 0;
}

struct flow *flow_new(struct at_session *at)
{
    struct flow *flow = calloc(1, sizeof(*flow));

    if (flow != NULL)
        flow->at = at;
    return flow;
}

void flow_free(struct flow *flow)
{
    if (flow == NULL)
        return;
    wipe(flow, sizeof(*flow));
    free(flow);
}

static void say(struct flow *flow, uint8_t control)
{
    flow->told = control == XOFF;
    flow->control = control;
    flow->news = true;
    log_trace(at_log_of(flow->at), TRACE_PORT, "the host is told to %s",
              control == XOFF ? "stop" : "go on");
}

static void set_stopped(struct flow *flow, bool stopped)
{
    if (flow->stopped == stopped)
        return;
    log_trace(at_log_of(flow->at), TRACE_PORT, "the host %s",
              stopped ? "says XOFF" : "may hear again");
    flow->stopped = stopped;
    flow->news = flow->news || !stopped;
}

static void store(struct flow *flow, uint8_t byte)
{
    assert(flow->len < WAITING_MAX);
    flow->waiting[flow->len++] = byte;
}

/* The mark was none. */
static void release(struct flow *flow)
{
    if (flow->marked)
        store(flow, MARK);
    flow->marked = false;
}

void flow_set_rule(struct flow *flow, struct flow_rule rule)
{
    flow->rule = rule;
    if (!rule.obeys)
        set_stopped(flow, false);
    if (!rule.obeys)
        release(flow);
    if (!rule.tells && flow->told)
        say(flow, XON);
}

bool flow_is_idle(const struct flow *flow)
{
    return !flow->rule.obeys && !flow->rule.tells && flow->len == 0 && flow->control == 0 &&
           !flow->has_pair;
}

/* ---- from the host ---- */

/* A mark with anything but a code behind it is no mark: a host that codes nothing says "www". */
static void decode(struct flow *flow, int64_t now_ms, uint8_t byte)
{
    if (byte == MARK)
        flow->marked_ms = now_ms;
    if (!flow->marked && byte == MARK) {
        flow->marked = true;
        return;
    }
    for (size_t i = 0; flow->marked && i < CODES; i++) {
        if (codes[i].code == byte) {
            flow->marked = false;
            flow->coded = true;
            store(flow, codes[i].byte);
            return;
        }
    }
    if (flow->marked)
        store(flow, MARK);
    flow->marked = byte == MARK;
    if (!flow->marked)
        store(flow, byte);
}

/* False when there is no room. */
static bool take(struct flow *flow, int64_t now_ms, uint8_t byte)
{
    bool is_control = flow->rule.obeys && (byte == XON || byte == XOFF);

    if (is_control)
        set_stopped(flow, byte == XOFF);
    else if (flow->stopped && now_ms - flow->stopped_ms >= FORGOTTEN_MS)
        set_stopped(flow, false);
    if (is_control && byte == XOFF)
        flow->stopped_ms = now_ms;
    if (is_control && !flow->rule.passes)
        return true;
    if (!flow_has_room(flow)) {
        set_stopped(flow, false); /* behind what does not fit, an XON would never be seen */
        return false;
    }
    if (flow->rule.obeys && flow->rule.codes)
        decode(flow, now_ms, byte);
    else
        store(flow, byte);
    return true;
}

/* How much to take before the session sees it.  A command may change the rule for what is behind
 * it, so a line is taken by itself, with both characters of its end. */
static size_t piece_len(const struct flow *flow, struct span bytes)
{
    uint8_t s3 = (uint8_t)at_settings_of(flow->at)->s3;
    size_t len = 0;

    if (at_is_online(flow->at) || at_is_prompting(flow->at))
        return bytes.len;
    while (len < bytes.len) {
        uint8_t c = bytes.data[len++];

        if (c != '\r' && c != '\n' && c != s3 && c != '/')
            continue;
        if (len < bytes.len && (bytes.data[len] == '\r' || bytes.data[len] == '\n'))
            len++;
        break;
    }
    return len;
}

size_t flow_feed(struct flow *flow, int64_t now_ms, struct span bytes)
{
    size_t taken = 0;

    while (taken < bytes.len) {
        size_t end = taken + piece_len(flow, span_skip(bytes, taken));

        while (taken < end && take(flow, now_ms, bytes.data[taken]))
            taken++;
        if (!flow_pass(flow) && taken < end)
            break;
    }
    return taken;
}

bool flow_has_room(const struct flow *flow)
{
    return flow->len + 2 <= WAITING_MAX; /* for a mark that was none, too */
}

bool flow_is_waiting(const struct flow *flow)
{
    return flow->len > 0 || flow->marked;
}

int64_t flow_deadline(const struct flow *flow)
{
    return flow->marked ? flow->marked_ms + MARK_MS : CLOCK_NEVER;
}

void flow_tick(struct flow *flow, int64_t now_ms)
{
    if (now_ms >= flow_deadline(flow))
        release(flow);
}

void flow_end_input(struct flow *flow)
{
    release(flow);
    flow_pass(flow);
}

bool flow_pass(struct flow *flow)
{
    size_t before = flow->len;

    while (flow->len > 0) {
        size_t done = at_feed(flow->at, span_at(flow->waiting, flow->len));

        if (done == 0)
            break;
        flow->len -= done;
        memmove(flow->waiting, flow->waiting + done, flow->len);
        wipe(flow->waiting + flow->len, done);
    }
    if (flow->rule.tells && !flow->told && flow->len >= WAITING_HIGH)
        say(flow, XOFF);
    if (flow->told && flow->len <= WAITING_LOW)
        say(flow, XON);
    return flow->len < before;
}

/* ---- to the host ---- */

/* As much as goes out as it is; or else the byte at the front, coded. */
static struct span encode(struct flow *flow, struct span output)
{
    size_t plain = 0;

    while (plain < output.len && code_of(output.data[plain]) == 0)
        plain++;
    if (plain > 0 || output.len == 0)
        return span_at(output.data, plain);
    flow->pair[0] = MARK;
    flow->pair[1] = code_of(output.data[0]);
    flow->pair_at = 0;
    flow->has_pair = flow->coded = true;
    return span_at(flow->pair, sizeof(flow->pair));
}

struct span flow_peek(struct flow *flow)
{
    if (flow->control != 0)
        return span_at(&flow->control, 1);
    if (flow->stopped)
        return span_at(NULL, 0);
    if (flow->has_pair)
        return span_at(flow->pair + flow->pair_at, sizeof(flow->pair) - flow->pair_at);
    if (flow->rule.tells && flow->rule.codes)
        return encode(flow, at_peek(flow->at));
    return at_peek(flow->at);
}

size_t flow_output_waiting(const struct flow *flow)
{
    return at_output_waiting(flow->at) + (flow->control != 0);
}

void flow_consume(struct flow *flow, size_t count)
{
    if (count == 0)
        return;
    if (flow->control != 0) {
        assert(count == 1);
        flow->control = 0;
        return;
    }
    if (!flow->has_pair) {
        at_consume(flow->at, count);
        return;
    }
    assert(flow->pair_at + count <= sizeof(flow->pair));
    flow->pair_at += (uint8_t)count;
    if (flow->pair_at < sizeof(flow->pair))
        return;
    flow->has_pair = false;
    at_consume(flow->at, 1);
}

bool flow_has_news(struct flow *flow)
{
    bool news = flow->news;

    flow->news = false;
    return news;
}

bool flow_has_coded(const struct flow *flow)
{
    return flow->coded;
}

void flow_host_gone(struct flow *flow)
{
    flow->stopped = flow->told = flow->marked = flow->has_pair = false;
    flow->control = 0;
}

void flow_end(struct flow *flow)
{
    uint8_t go_on = XON;

    if (flow != NULL && (flow->control == XON || (flow->told && flow->control == 0)))
        at_put(flow->at, span_at(&go_on, 1));
    flow_free(flow);
}
