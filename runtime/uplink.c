/* uplink.c: a modem whose radio is an interface of the machine. */
#include "runtime/uplink.h"

#include "posix/link_watch.h"
#include "runtime/signal_command.h"
#include "tlsmodem_control.h"
#include "wrap/source.h"

#include <assert.h>
#include <stdlib.h>

enum { FAMILIES = NET_IPV6 + 1 };

struct uplink {
    struct runtime_world *world;
    struct uplink_config config;
    struct link_follower *follower; /* NULL: there is no interface */
    struct net *source;             /* in front of the modem's network */
    struct tlsmodem *engine;        /* NULL: not yet, or not any more */
    struct signal_command *signal;  /* NULL: none */
    bool is_up;
    struct net_address addresses[FAMILIES]; /* that connections come from */
    size_t address_count;
};

static void move_source(struct uplink *uplink, const struct link_state *state)
{
    uplink->address_count = 0;
    for (int family = NET_IPV4; family <= NET_IPV6 && link_state_is_up(state); family++) {
        if (link_state_address(state, (enum net_family)family,
                               &uplink->addresses[uplink->address_count]))
            uplink->address_count++;
    }
    source_move(uplink->source, uplink->addresses, uplink->address_count);
}

static void say(const struct uplink *uplink, const struct link_state *state)
{
    if (uplink->is_up)
        log_say(uplink->config.log, LOG_INFO, "network: %s is up; registered",
                uplink->config.interface);
    else
        log_say(uplink->config.log, LOG_WARNING, "network: %s is down: %s; not registered",
                uplink->config.interface, link_state_why(state));
}

/* True when an address that connections came from is not the interface's any more. */
static bool lost_address(const struct uplink *uplink, const struct link_state *state)
{
    for (size_t i = 0; i < uplink->address_count; i++) {
        if (!link_state_has(state, &uplink->addresses[i]))
            return true;
    }
    return false;
}

/* An engine that does not know of it yet is started with it. */
static void on_change(void *ctx)
{
    struct uplink *uplink = ctx;
    const struct link_state *state = link_follower_state(uplink->follower);
    bool is_up = link_state_is_up(state), lost = lost_address(uplink, state);

    move_source(uplink, state);
    if (is_up != uplink->is_up) {
        uplink->is_up = is_up;
        say(uplink, state);
        if (uplink->engine != NULL)
            tlsmodem_set_registration(uplink->engine, uplink_registration(uplink));
    } else if (is_up && lost) {
        log_say(uplink->config.log, LOG_INFO,
                "network: the address of %s is another; what was up is lost",
                uplink->config.interface);
        if (uplink->engine != NULL)
            tlsmodem_lose_context(uplink->engine, 0);
    }
}

static void on_signal(void *ctx, int signal)
{
    const struct uplink *uplink = ctx;

    if (uplink->engine != NULL)
        tlsmodem_set_signal(uplink->engine, signal);
}

static enum err follow(struct uplink *uplink, struct net **net)
{
    struct runtime_world *world = uplink->world;
    enum err err = ERR_OK;

    if (world->links == NULL)
        err = link_watch_open(&world->loop, &world->links);
    if (err == ERR_OK)
        err = source_open(*net, NULL, &uplink->source);
    if (err == ERR_OK)
        err = link_watch_follow(world->links, uplink->config.interface, on_change, uplink,
                                &uplink->follower);
    if (err != ERR_OK)
        return err;
    *net = uplink->source;
    uplink->is_up = link_state_is_up(link_follower_state(uplink->follower));
    move_source(uplink, link_follower_state(uplink->follower));
    say(uplink, link_follower_state(uplink->follower));
    return ERR_OK;
}

enum err uplink_open(struct runtime_world *world, const struct uplink_config *config,
                     struct net **net, struct port_failure *ret_failure, struct uplink **ret_uplink)
{
    struct uplink *uplink = calloc(1, sizeof(*uplink));
    enum err err;

    if (uplink == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    uplink->world = world;
    uplink->config = *config;
    uplink->is_up = true;
    err = config->interface != NULL ? follow(uplink, net) : ERR_OK;
    if (err != ERR_OK) {
        uplink_close(uplink);
        return port_fail(ret_failure, err, "network: cannot follow %s: %s", config->interface,
                         err_text(err));
    }
    *ret_uplink = uplink;
    return ERR_OK;
}

bool uplink_has_interface(const struct uplink *uplink)
{
    return uplink->follower != NULL;
}

enum tlsmodem_registration uplink_registration(const struct uplink *uplink)
{
    return uplink->is_up ? uplink->config.registration : TLSMODEM_LOST;
}

/* What has changed since the engine was made is told now. */
void uplink_start(struct uplink *uplink, struct tlsmodem *engine)
{
    const struct signal_command_config config = { .command = uplink->config.signal_command,
                                                  .name = uplink->config.name,
                                                  .interface = uplink->config.interface,
                                                  .limit_ms = SIGNAL_COMMAND_LIMIT_MS,
                                                  .log = uplink->config.log,
                                                  .on_signal = on_signal,
                                                  .ctx = uplink };
    struct tlsmodem_status status;

    assert(uplink->engine == NULL);
    uplink->engine = engine;
    tlsmodem_get_status(engine, &status);
    if (status.registration != uplink_registration(uplink))
        tlsmodem_set_registration(engine, uplink_registration(uplink));
    if (config.command != NULL &&
        signal_command_open(&uplink->world->loop, &config, &uplink->signal) != ERR_OK)
        log_say(config.log, LOG_WARNING, "network: out of memory: the signal is not asked for");
}

void uplink_stop(struct uplink *uplink)
{
    uplink->engine = NULL;
    signal_command_close(uplink->signal);
    uplink->signal = NULL;
}

void uplink_close(struct uplink *uplink)
{
    if (uplink == NULL)
        return;
    signal_command_close(uplink->signal);
    link_watch_leave(uplink->follower);
    source_close(uplink->source);
    free(uplink);
}
