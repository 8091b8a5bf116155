/* folder.c: the folder that holds the database, the key and the lock. */
#include "nvm_sqlite/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADVICE "check the folder's owner, its mode and the disk, or choose another folder"

enum err nvm_path_join(struct nvm_path *path, const char *folder, const char *name,
                       struct nvm_report report)
{
    int need = snprintf(path->at, sizeof(path->at), "%s/%s", folder, name);

    if (need < 0 || (size_t)need >= sizeof(path->at))
        return nvm_fail(report, ERR_INVALID,
                        "the name of the state folder is too long; choose a shorter one: %s",
                        folder);
    return ERR_OK;
}

int nvm_folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status;

    if (fd < 0)
        return -1;
    status = fsync(fd);
    close(fd);
    return status;
}

static enum err make_folder(const char *path, struct nvm_report report)
{
    struct nvm_path parent;
    enum err err;

    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? ERR_OK
                               : nvm_fail_errno(report, "create state folder", path, ADVICE);
    err = nvm_path_join(&parent, path, "..", report);
    if (err != ERR_OK)
        return err;
    if (nvm_folder_sync(parent.at) != 0)
        return nvm_fail_errno(report, "sync state folder", parent.at, ADVICE);
    return ERR_OK;
}

static enum err make_folders(const char *dir, struct nvm_report report)
{
    struct nvm_path path;
    enum err err = nvm_path_join(&path, dir, "", report);

    for (char *slash = path.at + 1; err == ERR_OK && *slash != '\0'; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        err = make_folder(path.at, report);
        *slash = '/';
    }
    return err;
}

/* The absolute path outlives a chdir() and can be no "file:" URI, which SQLite may understand. */
static enum err find_folder(struct nvm_path *path, const char *dir, struct nvm_report report)
{
    struct stat info;

    if (realpath(dir, path->at) == NULL || stat(path->at, &info) != 0)
        return nvm_fail_errno(report, "open state folder", dir, ADVICE);
    if ((info.st_mode & S_IWOTH) != 0)
        return nvm_fail(report, ERR_DENIED,
                        "state folder %s may be written to by everybody; run: chmod o-w %s",
                        path->at, path->at);
    return ERR_OK;
}

static enum err take_lock(struct nvm_folder *folder, struct nvm_report report)
{
    struct nvm_path path;
    enum err err = nvm_path_join(&path, folder->path.at, "nvm.lock", report);
    int fd;

    if (err != ERR_OK)
        return err;
    fd = open(path.at, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return nvm_fail_errno(report, "open lock file", path.at, ADVICE);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            err = nvm_fail(report, ERR_BUSY,
                           "state folder %s is in use by another process; stop that one (fuser %s "
                           "names it) or give this one another folder",
                           folder->path.at, path.at);
        else
            err = nvm_fail_errno(report, "lock", path.at, ADVICE);
        close(fd);
        return err;
    }
    folder->lock_fd = fd;
    return ERR_OK;
}

enum err nvm_folder_open(struct nvm_folder *folder, const char *dir, struct nvm_report report)
{
    struct stat info;
    enum err err = ERR_OK;

    folder->lock_fd = -1;
    if (*dir == '\0')
        return nvm_fail(report, ERR_INVALID, "the state folder has no name; give one");
    if (stat(dir, &info) != 0)
        err = make_folders(dir, report);
    if (err == ERR_OK)
        err = find_folder(&folder->path, dir, report);
    if (err == ERR_OK)
        err = take_lock(folder, report);
    return err;
}

void nvm_folder_close(struct nvm_folder *folder)
{
    if (folder->lock_fd >= 0)
        close(folder->lock_fd);
    folder->lock_fd = -1;
}
