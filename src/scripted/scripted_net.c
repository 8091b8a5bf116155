/* scripted_net.c: a network in which nothing happens by itself: what a script says of it.
 *
 * Names and echo requests are in scripted_query.c, connections in scripted_stream.c.
 */
#include "scripted/scripted_net.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static const struct net_ops ops = {
    .resolve = scripted_resolve,
    .connect = scripted_connect,
    .listen = scripted_listen,
    .listen_datagrams = scripted_listen_datagrams,
    .echo = scripted_echo_start,
};

void scripted_net_init(struct scripted_net *net)
{
    *net = (struct scripted_net){ .base.ops = &ops };
}

#define FREE_LIST(type, first)                                                                     \
    while ((first) != NULL) {                                                                      \
        type *element = (first);                                                                   \
                                                                                                   \
        (first) = element->next;                                                                   \
        free(element);                                                                             \
    }

void scripted_net_deinit(struct scripted_net *net)
{
    FREE_LIST(struct scripted_name, net->names);
    FREE_LIST(struct scripted_echo, net->echoes);
    FREE_LIST(struct scripted_dial, net->dials);
    FREE_LIST(struct scripted_query, net->queries);
    FREE_LIST(struct scripted_listener, net->listeners);
    while (net->streams != NULL) {
        struct scripted_stream *stream = net->streams;

        net->streams = stream->next;
        scripted_free_stream(stream);
    }
    while (net->peers != NULL) {
        struct scripted_peer *peer = net->peers;

        net->peers = peer->next;
        peer_deinit(peer);
        free(peer);
    }
}

void scripted_net_name(struct scripted_net *net, const char *text, enum name_answer answer,
                       const struct net_address *list, size_t count)
{
    struct scripted_name *name = net->names;

    assert(count <= NAME_ADDRESSES_MAX);
    while (name != NULL && strcmp(name->name, text) != 0)
        name = name->next;
    if (name == NULL) {
        name = scripted_make(sizeof(*name));
        snprintf(name->name, sizeof(name->name), "%s", text);
        name->next = net->names;
        net->names = name;
    }
    name->answer = answer;
    name->count = count;
    if (count > 0)
        memcpy(name->list, list, count * sizeof(list[0]));
}

void scripted_net_echo(struct scripted_net *net, const struct scripted_echo *echo)
{
    struct scripted_echo *entry = scripted_make(sizeof(*entry));

    *entry = *echo;
    entry->next = net->echoes; /* in front of what was said of this address before */
    net->echoes = entry;
}

void scripted_net_listen(struct scripted_net *net, uint16_t port, enum peer_listens listens)
{
    struct scripted_peer *peer = scripted_net_peer(net, port);

    peer_forget(peer);
    peer->listens = listens;
}

void scripted_net_dial(struct scripted_net *net, uint16_t port, uint32_t number,
                       enum peer_listens listens)
{
    struct scripted_dial *dial = scripted_make(sizeof(*dial));

    *dial = (struct scripted_dial){ net->dials, port, number, listens };
    net->dials = dial;
}

bool scripted_net_step(struct scripted_net *net)
{
    bool news = false;

    for (struct scripted_peer *peer = net->peers; peer != NULL; peer = peer->next)
        news = peer_step(peer) || news;
    while (scripted_step_queries(net))
        news = true;
    net->pass++;
    while (scripted_step_streams(net))
        news = true;
    return news;
}

struct net *scripted_net_iface(struct scripted_net *net)
{
    return &net->base;
}
