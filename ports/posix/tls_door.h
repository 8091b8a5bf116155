/* tls_door.h: who we are to hosts that come by TLS, and whom we let in: certificates from files.
 *
 * The files are looked at again when a host comes, so that a renewed certificate needs no restart.
 */
#ifndef POSIX_TLS_DOOR_H
#define POSIX_TLS_DOOR_H

#include "base/err.h"
#include "base/log.h"
#include "posix/port.h"
#include "posix/port_failure.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>

/* What a port needs, for all its hosts. */
struct tls_door;

/* Which of the files something is wrong with. */
enum tls_door_file { TLS_DOOR_CERT, TLS_DOOR_KEY, TLS_DOOR_CA };

/* Reads the files, whose paths are copied.  On failure `ret_failure` says
 * what is wrong with which of them, and what is allowed, without its path. ERR_NOT_FOUND,
 * ERR_DENIED, ERR_INVALID, ERR_NO_MEMORY, ERR_IO. */
enum err tls_door_open(const struct port_tls *files, enum tls_door_file *ret_file,
                       struct port_failure *ret_failure, struct tls_door **ret_door);

/* Reads them again if one of them has changed.  What is wrong with them is a warning, once for each
 * change, and what was read before stays; sessions keep what they hold. */
void tls_door_renew(struct tls_door *door, const struct log *log, const char *label);

/* What was read at one time. */
struct tls_keys {
    gnutls_certificate_credentials_t credentials;
    size_t users;
};

/* What was read last, for a session, which gives it back to tls_keys_release(). */
struct tls_keys *tls_door_hold(const struct tls_door *door);

/* A session is over; NULL is nothing. */
void tls_keys_release(struct tls_keys *keys);

/* True when a host must have a certificate. */
bool tls_door_asks(const struct tls_door *door);

/* The path that `files` have for one of them; may be NULL for TLS_DOOR_CA. */
const char *tls_door_path(const struct port_tls *files, enum tls_door_file file);

/* Gives it back after all its hosts; NULL is nothing. */
void tls_door_close(struct tls_door *door);

#endif
