/* server_process.h: somebody else's server, started for a test. */
#ifndef INTEROP_SERVER_PROCESS_H
#define INTEROP_SERVER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct server_process {
    pid_t pid;
    uint16_t port;    /* on 127.0.0.1 */
    int input, said;  /* pipes to its standard input and from its output and errors */
    char *text;       /* what it said so far; terminated */
    size_t len, seen; /* server_said() has looked at the first `seen` bytes */
};

/* Monotonic milliseconds, for deadlines. */
int64_t now_ms(void);

/* Starts `argv` in `folder`, with a free port in place of "PORT" in any word, and waits until it
 * listens there, on TCP or UDP.  Fails the test when that takes more than a minute. */
void server_start(struct server_process *server, const char *folder, const char *const argv[]);

/* True once the server has said `text`, after the last text asked for; waits for it up to
 * twenty seconds. */
bool server_said(struct server_process *server, const char *text);

/* Kills it and releases what it said. */
void server_stop(struct server_process *server);

/* Runs `argv` to its end and fails the test when it does not return 0. */
void run_to_end(const char *const argv[]);

#endif
