/* lost_writes.h: what a loss of power takes: bytes that were written to a file and not yet brought
 * to the disk.  For programs that are preloaded; calls by several threads are allowed, but for
 * lost_writes_undo().  Ends the program when there is no memory.
 */
#ifndef LOST_WRITES_H
#define LOST_WRITES_H

#include <stddef.h>
#include <sys/types.h>

/* `len` bytes of the file from `at` on are about to be written, or cut off: keeps those that are
 * there, and how long the file is. */
void lost_writes_remember(int fd, off64_t at, size_t len);

/* All of the file is on the disk. */
void lost_writes_forget(int fd);

/* Makes each file what it was when it was last on the disk.  Nobody writes meanwhile, and nothing
 * is called after it. */
void lost_writes_undo(void);

#endif
