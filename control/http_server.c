/* http_server.c: libmicrohttpd, driven by a thread of ours so that it can also bound how long a
 * client stays in all, which the library's own limit of silence does not. */
#include "control/http_server.h"

#include "control/http_streams.h"
#include "posix/now.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEX "0123456789abcdefABCDEF"

enum {
    MEMORY_MAX =
        40 * 1024, /* of a connection, its header in it; so much is not taken of the heap */
    SILENCE_S = 10,
    STAY_MS = 15 * 1000,
    SHORT_STAY_MS = 1000, /* when there are nearly too many */
    MANY = HTTP_CONNECTIONS_MAX * 3 / 4,
    WAIT_MS = 500,
    BACKLOG = 64
};

struct client {
    int fd; /* -1: nobody */
    int64_t since_ms;
    bool streams; /* and so may stay */
};

struct http_server {
    int fd;
    struct MHD_Daemon *daemon;
    void (*answer)(void *ctx, const struct http_request *request, struct http_answer *ret_answer);
    void *ctx;
    pthread_t thread;
    bool runs;
    atomic_bool ends;
    struct client clients[HTTP_CONNECTIONS_MAX]; /* of the thread */
    size_t client_count;
    struct http_streams streams;
};

struct http_request {
    struct MHD_Connection *connection;
    const char *method, *path;
    struct bytes body;
    bool cut;
};

/* ---- what is asked ---- */

const char *http_request_method(const struct http_request *request)
{
    return strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0 ? MHD_HTTP_METHOD_GET
                                                              : request->method;
}

const char *http_request_path(const struct http_request *request)
{
    return request->path;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *http_request_argument(const struct http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct span http_request_body(const struct http_request *request)
{
    return span_at(request->body.data, request->body.len);
}

bool http_request_is_cut(const struct http_request *request)
{
    return request->cut;
}

/* As RFC 3986 (2.1) has it, but for %00, which stays as it is: a text would end there. */
static size_t unescape(void *ctx, struct MHD_Connection *connection, char *text)
{
    char *end = text;

    (void)ctx;
    (void)connection;
    for (const char *at = text; *at != '\0';) {
        char code[] = { at[0] == '%' ? at[1] : '\0', at[0] == '%' && at[1] != '\0' ? at[2] : '\0',
                        '\0' };
        bool is_code = strlen(code) == 2 && strspn(code, HEX) == 2 && strcmp(code, "00") != 0;

        *end++ = is_code ? (char)strtoul(code, NULL, 16) : *at;
        at += is_code ? 3 : 1;
    }
    *end = '\0';
    return (size_t)(end - text);
}

/* ---- clients ---- */

static int fd_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info != NULL ? info->connect_fd : -1;
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **own,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = ctx;
    int fd = fd_of(connection);
    int wanted = code == MHD_CONNECTION_NOTIFY_STARTED ? -1 : fd;

    (void)own;
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct client *client = &server->clients[i];

        if (client->fd != wanted)
            continue;
        *client = (struct client){ wanted == -1 ? fd : -1, posix_now_ms(), false };
        server->client_count += wanted == -1 ? 1 : SIZE_MAX;
        return;
    }
}

static void may_stay(struct http_server *server, struct MHD_Connection *connection)
{
    int fd = fd_of(connection);

    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        if (server->clients[i].fd == fd)
            server->clients[i].streams = true;
    }
}

/* The library sees an end and closes. */
static void end_long_stays(struct http_server *server)
{
    int64_t now_ms = posix_now_ms();
    int64_t stay_ms = server->client_count >= MANY ? SHORT_STAY_MS : STAY_MS;

    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        const struct client *client = &server->clients[i];

        if (client->fd >= 0 && !client->streams && now_ms - client->since_ms >= stay_ms)
            shutdown(client->fd, SHUT_RDWR);
    }
}

/* ---- requests ---- */

static struct MHD_Response *response_of(struct http_server *server,
                                        struct MHD_Connection *connection,
                                        struct http_answer *answer)
{
    struct MHD_Response *response;

    if (!answer->goes_on)
        return MHD_create_response_from_buffer(answer->body.len, answer->body.data,
                                               MHD_RESPMEM_MUST_COPY);
    response = http_streams_begin(&server->streams, connection, fd_of(connection), answer->tag,
                                  &answer->body);
    if (response != NULL)
        may_stay(server, connection);
    return response;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value != NULL)
        MHD_add_response_header(response, name, value);
}

