/* keylog.h: the secrets of TLS sessions in a file, in NSS key log format, for every provider. */
#ifndef TLS_COMMON_KEYLOG_H
#define TLS_COMMON_KEYLOG_H

#include "base/log.h"
#include "base/span.h"

/* Opens `path` to append to, for nobody but its owner to read, also when it was there before.  A
 * descriptor, or -1. */
int tls_keylog_open(const char *path);

/* Who else has the lines of the key log, from the threads of the sessions. */
struct tls_keylog_tap {
    void (*put)(void *ctx, struct span line);
    void *ctx;
};

/* Writes `label client-random secret`, the last two in hexadecimal, to `fd` (-1: no file), and
 * gives it to `tap` (NULL: nobody).  Says so to `log` when writing fails; the session goes on. */
void tls_keylog_write(int fd, const struct tls_keylog_tap *tap, const struct log *log,
                      const char *label, struct span client_random, struct span secret);

#endif
