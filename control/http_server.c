/* http_server.c: libmicrohttpd, driven by a thread of ours so that it can also bound how long a
 * client stays in all, which the library's own limit of silence does not. */
#include "control/http_server.h"

#include "posix/now.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
};

struct http_server {
    int fd;
    struct MHD_Daemon *daemon;
    void (*answer)(void *ctx, const char *path, struct http_answer *ret_answer);
    void *ctx;
    pthread_t thread;
    bool runs;
    atomic_bool ends;
    struct client clients[HTTP_CONNECTIONS_MAX]; /* of the thread */
    size_t client_count;
};

/* ---- requests ---- */

static enum MHD_Result send_answer(struct MHD_Connection *connection,
                                   const struct http_answer *answer)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->body.len, answer->body.data, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (answer->type != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    if (answer->status == HTTP_NO_METHOD)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static bool is_read(const char *method)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request)
{
    const struct http_server *server = ctx;
    struct http_answer answer = { .status = HTTP_NOT_FOUND };
    enum MHD_Result result;

    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request;
    server->answer(server->ctx, path, &answer);
    if (!is_read(method) && answer.status != HTTP_NOT_FOUND) {
        bytes_free(&answer.body);
        answer.type = NULL;
        answer.status = HTTP_NO_METHOD;
    }
    result = send_answer(connection, &answer);
    bytes_free(&answer.body);
    return result;
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
        *client = (struct client){ wanted == -1 ? fd : -1, posix_now_ms() };
        server->client_count += wanted == -1 ? 1 : SIZE_MAX;
        return;
    }
}

/* The library sees an end and closes. */
static void end_long_stays(struct http_server *server)
{
    int64_t now_ms = posix_now_ms();
    int64_t stay_ms = server->client_count >= MANY ? SHORT_STAY_MS : STAY_MS;

    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        const struct client *client = &server->clients[i];

        if (client->fd >= 0 && now_ms - client->since_ms >= stay_ms)
            shutdown(client->fd, SHUT_RDWR);
    }
}

/* ---- the thread ---- */

static void *serve(void *ctx)
{
    struct http_server *server = ctx;

    while (!atomic_load(&server->ends)) {
        MHD_run_wait(server->daemon, WAIT_MS);
        end_long_stays(server);
    }
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
    return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, server,
                            MHD_OPTION_LISTEN_SOCKET, server->fd, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
}

enum err http_server_open(int fd,
                          void (*answer)(void *ctx, const char *path,
                                         struct http_answer *ret_answer),
                          void *ctx, struct http_server **ret_server)
{
    struct http_server *server = calloc(1, sizeof(*server));
    enum err err = server == NULL ? ERR_NO_MEMORY : ERR_OK;

    if (err == ERR_OK && listen(fd, BACKLOG) != 0)
        err = errno == EADDRINUSE ? ERR_BUSY : ERR_IO;
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
        free(server);
        return ERR_FULL;
    }
    if (!start_thread(server)) {
        MHD_stop_daemon(server->daemon);
        free(server);
        return ERR_FULL;
    }
    *ret_server = server;
    return ERR_OK;
}

void http_server_close(struct http_server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->ends, true);
    shutdown(server->fd, SHUT_RDWR); /* wakes the thread */
    pthread_join(server->thread, NULL);
    free(server);
}
