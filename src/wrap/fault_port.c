/* fault_port.c: an AT port that faults strike. */
#include "wrap/fault_port.h"

#include "base/bytes.h"
#include "wrap/around.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PULL_MAX = 8192,    /* bytes that wait for the host, before the module has to */
    ANSWER_MAX = 65536, /* of an answer that comes twice */
    NOISE_MAX = 1024,
    ESC = 0x1B,
    FIRST_ATTRIBUTE = 0,
    URC_MOMENT = 1,
    URC_BYTES = 2
};

enum { URC_BEFORE_ANSWER, URC_INSIDE_ANSWER, URC_AT_PROMPT };

#define UNKNOWN UINT64_MAX

/* A fault that strikes what one line answers. */
struct mark {
    struct mark *next;
    struct fault fault;
    uint64_t from, to; /* where the answer begins and ends, in bytes that the module has said */
    bool is_done;
    struct bytes copy; /* of an answer that comes twice */
};

/* What stands from there on is not for the host before then. */
struct hold {
    struct hold *next;
    uint64_t from; /* in bytes that were put */
    int64_t until_ms;
};

struct fault_port {
    struct around around;
    struct channel channel; /* that the module's terminal has */
    struct fault_port_config config;
    struct channel *outer; /* NULL: nobody carries its bytes */
    struct clock_timer *timer;
    struct mark *marks;
    struct hold *holds;  /* in order */
    struct bytes out;    /* for the host */
    uint64_t said;       /* bytes that the module's terminal has given */
    uint64_t put, taken; /* in and out of `out` */
    struct bytes in;     /* of the host, that the module has not taken */
    bool pulling;
};

static struct fault_port *of(struct terminal *base)
{
    return (struct fault_port *)base;
}

static struct fault_port *of_channel(struct channel *channel)
{
    return (struct fault_port *)((char *)channel - offsetof(struct fault_port, channel));
}

static void say_no_memory(const struct fault_port *port)
{
    log_say(port->config.set->log, LOG_ERROR, "out of memory: bytes of a port are lost");
}

/* ---- what the host is given ---- */

static void put(struct fault_port *port, struct span bytes)
{
    if (bytes.len == 0)
        return;
    if (bytes_add(&port->out, bytes, UINT32_MAX - 1) == ERR_OK)
        port->put += bytes.len;
    else
        say_no_memory(port);
}

static void hold_from_here(struct fault_port *port, int64_t until_ms)
{
    struct hold **end = &port->holds;
    struct hold *hold = malloc(sizeof(*hold));

    if (hold == NULL) {
        say_no_memory(port);
        return;
    }
    *hold = (struct hold){ NULL, port->put, until_ms };
    while (*end != NULL)
        end = &(*end)->next;
    *end = hold;
}

/* Forgets holds that are over, and asks to be called for the first that is not. */
static void look_at_holds(struct fault_port *port)
{
    int64_t now_ms = clock_now_ms(port->config.clock);

    while (port->holds != NULL && port->holds->until_ms <= now_ms) {
        struct hold *hold = port->holds;

        port->holds = hold->next;
        free(hold);
    }
    clock_timer_at(port->config.clock, port->timer,
                   port->holds != NULL ? port->holds->until_ms : CLOCK_NEVER);
}

/* ---- bytes that go wrong ---- */

static bool has_byte_faults(const struct fault_port *port)
{
    return fault_set_has(port->config.set, FAULT_LOSE, FAULT_FLIP);
}

/* What becomes of a byte: 0 to 2 bytes, or more where several faults double it. */
static size_t garble(struct fault_port *port, enum fault_stream stream, uint8_t byte,
                     uint8_t ret_bytes[FAULT_SET_MAX + 1])
{
    struct fault_set *set = port->config.set;
    size_t count = 1;

    for (struct fault_entry *entry = set->first; entry != NULL; entry = entry->next) {
        const struct fault *fault = &entry->fault;

        if (fault->type < FAULT_LOSE || fault->type > FAULT_FLIP || fault->stream != stream ||
            !fault_fits(fault, &set->scene) || !fault_set_counts(set, entry, false))
            continue;
        if (fault->type == FAULT_LOSE)
            count = 0;
        else if (fault->type == FAULT_DOUBLE && count > 0)
            count++;
        else if (fault->type == FAULT_FLIP)
            byte ^= (uint8_t)(1U << (fault_draw(~fault->seed, entry->seen - 1) & 7));
    }
    for (size_t i = 0; i < count; i++)
        ret_bytes[i] = byte;
    return count;
}

