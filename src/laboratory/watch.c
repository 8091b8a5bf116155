/* watch.c: who looks on when a laboratory does something to a modem. */
#include "laboratory/watch.h"

enum err lab_watch_set(const struct lab_watch *watch, struct tlsmodem *modem, size_t port,
                       const struct lab_rule *setting, struct span value, struct text *why)
{
    enum err err;

    if (watch != NULL)
        watch->on_set(watch->ctx, port, setting, value);
    err = lab_setting_set(modem, port, setting, value, why);
    if (err != ERR_OK && watch != NULL)
        watch->on_failed(watch->ctx);
    return err;
}

enum err lab_watch_do(const struct lab_watch *watch, struct tlsmodem *modem,
                      const struct lab_act *act, const struct span *values, struct text *why)
{
    enum err err;

    if (watch != NULL)
        watch->on_act(watch->ctx, act, values);
    err = lab_act_do(modem, act, values, why);
    if (err != ERR_OK && watch != NULL)
        watch->on_failed(watch->ctx);
    return err;
}

void lab_watch_fault(const struct lab_watch *watch, struct span words)
{
    if (watch != NULL)
        watch->on_fault(watch->ctx, words);
}

void lab_watch_link(const struct lab_watch *watch, struct span words)
{
    if (watch != NULL)
        watch->on_link(watch->ctx, words);
}

void lab_watch_failed(const struct lab_watch *watch)
{
    if (watch != NULL)
        watch->on_failed(watch->ctx);
}
