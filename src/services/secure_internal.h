/* secure_internal.h: what the two files of a secure socket share. */
#ifndef SERVICES_SECURE_INTERNAL_H
#define SERVICES_SECURE_INTERNAL_H

#include "base/time.h"
#include "base/wipe.h"
#include "services/secure.h"

/* secure.c: the only writer of socket->state. */
void secure_enter(struct secure_socket *socket, enum secure_state next);
/* secure.c: asks the stream for these events and no others. */
void secure_want(struct secure_socket *socket, unsigned events);
/* secure.c: closes the connection, keeps what was received. */
void secure_drop_stream(struct secure_socket *socket);

/* secure_data.c: the stream's events while open. */
void secure_on_readable(struct secure_socket *socket);
void secure_on_writable(struct secure_socket *socket);

#endif
