/* paths.c: which files a command line means. */
#include "check/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_CAP = 64 };

static enum err add(struct check_paths *paths, const char *folder, const char *name)
{
    size_t len = strlen(folder) + strlen(name) + 2;
    char *path = malloc(len);

    if (path == NULL)
        return ERR_NO_MEMORY;
    if (paths->count == paths->cap) {
        size_t cap = paths->cap > 0 ? 2 * paths->cap : FIRST_CAP;
        char **list = realloc(paths->list, cap * sizeof(list[0]));

        if (list == NULL) {
            free(path);
            return ERR_NO_MEMORY;
        }
        paths->list = list;
        paths->cap = cap;
    }
    snprintf(path, len, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
    paths->list[paths->count++] = path;
    return ERR_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_transcript(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 3 && strcmp(name + len - 3, ".at") == 0;
}

static enum err add_folder(struct check_paths *paths, const char *path)
{
    DIR *folder = opendir(path);
    size_t first = paths->count, len = strlen(path);
    const struct dirent *entry;
    enum err err = ERR_OK;
    char *plain;

    if (folder == NULL)
        return errno == EACCES ? ERR_DENIED : ERR_IO;
    plain = strdup(path);
    while (plain != NULL && len > 1 && plain[len - 1] == '/')
        plain[--len] = '\0';
    while (plain != NULL && err == ERR_OK && (entry = readdir(folder)) != NULL) {
        if (is_transcript(entry->d_name))
            err = add(paths, plain, entry->d_name);
    }
    closedir(folder);
    if (plain == NULL)
        return ERR_NO_MEMORY;
    free(plain);
    if (paths->count > first)
        qsort(&paths->list[first], paths->count - first, sizeof(paths->list[0]), by_name);
    return err == ERR_OK && paths->count == first ? ERR_NOT_FOUND : err;
}

enum err check_paths_add(struct check_paths *paths, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return errno == EACCES ? ERR_DENIED : ERR_NOT_FOUND;
    return S_ISDIR(status.st_mode) ? add_folder(paths, path) : add(paths, "", path);
}

void check_paths_free(struct check_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->list[i]);
    free(paths->list);
    *paths = (struct check_paths){ .list = NULL };
}
