#include "lost_writes.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The newest is the first. */
struct lost_write {
    struct lost_write *next;
    dev_t device;
    ino_t inode;
    int fd; /* of its own */
    off64_t at, file_len;
    size_t len;
    unsigned char bytes[]; /* that were there */
};

static struct lost_write *newest;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The file once more, since the program may close it. */
static int opened_again(int fd)
{
    char name[64];

    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    return open(name, O_RDWR | O_CLOEXEC);
}

void lost_writes_remember(int fd, off64_t at, size_t len)
{
    struct lost_write *lost = malloc(sizeof(*lost) + len);
    struct stat is;
    ssize_t there;

    if (lost == NULL || fstat(fd, &is) != 0 || (lost->fd = opened_again(fd)) < 0)
        abort();
    there = pread64(lost->fd, lost->bytes, len, at);
    lost->len = there > 0 ? (size_t)there : 0;
    lost->device = is.st_dev;
    lost->inode = is.st_ino;
    lost->at = at;
    lost->file_len = is.st_size;
    pthread_mutex_lock(&lock);
    lost->next = newest;
    newest = lost;
    pthread_mutex_unlock(&lock);
}

void lost_writes_forget(int fd)
{
    struct lost_write **link = &newest;
    struct stat is;

    if (fstat(fd, &is) != 0)
        return;
    pthread_mutex_lock(&lock);
    while (*link != NULL) {
        struct lost_write *lost = *link;

        if (lost->device != is.st_dev || lost->inode != is.st_ino) {
            link = &lost->next;
            continue;
        }
        *link = lost->next;
        close(lost->fd);
        free(lost);
    }
    pthread_mutex_unlock(&lock);
}

/* Past the functions that a preloaded program has put in their places. */
void lost_writes_undo(void)
{
    ssize_t (*put)(int, const void *, size_t, off64_t) =
        (ssize_t(*)(int, const void *, size_t, off64_t))(uintptr_t)dlsym(RTLD_NEXT, "pwrite64");
    int (*cut)(int, off64_t) = (int (*)(int, off64_t))(uintptr_t)dlsym(RTLD_NEXT, "ftruncate64");

    for (const struct lost_write *lost = newest; lost != NULL; lost = lost->next) {
        if ((lost->len > 0 && put(lost->fd, lost->bytes, lost->len, lost->at) < 0) ||
            cut(lost->fd, lost->file_len) != 0)
            abort();
    }
}
