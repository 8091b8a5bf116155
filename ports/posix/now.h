/* now.h: the machine's clocks. */
#ifndef POSIX_NOW_H
#define POSIX_NOW_H

#include <stdint.h>

/* Milliseconds; their origin means nothing. */
int64_t posix_now_ms(void);

/* Microseconds of the same. */
uint64_t posix_now_us(void);

/* Milliseconds since 1970-01-01T00:00:00Z, as the machine believes. */
int64_t posix_utc_ms(void);

#endif
