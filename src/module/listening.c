/* listening.c: the ports that a module's servers listen on. */
#include "module/listening.h"

#include "module/module.h"
#include "services/address_text.h"

#include <assert.h>

struct asked {
    struct tlsmodem *modem;
    const struct tlsmodem_listening *where;
    enum net_transport transport;
    net_accepted_fn *on_accepted;
    void *ctx;
};

static enum err listen_at(const struct asked *asked, uint16_t port,
                          struct net_listener **ret_listener)
{
    struct net *net = asked->modem->config.net;
    uint16_t got;

    if (asked->transport == NET_UDP)
        return net_listen_datagrams(net, &asked->where->address, port, asked->on_accepted,
                                    asked->ctx, ret_listener, &got);
    return net_listen(net, &asked->where->address, port, asked->on_accepted, asked->ctx,
                      ret_listener, &got);
}

static bool is_among(const struct tlsmodem_listening *where, uint16_t port)
{
    return port >= where->first && port <= where->last;
}

/* The host's own first, then the others of the range. */
static enum err listen_somewhere(const struct asked *asked, uint16_t *port,
                                 struct net_listener **ret_listener)
{
    const struct tlsmodem_listening *where = asked->where;
    enum err err = ERR_BUSY;

    if (where->first == 0 || is_among(where, *port))
        err = listen_at(asked, *port, ret_listener);
    for (uint32_t other = where->first; err == ERR_BUSY && other != 0 && other <= where->last;
         other++) {
        if (other == *port)
            continue;
        err = listen_at(asked, (uint16_t)other, ret_listener);
        if (err == ERR_OK)
            *port = (uint16_t)other;
    }
    return err;
}

enum err listening_open(struct tlsmodem *modem, enum net_transport transport, uint16_t port,
                        net_accepted_fn *on_accepted, void *ctx, struct net_listener **ret_listener)
{
    static const struct tlsmodem_listening loopback = { .address = { .family = NET_IPV4,
                                                                     .bytes = { 127, 0, 0, 1 } } };
    const struct asked asked = {
        .modem = modem,
        .where = modem->config.listening != NULL ? modem->config.listening : &loopback,
        .transport = transport,
        .on_accepted = on_accepted,
        .ctx = ctx,
    };
    const char *what = transport == NET_UDP ? " for datagrams" : "";
    char address[ADDRESS_TEXT_MAX];
    uint16_t at = port;
    enum err err;

    assert(port > 0);
    err = listen_somewhere(&asked, &at, ret_listener);
    address_text(&asked.where->address, address);
    if (err != ERR_OK)
        log_say(modem->config.log, LOG_WARNING, "cannot listen%s on %s for the host's port %u: %s",
                what, address, (unsigned)port, err_text(err));
    else
        log_say(modem->config.log, LOG_INFO, "listens%s on %s port %u for the host's port %u", what,
                address, (unsigned)at, (unsigned)port);
    return err;
}