static void put_garbled(struct fault_port *port, struct span bytes)
{
    uint8_t garbled[FAULT_SET_MAX + 1];

    if (!has_byte_faults(port)) {
        put(port, bytes);
        return;
    }
    for (size_t i = 0; i < bytes.len; i++)
        put(port, span_at(garbled, garble(port, FAULT_DOWNSTREAM, bytes.data[i], garbled)));
}

/* ---- answers that go wrong ---- */

static bool is_of_answers(enum fault_type type)
{
    return type >= FAULT_ANSWER_LATE && type <= FAULT_PROMPT_DEAF;
}

static void free_mark(struct mark *mark)
{
    bytes_free(&mark->copy);
    free(mark);
}

static void put_line(struct fault_port *port, const struct mark *mark)
{
    put_garbled(port, span_of("\r\n"));
    put_garbled(port, span_of(mark->fault.text));
    put_garbled(port, span_of("\r\n"));
}

/* Where in the module's bytes something is done once; UNKNOWN: nowhere. */
static uint64_t moment_of(const struct mark *mark)
{
    switch (mark->fault.type) {
    case FAULT_ANSWER_LATE:
        return mark->from;
    case FAULT_ANSWER_TWICE:
        return mark->to;
    case FAULT_URC:
        if (mark->fault.attributes[URC_MOMENT] == URC_AT_PROMPT)
            return UNKNOWN;
        return mark->fault.attributes[URC_MOMENT] == URC_BEFORE_ANSWER
                   ? mark->from
                   : mark->from + (uint64_t)mark->fault.attributes[URC_BYTES];
    default:
        return UNKNOWN;
    }
}

/* The module has said all up to here: what is to be done here is done. */
static void pass_moments(struct fault_port *port)
{
    for (struct mark *mark = port->marks; mark != NULL; mark = mark->next) {
        if (mark->is_done || moment_of(mark) == UNKNOWN || port->said < moment_of(mark))
            continue;
        mark->is_done = true;
        if (mark->fault.type == FAULT_ANSWER_LATE)
            hold_from_here(port, clock_now_ms(port->config.clock) +
                                     mark->fault.attributes[FIRST_ATTRIBUTE]);
        else if (mark->fault.type == FAULT_ANSWER_TWICE)
            put_garbled(port, bytes_span(&mark->copy));
        else
            put_line(port, mark);
    }
}

/* Whether the next byte comes to the host. */
static bool passes(struct fault_port *port, uint8_t byte)
{
    bool dropped = false;

    for (struct mark *mark = port->marks; mark != NULL; mark = mark->next) {
        uint64_t from = mark->from;

        if (port->said >= mark->to)
            continue;
        if (mark->fault.type == FAULT_ANSWER_CUT)
            from += (uint64_t)mark->fault.attributes[FIRST_ATTRIBUTE];
        if (port->said < from)
            continue;
        if (mark->fault.type == FAULT_ANSWER_NEVER || mark->fault.type == FAULT_ANSWER_CUT)
            dropped = true;
        else if (mark->fault.type == FAULT_ANSWER_TWICE &&
                 bytes_add(&mark->copy, span_at(&byte, 1), ANSWER_MAX) != ERR_OK)
            say_no_memory(port);
    }
    return !dropped;
}

/* Those whose answer is over are no more. */
static void forget_marks(struct fault_port *port)
{
    struct mark **at = &port->marks;

    while (*at != NULL) {
        struct mark *mark = *at;

        if (mark->to > port->said) {
            at = &mark->next;
            continue;
        }
        *at = mark->next;
        free_mark(mark);
    }
}

static void take_piece(struct fault_port *port, struct span piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        pass_moments(port);
        if (passes(port, piece.data[i]))
            put_garbled(port, span_at(&piece.data[i], 1));
        port->said++;
    }
}

static void look_at_prompt(struct fault_port *port)
{
    for (struct mark *mark = port->marks; mark != NULL; mark = mark->next) {
        if (mark->is_done || mark->fault.type != FAULT_URC ||
            mark->fault.attributes[URC_MOMENT] != URC_AT_PROMPT ||
            !port->config.in_prompt(port->config.ctx))
            continue;
        mark->is_done = true;
        put_line(port, mark);
    }
}

/* True while what the module says goes to the host as it is. */
static bool is_plain(const struct fault_port *port)
{
    return port->out.len == 0 && port->marks == NULL && port->holds == NULL &&
           !has_byte_faults(port);
}

