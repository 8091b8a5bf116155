/* connection_internal.h: what the two files of a secure socket share. */
#ifndef SERVICES_CONNECTION_INTERNAL_H
#define SERVICES_CONNECTION_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/connection.h"

/* connection.c: the only writer of connection->state. */
void connection_enter(struct connection *connection, enum connection_state next);
/* connection.c: asks the stream for these events and no others. */
void connection_want(struct connection *connection, unsigned events);
/* connection.c: closes the connection, keeps what was received. */
void connection_drop_stream(struct connection *connection);

/* connection_data.c: the stream's events while open. */
void connection_on_readable(struct connection *connection);
void connection_on_writable(struct connection *connection);

#endif
