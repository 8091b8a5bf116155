/* request.h: what host.c asks of peer.c, over whatever carries bytes between the two.
 *
 * A request is 64 bytes, as long as the packets of the echo measurement, so that a module which
 * collects packets sends it at once: a letter, a count in decimal, blanks.
 */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { REQUEST_BYTES = 64 };

enum request_kind {
    REQUEST_SINK = 'S', /* `count` bytes follow; one byte answers when the last has come */
    REQUEST_GIVE = 'G', /* `count` bytes are wanted */
    REQUEST_ECHO = 'E'  /* `count` bytes follow and are sent back as they come */
};

struct request {
    enum request_kind kind;
    uint64_t count;
};

static inline void request_print(const struct request *request, char text[REQUEST_BYTES])
{
    char words[REQUEST_BYTES];
    int len = snprintf(words, sizeof(words), "%c %" PRIu64 " ", (int)request->kind, request->count);

    memset(text, ' ', REQUEST_BYTES);
    memcpy(text, words, (size_t)len);
}

/* False: it is no request. */
static inline int request_parse(const char text[REQUEST_BYTES], struct request *ret_request)
{
    char words[REQUEST_BYTES + 1];
    char kind;
    uint64_t count;

    memcpy(words, text, REQUEST_BYTES);
    words[REQUEST_BYTES] = '\0';
    if (sscanf(words, "%c %" SCNu64 " ", &kind, &count) != 2 || strchr("SGE", kind) == NULL)
        return 0;
    *ret_request = (struct request){ (enum request_kind)kind, count };
    return 1;
}

#endif
