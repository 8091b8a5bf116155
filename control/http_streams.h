/* http_streams.h: answers of http_server.c that go on, each with what waits for its reader. */
#ifndef CONTROL_HTTP_STREAMS_H
#define CONTROL_HTTP_STREAMS_H

#include "base/bytes.h"
#include "control/http_limits.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

struct http_stream {
    struct http_streams *all;
    struct MHD_Connection *connection; /* NULL: nobody reads it, the place is free */
    int fd;
    uint64_t tag;
    struct bytes waiting;
    bool suspended, ends;
};

struct http_streams {
    int bell;             /* an eventfd: readable when a stream has something to say again */
    pthread_mutex_t lock; /* of all the rest */
    size_t count;
    struct http_stream list[HTTP_STREAMS_MAX];
};

/* Of zeroed memory.  ERR_FULL: no descriptors; then there is nothing to give back. */
enum err http_streams_init(struct http_streams *streams);

/* After http_streams_end(), and after the library's daemon. */
void http_streams_deinit(struct http_streams *streams);

/* Whether one more may begin. */
bool http_streams_have_room(struct http_streams *streams);

/* Any thread: whether anybody reads. */
bool http_streams_are_heard(const struct http_streams *streams);

/* One more, that begins with `first`, which is taken.  NULL: no memory, or no room. */
struct MHD_Response *http_streams_begin(struct http_streams *streams,
                                        struct MHD_Connection *connection, int fd, uint64_t tag,
                                        struct bytes *first);

/* Any thread: as http_server_tell(). */
void http_streams_tell(struct http_streams *streams, uint64_t tag, struct span bytes);

/* The bell was heard: it may ring again. */
void http_streams_hear(struct http_streams *streams);

/* From time to time, in the server's thread: ends those whose readers have gone, or read nothing.
 */
void http_streams_look(struct http_streams *streams);

/* Ends all of them; nobody tells any more. */
void http_streams_end(struct http_streams *streams);

#endif
