/* uart_device.h: a serial device: opening it, and its rate. */
#ifndef POSIX_UART_DEVICE_H
#define POSIX_UART_DEVICE_H

#include "posix/port_failure.h"

#include <stdbool.h>
#include <stdint.h>

/* Opens `path` raw, 8N1, for us alone.  ERR_BUSY: another program has locked it; ERR_NOT_FOUND,
 * ERR_DENIED, ERR_INVALID: it is no serial device or cannot do the rate; ERR_FULL; ERR_IO. */
enum err uart_device_open(const char *path, uint32_t baud, bool rtscts,
                          struct port_failure *ret_failure, int *ret_fd);

/* Changes the rate at once.  ERR_INVALID: not a known one; else what the device says. */
enum err uart_device_set_rate(int fd, uint32_t baud);

/* True when the kernel has nothing left to send; the hardware's own queue may not be empty. */
bool uart_device_is_drained(int fd);

#endif
