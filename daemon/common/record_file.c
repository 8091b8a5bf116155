/* record_file.c: a file that a transcript is written to while it happens. */
#include "common/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void record_file_fail(struct record_file *file)
{
    if (!file->failed)
        log_say(file->log, LOG_ERROR, "--record: %s is not written any more: %s", file->path,
                strerror(errno));
    file->failed = true;
}

static void put(void *ctx, struct span text)
{
    struct record_file *file = ctx;

    while (text.len > 0 && !file->failed) {
        ssize_t count = write(file->fd, text.data, text.len);

        if (count > 0)
            text = span_skip(text, (size_t)count);
        else if (errno != EINTR)
            record_file_fail(file);
    }
}

/* A pipe, which has no places to go back to, keeps what it has got. */
static void patch(void *ctx, uint64_t offset, struct span text)
{
    struct record_file *file = ctx;

    if (!file->failed &&
        pwrite(file->fd, text.data, text.len, (off_t)offset) != (ssize_t)text.len &&
        errno != ESPIPE)
        record_file_fail(file);
}

/* A pipe must not hold up the modem: not while nobody reads it, nor when its reader is slow.  A
 * file that was there may have been for everybody. */
static int open_alone(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        fchmod(fd, S_IRUSR | S_IWUSR) != 0) {
        int err = errno;

        (void)close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

enum err record_file_open(struct record_file *file, const char *path, const struct log *log,
                          struct port_failure *ret_failure)
{
    int reason;

    *file = (struct record_file){ .fd = -1, .path = strdup(path), .log = log };
    if (file->path == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
    file->fd = open_alone(path);
    if (file->fd >= 0)
        return ERR_OK;
    reason = errno;
    free(file->path);
    file->path = NULL;
    return port_fail(ret_failure, ERR_IO, "--record: cannot write to the file: %s: %s", path,
                     reason == ENXIO ? "nobody reads the pipe" : strerror(reason));
}

struct writer_sink record_file_sink(struct record_file *file)
{
    return (struct writer_sink){ put, patch, file };
}

void record_file_close(struct record_file *file)
{
    if (close(file->fd) != 0)
        record_file_fail(file);
    free(file->path);
    file->path = NULL;
}
