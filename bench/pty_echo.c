/* pty_echo.c: sends back what comes on a pseudo-terminal, and nothing else: pty_echo LINK.
 *
 * The floor under every round trip: what a PTY costs a program that does no work.
 */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { BUFFER_BYTES = 16384 };

/* The other end stays open here too, so that no host that leaves ends the terminal. */
static int open_pair(const char *link)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    struct termios modes;
    int other;

    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0)
        fail("pty_echo: no PTY: %s", strerror(errno));
    other = open(ptsname(fd), O_RDWR | O_NOCTTY);
    if (other < 0 || tcgetattr(other, &modes) != 0)
        fail("pty_echo: no terminal: %s", strerror(errno));
    cfmakeraw(&modes);
    if (tcsetattr(other, TCSANOW, &modes) != 0 || symlink(ptsname(fd), link) != 0)
        fail("pty_echo: %s: %s", link, strerror(errno));
    return fd;
}

int main(int argc, char **argv)
{
    char buf[BUFFER_BYTES];
    int fd;

    if (argc != 2)
        fail("usage: pty_echo LINK");
    fd = open_pair(argv[1]);
    for (;;) {
        ssize_t got = read(fd, buf, sizeof(buf));

        if (got <= 0 || write(fd, buf, (size_t)got) != got)
            fail("pty_echo: %s", strerror(errno));
    }
}
