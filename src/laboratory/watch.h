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

#endif
