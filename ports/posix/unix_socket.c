/* unix_socket.c: a Unix socket at a path, for its owner only. */
#include "posix/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* May the file at the address go?  Only when it is a socket that nobody listens at. */
static enum err check_stale(const struct sockaddr_un *at, struct port_failure *ret_failure)
{
    struct stat st;
    int fd;
    bool refused;

    if (lstat(at->sun_path, &st) < 0)
        return errno == ENOENT ? ERR_OK
                               : port_fail_errno(ret_failure, "cannot look at %s", at->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot listen at %s: something else has that name; remove it or choose "
                         "another path",
                         at->sun_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", at->sun_path);
    refused = connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 && errno == ECONNREFUSED;
    close(fd);
    if (!refused)
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot listen at %s: another process does; choose another path",
                         at->sun_path);
    return ERR_OK;
}

/* Binds `fd`, in place of a stale socket if need be. */
static enum err bind_path(int fd, const struct sockaddr_un *at, struct port_failure *ret_failure)
{
    enum err err;

    /* The file gets the mode of the socket: nobody else can connect, at no moment. */
    fchmod(fd, S_IRUSR | S_IWUSR);
    if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
        return ERR_OK;
    if (errno != EADDRINUSE)
        return port_fail_errno(ret_failure, "cannot listen at %s", at->sun_path);
    err = check_stale(at, ret_failure);
    if (err != ERR_OK)
        return err;
    unlink(at->sun_path);
    if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", at->sun_path);
    return ERR_OK;
}

enum err unix_socket_bind(const char *path, struct port_failure *ret_failure, int *ret_fd,
                          struct unix_socket_file *ret_file)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd;
    enum err err;

    if (strlen(path) >= sizeof(at.sun_path))
        return port_fail(ret_failure, ERR_INVALID,
                         "cannot listen at %s: the path is longer than %zu bytes", path,
                         sizeof(at.sun_path) - 1);
    strcpy(at.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return port_fail_errno(ret_failure, "cannot listen at %s", path);
    err = bind_path(fd, &at, ret_failure);
    if (err != ERR_OK) {
        close(fd);
        return err;
    }
    ret_file->made = lstat(path, &ret_file->stat) == 0;
    *ret_fd = fd;
    return ERR_OK;
}

void unix_socket_remove(const char *path, const struct unix_socket_file *file)
{
    struct stat now;

    if (file->made && lstat(path, &now) == 0 && now.st_dev == file->stat.st_dev &&
        now.st_ino == file->stat.st_ino)
        unlink(path);
}
