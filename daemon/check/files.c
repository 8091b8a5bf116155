/* files.c: a transcript that is read, with the files that it includes. */
#include "check/files.h"

#include "check/patterns.h"
#include "file/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX = 1000000000 };

struct file_bytes {
    uint8_t *data;
    size_t len;
    struct file_bytes *next;
};

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    struct check_files *files = (struct check_files *)world;
    struct file_bytes *file = calloc(1, sizeof(*file));
    const char *why = err_text(ERR_NO_MEMORY);
    size_t len = 0;

    if (file != NULL)
        file->data = file_bytes_read(path, FILE_MAX, &len, &why);
    if (file == NULL || file->data == NULL) {
        world->why_not_read = why;
        free(file);
        return access(path, F_OK) != 0 && errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    *ret_bytes = span_at(file->data, len);
    if (files->list == NULL)
        files->opened = *ret_bytes;
    file->len = len;
    file->next = files->list;
    files->list = file;
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    struct check_files *files = (struct check_files *)world;

    report_add_text(&files->mistakes, span_of(mistake));
    report_add(&files->mistakes, "\n");
}

static bool check_pattern(struct reader_world *world, struct span pattern, struct text *why)
{
    (void)world;
    return patterns_check(pattern, why);
}

static const struct reader_world_ops ops = {
    .read_file = read_file,
    .complain = complain,
    .check_pattern = check_pattern,
};

void check_files_open(struct check_files *files)
{
    *files = (struct check_files){ .world.ops = &ops };
}

void check_files_say(const struct check_files *files, const char *before,
                     void (*say)(void *ctx, const char *line), void *ctx)
{
    char line[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct span left = bytes_span(&files->mistakes.text);

    while (left.len > 0) {
        const uint8_t *end = memchr(left.data, '\n', left.len);
        size_t len = end != NULL ? (size_t)(end - left.data) : left.len;

        snprintf(line, sizeof(line), "%s%.*s", before, (int)len, (const char *)left.data);
        say(ctx, line);
        left = span_skip(left, end != NULL ? len + 1 : len);
    }
}

/* FNV-1a (Fowler, Noll, Vo). */
uint64_t check_files_digest(const struct check_files *files)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);

    for (const struct file_bytes *file = files->list; file != NULL; file = file->next) {
        for (size_t i = 0; i < file->len; i++)
            digest = (digest ^ file->data[i]) * UINT64_C(0x100000001b3);
        digest = (digest ^ file->len) * UINT64_C(0x100000001b3);
    }
    return digest;
}

void check_files_close(struct check_files *files)
{
    while (files->list != NULL) {
        struct file_bytes *file = files->list;

        files->list = file->next;
        free(file->data);
        free(file);
    }
    report_free(&files->mistakes);
}
