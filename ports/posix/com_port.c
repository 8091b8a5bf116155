/* com_port.c: see com_port.h. */
#include "posix/com_port.h"

#include <assert.h>
#include <string.h>

enum { ANSWER = 100, BAUD_PRESET = 115200, MASK_ALL = 255 };

/* RFC 2217 section 2 and 3. */
enum {
    SIGNATURE = 0,
    SET_BAUDRATE = 1,
    SET_DATASIZE = 2,
    SET_PARITY = 3,
    SET_STOPSIZE = 4,
    SET_CONTROL = 5,
    NOTIFY_LINESTATE = 6,
    NOTIFY_MODEMSTATE = 7,
    FLOWCONTROL_SUSPEND = 8,
    FLOWCONTROL_RESUME = 9,
    SET_LINESTATE_MASK = 10,
    SET_MODEMSTATE_MASK = 11,
    PURGE_DATA = 12
};

/* SET-CONTROL's values. */
enum {
    ASK_FLOW = 0,
    FLOW_NONE = 1,
    FLOW_XON = 2,
    FLOW_RTS = 3,
    ASK_BREAK = 4,
    BREAK_ON = 5,
    BREAK_OFF = 6,
    ASK_DTR = 7,
    DTR_ON = 8,
    DTR_OFF = 9,
    ASK_RTS = 10,
    RTS_ON = 11,
    RTS_OFF = 12,
    ASK_FLOW_IN = 13,
    FLOW_IN_NONE = 14,
    FLOW_IN_XON = 15,
    FLOW_IN_RTS = 16,
    FLOW_DCD = 17,
    FLOW_IN_DTR = 18,
    FLOW_DSR = 19
};

/* Both holding and shift register are empty: there is no wire. */
enum { LINE_EMPTY = 32 | 64 };

enum { PURGE_TO_HOST = 1, PURGE_BOTH = 3 };

enum { STATES = COM_PORT_CTS | COM_PORT_DSR | COM_PORT_RI | COM_PORT_DCD };

static void reply(const struct com_port *port, uint8_t command, struct span value)
{
    port->ops->reply(port->ctx, (uint8_t)(command + ANSWER), value);
}

static void reply_byte(const struct com_port *port, uint8_t command, uint8_t value)
{
    reply(port, command, span_at(&value, 1));
}

static void take_baud(struct com_port *port, struct span value)
{
    uint8_t answer[4];
    uint32_t baud = 0;

    if (value.len != sizeof(answer))
        return;
    for (size_t i = 0; i < value.len; i++)
        baud = baud << 8 | value.data[i];
    if (baud != 0)
        port->baud = baud;
    for (size_t i = 0; i < sizeof(answer); i++)
        answer[i] = (uint8_t)(port->baud >> (24 - 8 * i));
    reply(port, SET_BAUDRATE, span_at(answer, sizeof(answer)));
}

/* 0 asks. */
static void take_format(const struct com_port *port, uint8_t command, uint8_t value, uint8_t min,
                        uint8_t max, uint8_t *setting)
{
    if (value >= min && value <= max)
        *setting = value;
    reply_byte(port, command, *setting);
}

static void set_flow(struct com_port *port, uint8_t *setting, uint8_t value)
{
    *setting = value;
    port->ops->flow(port->ctx);
}

static void set_dtr(struct com_port *port, bool on)
{
    if (port->dtr == on)
        return;
    port->dtr = on;
    port->ops->set_dtr(port->ctx, on);
}

static void set_rts(struct com_port *port, bool on)
{
    port->rts = on;
    port->ops->flow(port->ctx);
}

static void set_break(struct com_port *port, bool on)
{
    if (port->brk == on)
        return;
    port->brk = on;
    port->ops->set_break(port->ctx, on);
}

static void set_control(struct com_port *port, uint8_t value)
{
    switch (value) {
    case FLOW_NONE: /* both ways, until those inbound are given */
    case FLOW_XON:
    case FLOW_RTS:
        port->flow_in = (uint8_t)(value + FLOW_IN_NONE - FLOW_NONE);
        set_flow(port, &port->flow_out, value);
        break;
    case FLOW_DCD:
    case FLOW_DSR:
        set_flow(port, &port->flow_out, value);
        break;
    case FLOW_IN_NONE:
    case FLOW_IN_XON:
    case FLOW_IN_RTS:
    case FLOW_IN_DTR:
        set_flow(port, &port->flow_in, value);
        break;
    case BREAK_ON:
    case BREAK_OFF:
        set_break(port, value == BREAK_ON);
        break;
    case DTR_ON:
    case DTR_OFF:
        set_dtr(port, value == DTR_ON);
        break;
    case RTS_ON:
    case RTS_OFF:
        set_rts(port, value == RTS_ON);
        break;
    default:
        break;
    }
}

/* What is in force, in the words of the group that `value` belongs to. */
static uint8_t control_now(const struct com_port *port, uint8_t value)
{
    switch (value) {
    case ASK_BREAK:
    case BREAK_ON:
    case BREAK_OFF:
        return port->brk ? BREAK_ON : BREAK_OFF;
    case ASK_DTR:
    case DTR_ON:
    case DTR_OFF:
        return port->dtr ? DTR_ON : DTR_OFF;
    case ASK_RTS:
    case RTS_ON:
    case RTS_OFF:
        return port->rts ? RTS_ON : RTS_OFF;
    case ASK_FLOW_IN:
    case FLOW_IN_NONE:
    case FLOW_IN_XON:
    case FLOW_IN_RTS:
    case FLOW_IN_DTR:
        return port->flow_in;
    default:
        return port->flow_out;
    }
}

