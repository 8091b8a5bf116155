/* reader_place.h: where a reader stands in its files. */
#ifndef TRANSCRIPT_READER_PLACE_H
#define TRANSCRIPT_READER_PLACE_H

#include "base/span.h"
#include "transcript/reader_world.h"

/* A file that is being read, and how far. */
struct reader_place {
    const char *path;
    struct span left; /* of its bytes */
    uint32_t line;    /* the last one that was taken */
};

/* A place between two steps. */
struct reader_mark {
    struct reader_place places[READER_DEPTH_MAX];
    unsigned depth, nested;
    size_t peers_seen;
    uint64_t bytes_read;
};

#endif
