/* replace.c: other bytes for a file that is there: the old one stays until the new one is whole. */
#include "check/replace.h"

#include "posix/whole_file.h"

#include <stdlib.h>
#include <sys/stat.h>

bool check_replace(const char *path, struct span bytes)
{
    char *real = realpath(path, NULL);
    struct stat status;
    bool done;

    done = real != NULL && stat(real, &status) == 0 &&
           whole_file_write_bytes(real, status.st_mode & 07777, WHOLE_FILE_REPLACES, bytes);
    free(real);
    return done;
}
