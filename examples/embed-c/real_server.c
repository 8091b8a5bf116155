/* real_server.c: a module on this machine's network: ./real_server PORT CA.pem
 *
 * It fetches / from https://localhost:PORT over TLS 1.2, and checks the server's certificate by the
 * given CA, which it is told as a module is.
 */
#include <tlsmodem_posix.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_MS = 60000, CA_MAX = 4096 };

struct program {
    struct tlsmodem_channel host; /* first: the host's side of the module's port */
    struct tlsmodem_terminal *terminal;
    struct tlsmodem_posix_world *world;
    char heard[16384]; /* since the host last typed */
    size_t len;
    bool too_late;
};

static void output_ready(struct tlsmodem_channel *channel)
{
    struct program *program = (struct program *)channel;
    struct tlsmodem_span bytes;

    while (bytes = program->terminal->ops->peek(program->terminal), bytes.len > 0) {
        fwrite(bytes.data, 1, bytes.len, stdout);
        if (bytes.len < sizeof(program->heard) - program->len) {
            memcpy(program->heard + program->len, bytes.data, bytes.len);
            program->len += bytes.len;
            program->heard[program->len] = '\0';
        }
        program->terminal->ops->consume(program->terminal, bytes.len);
    }
    tlsmodem_posix_world_stop(program->world); /* see talk() */
}

static void input_room(struct tlsmodem_channel *channel)
{
    tlsmodem_posix_world_stop(((struct program *)channel)->world);
}

static void set_lines(struct tlsmodem_channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

static void set_rate(struct tlsmodem_channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

static const struct tlsmodem_channel_ops channel_ops = {
    .output_ready = output_ready,
    .input_room = input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

static void on_limit(void *ctx)
{
    struct program *program = ctx;

    program->too_late = true;
    tlsmodem_posix_world_stop(program->world);
}

/* Types, and lets the world go on until the module has said `answer`; false when it says ERROR, or
 * nothing in a minute. */
static bool talk(struct program *program, const char *text, const char *answer)
{
    struct tlsmodem_clock *clock = tlsmodem_posix_world_clock(program->world);
    struct tlsmodem_clock_timer *limit;

    if (tlsmodem_clock_new_timer(clock, on_limit, program, &limit) != TLSMODEM_ERR_OK)
        return false;
    tlsmodem_clock_timer_start(limit, LIMIT_MS);
    program->len = 0;
    program->heard[0] = '\0';
    program->too_late = false;
    while (strstr(program->heard, answer) == NULL) {
        if (program->too_late || strstr(program->heard, "ERROR") != NULL)
            break;
        /* It may not take all at once; then input_room() ends a run. */
        text += program->terminal->ops->feed(program->terminal, tlsmodem_span_of(text));
        tlsmodem_posix_world_run(program->world);
    }
    tlsmodem_clock_timer_free(limit);
    return strstr(program->heard, answer) != NULL;
}

static bool fetch(struct program *program, const char *port, const char *ca)
{
    char line[100];

    snprintf(line, sizeof(line), "AT#SSLSECDATA=1,1,1,%zu\r", strlen(ca) - 1);
    if (!talk(program, "AT+CGDCONT=1,\"IP\",\"internet\"\r", "OK\r\n") ||
        !talk(program, "AT#SGACT=1,1\r", "OK\r\n") || !talk(program, "AT#SSLEN=1,1\r", "OK\r\n") ||
        !talk(program, "AT#SSLCFG=1,1,300,90,100,1\r", "OK\r\n") || /* send after 100 ms */
        !talk(program, "AT#SSLSECCFG=1,0,1\r", "OK\r\n") ||
        !talk(program, "AT#SSLSECCFG2=1,3\r", "OK\r\n") || !talk(program, line, "> ") ||
        !talk(program, ca, "\r\nOK\r\n"))
        return false;
    snprintf(line, sizeof(line), "AT#SSLD=1,%s,\"localhost\",0,0\r", port);
    return talk(program, line, "CONNECT\r\n") &&
           talk(program, "GET / HTTP/1.0\r\n\r\n", "\r\nNO CARRIER\r\n") &&
           strncmp(program->heard, "HTTP/1.", 7) == 0;
}

static void say(void *ctx, const char *tag, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%s %s\n", tag, text);
}

/* Makes the modem on the world, lets it fetch, and closes it. */
static bool run(struct program *program, struct tlsmodem_tls *tls, const char *port, const char *ca)
{
    const struct tlsmodem_log log = { .write = say, .level = TLSMODEM_LOG_WARNING };
    const struct tlsmodem_posix_config config = {
        .model = "le866",
        .tls = &tls,
        .tls_count = 1,
        .log = &log,
        .terminals = 1, /* and no `ports`: the host is this program */
    };
    struct tlsmodem_posix_failure failure;
    struct tlsmodem_posix_modem *modem;
    bool ok;

    if (tlsmodem_posix_modem_open(program->world, &config, &failure, &modem) != TLSMODEM_ERR_OK) {
        fprintf(stderr, "no modem: %s\n", failure.text);
        return false;
    }
    program->host.ops = &channel_ops;
    program->terminal = tlsmodem_terminal_at(tlsmodem_posix_modem_engine(modem), 0);
    tlsmodem_attach(tlsmodem_posix_modem_engine(modem), 0, &program->host);
    ok = fetch(program, port, ca);
    tlsmodem_posix_modem_close(modem);
    return ok;
}

/* The file, and Ctrl-Z, by which a host ends it. */
static bool read_file(const char *path, char *text, size_t cap)
{
    FILE *file = fopen(path, "rb");
    size_t len = file != NULL ? fread(text, 1, cap - 2, file) : 0;

    memcpy(text + len, "\x1A", 2);
    return file != NULL && fclose(file) == 0 && len > 0;
}

int main(int argc, char **argv)
{
    struct program program = { .len = 0 };
    struct tlsmodem_tls *tls;
    char ca[CA_MAX];
    bool ok = false;

    if (argc != 3 || !read_file(argv[2], ca, sizeof(ca))) {
        fprintf(stderr, "usage: real_server PORT CA.pem\n");
        return 2;
    }
    if (tlsmodem_posix_world_open(NULL, &program.world) != TLSMODEM_ERR_OK) {
        fprintf(stderr, "no world: out of memory or descriptors\n");
        return EXIT_FAILURE;
    }
    if (tlsmodem_posix_tls_open(NULL, &tls) == TLSMODEM_ERR_OK) {
        ok = run(&program, tls, argv[1], ca);
        tlsmodem_posix_tls_close(tls);
    }
    if (!tlsmodem_posix_world_close(program.world, LIMIT_MS))
        ok = false;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
