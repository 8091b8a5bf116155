/* http_server.h: a small web server with a thread of its own, for few clients that ask and go.
 *
 * Each connection carries one request.  What a client may hold is bounded: connections, bytes of a
 * header and of a body, and time; when there are too many the oldest are closed first.  Streams,
 * answers that go on, are few and have no end of time; who does not read loses its own.
 */
#ifndef CONTROL_HTTP_SERVER_H
#define CONTROL_HTTP_SERVER_H

#include "base/bytes.h"
#include "base/err.h"
#include "control/http_limits.h"

#include <stdbool.h>

enum {
    HTTP_OK = 200,
    HTTP_CREATED = 201,
    HTTP_BAD_REQUEST = 400,
    HTTP_UNAUTHORIZED = 401,
    HTTP_FORBIDDEN = 403,
    HTTP_NOT_FOUND = 404,
    HTTP_NO_METHOD = 405,
    HTTP_CONFLICT = 409,
    HTTP_TOO_LARGE = 413,
    HTTP_FAILED = 500,
    HTTP_UNAVAILABLE = 503
};

/* What a client asks for; gone when the answer is made. */
struct http_request;

/* "GET", as the client has it; of HEAD "GET", whose answer is then sent without its body. */
const char *http_request_method(const struct http_request *request);

/* Decoded, without arguments. */
const char *http_request_path(const struct http_request *request);

/* A header, in any case of letters; NULL: there is none. */
const char *http_request_header(const struct http_request *request, const char *name);

/* An argument behind the ? of the address, decoded; NULL: there is none. */
const char *http_request_argument(const struct http_request *request, const char *name);

/* At most HTTP_BODY_MAX bytes. */
struct span http_request_body(const struct http_request *request);

/* True: there was more, which nobody has. */
bool http_request_is_cut(const struct http_request *request);

enum { HTTP_ALLOW_CAP = 80 };

struct http_answer {
    unsigned status;
    const char *type;           /* of the content, static */
    char allow[HTTP_ALLOW_CAP]; /* methods, of HTTP_NO_METHOD */
    const char *policy;         /* static; a Content-Security-Policy; NULL: none */
    struct bytes body;
    bool goes_on; /* a stream, which begins with the body; http_server_tell() goes on with it */
    uint64_t tag; /* of a stream: for whom http_server_tell() is meant */
};

struct http_server;

/* Takes over the socket `fd`, which is bound and whose connections are served from now on.
 * `answer` fills in a zeroed answer, in the server's thread; what it puts there is the server's.
 * ERR_FULL, ERR_NO_MEMORY, ERR_BUSY: the address has a listener; then `fd` is closed. */
enum err http_server_open(int fd,
                          void (*answer)(void *ctx, const struct http_request *request,
                                         struct http_answer *ret_answer),
                          void *ctx, struct http_server **ret_server);

/* Whether one more stream may begin; else it is answered with HTTP_UNAVAILABLE.  From `answer`. */
bool http_server_has_stream(struct http_server *server);

/* Any thread: whether anybody reads a stream. */
bool http_server_is_heard(const struct http_server *server);

/* Any thread: sends `bytes` to the streams of this tag, and to those whose tag is 0.  Who has too
 * much waiting is closed. */
void http_server_tell(struct http_server *server, uint64_t tag, struct span bytes);

/* Closes all connections and ends its thread; http_server_tell() says nothing then. */
void http_server_stop(struct http_server *server);

/* The same, if that was not done, and frees it.  NULL is nothing. */
void http_server_close(struct http_server *server);

#endif
