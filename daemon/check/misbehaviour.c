/* misbehaviour.c: ways in which a server fails before TLS is up. */
#include "check/misbehaviour.h"

#include "check/wire.h"

#include <errno.h>
#include <sys/socket.h>

enum { CHUNK = 16384 };

/* The first record of the module. */
static bool read_hello(int fd, int64_t deadline_ms, struct report *why)
{
    uint8_t header[5];
    size_t have = 0, len = sizeof(header);
    uint8_t rest[CHUNK];

    while (have < len) {
        ssize_t got =
            wire_read(fd, have < sizeof(header) ? header + have : rest,
                      have < sizeof(header) ? sizeof(header) - have : len - have, deadline_ms);

        if (got <= 0) {
            report_add(why, "  the module has sent no hello\n");
            return false;
        }
        have += (size_t)got;
        if (have == sizeof(header))
            len = sizeof(header) + (((size_t)header[3] << 8 | header[4]) & (CHUNK - 1));
    }
    return true;
}

static const char noise[] =
    "\x80this is no record of any version\xff\xfe, nor anything like it\r\n";
static const char web_page[] =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
static const uint8_t half_hello[] = { 0x16, 3, 1, 0, 74, 2, 0, 0, 70, 3, 1, 1, 2, 3, 4, 5 };

/* How a server goes wrong before TLS is up. */
static const struct {
    const char *name;
    bool reads_hello, resets, hangs_up;
    struct span says;
} ways[] = {
    { "close", false, false, true, { NULL, 0 } },
    { "close-after-hello", true, false, true, { NULL, 0 } },
    { "reset-after-hello", true, true, false, { NULL, 0 } },
    { "http", true, false, true, { (const uint8_t *)web_page, sizeof(web_page) - 1 } },
    { "garbage", true, false, true, { (const uint8_t *)noise, sizeof(noise) - 1 } },
    { "half-hello", true, false, false, { half_hello, sizeof(half_hello) } },
    { "silence", false, false, false, { NULL, 0 } },
};

static size_t find(struct span way)
{
    size_t index = 0;

    while (index < sizeof(ways) / sizeof(ways[0]) && !span_equal(way, span_of(ways[index].name)))
        index++;
    return index;
}

bool misbehaviour_is_known(struct span way, struct report *why)
{
    if (find(way) < sizeof(ways) / sizeof(ways[0]))
        return true;
    report_add(why, "peer: ");
    report_add_text(why, way);
    report_add(why, ": not known here; allowed:");
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        report_add(why, "%s %s", i > 0 ? "," : "", ways[i].name);
    report_add(why, "\n");
    return false;
}

bool misbehaviour_run(struct span way, int *fd, int64_t deadline_ms, struct report *why)
{
    size_t index = find(way);

    assert(index < sizeof(ways) / sizeof(ways[0]));
    if (ways[index].reads_hello && !read_hello(*fd, deadline_ms, why))
        return false;
    if (!wire_write(*fd, ways[index].says, deadline_ms)) {
        report_add(why, "  cannot send: %s\n", strerror(errno));
        return false;
    }
    if (ways[index].hangs_up)
        (void)shutdown(*fd, SHUT_WR);
    if (ways[index].resets) {
        wire_reset(*fd);
        *fd = -1;
    }
    return true;
}
