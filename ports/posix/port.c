/* port.c: what all kinds of port share. */
#include "posix/port.h"

#include <assert.h>

bool port_kind_is_tcp(enum port_kind kind)
{
    return kind == PORT_TCP || kind == PORT_RFC2217 || kind == PORT_TCP_TLS;
}

void port_start(struct port *port, struct terminal *terminal)
{
    assert(terminal != NULL);
    if (port->ops->dress != NULL)
        terminal = port->ops->dress(port, terminal);
    fd_channel_start(&port->channel, terminal);
}

struct channel *port_channel(struct port *port)
{
    return &port->channel.base;
}

void port_on_end(struct port *port, void (*on_end)(void *ctx), void *ctx)
{
    assert(on_end != NULL);
    port->on_end = on_end;
    port->end_ctx = ctx;
}

bool port_is_away(const struct port *port)
{
    return port->is_away;
}

void port_on_away(struct port *port, void (*on_away)(void *ctx, bool is_away), void *ctx)
{
    assert(on_away != NULL);
    port->on_away = on_away;
    port->away_ctx = ctx;
}

void port_set_away(struct port *port, bool is_away)
{
    if (port->is_away == is_away)
        return;
    port->is_away = is_away;
    if (port->on_away != NULL)
        port->on_away(port->away_ctx, is_away);
}

const char *port_label(const struct port *port)
{
    return port->label;
}

void port_close(struct port *port)
{
    if (port != NULL)
        port->ops->close(port);
}

void port_on_circuits(struct port *port, void (*on_circuits)(void *ctx, unsigned circuits),
                      void *ctx)
{
    assert(on_circuits != NULL);
    port->on_circuits = on_circuits;
    port->circuits_ctx = ctx;
}

void port_tell_circuits(struct port *port, unsigned circuits)
{
    if (port->on_circuits != NULL)
        port->on_circuits(port->circuits_ctx, circuits);
}

void port_drive(struct port *port, unsigned circuits)
{
    if (port->ops->drive != NULL)
        port->ops->drive(port, circuits);
}

bool port_host_format(const struct port *port, struct serial_format *ret_format)
{
    return port->ops->host_format != NULL && port->ops->host_format(port, ret_format);
}

void port_set_format(struct port *port, const struct serial_format *format)
{
    if (port->ops->set_format != NULL)
        port->ops->set_format(port, format);
}

bool port_is_changing(const struct port *port)
{
    return port->ops->is_changing != NULL && port->ops->is_changing(port);
}

void port_get_format(const struct port *port, struct serial_format *ret_format)
{
    if (port->ops->get_format != NULL)
        port->ops->get_format(port, ret_format);
}

bool port_is_sent(const struct port *port)
{
    return port->ops->is_sent == NULL || port->ops->is_sent(port);
}
