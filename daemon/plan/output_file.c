/* output_file.c: the file that a command writes its result to. */
#include "plan/output_file.h"

#include "posix/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0644, MODE_BITS = 07777 };

static bool refuse(const char *path)
{
    fprintf(stderr, "tlsmodem: %s: cannot be written: %s\n", path, strerror(errno));
    return false;
}

/* Pipes and devices stay what they are. */
static bool is_special(const char *path, mode_t *ret_mode)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return false;
    *ret_mode = status.st_mode & MODE_BITS;
    return !S_ISREG(status.st_mode);
}

bool output_file_check(const char *path)
{
    mode_t mode;

    if (path == NULL || is_special(path, &mode) || whole_file_can_begin(path))
        return true;
    return refuse(path);
}

bool output_file_is_replaced(const char *path)
{
    mode_t mode;

    return path != NULL && !is_special(path, &mode);
}

static bool write_in_place(const char *path, struct span bytes)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && whole_file_put(fd, bytes);

    if (fd >= 0)
        done = close(fd) == 0 && done;
    return done;
}

bool output_file_write(const char *path, struct span bytes)
{
    mode_t mode = MODE;
    bool done;

    if (path == NULL) {
        done = fwrite(bytes.data, 1, bytes.len, stdout) == bytes.len && fflush(stdout) == 0;
        return done || refuse("standard output");
    }
    if (is_special(path, &mode))
        done = write_in_place(path, bytes);
    else
        done = whole_file_write_bytes(path, mode, WHOLE_FILE_REPLACES, bytes);
    return done || refuse(path);
}
