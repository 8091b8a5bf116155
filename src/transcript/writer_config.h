/* writer_config.h: what a writer of transcripts is given, and its limits. */
#ifndef TRANSCRIPT_WRITER_CONFIG_H
#define TRANSCRIPT_WRITER_CONFIG_H

#include "base/span.h"

#include <stdbool.h>

enum {
    WRITER_SECRETS_MAX = 1024,
    WRITER_SECRET_MAX = 65536, /* bytes of one */
    WRITER_CONNECTIONS_MAX = 64,
    WRITER_DIALS_MAX = 256 /* ports whose connections are counted */
};

/* Where the lines go. */
struct writer_sink {
    /* Text to put behind what is there, whole lines. */
    void (*put)(void *ctx, struct span text);
    /* Text to put in the place of as many bytes at `offset`.  NULL: what is written stays; then a
     * server is `tcp` that begins TLS on its connection. */
    void (*patch)(void *ctx, uint64_t offset, struct span text);
    void *ctx;
};

/* All is copied. */
struct writer_config {
    const char *model;  /* NULL: nobody knows which it is */
    const char *source; /* one line: where it was recorded */
    const char *clock;  /* as --clock takes it; NULL: not said */
    const char *lacks;  /* one line: what the modem has and who plays it will not; NULL: nothing */
    /* Lines of the module stand as they were, also what is another each time, and it may be played
     * anywhere: what names and servers said is not in it. */
    bool is_exact;
    struct writer_sink sink;
};

#endif
