/* bytes.c: a whole file that somebody named, of bounded size. */
#include "file/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

static const char too_large[] = "it is too large";

/* A descriptor, or -1; a FIFO is not waited for. */
static int open_file(const char *path, size_t max, size_t *ret_len, const char **ret_why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) != 0) {
        *ret_why = strerror(errno);
    } else if (!S_ISREG(about.st_mode)) {
        *ret_why = "it is no regular file";
    } else if ((uintmax_t)about.st_size > max) {
        *ret_why = too_large;
    } else {
        *ret_len = (size_t)about.st_size;
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Up to the length that the file had; what is missing has been cut off meanwhile. */
static bool read_all(int fd, uint8_t *bytes, size_t *len)
{
    size_t have = 0;

    while (have < *len) {
        ssize_t count = read(fd, bytes + have, *len - have);

        if (count < 0 && errno != EINTR)
            return false;
        if (count == 0)
            break;
        have += count > 0 ? (size_t)count : 0;
    }
    *len = have;
    bytes[have] = 0;
    return true;
}

uint8_t *file_bytes_read(const char *path, size_t max, size_t *ret_len, const char **ret_why)
{
    int fd = open_file(path, max, ret_len, ret_why);
    uint8_t *bytes;

    if (fd < 0)
        return NULL;
    bytes = malloc(*ret_len + 1);
    if (bytes == NULL) {
        *ret_why = "out of memory";
    } else if (!read_all(fd, bytes, ret_len)) {
        *ret_why = strerror(errno);
        free(bytes);
        bytes = NULL;
    }
    close(fd);
    return bytes;
}

bool file_bytes_look(const char *path, size_t max, size_t *ret_len, int64_t *ret_changed_ns,
                     const char **ret_why)
{
    int fd = open_file(path, max, ret_len, ret_why);
    struct stat about;
    bool good = fd >= 0 && fstat(fd, &about) == 0;

    if (good)
        *ret_changed_ns = (int64_t)about.st_mtim.tv_sec * NS_PER_S + about.st_mtim.tv_nsec;
    else if (fd >= 0)
        *ret_why = strerror(errno);
    if (fd >= 0)
        close(fd);
    return good;
}

const char *file_bytes_allowed(const char *why, size_t max, char *memory)
{
    if (why != too_large)
        return "a regular file that can be read";
    (void)snprintf(memory, FILE_BYTES_ALLOWED_CAP, "a file of at most %zu bytes", max);
    return memory;
}
