/* driver_test.c: a driver's test as a program of its own, which finds its module in TLSMODEM_PORT.
 * Its exit status is the test's. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PATIENCE_MS = 30000, ANSWER_MAX = 1024 };

/* Types a line and reads until its OK; false: something else came, or nothing. */
static int is_answered(int fd, const char *line, char *answer)
{
    size_t count = 0;
    if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        return 0;
    answer[0] = 0;
    while (!strstr(answer, "\r\nOK\r\n")) {
        struct pollfd port = { .fd = fd, .events = POLLIN };
        if (strstr(answer, "ERROR\r\n") || count + 1 >= ANSWER_MAX ||
            poll(&port, 1, PATIENCE_MS) != 1)
            return 0;
        ssize_t got = read(fd, answer + count, ANSWER_MAX - 1 - count);
        if (got <= 0)
            return 0;
        count += (size_t)got;
        answer[count] = 0;
    }
    return 1;
}

int main(void)
{
    const char *path = getenv("TLSMODEM_PORT");
    int fd = path ? open(path, O_RDWR | O_NOCTTY) : -1;
    struct termios raw;
    if (fd < 0 || tcgetattr(fd, &raw)) {
        fputs("TLSMODEM_PORT names no port\n", stderr);
        return 1;
    }
    cfmakeraw(&raw);
    tcsetattr(fd, TCSANOW, &raw);

    static const char *const lines[] = { "ATE0\r", "AT+CGMM\r", "AT+CSQ\r" };
    char answer[ANSWER_MAX];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!is_answered(fd, lines[i], answer)) {
            fprintf(stderr, "%s was answered with \"%s\"\n", lines[i], answer);
            return 1;
        }
    }
    int signal;
    if (sscanf(answer, "\r\n+CSQ: %d,", &signal) != 1 || signal < 0 || signal > 31) {
        fprintf(stderr, "no signal in \"%s\"\n", answer);
        return 1;
    }
    return 0;
}
