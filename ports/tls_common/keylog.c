/* keylog.c: lines of `label client-random secret`, the last two in hexadecimal. */
#include "tls_common/keylog.h"

#include "base/wipe.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 400, RANDOM_MAX_BYTES = 32, SECRET_MAX_BYTES = 64 };

int tls_keylog_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    struct stat about;

    /* A pipe or a terminal keeps the mode that it has. */
    if (fd < 0 || fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || fchmod(fd, 0600) == 0)
        return fd;
    close(fd);
    return -1;
}

static size_t put_hex(char *to, struct span bytes, size_t max)
{
    static const char digits[] = "0123456789abcdef";
    size_t count = bytes.len < max ? bytes.len : max;

    for (size_t i = 0; i < count; i++) {
        to[2 * i] = digits[bytes.data[i] >> 4];
        to[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    return 2 * count;
}

/* One write for one line, so that the lines of several threads do not mix. */
void tls_keylog_write(int fd, const struct tls_keylog_tap *tap, const struct log *log,
                      const char *label, struct span client_random, struct span secret)
{
    char line[LINE_MAX_BYTES];
    size_t used;
    bool failed;

    assert(label != NULL);
    used = (size_t)snprintf(line, 100, "%.90s ", label);
    used += put_hex(line + used, client_random, RANDOM_MAX_BYTES);
    line[used++] = ' ';
    used += put_hex(line + used, secret, SECRET_MAX_BYTES);
    line[used++] = '\n';
    failed = fd >= 0 && write(fd, line, used) != (ssize_t)used;
    if (tap != NULL)
        tap->put(tap->ctx, span_at(line, used));
    wipe(line, sizeof(line));
    if (failed)
        log_say(log, LOG_WARNING, "the TLS key log could not be written: disk full?");
}
