/* kill_at_write.c: preloaded into the program, it ends it by SIGKILL at the n-th change of a file
 * in a folder.
 *
 * $TLSMODEM_KILL_FOLDER is the folder.  $TLSMODEM_KILL_AT is a file; from the moment on that it is
 * there, with "N", "N torn" or "N lost" in it, changes are counted: writes, their way to the disk,
 * cuts, and what happens to names.  The N-th is not made; torn, a write of it is made in half;
 * lost, the power fails: what was written before and not brought to the disk is gone, too.  The
 * power also fails by the signal SIGRTMAX.  "readonly" in it, and as long as it is there: nothing
 * in the folder can be changed, as in a file system that the kernel has made read-only after an
 * error. */
#include "lost_writes.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long left; /* changes until the end; 0: nobody has said so yet */
static bool is_torn, is_lost;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { TEXT_CAP = 32 };

/* What stands in the file; false: it is not there, or empty. */
static bool read_orders(char text[TEXT_CAP])
{
    const char *at = getenv("TLSMODEM_KILL_AT");
    int fd = at != NULL ? open(at, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t len;

    if (fd < 0)
        return false;
    len = read(fd, text, TEXT_CAP - 1);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    return len > 0;
}

static bool is_read_only(void)
{
    char text[TEXT_CAP];

    if (left > 0 || !read_orders(text) || strstr(text, "readonly") == NULL)
        return false;
    errno = EROFS;
    return true;
}

static bool is_counting(void)
{
    char text[TEXT_CAP];

    if (left > 0)
        return true;
    if (read_orders(text)) {
        left = strtol(text, NULL, 10);
        is_torn = strstr(text, "torn") != NULL;
        is_lost = strstr(text, "lost") != NULL;
    }
    return left > 0;
}

static bool is_in_folder(const char *path)
{
    const char *folder = getenv("TLSMODEM_KILL_FOLDER");

    return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static bool is_of_folder(int fd)
{
    char name[64], path[PATH_MAX];
    ssize_t len;

    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    len = readlink(name, path, sizeof(path) - 1);
    if (len <= 0)
        return false;
    path[len] = '\0';
    return is_in_folder(path);
}

static bool is_last(void)
{
    return is_counting() && --left == 0;
}

static void end(void)
{
    if (is_lost)
        lost_writes_undo();
    kill(getpid(), SIGKILL);
    pause();
}

static void fail_power(int number)
{
    (void)number;
    is_lost = true;
    end();
}

__attribute__((constructor)) static void begin(void)
{
    signal(SIGRTMAX, fail_power);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    if (is_of_folder(fd)) {
        if (is_read_only())
            return -1;
        if (is_last()) {
            if (is_torn && REAL(write)(fd, bytes, len / 2) < 0)
                abort();
            end();
        }
        lost_writes_remember(fd, lseek64(fd, 0, SEEK_CUR), len);
    }
    return REAL(write)(fd, bytes, len);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    if (is_of_folder(fd)) {
        if (is_read_only())
            return -1;
        if (is_last()) {
            if (is_torn && REAL(pwrite64)(fd, bytes, len / 2, at) < 0)
                abort();
            end();
        }
        lost_writes_remember(fd, at, len);
    }
    return REAL(pwrite64)(fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite64(fd, bytes, len, at);
}

/* On its way to the disk, and there. */
static int synced(int fd, int (*real)(int))
{
    bool is_ours = is_of_folder(fd);
    int status;

    if (is_ours && is_last())
        end();
    status = real(fd);
    if (is_ours && status == 0)
        lost_writes_forget(fd);
    return status;
}

int fsync(int fd)
{
    return synced(fd, REAL(fsync));
}

int fdatasync(int fd)
{
    return synced(fd, REAL(fdatasync));
}

int ftruncate64(int fd, off64_t len)
{
    off64_t end_of_file;

    if (is_of_folder(fd)) {
        if (is_read_only())
            return -1;
        if (is_last())
            end();
        end_of_file = lseek64(fd, 0, SEEK_END);
        lost_writes_remember(fd, len, end_of_file > len ? (size_t)(end_of_file - len) : 0);
    }
    return REAL(ftruncate64)(fd, len);
}

int ftruncate(int fd, off_t len)
{
    return ftruncate64(fd, len);
}

int unlink(const char *path)
{
    if (is_in_folder(path) && is_read_only())
        return -1;
    if (is_in_folder(path) && is_last())
        end();
    return REAL(unlink)(path);
}

int link(const char *from, const char *to)
{
    if (is_in_folder(to) && is_read_only())
        return -1;
    if (is_in_folder(to) && is_last())
        end();
    return REAL(link)(from, to);
}

int rename(const char *from, const char *to)
{
    if (is_in_folder(to) && is_read_only())
        return -1;
    if (is_in_folder(to) && is_last())
        end();
    return REAL(rename)(from, to);
}
