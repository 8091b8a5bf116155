/* time.h: what every clock of the engine agrees on. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

/* A deadline that does not come. */
#define CLOCK_NEVER INT64_MAX

/* The earlier of two deadlines. */
static inline int64_t time_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
