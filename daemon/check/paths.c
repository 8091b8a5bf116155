/* paths.c: which files a command line means. */
#include "check/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_CAP = 64, DEPTH_MAX = 32 };

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

static void sort(struct check_paths *paths, size_t first)
{
    if (paths->count > first)
        qsort(&paths->list[first], paths->count - first, sizeof(paths->list[0]), by_name);
}

static bool is_transcript(const char *name)
{
    size_t len = strlen(name);

    return len > 3 && strcmp(name + len - 3, ".at") == 0;
}

/* A folder's own *.at come before those of folders in it. */
static enum err add_folder(struct check_paths *paths, const char *path, unsigned depth);

static enum err add_folders(struct check_paths *paths, struct check_paths *folders, unsigned depth)
{
    enum err err = ERR_OK;

    sort(folders, 0);
    for (size_t i = 0; i < folders->count && err == ERR_OK; i++)
        err = add_folder(paths, folders->list[i], depth + 1);
    return err;
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What is in an open folder. */
static enum err add_entries(struct check_paths *paths, struct check_paths *folders, DIR *folder,
                            const char *path)
{
    const struct dirent *entry;
    enum err err = ERR_OK;

    while (err == ERR_OK && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "include") == 0)
            continue;
        err = add(folders, path, entry->d_name);
        if (err != ERR_OK || is_folder(folders->list[folders->count - 1]))
            continue;
        free(folders->list[--folders->count]);
        if (is_transcript(entry->d_name))
            err = add(paths, path, entry->d_name);
    }
    return err;
}

static enum err add_folder(struct check_paths *paths, const char *path, unsigned depth)
{
    struct check_paths folders = { .list = NULL };
    size_t first = paths->count;
    enum err err;
    DIR *folder;

    if (depth == DEPTH_MAX)
        return ERR_FULL;
    folder = opendir(path);
    if (folder == NULL)
        return errno == EACCES ? ERR_DENIED : ERR_IO;
    err = add_entries(paths, &folders, folder, path);
    closedir(folder);
    sort(paths, first);
    if (err == ERR_OK)
        err = add_folders(paths, &folders, depth);
    check_paths_free(&folders);
    return err;
}

enum err check_paths_add(struct check_paths *paths, const char *path)
{
    size_t first = paths->count, len = strlen(path);
    struct stat status;
    enum err err;
    char *plain;

    if (stat(path, &status) != 0)
        return errno == EACCES ? ERR_DENIED : ERR_NOT_FOUND;
    if (!S_ISDIR(status.st_mode))
        return add(paths, "", path);
    plain = strdup(path);
    if (plain == NULL)
        return ERR_NO_MEMORY;
    while (len > 1 && plain[len - 1] == '/')
        plain[--len] = '\0';
    err = add_folder(paths, plain, 0);
    free(plain);
    return err == ERR_OK && paths->count == first ? ERR_INVALID : err;
}

void check_paths_free(struct check_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->list[i]);
    free(paths->list);
    *paths = (struct check_paths){ .list = NULL };
}
