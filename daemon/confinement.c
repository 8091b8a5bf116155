/* confinement.c: see confinement.h. */
#include "confinement.h"

#include "sandbox/filter.h"

static bool starts_programs(const struct modem_plans *plans)
{
    for (size_t i = 0; i < plans->count; i++) {
        if (modem_plan_starts_programs(&plans->list[i]))
            return true;
    }
    return false;
}

static void on_refused(void *ctx, int events)
{
    const struct confinement *confinement = ctx;

    (void)events;
    sandbox_filter_tell(confinement->log);
}

void confinement_plan(struct confinement *confinement, const struct modem_plans *plans)
{
    *confinement = (struct confinement){ .starts_programs = starts_programs(plans) };
}

void confinement_begin(struct confinement *confinement, struct posix_loop *loop,
                       const struct log *log)
{
    enum err err = sandbox_filter_start(confinement->starts_programs);

    confinement->log = log;
    if (err != ERR_OK) {
        log_say(log, err == ERR_UNSUPPORTED ? LOG_INFO : LOG_WARNING,
                "system calls are not filtered: %s", err_text(err));
        return;
    }
    confinement->is_on = true;
    if (fd_watch_new(loop, sandbox_filter_fd(), on_refused, confinement, &confinement->watch) ==
        ERR_OK)
        fd_watch_want(confinement->watch, FD_READABLE);
    else
        confinement->watch = NULL;
}

bool confinement_allows(const struct confinement *confinement, const struct modem_plans *plans)
{
    return !confinement->is_on || confinement->starts_programs || !starts_programs(plans);
}

void confinement_end(struct confinement *confinement)
{
    if (confinement->is_on)
        sandbox_filter_tell(confinement->log);
    fd_watch_free(confinement->watch);
    confinement->watch = NULL;
}
