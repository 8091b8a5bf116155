/* record_file.c: a file that a transcript is written to while it happens. */
#include "common/record_file.h"

#include "common/growing_file.h"
#include "posix/whole_file.h"
#include "transcript/writer.h"

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

/* Of a disk that is full the last line may be a half. */
static void put(void *ctx, struct span text)
{
    struct record_file *file = ctx;

    if (file->failed)
        return;
    if (whole_file_put(file->fd, text)) {
        file->whole += (off_t)text.len;
        return;
    }
    record_file_fail(file);
    (void)!ftruncate(file->fd, file->whole);
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

bool record_file_tell_end(struct record_file *file, const struct writer *writer)
{
    if (writer_failed(writer))
        log_say(file->log, LOG_ERROR, "--record: %s ends early: %s", file->path,
                err_text(ERR_NO_MEMORY));
    if (writer_is_full(writer))
        log_say(file->log, LOG_ERROR, "--record: %s ends early: %u secrets of %u bytes fit",
                file->path, WRITER_SECRETS_MAX, WRITER_SECRET_MAX);
    return !file->failed && !writer_failed(writer) && !writer_is_full(writer);
}

void record_file_close(struct record_file *file)
{
    if (close(file->fd) != 0)
        record_file_fail(file);
    free(file->path);
    file->path = NULL;
}
