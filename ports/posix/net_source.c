/* net_source.c: where a socket's packets come from. */
#include "posix/net_source.h"

#include "posix/sockaddr.h"

#include <errno.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.1 */
#endif

/* False: errno says why. */
static bool leave_by(int fd, uint32_t interface)
{
    int index = (int)interface;

    if (setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index)) == 0 ||
        errno == EPERM || errno == ENOPROTOOPT)
        return true;
    if (errno == ENODEV) /* it has gone meanwhile */
        errno = ENETUNREACH;
    return false;
}

bool net_source_take(int fd, const struct net_address *source, uint16_t port)
{
    struct sockaddr_storage at;
    socklen_t len = sockaddr_fill(source, port, &at);

    if (source->scope != 0 && !leave_by(fd, source->scope))
        return false;
    return bind(fd, (const struct sockaddr *)&at, len) == 0;
}
