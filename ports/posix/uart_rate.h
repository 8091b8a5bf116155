/* uart_rate.h: the bit rates that a serial device can be set to. */
#ifndef POSIX_UART_RATE_H
#define POSIX_UART_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

/* The rates in ascending order, one for each index from 0; 0 past the end. */
uint32_t uart_rate_at(size_t index);

/* The kernel's number for `baud`; false when it has none. */
bool uart_rate_code(uint32_t baud, speed_t *ret_code);

#endif
