/* folder.h: the folder that holds the database, the key and the lock. */
#ifndef NVM_SQLITE_FOLDER_H
#define NVM_SQLITE_FOLDER_H

#include "nvm_sqlite/report.h"

#include <limits.h>

/* A path of ours; longer ones are refused. */
struct nvm_path {
    char at[PATH_MAX];
};

/* An open folder: its absolute path, and the lock that keeps other processes out. */
struct nvm_folder {
    struct nvm_path path;
    int lock_fd;
};

/* Creates `dir` and its parents if missing and takes its lock.  ERR_BUSY: somebody else holds it;
 * ERR_DENIED also for a folder that everybody may write to. */
enum err nvm_folder_open(struct nvm_folder *folder, const char *dir, struct nvm_report report);

/* Gives the lock back. */
void nvm_folder_close(struct nvm_folder *folder);

/* Joins `folder` and `name`; ERR_INVALID when the result is too long. */
enum err nvm_path_join(struct nvm_path *path, const char *folder, const char *name,
                       struct nvm_report report);

/* Makes the names in a folder survive a loss of power; returns -1 and errno as fsync() does. */
int nvm_folder_sync(const char *path);

#endif
