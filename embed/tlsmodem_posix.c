/* tlsmodem_posix.c: what a program that embeds modems on this machine calls: runtime/ and the
 * providers, behind types that show no library's. */
#include "tlsmodem_posix.h"

#include "runtime/modem.h"
#include "tls_gnutls/tls_gnutls.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHAT_MAX = 300 }; /* bytes of what is wrong that a failure repeats */

struct tlsmodem_posix_world {
    struct runtime_world runtime;
};

static_assert((int)TLSMODEM_POSIX_NAME_MAX == (int)NVM_MODEM_NAME_MAX, "names in a store");
static_assert((int)TLSMODEM_POSIX_FAILURE_CAP == (int)PORT_FAILURE_CAP,
              "one line for the operator");

/* Handles that are the inner ones under another name. */
static struct nvm *nvm_of(struct tlsmodem_posix_store *store)
{
    return (struct nvm *)store;
}

static struct runtime_modem *runtime_of(struct tlsmodem_posix_modem *modem)
{
    return (struct runtime_modem *)modem;
}

enum err tlsmodem_posix_world_open(const struct log *log, struct tlsmodem_posix_world **ret_world)
{
    struct tlsmodem_posix_world *world = calloc(1, sizeof(*world));
    enum err err = ERR_NO_MEMORY;

    if (world != NULL)
        err = runtime_world_open(&world->runtime, log);
    if (err != ERR_OK) {
        free(world);
        return err;
    }
    *ret_world = world;
    return ERR_OK;
}

void tlsmodem_posix_world_run(struct tlsmodem_posix_world *world)
{
    runtime_world_run(&world->runtime);
}

void tlsmodem_posix_world_stop(struct tlsmodem_posix_world *world)
{
    posix_loop_stop(&world->runtime.loop);
}

void tlsmodem_posix_world_step(struct tlsmodem_posix_world *world)
{
    posix_loop_step(&world->runtime.loop);
}

int tlsmodem_posix_world_fd(const struct tlsmodem_posix_world *world)
{
    return posix_loop_fd(&world->runtime.loop);
}

int tlsmodem_posix_world_wait_ms(const struct tlsmodem_posix_world *world)
{
    return posix_loop_wait_ms(&world->runtime.loop);
}

struct clock *tlsmodem_posix_world_clock(struct tlsmodem_posix_world *world)
{
    return &world->runtime.clock.base;
}

struct net *tlsmodem_posix_world_net(struct tlsmodem_posix_world *world)
{
    return world->runtime.network;
}

bool tlsmodem_posix_world_close(struct tlsmodem_posix_world *world, int64_t limit_ms)
{
    if (world == NULL)
        return true;
    if (!runtime_world_close(&world->runtime, limit_ms))
        return false;
    free(world);
    return true;
}

enum err tlsmodem_posix_tls_open(const char *keylog_path, struct tls **ret_tls)
{
    return tls_gnutls_open(keylog_path, ret_tls);
}

void tlsmodem_posix_tls_close(struct tls *tls)
{
    tls_gnutls_close(tls);
}

enum err tlsmodem_posix_store_open(const char *folder, struct tlsmodem_posix_failure *ret_failure,
                                   struct tlsmodem_posix_store **ret_store)
{
    struct nvm *nvm;
    enum err err = nvm_open(folder, ret_failure->text, sizeof(ret_failure->text), &nvm);

    if (err == ERR_OK)
        *ret_store = (struct tlsmodem_posix_store *)nvm;
    return err;
}

void tlsmodem_posix_store_close(struct tlsmodem_posix_store *store)
{
    nvm_close(nvm_of(store));
}

enum err tlsmodem_posix_storage_open(struct tlsmodem_posix_store *store, const char *modem_name,
                                     const struct log *log, struct storage *ret_storage)
{
    return nvm_modem(nvm_of(store), modem_name, log, ret_storage);
}

void tlsmodem_posix_storage_close(struct storage *storage)
{
    nvm_modem_release(storage);
}

/* ERR_INVALID, and the line that says why, whatever the length of `what`. */
static enum err refuse(struct tlsmodem_posix_failure *ret_failure, const char *what,
                       const char *why)
{
    snprintf(ret_failure->text, sizeof(ret_failure->text), "%.*s: %s", WHAT_MAX, what, why);
    return ERR_INVALID;
}

