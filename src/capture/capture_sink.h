/* capture_sink.h: where a capture gives its blocks. */
#ifndef CAPTURE_CAPTURE_SINK_H
#define CAPTURE_CAPTURE_SINK_H

#include "base/span.h"
#include "capture/pcapng.h"

#include <stdbool.h>

enum { CAPTURE_TLS_MAX = 4, CAPTURE_PORTS_MAX = 8, CAPTURE_NAME_MAX = 128 };

/* Where blocks go.  Several captures may share one, from threads of their own: what each call puts
 * stays together. */
struct capture_sink {
    /* A new interface of the file.  False: there is none, now; its packets are left out. */
    bool (*add_interface)(void *ctx, enum pcapng_link link, struct span name, uint32_t *ret_number);
    void (*put)(void *ctx, struct span blocks);
    uint64_t (*now_us)(void *ctx); /* since 1970-01-01T00:00:00Z */
    void *ctx;
};

#endif
