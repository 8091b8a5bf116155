/* watch.h: who looks on when a laboratory does something to a modem, a recording for instance. */
#ifndef LABORATORY_WATCH_H
#define LABORATORY_WATCH_H

#include "laboratory/act.h"
#include "laboratory/setting.h"

/* Told in the modem's thread, from outside of its callbacks. */
struct lab_watch {
    /* It happens now; `port` as for lab_setting_set(), `values` as for lab_act_do(). */
    void (*on_set)(void *ctx, size_t port, const struct lab_rule *setting, struct span value);
    void (*on_act)(void *ctx, const struct lab_act *act, const struct span *values);
    /* Words of trouble.h: a fault comes, or all end; the link is another, or none. */
    void (*on_fault)(void *ctx, struct span words);
    void (*on_link)(void *ctx, struct span words);
    /* The last one could not be done: nothing has changed. */
    void (*on_failed)(void *ctx);
    void *ctx;
};

/* As lab_setting_set(), with `watch` looking on; NULL: nobody does. */
enum err lab_watch_set(const struct lab_watch *watch, struct tlsmodem *modem, size_t port,
                       const struct lab_rule *setting, struct span value, struct text *why);

/* As lab_act_do(), the same. */
enum err lab_watch_do(const struct lab_watch *watch, struct tlsmodem *modem,
                      const struct lab_act *act, const struct span *values, struct text *why);

/* A fault comes now, or all end, by words of trouble.h and by the caller's own call; `watch` as
 * above.  Where that fails lab_watch_failed() follows. */
void lab_watch_fault(const struct lab_watch *watch, struct span words);

/* The same of the link. */
void lab_watch_link(const struct lab_watch *watch, struct span words);

/* What was told last could not be done: nothing has changed. */
void lab_watch_failed(const struct lab_watch *watch);

#endif
