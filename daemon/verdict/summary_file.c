/* summary_file.c: see summary_file.h. */
#include "verdict/summary_file.h"

#include "file/bytes.h"
#include "posix/whole_file.h"
#include "verdict/summary_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READABLE = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, WHY_CAP = 1000 };

struct summary *summary_file_read(const char *path, struct text *why)
{
    const char *reason = err_text(ERR_NO_MEMORY);
    char allowed[FILE_BYTES_ALLOWED_CAP];
    struct summary *summary;
    uint8_t *bytes;
    size_t len;

    bytes = file_bytes_read(path, SUMMARY_FILE_BYTES_MAX, &len, &reason);
    if (bytes == NULL) {
        text_add(why, "%s; allowed: %s", reason,
                 file_bytes_allowed(reason, SUMMARY_FILE_BYTES_MAX, allowed));
        return NULL;
    }
    summary = summary_json_parse(span_at(bytes, len), why);
    free(bytes);
    return summary;
}

static bool fail(struct text *why, const char *path)
{
    text_add(why, "cannot write %s: %s", path, strerror(errno));
    return false;
}

/* Of somebody's who has mistaken a name nothing is lost. */
static bool is_ours(const char *path)
{
    char memory[WHY_CAP];
    struct summary *summary;
    struct stat status;
    struct text why;

    if (stat(path, &status) != 0 || status.st_size == 0)
        return true;
    text_init(&why, memory, sizeof(memory));
    summary = summary_file_read(path, &why);
    summary_free(summary);
    return summary != NULL;
}

static bool may_replace(const char *path, struct text *why)
{
    if (!whole_file_may_replace(path))
        text_add(why, "cannot write %s: it is no regular file", path);
    else if (!is_ours(path))
        text_add(why,
                 "cannot write %s: it is there, and no summary; allowed: a summary, which is "
                 "replaced, or a new file",
                 path);
    else
        return true;
    return false;
}

bool summary_file_try(const char *path, struct text *why)
{
    return may_replace(path, why) && (whole_file_can_begin(path) || fail(why, path));
}

bool summary_file_begin(const char *path, struct text *why)
{
    return may_replace(path, why) && (unlink(path) == 0 || errno == ENOENT || fail(why, path));
}

bool summary_file_write(const struct summary *summary, const char *path, struct text *why)
{
    char *text = summary_json_text(summary);
    bool done;

    if (!may_replace(path, why)) {
        free(text);
        return false;
    }
    if (text == NULL) {
        errno = ENOMEM;
        return fail(why, path);
    }
    done = whole_file_write_bytes(path, READABLE, WHOLE_FILE_REPLACES, span_of(text));
    free(text);
    return done || fail(why, path);
}