static enum err read_port(const struct tlsmodem_posix_port *port,
                          struct tlsmodem_posix_failure *ret_failure, struct port_spec *ret_spec)
{
    static const enum port_kind kinds[] = {
        [TLSMODEM_POSIX_PTY] = PORT_PTY,     [TLSMODEM_POSIX_TCP] = PORT_TCP,
        [TLSMODEM_POSIX_UNIX] = PORT_UNIX,   [TLSMODEM_POSIX_UART] = PORT_UART,
        [TLSMODEM_POSIX_STDIO] = PORT_STDIO,
    };
    const char *where = port->where != NULL ? port->where : "";

    *ret_spec = (struct port_spec){ .tcp_port = port->tcp_port,
                                    .line = { .baud = port->baud, .rtscts = port->rtscts } };
    if ((size_t)port->kind >= sizeof(kinds) / sizeof(kinds[0]))
        return refuse(ret_failure, "port", "no such kind");
    ret_spec->kind = kinds[port->kind];
    if (port->kind != TLSMODEM_POSIX_STDIO && where[0] == '\0')
        return refuse(ret_failure, "port", "its place (`where`) is missing");
    if (strlen(where) >= sizeof(ret_spec->where))
        return refuse(ret_failure, where, "longer than 255 bytes");
    memcpy(ret_spec->where, where, strlen(where) + 1);
    return ERR_OK;
}

static enum err read_link(const char *words, struct tlsmodem_posix_failure *ret_failure,
                          struct stack_plan *plan)
{
    struct text why;

    text_init(&why, ret_failure->text, sizeof(ret_failure->text));
    text_add(&why, "link \"%s\": ", words);
    return stack_plan_add(plan, "link", words, &why) ? ERR_OK : ERR_INVALID;
}

enum err tlsmodem_posix_modem_open(struct tlsmodem_posix_world *world,
                                   const struct tlsmodem_posix_config *config,
                                   struct tlsmodem_posix_failure *ret_failure,
                                   struct tlsmodem_posix_modem **ret_modem)
{
    struct port_spec ports[TLSMODEM_TERMINALS_MAX];
    struct stack_plan in_front = { { NULL } };
    struct port_failure failure;
    struct runtime_modem *modem;
    enum err err = ERR_OK;

    if (config->terminals < 1 || config->terminals > TLSMODEM_TERMINALS_MAX)
        return refuse(ret_failure, "terminals", "1 to 8 are allowed");
    for (size_t i = 0; i < config->terminals && config->ports != NULL && err == ERR_OK; i++)
        err = read_port(&config->ports[i], ret_failure, &ports[i]);
    if (err == ERR_OK && config->link != NULL)
        err = read_link(config->link, ret_failure, &in_front);
    if (err != ERR_OK)
        return err;
    err = runtime_modem_open(&world->runtime,
                             &(struct runtime_modem_config){
                                 .model = config->model,
                                 .name = config->name,
                                 .identity = config->identity,
                                 .time = config->time,
                                 .facts = config->facts,
                                 .fact_count = config->fact_count,
                                 .net = config->net,
                                 .in_front = &in_front,
                                 .laboratory = config->laboratory,
                                 .listening = config->listening,
                                 .tls = config->tls,
                                 .tls_count = config->tls_count,
                                 .nvm = nvm_of(config->store),
                                 .log = config->log,
                                 .terminals = config->terminals,
                                 .ports = config->ports != NULL ? ports : NULL,
                                 .on_port_end = config->on_port_end,
                                 .ctx = config->ctx,
                             },
                             &failure, &modem);
    if (err != ERR_OK) {
        memcpy(ret_failure->text, failure.text, sizeof(ret_failure->text));
        return err;
    }
    *ret_modem = (struct tlsmodem_posix_modem *)modem;
    return ERR_OK;
}

void tlsmodem_posix_modem_start(struct tlsmodem_posix_modem *modem)
{
    runtime_modem_start(runtime_of(modem), NULL, NULL);
}

struct tlsmodem *tlsmodem_posix_modem_engine(struct tlsmodem_posix_modem *modem)
{
    return runtime_modem_engine(runtime_of(modem));
}

const char *tlsmodem_posix_modem_port_label(const struct tlsmodem_posix_modem *modem, size_t index)
{
    return runtime_modem_port_label((const struct runtime_modem *)modem, index);
}

void tlsmodem_posix_modem_close(struct tlsmodem_posix_modem *modem)
{
    runtime_modem_close(runtime_of(modem));
}
