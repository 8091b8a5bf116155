/* uart_device.c: a serial device: opening it, and how it is set. */
#include "posix/uart_device.h"

#include "posix/errno_err.h"
#include "posix/uart_rate.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Raw, no modem control: carrier is the module's business, not the driver's. */
static enum err configure(int fd, const struct serial_format *format, const char *path,
                          struct port_failure *ret_failure)
{
    struct termios settings;
    char text[SERIAL_FORMAT_CAP];
    speed_t code;

    serial_format_write(format, text);
    if (!uart_rate_code(format->baud, &code))
        return port_fail(ret_failure, ERR_INVALID, "uart %s: no rate of %u", path,
                         (unsigned)format->baud);
    if (tcgetattr(fd, &settings) < 0)
        return port_fail(ret_failure, ERR_INVALID, "uart %s: not a serial device", path);
    cfmakeraw(&settings);
    settings.c_cflag &= ~(tcflag_t)HUPCL;
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    if (!serial_format_put(format, &settings))
        return port_fail(ret_failure, ERR_INVALID, "uart %s: no line is set to %s", path, text);
    if (tcsetattr(fd, TCSANOW, &settings) < 0)
        return port_fail_errno(ret_failure, "uart %s: cannot set it to %s", path, text);
    return ERR_OK;
}

enum err uart_device_open(const char *path, const struct serial_format *format,
                          struct port_failure *ret_failure, int *ret_fd)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    enum err err;

    if (fd < 0)
        return port_fail_errno(ret_failure, "uart %s: cannot open it", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        err = port_fail(ret_failure, ERR_BUSY, "uart %s: another program has locked it", path);
    else
        err = configure(fd, format, path, ret_failure);
    if (err != ERR_OK) {
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return ERR_OK;
}

enum err uart_device_set(int fd, const struct serial_format *format)
{
    struct termios settings;

    assert(fd >= 0);
    if (tcgetattr(fd, &settings) < 0)
        return err_of_errno(errno);
    if (!serial_format_put(format, &settings))
        return ERR_INVALID;
    return tcsetattr(fd, TCSANOW, &settings) < 0 ? err_of_errno(errno) : ERR_OK;
}

bool uart_device_is_drained(int fd)
{
    int queued = 0;

    return ioctl(fd, TIOCOUTQ, &queued) < 0 || queued == 0;
}
