/* data_call.c: a data call from its dial to its end.
 *
 * Source: docs/facts/mqtt-mux-ppp.md §4; 27.007 10.2; V.250 6.2.9, 6.3.
 */
#include "personalities/common/data_call.h"

#include "base/bytes.h"
#include "bridge/online.h"
#include "iface/data_call.h"
#include "module/facts.h"

#include <assert.h>
#include <stdlib.h>

/* What the other side may have sent while the host is in command mode. */
enum { KEPT_MAX = 2048 };

struct call {
    struct online online; /* first */
    struct tlsmodem *modem;
    struct module_terminal *owner;
    struct net_stream *stream; /* NULL: there is no call */
    size_t cid;
    struct bytes kept; /* came while the host was in command mode */
    unsigned wanted;
    bool dials;      /* the other side is still to answer */
    bool activated;  /* the dial has brought the context up */
    bool takes_down; /* which goes down right now */
    bool paused;     /* the host has no room */
    bool blocked;    /* the other side has none */
    bool is_deaf;    /* it takes no more, though it may have said more than was read */
    bool untold;     /* the call has ended, and the host is to hear so */
    int64_t left_ms;
    uint64_t from_host, to_host;
};

static struct call *call_if(const struct at_session *at)
{
    return module_part_if(module_of(at), &common_data_call_part, terminal_of(at)->index);
}

static const struct data_call_facts *facts_of(const struct tlsmodem *modem)
{
    return modem->personality->data_call;
}

/* ---- its end ---- */

static void end_context(struct call *call)
{
    bool was_activated = call->activated;

    call->activated = false;
    if (!was_activated || !module_fact_is(call->modem, facts_of(call->modem)->ends_context))
        return;
    call->takes_down = true;
    network_deactivate(call->modem, call->cid);
    call->takes_down = false;
}

bool data_call_takes_down(const struct tlsmodem *modem, size_t cid)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        const struct call *call = module_part_if(modem, &common_data_call_part, i);

        if (call != NULL && call->takes_down && call->cid == cid)
            return true;
    }
    return false;
}

/* Nobody is told.  Its context, which may be told to others, comes last. */
static void hang_up(struct call *call, const char *why)
{
    net_stream_close(call->stream);
    call->stream = NULL;
    bytes_free(&call->kept);
    log_say(call->modem->config.log, LOG_INFO,
            "port %zu: the data call has ended: %s; %llu bytes of the host, %llu for it",
            call->owner->index + 1, why, (unsigned long long)call->from_host,
            (unsigned long long)call->to_host);
    end_context(call);
}

/* The host hears NO CARRIER: at once, unless its port is in command mode. */
static void end(struct call *call, const char *why)
{
    bool dials = call->dials;

    hang_up(call, why);
    if (online_is_on(&call->online)) {
        online_leave(&call->online, AT_NO_CARRIER);
    } else if (dials) {
        call->dials = false;
        at_finish(call->owner->at, AT_NO_CARRIER);
    } else {
        call->untold = true;
        at_poke(call->owner->at);
    }
}

/* ---- bytes ---- */

static void want_now(struct call *call)
{
    bool is_full = !online_is_on(&call->online) && call->kept.len >= KEPT_MAX;
    unsigned wanted = 0;

    if (call->stream == NULL || call->dials)
        return;
    if (!call->paused && !is_full)
        wanted |= NET_WANT_READ;
    if (call->blocked)
        wanted |= NET_WANT_WRITE;
    if (wanted != call->wanted)
        net_stream_want(call->stream, wanted);
    call->wanted = wanted;
}

static const char *words_of_end(ptrdiff_t got)
{
    return got == 0 ? "by the other side" : err_text((enum err) - got);
}

/* The next bytes of the other side; 0 where there are none now, and where it has ended. */
static size_t receive(struct call *call, uint8_t *buf, size_t cap)
{
    ptrdiff_t got = net_stream_recv(call->stream, buf, cap);

    if (got > 0)
        return (size_t)got;
    if (got != -ERR_AGAIN)
        end(call, words_of_end(got));
    return 0;
}

static size_t take_kept(struct call *call, uint8_t *buf, size_t cap)
{
    size_t part = call->kept.len < cap ? call->kept.len : cap;

    memcpy(buf, call->kept.data, part);
    bytes_drop(&call->kept, part);
    if (call->kept.len == 0)
        bytes_free(&call->kept);
    return part;
}

static size_t on_read(struct online *online, uint8_t *buf, size_t cap)
{
    struct call *call = (struct call *)online;
    size_t got = call->kept.len > 0 ? take_kept(call, buf, cap) : receive(call, buf, cap);

    call->to_host += got;
    if (got == 0)
        call->paused = false;
    want_now(call);
    return got;
}

