/* host.c: the host at the other end of a pseudo-terminal: sends, asks, and takes the time.
 *
 *   host PTY send BYTES PID...          to the TLS peer behind the port (peer.c)
 *   host PTY receive BYTES PID...       from it
 *   host PTY echo COUNT SIZE            round trips of SIZE bytes through it
 *   host PTY ask COUNT TEXT REPLY       round trips of TEXT and CR to the port itself, whose
 *                                       answer has REPLY bytes
 *
 * Prints seconds, for transfers followed by the processor seconds that each process PID used, for
 * round trips by their median and 99th percentile in microseconds.
 */
#include "request.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum { CHUNK_BYTES = 16384, PIDS_MAX = 4, ROUND_BYTES_MAX = 4096, WARM_UP_ROUNDS = 200 };

static int open_pty(const char *path)
{
    struct termios modes;
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 || tcgetattr(fd, &modes) != 0)
        fail("host: %s: %s", path, strerror(errno));
    cfmakeraw(&modes);
    if (tcsetattr(fd, TCSANOW, &modes) != 0)
        fail("host: %s: %s", path, strerror(errno));
    return fd;
}

static void write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, data, len);

        if (done <= 0)
            fail("host: write: %s", strerror(errno));
        data += done;
        len -= (size_t)done;
    }
}

static void read_all(int fd, char *buf, size_t cap, uint64_t len)
{
    while (len > 0) {
        ssize_t done = read(fd, buf, len < cap ? (size_t)len : cap);

        if (done <= 0)
            fail("host: read: %s", done == 0 ? "the port has gone" : strerror(errno));
        len -= (uint64_t)done;
    }
}

static void write_request(int fd, enum request_kind kind, uint64_t count)
{
    const struct request request = { kind, count };
    char text[REQUEST_BYTES];

    request_print(&request, text);
    write_all(fd, text, sizeof(text));
}

static void send_to_peer(int fd, uint64_t count)
{
    char chunk[CHUNK_BYTES];

    memset(chunk, 'x', sizeof(chunk));
    write_request(fd, REQUEST_SINK, count);
    for (uint64_t left = count; left > 0;) {
        size_t part = left < sizeof(chunk) ? (size_t)left : sizeof(chunk);

        write_all(fd, chunk, part);
        left -= part;
    }
    read_all(fd, chunk, 1, 1);
}

static void receive_from_peer(int fd, uint64_t count)
{
    char chunk[CHUNK_BYTES];

    write_request(fd, REQUEST_GIVE, count);
    read_all(fd, chunk, sizeof(chunk), count);
}

static void time_transfer(int fd, void (*transfer)(int fd, uint64_t count), uint64_t count,
                          char **pids, int pid_count)
{
    uint64_t start_ns, cpu_start_ns[PIDS_MAX];

    if (pid_count > PIDS_MAX)
        fail("host: too many processes");
    for (int i = 0; i < pid_count; i++)
        cpu_start_ns[i] = cpu_ns((pid_t)count_of(pids[i]));
    start_ns = now_ns();
    transfer(fd, count);
    printf("%.6f", seconds_since(start_ns));
    for (int i = 0; i < pid_count; i++)
        printf(" %.6f", cpu_seconds_since((pid_t)count_of(pids[i]), cpu_start_ns[i]));
    putchar('\n');
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

static void print_rounds(uint64_t *rounds_ns, size_t count, double seconds)
{
    qsort(rounds_ns, count, sizeof(rounds_ns[0]), compare);
    printf("%.6f %.1f %.1f\n", seconds, (double)rounds_ns[count / 2] / 1e3,
           (double)rounds_ns[count - 1 - count / 100] / 1e3);
}

static void ask_once(int fd, const char *text, size_t len, size_t reply)
{
    char buf[ROUND_BYTES_MAX];

    write_all(fd, text, len);
    read_all(fd, buf, sizeof(buf), reply);
}

static void time_rounds(int fd, size_t count, const char *text, size_t len, size_t reply)
{
    uint64_t *rounds_ns = calloc(count, sizeof(rounds_ns[0]));
    uint64_t start_ns;

    if (rounds_ns == NULL)
        fail("host: out of memory");
    for (size_t i = 0; i < WARM_UP_ROUNDS; i++)
        ask_once(fd, text, len, reply);
    start_ns = now_ns();
    for (size_t i = 0; i < count; i++) {
        uint64_t round_ns = now_ns();

        ask_once(fd, text, len, reply);
        rounds_ns[i] = now_ns() - round_ns;
    }
    print_rounds(rounds_ns, count, seconds_since(start_ns));
    free(rounds_ns);
}

static void time_echo(int fd, size_t count, size_t size)
{
    char text[ROUND_BYTES_MAX];

    if (size > sizeof(text))
        fail("host: rounds have at most %d bytes", ROUND_BYTES_MAX);
    memset(text, 'x', sizeof(text));
    write_request(fd, REQUEST_ECHO, (uint64_t)(count + WARM_UP_ROUNDS) * size);
    time_rounds(fd, count, text, size, size);
}

static void time_answers(int fd, size_t count, const char *line, size_t reply)
{
    char text[ROUND_BYTES_MAX];
    int len = snprintf(text, sizeof(text), "%s\r", line);

    if (len >= ROUND_BYTES_MAX)
        fail("host: rounds have at most %d bytes", ROUND_BYTES_MAX);
    time_rounds(fd, count, text, (size_t)len, reply);
}

int main(int argc, char **argv)
{
    const char *what = argc > 3 ? argv[2] : "";

    if (strcmp(what, "send") == 0)
        time_transfer(open_pty(argv[1]), send_to_peer, count_of(argv[3]), argv + 4, argc - 4);
    else if (strcmp(what, "receive") == 0)
        time_transfer(open_pty(argv[1]), receive_from_peer, count_of(argv[3]), argv + 4, argc - 4);
    else if (strcmp(what, "echo") == 0 && argc == 5)
        time_echo(open_pty(argv[1]), count_of(argv[3]), count_of(argv[4]));
    else if (strcmp(what, "ask") == 0 && argc == 6)
        time_answers(open_pty(argv[1]), count_of(argv[3]), argv[4], count_of(argv[5]));
    else
        fail("usage: host PTY send|receive BYTES PID... | echo COUNT SIZE | ask COUNT TEXT REPLY");
    return 0;
}