/* Takes what the module has said, as far as there is room. */
static void pull(struct fault_port *port)
{
    struct terminal *inner = port->around.inner;
    struct span piece;

    if (port->pulling || is_plain(port))
        return;
    port->pulling = true;
    while (port->out.len < PULL_MAX && (piece = inner->ops->peek(inner)).len > 0) {
        size_t len = piece.len < PULL_MAX ? piece.len : PULL_MAX;

        take_piece(port, span_at(piece.data, len));
        inner->ops->consume(inner, len);
    }
    pass_moments(port);
    look_at_prompt(port);
    forget_marks(port);
    look_at_holds(port);
    port->pulling = false;
}

void fault_port_line_begins(struct fault_port *port, size_t waiting)
{
    struct fault_set *set = port->config.set;

    for (struct fault_entry *entry = set->first; entry != NULL; entry = entry->next) {
        struct mark *mark;

        if (!is_of_answers(entry->fault.type) || !fault_fits(&entry->fault, &set->scene) ||
            !fault_set_counts(set, entry, true))
            continue;
        mark = calloc(1, sizeof(*mark));
        if (mark == NULL) {
            say_no_memory(port);
            return;
        }
        mark->fault = entry->fault;
        mark->from = port->said + waiting;
        mark->to = UNKNOWN;
        mark->next = port->marks;
        port->marks = mark;
    }
}

void fault_port_line_ends(struct fault_port *port, size_t waiting)
{
    for (struct mark *mark = port->marks; mark != NULL; mark = mark->next) {
        if (mark->to == UNKNOWN)
            mark->to = port->said + waiting;
    }
}

void fault_port_noise(struct fault_port *port, const struct fault *fault, size_t index)
{
    uint8_t noise[NOISE_MAX];
    size_t len = (size_t)fault->attributes[FIRST_ATTRIBUTE];

    assert(len <= NOISE_MAX);
    for (size_t i = 0; i < len; i++)
        noise[i] = (uint8_t)fault_draw(fault->seed, index * NOISE_MAX + i);
    put_garbled(port, span_at(noise, len));
    clock_timer_start(port->timer, 0);
}

/* ---- what the host types ---- */

static bool is_deaf(const struct fault_port *port)
{
    const struct mark *mark = port->marks;

    while (mark != NULL && (mark->fault.type != FAULT_PROMPT_DEAF || mark->to != UNKNOWN))
        mark = mark->next;
    return mark != NULL && port->config.in_prompt(port->config.ctx);
}

/* How many of the bytes are fed at once: where a prompt may open behind one, up to it. */
static size_t piece_of(const struct fault_port *port, struct span bytes)
{
    const uint8_t *end;

    if (!fault_set_has(port->config.set, FAULT_PROMPT_DEAF, FAULT_PROMPT_DEAF))
        return bytes.len;
    end = memchr(bytes.data, '\r', bytes.len);
    return end != NULL ? (size_t)(end - bytes.data) + 1 : bytes.len;
}

/* Gives the module what waits for it. */
static void feed_on(struct fault_port *port)
{
    struct terminal *inner = port->around.inner;

    while (port->in.len > 0) {
        struct span bytes = bytes_span(&port->in);
        size_t len = piece_of(port, bytes), fed;

        if (is_deaf(port) && bytes.data[0] != ESC) {
            bytes_drop(&port->in, 1);
            continue;
        }
        if (is_deaf(port))
            len = 1;
        fed = inner->ops->feed(inner, span_at(bytes.data, len));
        bytes_drop(&port->in, fed);
        if (fed < len)
            break;
    }
    if (port->in.len == 0)
        bytes_free(&port->in);
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct fault_port *port = of(base);
    struct terminal *inner = port->around.inner;
    uint8_t garbled[FAULT_SET_MAX + 1];
    size_t taken = 0;

    if (port->in.len > 0)
        return 0;
    if (!has_byte_faults(port) && port->marks == NULL &&
        !fault_set_has(port->config.set, FAULT_PROMPT_DEAF, FAULT_PROMPT_DEAF))
        return inner->ops->feed(inner, bytes);
    for (; taken < bytes.len && port->in.len == 0; taken++) {
        size_t count =
            has_byte_faults(port) ? garble(port, FAULT_UPSTREAM, bytes.data[taken], garbled) : 1;

        if (!has_byte_faults(port))
            garbled[0] = bytes.data[taken];
        if (count > 0 && bytes_add(&port->in, span_at(garbled, count), PULL_MAX) != ERR_OK)
            say_no_memory(port);
        feed_on(port);
    }
    pull(port);
    return taken;
}

