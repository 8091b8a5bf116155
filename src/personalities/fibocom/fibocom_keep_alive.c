/* fibocom_keep_alive.c: +MIPKEEPCONF: probes of a TCP connection whose other side is silent.
 *
 * A socket keeps its setting from one connection to the next, until the power goes.  Source:
 * docs/facts/fibocom.md §2.6.
 */
#include "personalities/fibocom/fibocom.h"

enum { KEEP_ID, KEEP_IDLE, KEEP_INTERVAL, KEEP_COUNT };

static enum at_status set_keep_alive(struct at_session *at, const struct at_args *args)
{
    const struct net_keep_alive probes = { .idle_s = args->list[KEEP_IDLE].number,
                                           .interval_s = args->list[KEEP_INTERVAL].number,
                                           .count = args->list[KEEP_COUNT].number };

    struct fibocom_socket *socket = fibocom_socket_make(at, args->list[KEEP_ID].number);

    if (socket == NULL)
        return AT_FAIL;
    connection_keep_alive(&socket->connection, &probes);
    return AT_OK;
}

static const struct at_param keep_alive_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "idle", .max = FACT_KEEP_ALIVE_MAX_S },
    { .name = "interval", .min = 1, .max = FACT_KEEP_ALIVE_MAX_S },
    { .name = "count", .min = 1, .max = FACT_KEEP_ALIVE_COUNT_MAX },
};

static const struct at_command rows[] = {
    { .name = "+MIPKEEPCONF",
      .help = "TCP keep-alive of a socket: probes after `idle` seconds of silence; 0: none.",
      .source = "docs/facts/fibocom.md §2.6",
      AT_PARAMS(keep_alive_params),
      .set = set_keep_alive },
};
const struct at_commands fibocom_keep_alive = AT_COMMANDS(rows);
