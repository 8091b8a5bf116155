/* http_streams.c: see http_streams.h.
 *
 * A stream that has nothing to say is suspended, so that it costs nothing; the library does not see
 * then that its reader has gone, so we look. */
#include "control/http_streams.h"

#include <assert.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK_BYTES = 4096, SOCKET_BYTES = 64 * 1024 };

enum err http_streams_init(struct http_streams *streams)
{
    streams->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (streams->bell < 0)
        return ERR_FULL;
    pthread_mutex_init(&streams->lock, NULL);
    for (size_t i = 0; i < HTTP_STREAMS_MAX; i++)
        streams->list[i].all = streams;
    return ERR_OK;
}

void http_streams_deinit(struct http_streams *streams)
{
    assert(streams->count == 0);
    pthread_mutex_destroy(&streams->lock);
    close(streams->bell);
}

bool http_streams_have_room(struct http_streams *streams)
{
    bool has_room;

    pthread_mutex_lock(&streams->lock);
    has_room = streams->count < HTTP_STREAMS_MAX;
    pthread_mutex_unlock(&streams->lock);
    return has_room;
}

bool http_streams_are_heard(const struct http_streams *streams)
{
    return __atomic_load_n(&streams->count, __ATOMIC_RELAXED) > 0;
}

/* Under the lock. */
static void set_count(struct http_streams *streams, size_t count)
{
    __atomic_store_n(&streams->count, count, __ATOMIC_RELAXED);
}

static ssize_t give(void *ctx, uint64_t position, char *buf, size_t cap)
{
    struct http_stream *stream = ctx;
    ssize_t result;
    size_t len;

    (void)position;
    pthread_mutex_lock(&stream->all->lock);
    len = stream->waiting.len < cap ? stream->waiting.len : cap;
    result = len == 0 && stream->ends ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)len;
    if (len > 0) {
        memcpy(buf, stream->waiting.data, len);
        bytes_drop(&stream->waiting, len);
    } else if (!stream->ends) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
    }
    pthread_mutex_unlock(&stream->all->lock);
    return result;
}

static void on_free(void *ctx)
{
    struct http_stream *stream = ctx;
    struct http_streams *streams = stream->all;

    pthread_mutex_lock(&streams->lock);
    bytes_free(&stream->waiting);
    *stream = (struct http_stream){ .all = streams };
    set_count(streams, streams->count - 1);
    pthread_mutex_unlock(&streams->lock);
}

struct MHD_Response *http_streams_begin(struct http_streams *streams,
                                        struct MHD_Connection *connection, int fd, uint64_t tag,
                                        struct bytes *first)
{
    struct MHD_Response *response = NULL;
    struct http_stream *stream = NULL;
    int bytes = SOCKET_BYTES; /* else the system keeps megabytes for who does not read */

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    pthread_mutex_lock(&streams->lock);
    for (size_t i = 0; i < HTTP_STREAMS_MAX && stream == NULL; i++) {
        if (streams->list[i].connection == NULL)
            stream = &streams->list[i];
    }
    if (stream != NULL)
        response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CHUNK_BYTES, give, stream, on_free);
    if (response != NULL) {
        stream->connection = connection;
        stream->fd = fd;
        stream->tag = tag;
        stream->waiting = bytes_take(first);
        set_count(streams, streams->count + 1);
    }
    pthread_mutex_unlock(&streams->lock);
    return response;
}

/* Under the lock, as the next. */
static void wake(struct http_stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
    eventfd_write(stream->all->bell, 1);
}

void http_streams_hear(struct http_streams *streams)
{
    eventfd_t rings;

    eventfd_read(streams->bell, &rings);
}

/* One that does not read does not come to its end by itself. */
static void end(struct http_stream *stream)
{
    stream->ends = true;
    bytes_free(&stream->waiting);
    shutdown(stream->fd, SHUT_RDWR);
    wake(stream);
}

void http_streams_tell(struct http_streams *streams, uint64_t tag, struct span bytes)
{
    pthread_mutex_lock(&streams->lock);
    for (size_t i = 0; i < HTTP_STREAMS_MAX; i++) {
        struct http_stream *stream = &streams->list[i];

        if (stream->connection == NULL || stream->ends || (stream->tag != 0 && stream->tag != tag))
            continue;
        if (bytes_add(&stream->waiting, bytes, HTTP_STREAM_BYTES_MAX) == ERR_OK)
            wake(stream);
        else
            end(stream);
    }
    pthread_mutex_unlock(&streams->lock);
}

static bool has_gone(const struct http_stream *stream)
{
    char byte;

    return recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void http_streams_look(struct http_streams *streams)
{
    pthread_mutex_lock(&streams->lock);
    for (size_t i = 0; i < HTTP_STREAMS_MAX; i++) {
        struct http_stream *stream = &streams->list[i];

        if (stream->connection != NULL && !stream->ends && has_gone(stream))
            end(stream);
    }
    pthread_mutex_unlock(&streams->lock);
}

void http_streams_end(struct http_streams *streams)
{
    pthread_mutex_lock(&streams->lock);
    for (size_t i = 0; i < HTTP_STREAMS_MAX; i++) {
        if (streams->list[i].connection != NULL)
            end(&streams->list[i]);
    }
    pthread_mutex_unlock(&streams->lock);
}
