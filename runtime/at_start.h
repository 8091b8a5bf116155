/* at_start.h: command lines that a modem runs before its first host: like a host that nobody sees.
 */
#ifndef RUNTIME_AT_START_H
#define RUNTIME_AT_START_H

#include "base/log.h"
#include "iface/clock.h"
#include "tlsmodem.h"

struct at_start;

struct at_start_config {
    struct clock *clock;
    struct log *log;            /* the modem's, listened to until on_done; NULL: silence */
    const char *const *lines;   /* without their ends; borrowed until the end */
    size_t count;               /* at least 1 */
    void (*on_done)(void *ctx); /* once, from the loop; at_start_free() may be called inside */
    void *ctx;
};

/* Types the lines into port 0 of `modem`, one after the other's final result; a line that ends in
 * an error, or does not end, is told in the log, with the reason.  ERR_NO_MEMORY. */
enum err at_start_new(const struct at_start_config *config, struct tlsmodem *modem,
                      struct at_start **ret_start);

/* Ends it, in any state: the port is nobody's then.  NULL is nothing. */
void at_start_free(struct at_start *start);

#endif
