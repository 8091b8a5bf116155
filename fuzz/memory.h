/* memory.h: allocations of the engine that fail; needs `--wrap` of malloc and calloc. */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

/* The allocation of this number, counted from 1 and from here, fails; 0: none does. */
void fuzz_memory_fail(unsigned call);

#endif
