/* uart_device.h: a serial device: opening it, and how it is set. */
#ifndef POSIX_UART_DEVICE_H
#define POSIX_UART_DEVICE_H

#include "posix/port_failure.h"
#include "posix/serial_format.h"

/* Opens `path` raw, set to `format`, whose rate is said, for us alone.  ERR_BUSY: another program
 * has locked it; ERR_NOT_FOUND, ERR_DENIED, ERR_INVALID: it is no serial device or cannot be set
 * so; ERR_FULL; ERR_IO. */
enum err uart_device_open(const char *path, const struct serial_format *format,
                          struct port_failure *ret_failure, int *ret_fd);

/* Sets it otherwise at once.  ERR_INVALID: it cannot be set so; else what the device says. */
enum err uart_device_set(int fd, const struct serial_format *format);

/* True when the kernel has nothing left to send; the hardware's own queue may not be empty. */
bool uart_device_is_drained(int fd);

#endif
