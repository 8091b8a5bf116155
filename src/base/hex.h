/* hex.h: hexadecimal digits, in either case. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/letters.h"

/* What the digit counts, 0 to 15; -1: it is none. */
static inline int hex_digit(uint8_t c)
{
    c = letter_upper(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Pairs of digits as bytes, half as many.  False: they are none, or one has no other; `bytes` may
 * have a part. */
static inline bool hex_read(struct span digits, uint8_t *bytes)
{
    for (size_t i = 0; i + 1 < digits.len; i += 2) {
        int high = hex_digit(digits.data[i]), low = hex_digit(digits.data[i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    return digits.len % 2 == 0;
}

#endif
