/* secret_path.h: a path of security data, which may be a credential of systemd. */
#ifndef DAEMON_FILE_SECRET_PATH_H
#define DAEMON_FILE_SECRET_PATH_H

#include "base/text.h"

#include <stdbool.h>

/* True for "credential:NAME": what the service manager has put into $CREDENTIALS_DIRECTORY
 * (systemd.exec(5), LoadCredential=). */
bool secret_path_is_credential(const char *value);

/* Writes the path of such a NAME to `ret_path` (`cap` bytes).  False: `why` says what is wrong and
 * allowed. */
bool secret_path_of_credential(const char *value, char *ret_path, size_t cap, struct text *why);

/* True for a private key's file that others than its owner may read. */
bool secret_path_is_open(const char *path);

/* True for a file that can be read and has neither PEM nor DER in it, as certificates and keys do.
 */
bool secret_path_is_noise(const char *path);

#endif