static enum MHD_Result send_answer(struct http_server *server, struct MHD_Connection *connection,
                                   struct http_answer *answer)
{
    struct MHD_Response *response = response_of(server, connection, answer);
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    add(response, MHD_HTTP_HEADER_CONNECTION, "close");
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    add(response, "Content-Security-Policy", answer->policy);
    add(response, "X-Content-Type-Options", "nosniff");
    if (answer->status == HTTP_NO_METHOD)
        add(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
    if (answer->status == HTTP_UNAUTHORIZED)
        add(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"tlsmodem\"");
    result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Without memory the body is as one that is too long. */
static void take_body(struct http_request *request, const char *data, size_t len)
{
    if (!request->cut && bytes_add(&request->body, span_at(data, len), HTTP_BODY_MAX) != ERR_OK) {
        bytes_free(&request->body);
        request->cut = true;
    }
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **own)
{
    struct http_server *server = ctx;
    struct http_request *request = *own;
    struct http_answer answer = { .status = HTTP_NOT_FOUND };
    enum MHD_Result result;

    (void)version;
    if (request == NULL) {
        *own = calloc(1, sizeof(*request));
        return *own != NULL ? MHD_YES : MHD_NO;
    }
    if (*upload_size > 0) {
        take_body(request, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    request->connection = connection;
    request->method = method;
    request->path = path;
    server->answer(server->ctx, request, &answer);
    result = send_answer(server, connection, &answer);
    bytes_free(&answer.body);
    return result;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **own,
                         enum MHD_RequestTerminationCode code)
{
    struct http_request *request = *own;

    (void)ctx;
    (void)connection;
    (void)code;
    if (request == NULL)
        return;
    bytes_free(&request->body);
    free(request);
    *own = NULL;
}

/* ---- streams ---- */

bool http_server_has_stream(struct http_server *server)
{
    return http_streams_have_room(&server->streams);
}

bool http_server_is_heard(const struct http_server *server)
{
    return http_streams_are_heard(&server->streams);
}

void http_server_tell(struct http_server *server, uint64_t tag, struct span bytes)
{
    http_streams_tell(&server->streams, tag, bytes);
}

/* ---- the thread ---- */

/* Until somebody comes, a client moves, or a stream has something to say again, of which the
 * library does not tell its own epoll. */
static void wait_for_work(struct http_server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd list[] = { { .fd = info->epoll_fd, .events = POLLIN },
                             { .fd = server->streams.bell, .events = POLLIN } };
    MHD_UNSIGNED_LONG_LONG limit_ms;

    if (MHD_get_timeout(server->daemon, &limit_ms) != MHD_YES || limit_ms > WAIT_MS)
        limit_ms = WAIT_MS;
    poll(list, sizeof(list) / sizeof(list[0]), (int)limit_ms);
    http_streams_hear(&server->streams);
}

static void *serve(void *ctx)
{
    struct http_server *server = ctx;

    while (!atomic_load(&server->ends)) {
        wait_for_work(server);
        MHD_run(server->daemon);
        end_long_stays(server);
        http_streams_look(&server->streams);
    }
    http_streams_end(&server->streams);
    MHD_stop_daemon(server->daemon); /* closes the socket, too */
    return NULL;
}

/* Signals are for the others. */
static bool start_thread(struct http_server *server)
{
    sigset_t all, before;

    sigfillset(&all);
    sigdelset(&all, SIGSYS); /* a refused system call's own thread hears of it */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    server->runs = pthread_create(&server->thread, NULL, serve, server) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server->runs;
}

static struct MHD_Daemon *start_daemon(struct http_server *server)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, server->fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENCE_S, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
}

static void free_server(struct http_server *server)
{
    http_streams_deinit(&server->streams);
    free(server);
}

enum err http_server_open(int fd,
                          void (*answer)(void *ctx, const struct http_request *request,
                                         struct http_answer *ret_answer),
                          void *ctx, struct http_server **ret_server)
{
    struct http_server *server = calloc(1, sizeof(*server));
    enum err err = server == NULL ? ERR_NO_MEMORY : ERR_OK;

    if (err == ERR_OK)
        err = http_streams_init(&server->streams);
    if (err == ERR_OK && listen(fd, BACKLOG) != 0) {
        err = errno == EADDRINUSE ? ERR_BUSY : ERR_IO;
        http_streams_deinit(&server->streams);
    }
    if (err != ERR_OK) {
        close(fd);
        free(server);
        return err;
    }
    server->fd = fd;
    server->answer = answer;
    server->ctx = ctx;
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        server->clients[i].fd = -1;
    server->daemon = start_daemon(server);
    if (server->daemon == NULL) {
        close(fd);
        free_server(server);
        return ERR_FULL;
    }
    if (!start_thread(server)) {
        MHD_stop_daemon(server->daemon);
        free_server(server);
        return ERR_FULL;
    }
    *ret_server = server;
    return ERR_OK;
}

void http_server_stop(struct http_server *server)
{
    atomic_store(&server->ends, true);
    shutdown(server->fd, SHUT_RDWR); /* wakes the thread */
    pthread_join(server->thread, NULL);
    server->runs = false;
}

void http_server_close(struct http_server *server)
{
    if (server == NULL)
        return;
    if (server->runs)
        http_server_stop(server);
    free_server(server);
}
