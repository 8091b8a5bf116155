/* record_file.c: a file that a transcript is written to while it happens. */
#include "common/record_file.h"

#include "common/growing_file.h"
#include "posix/whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

    if (!file->failed && !whole_file_put(file->fd, text))
        record_file_fail(file);
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

enum err record_file_open(struct record_file *file, const char *path, const struct log *log,
                          struct port_failure *ret_failure)
{
    enum err err;

    *file = (struct record_file){ .fd = -1, .path = strdup(path), .log = log };
    if (file->path == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "--record: out of memory");
    err = growing_file_open("--record", path, ret_failure, &file->fd);
    if (err != ERR_OK) {
        free(file->path);
        file->path = NULL;
    }
    return err;
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
