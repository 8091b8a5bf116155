/* whole_file.c: see whole_file.h. */
#include "posix/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 }; /* as Linux follows */

/* Behind the name; mkostemp() makes another of it that nobody has. */
static const char behind[] = ".XXXXXX";

bool whole_file_put(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t done = write(fd, bytes.data, bytes.len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            errno = EIO;
        if (done <= 0)
            return false;
        bytes = span_skip(bytes, (size_t)done);
    }
    return true;
}

/* `ret_name` is for free().  -1: errno, and there is none. */
static int open_beside(const char *path, char **ret_name)
{
    char *name = malloc(strlen(path) + sizeof(behind));
    int fd;

    if (name == NULL)
        return -1;
    strcpy(name, path);
    strcat(name, behind);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        free(name);
    else
        *ret_name = name;
    return fd;
}

static bool is_of_process(const char *path)
{
    static const char processes[] = "/proc/";

    return strncmp(path, processes, sizeof(processes) - 1) == 0;
}

/* Where the folder of a name really is, and the name: "/proc/7/fd/1" of "/dev/fd/1".  False: there
 * is no such folder, or it is too long. */
static bool find_place(const char *path, char ret_place[PATH_MAX])
{
    char folder[PATH_MAX], real[PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    int len = snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);

    if (len >= (int)sizeof(folder) || realpath(len > 0 ? folder : ".", real) == NULL)
        return false;
    len = snprintf(ret_place, PATH_MAX, "%s/%s", real, name);
    return len < PATH_MAX;
}

/* What a link leads to, in place of its place; false: it is none, or that is too long. */
static bool follow(char place[PATH_MAX])
{
    char target[PATH_MAX];
    ssize_t len = readlink(place, target, sizeof(target) - 1);
    size_t at = len > 0 && target[0] != '/' ? (size_t)(strrchr(place, '/') + 1 - place) : 0;

    if (len <= 0 || at + (size_t)len >= PATH_MAX)
        return false;
    memcpy(place + at, target, (size_t)len);
    place[at + (size_t)len] = '\0';
    return true;
}

/* A link such as /dev/stdout is an open file of a process's, whatever that is, and so is one to it.
 */
static bool leads_to_process(const char *path)
{
    char next[PATH_MAX], place[PATH_MAX];
    int left = LINKS_MAX;

    if (strlen(path) >= sizeof(next))
        return false;
    strcpy(next, path);
    while (left-- > 0 && find_place(next, place)) {
        if (is_of_process(place))
            return true;
        if (!follow(place))
            return false;
        strcpy(next, place);
    }
    return false;
}

/* A device, a pipe or a folder is somebody's. */
bool whole_file_may_replace(const char *path)
{
    struct stat status;

    return !leads_to_process(path) && (stat(path, &status) != 0 || S_ISREG(status.st_mode));
}

static bool give_name(const char *beside, const char *path, enum whole_file_name name)
{
    if (name == WHOLE_FILE_REPLACES && !whole_file_may_replace(path)) {
        errno = ENOTSUP;
        return false;
    }
    if (name == WHOLE_FILE_REPLACES)
        return rename(beside, path) == 0;
    /* It replaces nothing, so whoever had the name in the meantime keeps it. */
    return link(beside, path) == 0 && unlink(beside) == 0;
}

bool whole_file_write(const char *path, mode_t mode, enum whole_file_name name,
                      bool (*put)(void *ctx, int fd), void *ctx)
{
    char *beside;
    int fd = open_beside(path, &beside), why;
    bool done;

    if (fd < 0)
        return false;
    done = put(ctx, fd) && fchmod(fd, mode) == 0;
    if (name == WHOLE_FILE_IS_NEW) /* somebody keeps it instead of what it was made of */
        done = done && fsync(fd) == 0;
    why = errno;
    if (close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    if (done && !give_name(beside, path, name)) {
        done = false;
        why = errno;
    }
    if (!done)
        unlink(beside);
    free(beside);
    errno = done ? 0 : why;
    return done;
}

static bool put_bytes(void *ctx, int fd)
{
    return whole_file_put(fd, *(const struct span *)ctx);
}

bool whole_file_write_bytes(const char *path, mode_t mode, enum whole_file_name name,
                            struct span bytes)
{
    return whole_file_write(path, mode, name, put_bytes, &bytes);
}

bool whole_file_can_begin(const char *path)
{
    char *beside;
    int fd = open_beside(path, &beside);

    if (fd < 0)
        return false;
    close(fd);
    unlink(beside);
    free(beside);
    return true;
}
