/* watch.h: stands between the host's port and what it drives, and knows what in what passes is a
 * secret: by the command lines of modules of ours, and by what protocols and files look like.
 *
 * Modules of ours reach nobody, so they do not know when the real one is online: CONNECT says so.
 * What a host types then, and what begins as no command line, goes past the recorder, to the writer
 * as it is.
 */
#ifndef DAEMON_TAP_WATCH_H
#define DAEMON_TAP_WATCH_H

#include "iface/clock.h"
#include "tap/shadow.h"
#include "transcript/fields.h"
#include "transcript/writer.h"
#include "wrap/around.h"

enum { WATCH_MODULES_MAX = 8, WATCH_LINE_MAX = 32, WATCH_TAIL_MAX = 48 };

struct watch {
    struct around around;   /* the recorder's */
    struct terminal *plain; /* the junction's */
    const struct clock *clock;
    struct writer *writer;
    struct shadow *modules[WATCH_MODULES_MAX]; /* of whom each knows some; fed here but for the
                                                * first, which the owner feeds */
    size_t module_count;
    struct bytes line;          /* that is typed, up to its end */
    struct fields typed, said;  /* where the two streams stand */
    bool is_inside;             /* of a line that is typed */
    bool is_raw;                /* that line goes past the recorder, and is now */
    bool is_online;             /* the module has said CONNECT, and no end of it */
    char heard[WATCH_LINE_MAX]; /* of the line that the module says */
    size_t heard_len;
    uint8_t tail[WATCH_TAIL_MAX]; /* of what was typed past the recorder */
    size_t tail_len;
    bool is_armoured; /* a private key has begun in it */
};

/* Stands in front of `recorded`, which stands in front of `plain`; what is pointed to is borrowed,
 * the modules too, which the owner adds. */
void watch_init(struct watch *watch, struct terminal *recorded, struct terminal *plain,
                struct writer *writer, const struct clock *clock);

/* Frees what it has kept, wiped. */
void watch_deinit(struct watch *watch);

#endif
