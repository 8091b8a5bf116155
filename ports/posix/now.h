/* now.h: the machine's clock that only grows. */
#ifndef POSIX_NOW_H
#define POSIX_NOW_H

#include <stdint.h>

/* Milliseconds; their origin means nothing. */
int64_t posix_now_ms(void);

#endif