/* ---- what the channel drives ---- */

static struct span peek(struct terminal *base)
{
    struct fault_port *port = of(base);
    struct span bytes;
    uint64_t free_bytes;

    if (is_plain(port))
        return port->around.inner->ops->peek(port->around.inner);
    pull(port);
    bytes = bytes_span(&port->out);
    free_bytes = port->holds != NULL ? port->holds->from - port->taken : UINT64_MAX;
    return span_at(bytes.data, bytes.len < free_bytes ? bytes.len : (size_t)free_bytes);
}

static void consume(struct terminal *base, size_t count)
{
    struct fault_port *port = of(base);

    if (is_plain(port)) {
        port->said += count;
        port->around.inner->ops->consume(port->around.inner, count);
        return;
    }
    bytes_drop(&port->out, (uint32_t)count);
    port->taken += count;
    if (port->out.len == 0)
        bytes_free(&port->out);
    pull(port);
}

static bool is_busy(struct terminal *base)
{
    return of(base)->in.len > 0 || of(base)->around.inner->ops->busy(of(base)->around.inner);
}

static void forget(struct fault_port *port)
{
    while (port->marks != NULL) {
        struct mark *mark = port->marks;

        port->marks = mark->next;
        free_mark(mark);
    }
    while (port->holds != NULL) {
        struct hold *hold = port->holds;

        port->holds = hold->next;
        free(hold);
    }
    port->taken = port->put;
    bytes_free(&port->out);
    bytes_free(&port->in);
}

static void host_gone(struct terminal *base)
{
    struct fault_port *port = of(base);

    forget(port);
    port->around.inner->ops->host_gone(port->around.inner);
}

static const struct terminal_ops terminal_ops = {
    .feed = feed, .peek = peek, .consume = consume, .busy = is_busy, .host_gone = host_gone
};

/* ---- what the module's terminal tells ---- */

static void output_ready(struct channel *channel)
{
    struct fault_port *port = of_channel(channel);

    pull(port);
    if (port->outer != NULL && peek(&port->around.base).len > 0)
        port->outer->ops->output_ready(port->outer);
}

static void input_room(struct channel *channel)
{
    struct fault_port *port = of_channel(channel);

    feed_on(port);
    if (port->in.len == 0 && port->outer != NULL)
        port->outer->ops->input_room(port->outer);
}

static void set_lines(struct channel *channel, unsigned lines)
{
    struct channel *outer = of_channel(channel)->outer;

    if (outer != NULL)
        outer->ops->set_lines(outer, lines);
}

static void set_rate(struct channel *channel, uint32_t baud)
{
    struct channel *outer = of_channel(channel)->outer;

    if (outer != NULL && outer->ops->set_rate != NULL)
        outer->ops->set_rate(outer, baud);
}

static const struct channel_ops channel_ops = { .output_ready = output_ready,
                                                .input_room = input_room,
                                                .set_lines = set_lines,
                                                .set_rate = set_rate };

static void on_time(void *ctx)
{
    struct fault_port *port = ctx;

    look_at_holds(port);
    if (port->outer != NULL && peek(&port->around.base).len > 0)
        port->outer->ops->output_ready(port->outer);
}

/* ---- making ---- */

enum err fault_port_new(const struct fault_port_config *config, struct fault_port **ret_port)
{
    struct fault_port *port = calloc(1, sizeof(*port));

    if (port == NULL || clock_new_timer(config->clock, on_time, port, &port->timer) != ERR_OK) {
        free(port);
        return ERR_NO_MEMORY;
    }
    around_init(&port->around, &terminal_ops, config->inner);
    port->channel.ops = &channel_ops;
    port->config = *config;
    *ret_port = port;
    return ERR_OK;
}

void fault_port_free(struct fault_port *port)
{
    if (port == NULL)
        return;
    forget(port);
    clock_timer_free(port->timer);
    free(port);
}

struct channel *fault_port_attach(struct fault_port *port, struct channel *outer)
{
    port->outer = outer;
    port->channel.sees_late = outer != NULL && outer->sees_late;
    return outer != NULL ? &port->channel : NULL;
}

struct terminal *fault_port_terminal(struct fault_port *port)
{
    return &port->around.base;
}