static void suspend(struct com_port *port, bool on)
{
    port->suspended = on;
    port->ops->flow(port->ctx);
}

static void take_purge(struct com_port *port, uint8_t value)
{
    /* What the host has said the module has already, or it waits in the network. */
    if (value == PURGE_TO_HOST || value == PURGE_BOTH)
        port->ops->purge(port->ctx);
    if (value >= PURGE_TO_HOST && value <= PURGE_BOTH)
        reply_byte(port, PURGE_DATA, value);
}

static void take_byte(struct com_port *port, uint8_t command, uint8_t value)
{
    switch (command) {
    case SET_DATASIZE:
        take_format(port, command, value, 5, 8, &port->data_bits);
        break;
    case SET_PARITY:
        take_format(port, command, value, 1, 5, &port->parity);
        break;
    case SET_STOPSIZE:
        take_format(port, command, value, 1, 3, &port->stop);
        break;
    case SET_CONTROL:
        set_control(port, value);
        reply_byte(port, command, control_now(port, value));
        break;
    case SET_LINESTATE_MASK:
        port->line_mask = value;
        reply_byte(port, command, value);
        if ((value & LINE_EMPTY) != 0)
            reply_byte(port, NOTIFY_LINESTATE, value & LINE_EMPTY);
        break;
    case SET_MODEMSTATE_MASK:
        port->modem_mask = value;
        reply_byte(port, command, value);
        com_port_notify(port, port->state, true);
        break;
    case PURGE_DATA:
        take_purge(port, value);
        break;
    default:
        break;
    }
}

void com_port_take(struct com_port *port, struct span request)
{
    struct span value;

    if (request.len == 0)
        return;
    value = span_skip(request, 1);
    switch (request.data[0]) {
    case SIGNATURE: /* the host's own is nothing to answer */
        if (value.len == 0)
            reply(port, SIGNATURE, span_of("tlsmodem"));
        break;
    case SET_BAUDRATE:
        take_baud(port, value);
        break;
    case FLOWCONTROL_SUSPEND:
    case FLOWCONTROL_RESUME:
        suspend(port, request.data[0] == FLOWCONTROL_SUSPEND);
        break;
    default:
        if (value.len == 1)
            take_byte(port, request.data[0], value.data[0]);
        break;
    }
}

void com_port_notify(struct com_port *port, uint8_t state, bool anyhow)
{
    uint8_t changed = (uint8_t)((port->state ^ state) & STATES);
    uint8_t delta = 0;

    delta |= (changed & COM_PORT_CTS) != 0 ? COM_PORT_DELTA_CTS : 0;
    delta |= (changed & COM_PORT_DSR) != 0 ? COM_PORT_DELTA_DSR : 0;
    delta |= (changed & COM_PORT_DCD) != 0 ? COM_PORT_DELTA_DCD : 0;
    delta |= (changed & ~state & COM_PORT_RI) != 0 ? COM_PORT_RI_ENDED : 0;
    port->state = state & STATES;
    if (anyhow || ((changed | delta) & port->modem_mask) != 0)
        reply_byte(port, NOTIFY_MODEMSTATE, (uint8_t)((state | delta) & port->modem_mask));
}

bool com_port_holds(const struct com_port *port)
{
    return port->suspended || (port->flow_in == FLOW_IN_RTS && !port->rts);
}

void com_port_begin(struct com_port *port, const struct com_port_ops *ops, void *ctx)
{
    assert(ops != NULL);
    *port = (struct com_port){ .ops = ops,
                               .ctx = ctx,
                               .baud = BAUD_PRESET,
                               .data_bits = 8,
                               .parity = 1,
                               .stop = 1,
                               .flow_out = FLOW_NONE,
                               .flow_in = FLOW_IN_NONE,
                               .dtr = true,
                               .rts = true,
                               .modem_mask = MASK_ALL };
}

/* In the order of RFC 2217's numbers, from 1. */
static const char parities[] = "NOEMS";

void com_port_format(const struct com_port *port, struct serial_format *ret_format)
{
    *ret_format =
        (struct serial_format){ .baud = port->baud,
                                .data_bits = port->data_bits,
                                .parity = port->parity > 0 ? parities[port->parity - 1] : '\0',
                                .stop_bits = port->stop > 1 ? 2 : port->stop,
                                .rtscts =
                                    port->flow_out == FLOW_RTS || port->flow_in == FLOW_IN_RTS,
                                .xon_out = port->flow_out == FLOW_XON,
                                .xon_in = port->flow_in == FLOW_IN_XON };
}

void com_port_set_format(struct com_port *port, const struct serial_format *format)
{
    const char *parity = format->parity != '\0' ? strchr(parities, format->parity) : NULL;

    assert(format->baud != 0);
    port->baud = format->baud;
    port->data_bits = format->data_bits != 0 ? format->data_bits : port->data_bits;
    port->parity = parity != NULL ? (uint8_t)(parity - parities + 1) : port->parity;
    port->stop = format->stop_bits != 0 ? format->stop_bits : port->stop;
    port->flow_out = format->rtscts ? FLOW_RTS : format->xon_out ? FLOW_XON : FLOW_NONE;
    port->flow_in = format->rtscts ? FLOW_IN_RTS : format->xon_in ? FLOW_IN_XON : FLOW_IN_NONE;
}
