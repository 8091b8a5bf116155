/* environment.c: see environment.h. */
#include "posix/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_among(const char *variable, char *const *list, size_t count)
{
    size_t len = strcspn(variable, "=") + 1;

    for (size_t i = 0; i < count; i++) {
        if (strncmp(variable, list[i], len) == 0)
            return true;
    }
    return false;
}

char **posix_environment(char *const *more, size_t count)
{
    size_t own = 0, used = 0;
    char **list;

    while (environ[own] != NULL)
        own++;
    list = calloc(own + count + 1, sizeof(*list));
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < own; i++) {
        if (!is_among(environ[i], more, count))
            list[used++] = environ[i];
    }
    for (size_t i = 0; i < count; i++)
        list[used++] = more[i];
    return list;
}
