/* pty_link.c: the symbolic link under which hosts find a pseudo-terminal.
 *
 * The number of a terminal whose owner died is soon somebody else's, so a link to an existing
 * terminal says little.  A tlsmodem therefore holds a record lock on its terminal, at an offset
 * that stands for its link: another tlsmodem that was given the number has another offset.  Hosts
 * that lock the device do it with flock(), which is another kind and does not meet it.
 */
#include "posix/pty_link.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char terminals[] = "/dev/pts/";

/* FNV-1a, 64 bit. */
static uint64_t hash(uint64_t so_far, const void *data, size_t len)
{
    const unsigned char *at = data;

    while (len-- > 0)
        so_far = (so_far ^ *at++) * UINT64_C(0x100000001B3);
    return so_far;
}

/* The same for every way to write the same link: its folder counts by identity. */
static off_t offset_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    uint64_t sum = hash(UINT64_C(0xCBF29CE484222325), name, strlen(name));
    char folder[PATH_MAX];
    struct stat st;

    snprintf(folder, sizeof(folder), "%.*s.", (int)(name - path), path);
    if (stat(folder, &st) == 0) {
        sum = hash(sum, &st.st_dev, sizeof(st.st_dev));
        sum = hash(sum, &st.st_ino, sizeof(st.st_ino));
    }
    return (off_t)(sum >> 2);
}

static struct flock lock_of(const char *path)
{
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset_of(path), .l_len = 1
    };
}

void pty_link_claim(int slave_fd, const char *path)
{
    struct flock lock = lock_of(path);

    assert(slave_fd >= 0 && path != NULL);
    fcntl(slave_fd, F_OFD_SETLK, &lock);
}

/* Reads where `path` links to; false when it is no link. */
static bool read_link(const char *path, char *ret_target, size_t cap)
{
    ssize_t len = readlink(path, ret_target, cap - 1);

    if (len < 0)
        return false;
    ret_target[len] = '\0';
    return true;
}

static bool is_claimed(const char *terminal, const char *path)
{
    struct flock lock = lock_of(path);
    int fd = open(terminal, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    bool claimed;

    if (fd < 0)
        return false;
    claimed = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return claimed;
}

/* May the link at `path` go?  Only when nobody living stands behind it. */
static enum err check_stale(const char *path, const char *slave, struct port_failure *ret_failure)
{
    char target[PATH_MAX];
    struct stat st, own;

    if (!read_link(path, target, sizeof(target)))
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot make link %s: something else has that name; remove it or choose "
                         "another path",
                         path);
    if (stat(path, &st) < 0)
        return ERR_OK;
    /* Where devpts is mounted with a uid, terminals have that one, ours too. */
    if (strncmp(target, terminals, sizeof(terminals) - 1) != 0 || stat(slave, &own) < 0 ||
        st.st_uid != own.st_uid)
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot make link %s: it is a link to %s already; remove it or choose "
                         "another path",
                         path, target);
    if (strcmp(target, slave) != 0 && is_claimed(target, path))
        return port_fail(ret_failure, ERR_BUSY,
                         "cannot make link %s: another tlsmodem uses it; choose another path",
                         path);
    return ERR_OK;
}

static enum err replace(const char *path, const char *slave, struct port_failure *ret_failure)
{
    char fresh[PATH_MAX];
    int len = snprintf(fresh, sizeof(fresh), "%s.%ld", path, (long)getpid());

    if (len < 0 || (size_t)len >= sizeof(fresh))
        return port_fail(ret_failure, ERR_INVALID, "cannot make link %s: the path is too long",
                         path);
    unlink(fresh);
    if (symlink(slave, fresh) == 0 && rename(fresh, path) == 0)
        return ERR_OK;
    port_fail_errno(ret_failure, "cannot make link %s", path);
    unlink(fresh);
    return ERR_IO;
}

enum err pty_link_make(const char *path, const char *slave, struct port_failure *ret_failure)
{
    enum err err;

    assert(path != NULL && slave != NULL);
    if (symlink(slave, path) == 0)
        return ERR_OK;
    if (errno != EEXIST)
        return port_fail_errno(ret_failure, "cannot make link %s", path);
    err = check_stale(path, slave, ret_failure);
    return err == ERR_OK ? replace(path, slave, ret_failure) : err;
}

void pty_link_remove(const char *path, const char *slave)
{
    char target[PATH_MAX];

    if (read_link(path, target, sizeof(target)) && strcmp(target, slave) == 0)
        unlink(path);
}
