/* key.c: the key that secret entries are sealed with.
 *
 * A key that is half written, or replaced by another, is the end of every secret: so it is written
 * under a temporary name and gets its own by link(), which never replaces a file. */
#include "nvm_sqlite/key.h"

#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_NAME        "nvm.key"
#define TEMP_NAME       "nvm.key.new"
#define CREDENTIAL_NAME "tlsmodem-nvm-key"
#define ADVICE          "check its owner, its mode and the disk"

static ssize_t read_all(int fd, uint8_t *buf, size_t cap)
{
    size_t done = 0;

    while (done < cap) {
        ssize_t got = read(fd, buf + done, cap - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static enum err read_bytes(struct nvm_key *key, int fd, struct nvm_report report)
{
    uint8_t bytes[NVM_KEY_SIZE + 1]; /* one more shows a file that is too long */
    ssize_t got = read_all(fd, bytes, sizeof(bytes));
    enum err err = ERR_OK;

    if (got < 0)
        err = nvm_fail_errno(report, "read key", key->source.at, ADVICE);
    else if (got != NVM_KEY_SIZE)
        err =
            nvm_fail(report, ERR_CREDENTIALS, "key %s is %s than %d bytes; put the right key back",
                     key->source.at, got < NVM_KEY_SIZE ? "shorter" : "longer", NVM_KEY_SIZE);
    else
        memcpy(key->bytes, bytes, NVM_KEY_SIZE);
    wipe(bytes, sizeof(bytes));
    return err;
}

static enum err check_private(const struct nvm_key *key, int fd, struct nvm_report report)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return nvm_fail_errno(report, "examine key", key->source.at, ADVICE);
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return nvm_fail(report, ERR_CREDENTIALS,
                        "key %s is open to others (mode %04o); run: chmod 600 %s", key->source.at,
                        (unsigned)(info.st_mode & 07777), key->source.at);
    return ERR_OK;
}

static enum err read_file(struct nvm_key *key, bool private, struct nvm_report report)
{
    int fd = open(key->source.at, O_RDONLY | O_CLOEXEC);
    enum err err = ERR_OK;

    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND
                               : nvm_fail_errno(report, "open key", key->source.at, ADVICE);
    if (private)
        err = check_private(key, fd, report);
    if (err == ERR_OK)
        err = read_bytes(key, fd, report);
    close(fd);
    return err;
}

/* Modes say nothing here: systemd may grant access by an ACL, which shows as group bits. */
static enum err read_credential(struct nvm_key *key, struct nvm_report report)
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    enum err err;

    /* A folder that we may not enter has nothing for us: systemd (252) leaves an empty one so. */
    if (dir == NULL || *dir == '\0' || (access(dir, X_OK) != 0 && errno == EACCES))
        return ERR_NOT_FOUND;
    err = nvm_path_join(&key->source, dir, CREDENTIAL_NAME, report);
    return err == ERR_OK ? read_file(key, false, report) : err;
}

enum err nvm_key_load(struct nvm_key *key, const char *dir, struct nvm_report report)
{
    struct nvm_path temp;
    enum err err = nvm_path_join(&temp, dir, TEMP_NAME, report);

    if (err != ERR_OK)
        return err;
    unlink(temp.at); /* of a start that was cut short: whoever holds the lock owns it */
    err = read_credential(key, report);
    if (err != ERR_NOT_FOUND)
        return err;
    err = nvm_path_join(&key->source, dir, KEY_NAME, report);
    return err == ERR_OK ? read_file(key, true, report) : err;
}

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

static enum err write_temp(const struct nvm_key *key, const char *temp, struct nvm_report report)
{
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum err err = ERR_OK;

    if (fd < 0)
        return nvm_fail_errno(report, "create key", temp, ADVICE);
    if (write_all(fd, key->bytes, NVM_KEY_SIZE) != 0 || fsync(fd) != 0)
        err = nvm_fail_errno(report, "write key", temp, ADVICE);
    close(fd);
    return err;
}

static enum err store(const struct nvm_key *key, const char *dir, struct nvm_report report)
{
    struct nvm_path temp;
    enum err err = nvm_path_join(&temp, dir, TEMP_NAME, report);

    if (err != ERR_OK)
        return err;
    err = write_temp(key, temp.at, report);
    if (err == ERR_OK && link(temp.at, key->source.at) != 0)
        err = nvm_fail_errno(report, "create key", key->source.at, ADVICE);
    unlink(temp.at);
    if (err == ERR_OK && nvm_folder_sync(dir) != 0)
        err = nvm_fail_errno(report, "sync state folder", dir, ADVICE);
    return err;
}

enum err nvm_key_create(struct nvm_key *key, const char *dir, struct nvm_report report)
{
    enum err err = nvm_path_join(&key->source, dir, KEY_NAME, report);
    int status;

    if (err != ERR_OK)
        return err;
    status = gnutls_rnd(GNUTLS_RND_KEY, key->bytes, NVM_KEY_SIZE);
    if (status < 0)
        return nvm_fail(report, ERR_IO, "cannot make key %s: %s; check the random number source",
                        key->source.at, gnutls_strerror(status));
    return store(key, dir, report);
}
