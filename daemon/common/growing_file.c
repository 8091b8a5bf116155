/* growing_file.c: see growing_file.h. */
#include "common/growing_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What two write to is nobody's.  A file that was there may have been for everybody. */
static bool begin_file(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fchmod(fd, S_IRUSR | S_IWUSR) == 0 && ftruncate(fd, 0) == 0;
}

/* A pipe must not hold up the modems: not while nobody reads it, nor when its reader is slow. */
static int open_alone(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && !begin_file(fd)) {
        int err = errno;

        (void)close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

static const char *reason(void)
{
    return errno == ENXIO         ? "nobody reads the pipe"
           : errno == EWOULDBLOCK ? "somebody writes to it already, or has locked it"
                                  : strerror(errno);
}

enum err growing_file_open(const char *option, const char *path, struct port_failure *ret_failure,
                           int *ret_fd)
{
    int fd = open_alone(path);

    if (fd < 0)
        return port_fail(ret_failure, ERR_IO, "%s: cannot write to the file: %s: %s", option, path,
                         reason());
    *ret_fd = fd;
    return ERR_OK;
}
