/* tls_door.c: see tls_door.h. */
#include "posix/tls_door.h"

#include "base/wipe.h"
#include "posix/errno_err.h"

#include <assert.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES = TLS_DOOR_CA + 1, FILE_MAX = 1024 * 1024 };

/* By which a file is seen to be another. */
struct stamp {
    struct timespec changed;
    off_t bytes;
    ino_t inode;
};

struct tls_door {
    char *paths[FILES];    /* NULL: none */
    struct port_tls files; /* the same */
    struct tls_keys *keys; /* its own share */
    struct stamp stamps[FILES];
};

const char *tls_door_path(const struct port_tls *files, enum tls_door_file file)
{
    return file == TLS_DOOR_CERT ? files->cert : file == TLS_DOOR_KEY ? files->key : files->ca;
}

static struct stamp stamp_of(const char *path)
{
    struct stat about;

    if (path == NULL || stat(path, &about) != 0)
        return (struct stamp){ .bytes = -1 };
    return (struct stamp){ about.st_mtim, about.st_size, about.st_ino };
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec &&
           a->bytes == b->bytes && a->inode == b->inode;
}

/* ---- reading ---- */

/* What is being read, and what is wrong with it. */
struct reading {
    const struct port_tls *files;
    enum tls_door_file file;
    struct port_failure *failure;
    gnutls_certificate_credentials_t credentials;
};

static void free_bytes(gnutls_datum_t *bytes)
{
    if (bytes->data != NULL)
        wipe(bytes->data, bytes->size);
    gnutls_free(bytes->data);
    bytes->data = NULL;
}

static enum err fail_reading(struct reading *reading)
{
    int number = errno;

    return port_fail(reading->failure, err_of_errno(number),
                     "it cannot be read: %s; allowed: a PEM file that this user may read",
                     strerror(number));
}

/* No pipe or device, which would have us wait. */
static enum err load(struct reading *reading, enum tls_door_file file, gnutls_datum_t *ret_bytes)
{
    const char *path = tls_door_path(reading->files, file);
    struct stat about;

    reading->file = file;
    if (stat(path, &about) != 0)
        return fail_reading(reading);
    if (!S_ISREG(about.st_mode) || about.st_size > FILE_MAX)
        return port_fail(reading->failure, ERR_INVALID,
                         "it is no file of at most %d bytes; allowed: a PEM file", FILE_MAX);
    errno = 0;
    if (gnutls_load_file(path, ret_bytes) < 0)
        return errno != 0 ? fail_reading(reading)
                          : port_fail(reading->failure, ERR_NO_MEMORY, "out of memory");
    return ERR_OK;
}

static enum err load_certificates(struct reading *reading, enum tls_door_file file,
                                  gnutls_x509_crt_t **ret_list, unsigned *ret_count)
{
    gnutls_datum_t bytes = { NULL, 0 };
    enum err err = load(reading, file, &bytes);
    int status;

    if (err != ERR_OK)
        return err;
    status = gnutls_x509_crt_list_import2(ret_list, ret_count, &bytes, GNUTLS_X509_FMT_PEM, 0);
    free_bytes(&bytes);
    if (status < 0)
        return port_fail(reading->failure, ERR_INVALID,
                         "it has no certificate that can be read: %s; allowed: %s in PEM",
                         gnutls_strerror(status),
                         file == TLS_DOOR_CA
                             ? "certificates of CAs"
                             : "a certificate, with those of its issuers behind it,");
    return ERR_OK;
}

static enum err load_key(struct reading *reading, gnutls_x509_privkey_t *ret_key)
{
    gnutls_datum_t bytes = { NULL, 0 };
    enum err err = load(reading, TLS_DOOR_KEY, &bytes);
    int status;

    if (err != ERR_OK)
        return err;
    status = gnutls_x509_privkey_init(ret_key);
    if (status >= 0)
        status = gnutls_x509_privkey_import2(*ret_key, &bytes, GNUTLS_X509_FMT_PEM, NULL,
                                             GNUTLS_PKCS_PLAIN);
    free_bytes(&bytes);
    if (status < 0)
        return port_fail(reading->failure, ERR_INVALID,
                         "it has no private key that can be read: %s; allowed: the key of the "
                         "certificate, in PEM, without a password",
                         gnutls_strerror(status));
    return ERR_OK;
}

static void free_list(gnutls_x509_crt_t *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
}

static enum err read_own(struct reading *reading)
{
    gnutls_x509_crt_t *list = NULL;
    gnutls_x509_privkey_t key = NULL;
    unsigned count = 0;
    enum err err = load_certificates(reading, TLS_DOOR_CERT, &list, &count);
    int status;

    if (err == ERR_OK)
        err = load_key(reading, &key);
    if (err == ERR_OK) {
        status = gnutls_certificate_set_x509_key(reading->credentials, list, (int)count, key);
        if (status < 0)
            err = port_fail(reading->failure, ERR_INVALID,
                            "with its certificate it is of no use: %s; allowed: the key of the "
                            "certificate",
                            gnutls_strerror(status));
    }
    gnutls_x509_privkey_deinit(key);
    free_list(list, count);
    return err;
}

