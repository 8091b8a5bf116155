/* wipe.h: erasing secrets from memory. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

/* Overwrites `len` bytes with zeros in a way that the compiler may not leave out. */
void wipe(void *data, size_t len);

#endif
