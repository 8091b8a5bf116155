/* credential.c: security data that a modem gets from files when it is opened. */
#include "runtime/credential.h"

#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* As many bytes as fit into `buf` and one more, to tell a file that is too long. */
static ssize_t read_all(const char *path, uint8_t *buf, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    size_t len = 0;
    ssize_t count = 1;

    if (fd < 0)
        return -1;
    while (count != 0 && len < cap) {
        count = read(fd, buf + len, cap - len);
        if (count < 0 && errno != EINTR)
            break;
        len += count > 0 ? (size_t)count : 0;
    }
    close(fd);
    return count < 0 ? -1 : (ssize_t)len;
}

enum err runtime_credential_put(struct tlsmodem *modem, const struct runtime_credential *credential,
                                struct port_failure *ret_failure)
{
    uint8_t buf[RUNTIME_CREDENTIAL_MAX + 1];
    ssize_t len = read_all(credential->path, buf, sizeof(buf));
    enum err err;

    if (len < 0)
        return port_fail_errno(ret_failure, "credentials %s: cannot read %s", credential->name,
                               credential->path);
    err = tlsmodem_put_credential(modem, credential->name, buf, (size_t)len);
    wipe(buf, sizeof(buf));
    return err == ERR_OK ? err
                         : port_fail(ret_failure, err, "credentials %s: %s: %s", credential->name,
                                     credential->path, err_text(err));
}
