/* claimed_port.c: see claimed_port.h. */
#include "claimed_port.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST = 10000, COUNT = 22000, TRIES = 1000 };

/* A name that one process can have at a time; it stays open. */
static bool claim(unsigned port)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "tlsmodem-test-port-%u", port);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return false;
    if (bind(fd, (struct sockaddr *)&name,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0)
        return true;
    close(fd);
    return false;
}

static bool is_free(unsigned port, int type)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, type, 0);
    bool is_bound = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

    if (fd >= 0)
        close(fd);
    return is_bound;
}

uint16_t claimed_port(void)
{
    for (int tries = 0; tries < TRIES; tries++) {
        unsigned port;

        if (getrandom(&port, sizeof(port), 0) != (ssize_t)sizeof(port))
            break;
        port = FIRST + port % COUNT;
        if (claim(port) && is_free(port, SOCK_STREAM) && is_free(port, SOCK_DGRAM))
            return (uint16_t)port;
    }
    fprintf(stderr, "no port of loopback is free\n");
    abort();
}
