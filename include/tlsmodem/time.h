/* Made by tools/public_headers of src/base/time.h. */
/* tlsmodem/time.h: what every clock of the engine agrees on. */
#ifndef TLSMODEM_BASE_TIME_H
#define TLSMODEM_BASE_TIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A deadline that does not come. */
#define TLSMODEM_CLOCK_NEVER INT64_MAX

/* The earlier of two deadlines. */
static inline int64_t tlsmodem_time_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#ifdef __cplusplus
}
#endif

#endif
