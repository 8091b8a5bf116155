/* host_script.h: a transcript for hosts inside, from its file. */
#ifndef DAEMON_HOST_SCRIPT_H
#define DAEMON_HOST_SCRIPT_H

#include "plan/host_plan.h"

/* A host_script_fn. */
struct host_script *host_script_read(const char *path, bool (*knows)(void *ctx, struct span name),
                                     void *knows_ctx, void (*say)(void *ctx, const char *line),
                                     void *say_ctx);

#endif
