/* http_server.h: a small web server with a thread of its own, for few clients that ask and go.
 *
 * Each connection carries one request.  What a client may hold is bounded: connections, bytes of a
 * header, and time; when there are too many the oldest are closed first.
 */
#ifndef CONTROL_HTTP_SERVER_H
#define CONTROL_HTTP_SERVER_H

#include "base/bytes.h"
#include "base/err.h"

enum { HTTP_CONNECTIONS_MAX = 32, HTTP_DESCRIPTORS = HTTP_CONNECTIONS_MAX + 4 };

enum { HTTP_OK = 200, HTTP_NOT_FOUND = 404, HTTP_NO_METHOD = 405, HTTP_UNAVAILABLE = 503 };

struct http_answer {
    unsigned status;
    const char *type; /* of the content, static */
    struct bytes body;
};

struct http_server;

/* Takes over the socket `fd`, which is bound and whose connections are served from now on.
 * `answer` fills in a zeroed answer to a GET or HEAD of `path`, in the server's thread; what it
 * puts there is the server's.  ERR_FULL, ERR_NO_MEMORY, ERR_BUSY: the address has a listener;
 * then `fd` is closed. */
enum err http_server_open(int fd,
                          void (*answer)(void *ctx, const char *path,
                                         struct http_answer *ret_answer),
                          void *ctx, struct http_server **ret_server);

/* Closes all connections and frees it, when its thread has ended.  NULL is nothing. */
void http_server_close(struct http_server *server);

#endif
