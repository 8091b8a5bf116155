/* parse.c: command lines that the engine answers in a second, in memory: parse ROUNDS.
 *
 * The engine alone, without network, TLS and storage, on the machine's clock.  A round is every
 * line of `lines`.  Prints commands a second for the mix, then for each line.
 */
#include "memory_host.h"
#include "posix/clock.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const lines[] = {
    "AT\r", "AT+CREG?\r", "AT#SSLS=1\r", "AT#SSLCFG?\r", "AT+CMEE=2\r", "ATE0\r",
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]) };

static void arm(void *ctx, int64_t deadline_ms)
{
    (void)ctx;
    (void)deadline_ms;
}

static void type(struct memory_host *host, const char *line)
{
    if (!memory_host_type(host, line) || !memory_host_has(host, "\r\nOK\r\n"))
        fail("parse: %s was not answered with OK", line);
}

static double rate_of(struct memory_host *host, size_t first, size_t count, uint64_t rounds)
{
    uint64_t start_ns = now_ns();

    for (uint64_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count; i++)
            type(host, lines[first + i]);
    }
    return (double)(rounds * count) / seconds_since(start_ns);
}

static struct tlsmodem *make_modem(const struct clock *clock)
{
    static struct net no_network;
    const struct tlsmodem_config config = {
        .model = "he910", .terminals = 1, .net = &no_network, .clock = clock, .arm = arm
    };
    struct tlsmodem *modem;
    enum err err = tlsmodem_new(&config, &modem);

    if (err != ERR_OK)
        fail("parse: modem: %s", err_text(err));
    return modem;
}

int main(int argc, char **argv)
{
    struct posix_clock clock;
    struct memory_host host;
    struct tlsmodem *modem;
    uint64_t rounds;

    if (argc != 2)
        fail("usage: parse ROUNDS");
    rounds = count_of(argv[1]);
    posix_clock_init(&clock, NULL);
    modem = make_modem(&clock.base);
    memory_host_attach(&host, modem);
    type(&host, "ATE0\r");
    type(&host, "AT#SSLEN=1,1\r");
    printf("mix %.0f\n", rate_of(&host, 0, LINE_COUNT, rounds));
    for (size_t i = 0; i < LINE_COUNT; i++)
        printf("%.*s %.0f\n", (int)strlen(lines[i]) - 1, lines[i], rate_of(&host, i, 1, rounds));
    tlsmodem_free(modem);
    return 0;
}
