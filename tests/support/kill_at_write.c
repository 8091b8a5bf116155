/* kill_at_write.c: preloaded into the program, it ends it by SIGKILL at the n-th change of a file
 * in a folder.
 *
 * $TLSMODEM_KILL_FOLDER is the folder.  $TLSMODEM_KILL_AT is a file; from the moment on that it is
 * there, with "N", "N torn" or "N lost" in it, changes are counted: writes, their way to the disk,
 * cuts, and what happens to names.  The N-th is not made; torn, a write of it is made in half;
 * lost, the power fails: what was written before and not brought to the disk is gone, too.  The
 * power also fails by the signal SIGRTMAX. */
#include "lost_writes.h"

#include <dlfcn.h>
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

static bool is_counting(void)
{
    const char *at = getenv("TLSMODEM_KILL_AT");
    char text[32] = "";
    int fd;

    if (left > 0)
        return true;
    fd = at != NULL ? open(at, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    if (read(fd, text, sizeof(text) - 1) > 0) {
        left = strtol(text, NULL, 10);
        is_torn = strstr(text, "torn") != NULL;
        is_lost = strstr(text, "lost") != NULL;
    }
    close(fd);
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
        if (is_last()) {
            if (is_torn && REAL(write)(fd, bytes, len / 2) < 0)
                abort();
            end();
        }
        lost_writes_remember(fd, lseek(fd, 0, SEEK_CUR), len);
    }
    return REAL(write)(fd, bytes, len);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    if (is_of_folder(fd)) {
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

int ftruncate64(int fd, off_t len)
{
    off_t end_of_file;

    if (is_of_folder(fd)) {
        if (is_last())
            end();
        end_of_file = lseek(fd, 0, SEEK_END);
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
    if (is_in_folder(path) && is_last())
        end();
    return REAL(unlink)(path);
}

int link(const char *from, const char *to)
{
    if (is_in_folder(to) && is_last())
        end();
    return REAL(link)(from, to);
}

int rename(const char *from, const char *to)
{
    if (is_in_folder(to) && is_last())
        end();
    return REAL(rename)(from, to);
}
