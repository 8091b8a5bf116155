/* errno_err.c: errno in the words of base/err.h. */
#include "posix/errno_err.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    int number;
    enum err err;
} meanings[] = {
    { EAGAIN, ERR_AGAIN },
    { EWOULDBLOCK, ERR_AGAIN },
    { EINTR, ERR_AGAIN },
    { EINPROGRESS, ERR_AGAIN },
    { ECONNRESET, ERR_RESET },
    { ECONNABORTED, ERR_RESET },
    { EPIPE, ERR_RESET },
    { ETIMEDOUT, ERR_TIMEOUT },
    { ECONNREFUSED, ERR_REFUSED },
    { EHOSTUNREACH, ERR_UNREACHABLE },
    { EHOSTDOWN, ERR_UNREACHABLE },
    { ENETUNREACH, ERR_UNREACHABLE },
    { ENETDOWN, ERR_UNREACHABLE },
    { ENETRESET, ERR_RESET },
    { EADDRNOTAVAIL, ERR_UNREACHABLE }, /* no address of that family, or no free local port */
    { EAFNOSUPPORT, ERR_UNREACHABLE },  /* a machine without IPv6 */
    { ENOENT, ERR_NOT_FOUND },
    { ENODEV, ERR_NOT_FOUND },
    { ENXIO, ERR_NOT_FOUND },
    { EACCES, ERR_DENIED },
    { EPERM, ERR_DENIED },
    { EROFS, ERR_DENIED },
    { EADDRINUSE, ERR_BUSY },
    { EBUSY, ERR_BUSY },
    { EMFILE, ERR_FULL },
    { ENFILE, ERR_FULL },
    { ENOSPC, ERR_FULL },
    { ENOMEM, ERR_NO_MEMORY },
    { ENOBUFS, ERR_NO_MEMORY },
    { EINVAL, ERR_INVALID },
    { ENAMETOOLONG, ERR_INVALID },
};

enum err err_of_errno(int number)
{
    if (number == 0)
        return ERR_OK;
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].number == number)
            return meanings[i].err;
    return ERR_IO;
}
