/* printer.h: writes to standard output from a thread of its own, so that a reader who is slow holds
 * up nobody. */
#ifndef DAEMON_TAP_PRINTER_H
#define DAEMON_TAP_PRINTER_H

#include "base/bytes.h"

#include <pthread.h>
#include <stdbool.h>

/* In memory of the owner's, where it stays. */
struct printer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bytes waiting; /* to be written */
    bool is_open, is_over, is_done;
};

/* Begins one.  ERR_NO_MEMORY. */
enum err printer_open(struct printer *printer);

/* Puts lines behind those that wait; what finds no memory, or cannot be written, is lost: the
 * latter is told on standard error, once. */
void printer_put(struct printer *printer, struct span lines);

/* Waits until all is written, for some seconds at most; one that is not open has nothing.  False:
 * it still writes, and the memory stays its own until the program ends. */
bool printer_close(struct printer *printer);

#endif
