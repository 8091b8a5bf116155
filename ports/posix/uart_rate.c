/* uart_rate.c: the bit rates that a serial device can be set to. */
#include "posix/uart_rate.h"

static const struct {
    uint32_t baud;
    speed_t code;
} rates[] = {
    { 300, B300 },         { 600, B600 },         { 1200, B1200 },       { 2400, B2400 },
    { 4800, B4800 },       { 9600, B9600 },       { 19200, B19200 },     { 38400, B38400 },
    { 57600, B57600 },     { 115200, B115200 },   { 230400, B230400 },   { 460800, B460800 },
    { 500000, B500000 },   { 576000, B576000 },   { 921600, B921600 },   { 1000000, B1000000 },
    { 1152000, B1152000 }, { 1500000, B1500000 }, { 2000000, B2000000 }, { 2500000, B2500000 },
    { 3000000, B3000000 }, { 3500000, B3500000 }, { 4000000, B4000000 },
};

enum { RATE_COUNT = sizeof(rates) / sizeof(rates[0]) };

uint32_t uart_rate_at(size_t index)
{
    return index < RATE_COUNT ? rates[index].baud : 0;
}

bool uart_rate_code(uint32_t baud, speed_t *ret_code)
{
    for (size_t i = 0; i < RATE_COUNT; i++) {
        if (rates[i].baud == baud) {
            *ret_code = rates[i].code;
            return true;
        }
    }
    return false;
}