static void on_pause(struct online *online)
{
    struct call *call = (struct call *)online;

    call->paused = true;
    want_now(call);
}

static bool on_takes(struct online *online)
{
    const struct call *call = (struct call *)online;

    return call->stream != NULL && !call->is_deaf;
}

static size_t on_write(struct online *online, struct span bytes)
{
    struct call *call = (struct call *)online;
    ptrdiff_t done =
        call->blocked ? -ERR_AGAIN : net_stream_send(call->stream, bytes.data, bytes.len);

    call->blocked = done == -ERR_AGAIN;
    call->is_deaf = done < 0 && !call->blocked;
    want_now(call);
    if (done <= 0)
        return 0;
    call->from_host += (uint64_t)done;
    return (size_t)done;
}

/* The host is in command mode: as much as there is room for waits, and the end is seen. */
static void collect(struct call *call)
{
    size_t room = KEPT_MAX - call->kept.len, got;

    if (room == 0)
        return;
    if (bytes_reserve(&call->kept, KEPT_MAX) != ERR_OK) {
        end(call, "out of memory");
        return;
    }
    got = receive(call, call->kept.data + call->kept.len, room);
    if (got > 0)
        bytes_commit(&call->kept, got);
    else if (call->stream != NULL && call->kept.len == 0)
        bytes_free(&call->kept);
}

/* ---- online ---- */

static void on_left(struct online *online)
{
    struct call *call = (struct call *)online;

    call->left_ms = module_now(call->modem);
    call->paused = false;
    want_now(call);
}

static void on_gone(struct online *online)
{
    struct call *call = (struct call *)online;

    hang_up(call, "the host has gone");
    online_leave(online, AT_SILENT);
}

static void go_online(struct call *call)
{
    static const struct online_ops ops = { .read = on_read,
                                           .pause = on_pause,
                                           .takes = on_takes,
                                           .write = on_write,
                                           .on_left = on_left,
                                           .on_gone = on_gone };

    call->paused = false;
    online_enter(&call->online, &ops, call->owner->at);
    want_now(call);
}

/* CONNECT, or what the fact has in its place, which a port that wants numbers does not hear. */
static bool says_connect(struct call *call)
{
    const char *text = module_fact_text(call->modem, facts_of(call->modem)->connect);
    struct at_session *at = call->owner->at;

    if (strcmp(text, "CONNECT") == 0 || at_settings_of(at)->verbose == 0)
        return true;
    at_result_text(at, text);
    return false;
}

static void on_connected(struct call *call)
{
    struct at_session *at = call->owner->at;

    call->dials = false;
    go_online(call);
    if (says_connect(call))
        at_finish(at, AT_CONNECT);
    else
        at_finish_online(at);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    struct call *call = ctx;
    struct tlsmodem *modem = call->modem;

    module_enter(modem);
    switch (event) {
    case NET_CONNECTED:
        on_connected(call);
        break;
    case NET_FAILED:
        end(call, err_text(err));
        break;
    case NET_READABLE:
        call->paused = false;
        if (online_is_on(&call->online))
            online_pump(&call->online);
        else
            collect(call);
        want_now(call);
        break;
    case NET_WRITABLE:
        call->blocked = false;
        want_now(call);
        online_writable(&call->online);
        break;
    }
    module_leave(modem);
}

/* ---- dialling ---- */

/* False, with a line in the log. */
static bool may_dial(struct at_session *at, size_t cid)
{
    const struct tlsmodem *modem = module_of(at);

    if (modem->config.data_calls == NULL)
        at_remark(at, "nobody speaks PPP here: --ppp COMMAND, or ppp: of a file, says who does");
    else if (!network_is_registered(&modem->network))
        at_remark(at, "there is no network: +CREG: %d", network_stat(&modem->network));
    else if (network_context(&modem->network, cid)->type[0] == '\0')
        at_remark(at, "context %zu is not defined; AT+CGDCONT first", cid);
    else
        return true;
    return false;
}

/* By another port's call.  What nobody can go back to, as its DLCI is closed, has ended. */
static bool is_taken(struct tlsmodem *modem, size_t cid)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct call *call = module_part_if(modem, &common_data_call_part, i);

        if (call == NULL || call->stream == NULL || call->cid != cid)
            continue;
        if (!call->owner->asleep)
            return true;
        hang_up(call, "its terminal is closed");
    }
    return false;
}

static void on_abort(struct at_session *at, void *ctx)
{
    struct call *call = ctx;

    (void)at;
    end(call, "given up while it was dialled");
}

/* It attaches, too. */
static void bring_up(struct call *call)
{
    struct module_network *network = &call->modem->network;
    bool was_up = network_context(network, call->cid)->active;

    if (!network->attached) {
        network->attached = true;
        network_update(call->modem);
    }
    call->activated = network_activate(network, call->cid) && !was_up;
}

