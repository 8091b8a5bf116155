/* clock.h: the machine's time as iface/clock.h. */
#ifndef POSIX_CLOCK_H
#define POSIX_CLOCK_H

#include "iface/clock.h"

/* The clock; it needs no context and no freeing. */
struct clock posix_clock(void);

/* What its now_ms() says. */
int64_t posix_now_ms(void);

#endif