static enum err read_ca(struct reading *reading)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    enum err err = load_certificates(reading, TLS_DOOR_CA, &list, &count);

    if (err == ERR_OK &&
        gnutls_certificate_set_x509_trust(reading->credentials, list, (int)count) < 0)
        err = port_fail(reading->failure, ERR_INVALID,
                        "its certificates cannot be used; allowed: certificates of CAs in PEM");
    free_list(list, count);
    return err;
}

static enum err read_all(struct reading *reading)
{
    enum err err;

    if (gnutls_certificate_allocate_credentials(&reading->credentials) < 0)
        return port_fail(reading->failure, ERR_NO_MEMORY, "out of memory");
    err = read_own(reading);
    if (err == ERR_OK && reading->files->ca != NULL)
        err = read_ca(reading);
    if (err != ERR_OK)
        gnutls_certificate_free_credentials(reading->credentials);
    return err;
}

/* ---- the door ---- */

/* Takes the credentials over; NULL: no memory, and they are freed. */
static struct tls_keys *new_keys(gnutls_certificate_credentials_t credentials)
{
    struct tls_keys *keys = malloc(sizeof(*keys));

    if (keys != NULL)
        *keys = (struct tls_keys){ .credentials = credentials, .users = 1 };
    else
        gnutls_certificate_free_credentials(credentials);
    return keys;
}

/* True when one of them is another than when this was last asked. */
static bool look(struct tls_door *door)
{
    bool is_new = false;

    for (size_t i = 0; i < FILES; i++) {
        struct stamp now = stamp_of(tls_door_path(&door->files, (enum tls_door_file)i));

        is_new = is_new || !same_stamp(&now, &door->stamps[i]);
        door->stamps[i] = now;
    }
    return is_new;
}

static bool keep_paths(struct tls_door *door, const struct port_tls *files)
{
    for (size_t i = 0; i < FILES; i++) {
        const char *path = tls_door_path(files, (enum tls_door_file)i);

        door->paths[i] = path != NULL ? strdup(path) : NULL;
        if (path != NULL && door->paths[i] == NULL)
            return false;
    }
    door->files = (struct port_tls){ door->paths[TLS_DOOR_CERT], door->paths[TLS_DOOR_KEY],
                                     door->paths[TLS_DOOR_CA] };
    return true;
}

enum err tls_door_open(const struct port_tls *files, enum tls_door_file *ret_file,
                       struct port_failure *ret_failure, struct tls_door **ret_door)
{
    struct tls_door *door = calloc(1, sizeof(*door));
    struct reading reading = { .files = files, .failure = ret_failure };
    enum err err;

    assert(files->cert != NULL && files->key != NULL);
    *ret_file = TLS_DOOR_CERT;
    if (door == NULL)
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    if (!keep_paths(door, files)) {
        tls_door_close(door);
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    }
    look(door);
    err = read_all(&reading);
    if (err != ERR_OK) {
        *ret_file = reading.file;
        tls_door_close(door);
        return err;
    }
    door->keys = new_keys(reading.credentials);
    if (door->keys == NULL) {
        tls_door_close(door);
        return port_fail(ret_failure, ERR_NO_MEMORY, "out of memory");
    }
    *ret_door = door;
    return ERR_OK;
}

void tls_door_renew(struct tls_door *door, const struct log *log, const char *label)
{
    struct port_failure failure;
    struct reading reading = { .files = &door->files, .failure = &failure };
    struct tls_keys *keys;

    if (!look(door))
        return;
    if (read_all(&reading) != ERR_OK) {
        log_say(log, LOG_WARNING, "%s: %s has changed, and is not taken: %s", label,
                tls_door_path(&door->files, reading.file), failure.text);
        return;
    }
    keys = new_keys(reading.credentials);
    if (keys == NULL) {
        log_say(log, LOG_WARNING, "%s: its certificates cannot be read again: out of memory",
                label);
        return;
    }
    tls_keys_release(door->keys);
    door->keys = keys;
    log_say(log, LOG_INFO, "%s: its certificates were read again", label);
}

struct tls_keys *tls_door_hold(const struct tls_door *door)
{
    door->keys->users++;
    return door->keys;
}

void tls_keys_release(struct tls_keys *keys)
{
    if (keys == NULL)
        return;
    assert(keys->users > 0);
    if (--keys->users > 0)
        return;
    gnutls_certificate_free_credentials(keys->credentials);
    free(keys);
}

bool tls_door_asks(const struct tls_door *door)
{
    return door->files.ca != NULL;
}

void tls_door_close(struct tls_door *door)
{
    if (door == NULL)
        return;
    tls_keys_release(door->keys);
    for (size_t i = 0; i < FILES; i++)
        free(door->paths[i]);
    free(door);
}
