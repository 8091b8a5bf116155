/* parse.c: command lines that the engine answers in memory:
 *
 *   parse ROUNDS                       commands a second: for the mix, then for each of `lines`
 *   parse ROUNDS MODEL LINE BEFORE...  nothing: for valgrind, which counts; BEFORE are typed first
 *
 * The engine alone, without network, TLS and storage, on the machine's clock.
 */
#include "memory_host.h"
#include "posix/clock.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const lines[] = {
    "AT\r", "AT+CREG?\r", "AT#SSLS=1\r", "AT#SSLCFG?\r", "AT+CMEE=2\r", "ATE0\r",
};

enum { LINE_COUNT = sizeof(lines) / sizeof(lines[0]), LINE_MAX_BYTES = 200 };

static void arm(void *ctx, int64_t deadline_ms)
{
    (void)ctx;
    (void)deadline_ms;
}

/* At the end, so that looking for it costs next to nothing. */
static bool ends_with_ok(const struct memory_host *host)
{
    static const char ok[] = "\r\nOK\r\n";
    size_t len = sizeof(ok) - 1;

    return host->tail_len >= len && memcmp(host->tail + host->tail_len - len, ok, len) == 0;
}

static void type(struct memory_host *host, const char *line)
{
    if (!memory_host_type(host, line) || !ends_with_ok(host))
        fail("parse: %s was not answered with OK", line);
}

static void type_rounds(struct memory_host *host, const char *command, uint64_t rounds)
{
    char line[LINE_MAX_BYTES];

    snprintf(line, sizeof(line), "%s\r", command);
    for (uint64_t round = 0; round < rounds; round++)
        type(host, line);
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

static void print_rates(struct memory_host *host, uint64_t rounds)
{
    type_rounds(host, "AT#SSLEN=1,1", 1);
    printf("mix %.0f\n", rate_of(host, 0, LINE_COUNT, rounds));
    for (size_t i = 0; i < LINE_COUNT; i++)
        printf("%.*s %.0f\n", (int)strlen(lines[i]) - 1, lines[i], rate_of(host, i, 1, rounds));
}

static struct tlsmodem *make_modem(const struct clock *clock, const char *model)
{
    static const struct net_ops nothing;
    static struct net no_network = { .ops = &nothing };
    const struct tlsmodem_config config = {
        .model = model, .terminals = 1, .net = &no_network, .clock = clock, .arm = arm
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

    if (argc != 2 && argc < 4)
        fail("usage: parse ROUNDS [MODEL LINE BEFORE...]");
    rounds = count_of(argv[1]);
    posix_clock_init(&clock, NULL);
    modem = make_modem(&clock.base, argc > 2 ? argv[2] : "he910");
    memory_host_attach(&host, modem);
    type_rounds(&host, "ATE0", 1);
    for (int i = 4; i < argc; i++)
        type_rounds(&host, argv[i], 1);
    if (argc == 2)
        print_rates(&host, rounds);
    else
        type_rounds(&host, argv[3], rounds);
    tlsmodem_free(modem);
    return 0;
}
