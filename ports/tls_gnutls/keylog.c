/* keylog.c: lines of `label client-random secret`, the last two in hexadecimal. */
#include "tls_gnutls/keylog.h"

#include "base/wipe.h"
#include "tls_gnutls/session.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 400, RANDOM_MAX_BYTES = 32, SECRET_MAX_BYTES = 64 };

int gtls_keylog_open(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static size_t put_hex(char *to, const gnutls_datum_t *bytes, size_t max)
{
    static const char digits[] = "0123456789abcdef";
    size_t count = bytes->size < max ? bytes->size : max;

    for (size_t i = 0; i < count; i++) {
        to[2 * i] = digits[bytes->data[i] >> 4];
        to[2 * i + 1] = digits[bytes->data[i] & 15];
    }
    return 2 * count;
}

/* One write for one line, so that the lines of several threads do not mix. */
static int write_secret(gnutls_session_t gnutls, const char *label, const gnutls_datum_t *secret)
{
    const struct tls_session *session = gnutls_session_get_ptr(gnutls);
    gnutls_datum_t client_random, server_random;
    char line[LINE_MAX_BYTES];
    size_t used;
    ssize_t written;

    gnutls_session_get_random(gnutls, &client_random, &server_random);
    used = (size_t)snprintf(line, 100, "%.90s ", label);
    used += put_hex(line + used, &client_random, RANDOM_MAX_BYTES);
    line[used++] = ' ';
    used += put_hex(line + used, secret, SECRET_MAX_BYTES);
    line[used++] = '\n';
    written = write(session->provider->keylog_fd, line, used);
    wipe(line, sizeof(line));
    if (written != (ssize_t)used)
        log_say(session->log, LOG_WARNING, "the TLS key log could not be written: disk full?");
    return 0;
}

void gtls_keylog_attach(gnutls_session_t gnutls, bool wanted)
{
    gnutls_session_set_keylog_function(gnutls, wanted ? write_secret : NULL);
}
