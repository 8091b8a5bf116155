/* claimed_port.h: ports of loopback for servers that cannot be told to choose one. */
#ifndef SUPPORT_CLAIMED_PORT_H
#define SUPPORT_CLAIMED_PORT_H

#include <stdint.h>

/* A port of 127.0.0.1 that nobody uses now, neither for TCP nor for UDP, and that no other test is
 * given before this process ends; outside the range that the system gives to connections.  The same
 * claim as free_port() of servers.py makes.  Ends the program when there is none. */
uint16_t claimed_port(void);

#endif
