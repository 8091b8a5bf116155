/* tool.c: what the programs of this folder share. */
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MAX = 65536 };

#define SECOND_NS UINT64_C(1000000000)

void fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

uint64_t count_of(const char *text)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value == 0 || text[0] == '-')
        fail("%s is no count", text);
    return value;
}

uint16_t port_of(const char *text)
{
    uint64_t port = count_of(text);

    if (port > UINT16_MAX)
        fail("%s is no port", text);
    return (uint16_t)port;
}

const char *text_of_file(const char *path)
{
    static char text[FILE_MAX];
    FILE *file = fopen(path, "r");
    size_t len;

    if (file == NULL)
        fail("%s: %s", path, strerror(errno));
    len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

struct memory_use memory_use(void)
{
    struct mallinfo2 heap = mallinfo2();
    FILE *file = fopen("/proc/self/statm", "r");
    size_t pages;

    if (file == NULL || fscanf(file, "%*u %zu", &pages) != 1)
        fail("/proc/self/statm cannot be read");
    fclose(file);
    return (struct memory_use){ .resident = pages * (size_t)sysconf(_SC_PAGESIZE),
                                .heap = heap.uordblks + heap.hblkhd };
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        fail("clock: %s", strerror(errno));
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

uint64_t now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t cpu_ns(pid_t pid)
{
    clockid_t clock;
    int error = clock_getcpuclockid(pid, &clock);

    if (error != 0)
        fail("processor time of process %d: %s", (int)pid, strerror(error));
    return read_clock(clock);
}

double seconds_since(uint64_t from_ns)
{
    return (double)(now_ns() - from_ns) / (double)SECOND_NS;
}

double cpu_seconds_since(pid_t pid, uint64_t from_ns)
{
    return (double)(cpu_ns(pid) - from_ns) / (double)SECOND_NS;
}

void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("getrlimit: %s", strerror(errno));
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("setrlimit: %s", strerror(errno));
}

void set_no_delay(int fd)
{
    int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
        fail("TCP_NODELAY: %s", strerror(errno));
}

int connect_to_loopback(uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
        fail("connect to port %u: %s", (unsigned)port, strerror(errno));
    set_no_delay(fd);
    return fd;
}
