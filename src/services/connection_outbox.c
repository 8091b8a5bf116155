/* connection_outbox.c: bytes that the owner of a connection keeps for its peer: a packet that is
 * being put together, and what the peer has not taken. */
#include "services/connection_internal.h"

#include <stdlib.h>

size_t connection_kept(const struct connection *connection)
{
    return connection->kept_len;
}

bool connection_reserve(struct connection *connection)
{
    if (connection->kept == NULL)
        connection->kept = malloc(connection->kept_cap);
    return connection->kept != NULL;
}

size_t connection_keep(struct connection *connection, struct span bytes)
{
    size_t room = connection->kept_cap - connection->kept_len;
    size_t part = bytes.len < room ? bytes.len : room;

    if (part == 0 || !connection_reserve(connection))
        return 0;
    memcpy(connection->kept + connection->kept_len, bytes.data, part);
    connection->kept_len += part;
    return part;
}

bool connection_send_kept(struct connection *connection)
{
    while (connection->kept_len > 0) {
        size_t sent = connection_write(connection, span_at(connection->kept, connection->kept_len));

        if (sent == 0)
            return false;
        connection->kept_len -= sent;
        memmove(connection->kept, connection->kept + sent, connection->kept_len);
    }
    connection_forget_kept(connection);
    return true;
}
