/* dressed.c: see dressed.h. */
#include "posix/dressed.h"

static struct terminal *inside(struct terminal *dressed)
{
    return ((struct dressed *)dressed)->module;
}

void dressed_set_dtr(struct terminal *dressed, bool on)
{
    inside(dressed)->ops->set_dtr(inside(dressed), on);
}

void dressed_abort(struct terminal *dressed)
{
    inside(dressed)->ops->abort(inside(dressed));
}

bool dressed_busy(struct terminal *dressed)
{
    return inside(dressed)->ops->busy(inside(dressed));
}

void dressed_accept_lf(struct terminal *dressed)
{
    inside(dressed)->ops->accept_lf(inside(dressed));
}

bool dressed_end_input(struct terminal *dressed)
{
    return inside(dressed)->ops->end_input(inside(dressed));
}

bool dressed_online(struct terminal *dressed)
{
    return inside(dressed)->ops->online(inside(dressed));
}
