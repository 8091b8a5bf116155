/* replace.c: other bytes for a file that is there: the old one stays until the new one is whole. */
#include "check/replace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int file, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t count = write(file, bytes.data, bytes.len);

        if (count <= 0)
            return false;
        bytes = span_skip(bytes, (size_t)count);
    }
    return true;
}

/* `other` becomes the name of a file that nobody had, beside the one at `path`, and then that. */
static bool write_beside(const char *path, char *other, struct span bytes)
{
    struct stat status;
    bool done;
    int file;

    if (stat(path, &status) != 0)
        return false;
    file = mkstemp(other);
    if (file < 0)
        return false;
    done = fchmod(file, status.st_mode & 07777) == 0 && write_all(file, bytes);
    done = close(file) == 0 && done && rename(other, path) == 0;
    if (!done)
        unlink(other);
    return done;
}

bool check_replace(const char *path, struct span bytes)
{
    static const char behind[] = ".XXXXXX"; /* mkstemp() makes a name of it */
    char *real = realpath(path, NULL), *other;
    bool done = false;

    if (real == NULL)
        return false;
    other = malloc(strlen(real) + sizeof(behind));
    if (other != NULL) {
        strcpy(other, real);
        strcat(other, behind);
        done = write_beside(real, other, bytes);
    }
    free(other);
    free(real);
    return done;
}
