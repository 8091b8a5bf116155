/* client.h: a session under test, with its configuration, its wire and its clock. */
#ifndef INTEROP_CLIENT_H
#define INTEROP_CLIENT_H

#include "iface/tls.h"
#include "wire.h"

struct server_process;

/* 2026-06-01T00:00:00Z: within the dates of the good certificates. */
#define CLIENT_NOW INT64_C(1780272000)

enum { CLIENT_MS = 60000 };

/* What a test says about a session; names of files are in the folder of certificates. */
struct client_wish {
    enum tls_version min_version, max_version; /* 0: TLS 1.2 */
    const tls_suite *suites;                   /* NULL: AES-256-SHA */
    size_t suite_count;
    const char *host; /* NULL: localhost */
    bool verify, ignore_dates, ignore_name;
    size_t certificate_max, record_max;
    const struct tls_ticket *resume;
    bool hides_name; /* no SNI */
    const char *ca, *cert, *key;
    int64_t now_s; /* 0: CLIENT_NOW */
};

struct client {
    struct tls *tls;
    struct tls_session *session; /* NULL when open() failed */
    struct wire wire;
    int64_t now_s;
    enum err opened;
    struct tls_failure failure; /* of open() */
};

/* Reads `folder`/`name`; the caller frees it.  NULL name: nothing. */
struct span client_file(const char *folder, const char *name);

/* Opens a session over `client->wire`, which the test has set up.  Looks at `client->opened`. */
void client_open(struct client *client, struct tls *tls, const char *folder,
                 const struct client_wish *wish);

/* Connects to the server and opens a session; fails the test when it does not open. */
void client_connect(struct client *client, struct tls *tls, const char *folder,
                    const struct client_wish *wish, const struct server_process *server);

/* Goes through the handshake: TLS_DONE or TLS_FAILED; fails the test at the deadline. */
enum tls_step client_shake(struct client *client);

/* Reads once there is something: bytes, 0, or a failure other than -ERR_AGAIN. */
ptrdiff_t client_read(struct client *client, void *buf, size_t cap);

/* Writes all. */
void client_write(struct client *client, const void *data, size_t len);

/* The reason of the failure, of open() or of the session. */
enum tls_reason client_reason(const struct client *client);

/* Frees the session and closes the wire. */
void client_close(struct client *client);

#endif
