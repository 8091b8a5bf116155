/* summary_file.c: see summary_file.h. */
#include "verdict/summary_file.h"

#include "file/bytes.h"
#include "verdict/summary_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READABLE = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH, TEMPLATE_CAP = 4096 };

struct summary *summary_file_read(const char *path, struct text *why)
{
    const char *reason = err_text(ERR_NO_MEMORY);
    struct summary *summary;
    uint8_t *bytes;
    size_t len;

    bytes = file_bytes_read(path, SUMMARY_FILE_BYTES_MAX, &len, &reason);
    if (bytes == NULL) {
        text_add(why, "%s; allowed: a file of at most %d bytes", reason, SUMMARY_FILE_BYTES_MAX);
        return NULL;
    }
    summary = summary_json_parse(span_at(bytes, len), why);
    free(bytes);
    return summary;
}

/* A file of a name beside `path`, which mkstemp() makes.  -1: errno. */
static int open_beside(const char *path, char ret_name[TEMPLATE_CAP])
{
    if (snprintf(ret_name, TEMPLATE_CAP, "%s.XXXXXX", path) >= TEMPLATE_CAP) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return mkstemp(ret_name);
}

static bool fail(struct text *why, const char *path)
{
    text_add(why, "cannot write %s: %s", path, strerror(errno));
    return false;
}

bool summary_file_can_write(const char *path, struct text *why)
{
    char name[TEMPLATE_CAP];
    struct stat info;
    int fd;

    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        text_add(why, "cannot write %s: it is no regular file", path);
        return false;
    }
    fd = open_beside(path, name);
    if (fd < 0)
        return fail(why, path);
    close(fd);
    unlink(name);
    return true;
}

static bool put_all(int fd, const char *text)
{
    size_t len = strlen(text);

    while (len > 0) {
        ssize_t done = write(fd, text, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        len -= (size_t)done;
    }
    return true;
}

bool summary_file_write(const struct summary *summary, const char *path, struct text *why)
{
    char name[TEMPLATE_CAP];
    char *text = summary_json_text(summary);
    bool done;
    int fd;

    if (text == NULL) {
        errno = ENOMEM;
        return fail(why, path);
    }
    fd = open_beside(path, name);
    if (fd < 0) {
        free(text);
        return fail(why, path);
    }
    done = put_all(fd, text) && fchmod(fd, READABLE) == 0;
    free(text);
    if (close(fd) == 0 && done && rename(name, path) == 0)
        return true;
    fail(why, path);
    unlink(name);
    return false;
}