static enum err open(struct call *call, const char *number)
{
    const struct module_context *context = network_context(&call->modem->network, call->cid);
    char address[MODULE_ADDRESS_MAX + 1];
    const struct data_call dialled = { .port = call->owner->index + 1,
                                       .cid = call->cid,
                                       .apn = at_text(context->apn),
                                       .address = address,
                                       .number = number };

    network_address(call->cid, address, sizeof(address));
    return data_call_open(call->modem->config.data_calls, &dialled, on_event, call, &call->stream);
}

static enum at_status dial(struct at_session *at, struct call *call, size_t cid, const char *number)
{
    enum err err;

    *call = (struct call){
        .modem = module_of(at), .owner = terminal_of(at), .cid = cid, .dials = true
    };
    bring_up(call);
    err = open(call, number);
    if (err != ERR_OK) {
        call->stream = NULL;
        call->dials = false;
        at_remark(at, "the call cannot be made: %s", err_text(err));
        end_context(call);
        return AT_NO_CARRIER;
    }
    log_say(call->modem->config.log, LOG_INFO, "port %zu: a data call, context %zu",
            call->owner->index + 1, cid);
    at_await(at, on_abort, call);
    return AT_LATER;
}

enum at_status data_call_dial(struct at_session *at, size_t cid, bool is_named, const char *number)
{
    struct tlsmodem *modem = module_of(at);
    const struct module_context *context = network_context(&modem->network, cid);
    struct call *call;

    assert(context != NULL);
    data_call_hang_up(at); /* its host has begun anew */
    if (is_named && context->type[0] == '\0' &&
        module_fact(modem, facts_of(modem)->undefined) == DATA_CALL_UNDEFINED_IS_ERROR)
        return at_refuse_plain(at, "context %zu is not defined; AT+CGDCONT first", cid);
    if (!may_dial(at, cid))
        return AT_NO_CARRIER;
    if (is_taken(modem, cid)) {
        at_remark(at, "another port has a data call of context %zu", cid);
        return AT_NO_CARRIER;
    }
    call = module_part(modem, &common_data_call_part, terminal_of(at)->index);
    if (call == NULL) {
        at_remark(at, "out of memory");
        return AT_NO_CARRIER;
    }
    return dial(at, call, cid, number);
}

/* ---- between command mode and online mode ---- */

bool data_call_is_left(const struct at_session *at)
{
    const struct call *call = call_if(at);

    return call != NULL && call->stream != NULL && !call->dials && !online_is_on(&call->online);
}

int64_t data_call_left_ms(const struct at_session *at)
{
    assert(data_call_is_left(at));
    return call_if(at)->left_ms;
}

enum at_status data_call_resume(struct at_session *at)
{
    struct call *call = call_if(at);

    assert(data_call_is_left(at));
    go_online(call);
    if (says_connect(call))
        return AT_CONNECT;
    at_finish_online(at);
    return AT_LATER;
}

void data_call_hang_up(struct at_session *at)
{
    struct call *call = call_if(at);

    if (call == NULL)
        return;
    call->untold = false;
    if (data_call_is_left(at))
        hang_up(call, "the host has hung up");
}

/* ---- what happens around it ---- */

/* &D1: back to command mode.  &D2: the call ends. */
static void on_dtr_drop(struct module_terminal *terminal, void *state)
{
    struct call *call = state;

    if (call->stream == NULL || call->dials || call->owner != terminal)
        return;
    if (terminal->settings.dtr != 1)
        end(call, "the host has dropped DTR");
    else if (online_is_on(&call->online))
        online_suspend(&call->online);
}

static void on_context_down(struct tlsmodem *modem, void *state, size_t cid)
{
    struct call *call = state;

    (void)modem;
    if (call->stream == NULL || call->cid != cid)
        return;
    call->activated = false;
    end(call, "its context has gone down");
}

static void on_quiet(struct module_terminal *terminal, void *state)
{
    struct call *call = state;

    if (!call->untold || call->owner != terminal)
        return;
    call->untold = false;
    at_unsolicited_no_carrier(terminal->at);
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct call *call = state;

    (void)modem;
    if (call->stream != NULL)
        net_stream_close(call->stream);
    bytes_free(&call->kept);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct call *call = state;

    (void)modem;
    return call->stream == NULL && !call->untold && !online_is_on(&call->online);
}

const struct module_part common_data_call_part = {
    .size = sizeof(struct call),
    .units = MODULE_TERMINALS_MAX,
    .deinit = deinit,
    .is_idle = is_idle,
    .on_quiet = on_quiet,
    .on_dtr_drop = on_dtr_drop,
    .on_context_down = on_context_down,
};
