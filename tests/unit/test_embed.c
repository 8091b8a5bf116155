/* test_embed.c: modems on this machine for programs that embed them: by the world's loop or by the
 * program's own, and what is refused. */
#include "tlsmodem_posix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, HEARD_CAP = 4096, PATH_CAP = 100 };

struct fixture {
    char folder[64];
    struct tlsmodem_posix_world *world;
    struct tlsmodem_posix_failure failure;
    struct tlsmodem_posix_modem *modem;
    struct clock_timer *limit;
    bool too_late;
};

static void on_limit(void *ctx)
{
    struct fixture *f = ctx;

    f->too_late = true;
    tlsmodem_posix_world_stop(f->world);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->folder, "/tmp/test_embed_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(tlsmodem_posix_world_open(NULL, &f->world), ERR_OK);
    assert_int_equal(clock_new_timer(tlsmodem_posix_world_clock(f->world), on_limit, f, &f->limit),
                     ERR_OK);
    clock_timer_start(f->limit, LIMIT_MS);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[PATH_CAP];

    tlsmodem_posix_modem_close(f->modem);
    clock_timer_free(f->limit);
    assert_true(tlsmodem_posix_world_close(f->world, LIMIT_MS));
    snprintf(command, sizeof(command), "rm -r %s", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void open_modem(struct fixture *f, struct tlsmodem_posix_config config)
{
    config.model = "he910";
    config.terminals = 1;
    if (tlsmodem_posix_modem_open(f->world, &config, &f->failure, &f->modem) != ERR_OK)
        fail_msg("%s", f->failure.text);
}

static void close_modem(struct fixture *f)
{
    tlsmodem_posix_modem_close(f->modem);
    f->modem = NULL;
}

/* ---- a host in the program ---- */

struct host {
    struct channel base;
    struct terminal *terminal;
    struct fixture *f;
    char heard[HEARD_CAP];
    size_t len;
};

static void output_ready(struct channel *channel)
{
    struct host *host = (struct host *)channel;
    struct span bytes;

    while (bytes = host->terminal->ops->peek(host->terminal), bytes.len > 0) {
        assert_true(host->len + bytes.len < sizeof(host->heard));
        memcpy(host->heard + host->len, bytes.data, bytes.len);
        host->len += bytes.len;
        host->heard[host->len] = '\0';
        host->terminal->ops->consume(host->terminal, bytes.len);
    }
    tlsmodem_posix_world_stop(host->f->world);
}

static void no_room(struct channel *channel)
{
    (void)channel;
}

static void no_lines(struct channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

static void no_rate(struct channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

static const struct channel_ops host_ops = { output_ready, no_room, no_lines, no_rate };

static void attach(struct fixture *f, struct host *host)
{
    struct tlsmodem *engine = tlsmodem_posix_modem_engine(f->modem);

    *host = (struct host){ .base.ops = &host_ops, .f = f };
    host->terminal = tlsmodem_terminal_at(engine, 0);
    tlsmodem_attach(engine, 0, &host->base);
}

/* Types a line, and lets the world run until the answer is there. */
static void talk(struct host *host, const char *line, const char *answer)
{
    host->len = 0;
    host->heard[0] = '\0';
    assert_int_equal(host->terminal->ops->feed(host->terminal, span_of(line)), strlen(line));
    while (strstr(host->heard, answer) == NULL) {
        if (host->f->too_late)
            fail_msg("%s: no \"%s\" in \"%s\"", line, answer, host->heard);
        tlsmodem_posix_world_run(host->f->world);
    }
}

static void the_worlds_loop_runs_a_modem(void **state)
{
    struct fixture *f = *state;
    struct host host;

    open_modem(f, (struct tlsmodem_posix_config){ .identity.imei = "490154203237518" });
    attach(f, &host);
    talk(&host, "AT+CGSN\r", "\r\n490154203237518\r\n\r\nOK\r\n");
    talk(&host, "ATE0#REBOOT\r", "OK\r\n");
    tlsmodem_attach(tlsmodem_posix_modem_engine(f->modem), 0, NULL);
}

/* A host outside, over a port; the program has a poll() of its own. */
static void a_loop_of_the_programs_own(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    char path[PATH_CAP], label[PATH_CAP + 8], heard[HEARD_CAP] = "";
    struct tlsmodem_posix_port port = { .kind = TLSMODEM_POSIX_UNIX, .where = path };
    struct pollfd watched[2] = { { .events = POLLIN }, { .events = POLLIN } };
    size_t len = 0;

    snprintf(path, sizeof(path), "%s/port", f->folder);
    snprintf(label, sizeof(label), "unix %s", path);
    open_modem(f, (struct tlsmodem_posix_config){ .ports = &port });
    assert_string_equal(tlsmodem_posix_modem_port_label(f->modem, 0), label);
    tlsmodem_posix_modem_start(f->modem);
    strcpy(at.sun_path, path);
    watched[0].fd = tlsmodem_posix_world_fd(f->world);
    watched[1].fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(watched[1].fd, (struct sockaddr *)&at, sizeof(at)), 0);
    /* After #REBOOT the module is off for some seconds; only a timer of the world ends that. */
    assert_int_equal(write(watched[1].fd, "ATE0;#REBOOT\r", 13), 13);
    while (strstr(heard, "\r\nOK\r\n") == NULL || strstr(heard, "AT\r\r\nOK\r\n") == NULL) {
        int wait_ms = tlsmodem_posix_world_wait_ms(f->world);

        assert_false(f->too_late);
        if (strstr(heard, "\r\nOK\r\n") != NULL && strstr(heard, "AT\r\r\nOK\r\n") == NULL)
            assert_true(write(watched[1].fd, "AT\r", 3) == 3);
        assert_true(poll(watched, 2, wait_ms < 0 || wait_ms > 100 ? 100 : wait_ms) >= 0);
        tlsmodem_posix_world_step(f->world);
        if (watched[1].revents != 0) {
            ssize_t count = read(watched[1].fd, heard + len, sizeof(heard) - 1 - len);

            assert_true(count > 0);
            len += (size_t)count;
        }
    }
    close(watched[1].fd);
}

static void a_store_outlives_its_modems(void **state)
{
    struct fixture *f = *state;
    struct tlsmodem_posix_store *store;
    struct tlsmodem_posix_store *other = NULL;
    struct storage storage;
    char folder[PATH_CAP];
    struct host host;

    snprintf(folder, sizeof(folder), "%s/state", f->folder);
    for (int run = 0; run < 2; run++) {
        assert_int_equal(tlsmodem_posix_store_open(folder, &f->failure, &store), ERR_OK);
        open_modem(f, (struct tlsmodem_posix_config){ .store = store, .name = "pump" });
        attach(f, &host);
        if (run == 0)
            talk(&host, "AT#SSLEN=1,1\r", "OK\r\n");
        else
            talk(&host, "AT#SSLEN?\r", "#SSLEN: 1,1\r\n");
        close_modem(f);
        if (run == 0)
            tlsmodem_posix_store_close(store);
    }
    assert_int_equal(tlsmodem_posix_store_open(folder, &f->failure, &other), ERR_BUSY);
    assert_null(other);
    assert_non_null(strstr(f->failure.text, folder));
    assert_int_equal(tlsmodem_posix_storage_open(store, "", NULL, &storage), ERR_INVALID);
    assert_int_equal(tlsmodem_posix_storage_open(store, "gate", NULL, &storage), ERR_OK);
    tlsmodem_posix_storage_close(&storage);
    tlsmodem_posix_store_close(store);
}

static void on_echo(void *ctx, enum err err, uint32_t round_trip_ms, int ttl)
{
    (void)ctx;
    fail_msg("an echo: %s, %u ms, %d", err_text(err), (unsigned)round_trip_ms, ttl);
}

static void on_accepted(void *ctx, struct net_stream *stream, const struct net_address *from,
                        uint16_t port)
{
    (void)ctx;
    (void)stream;
    (void)from;
    fail_msg("a peer from port %u", (unsigned)port);
}

/* A network that can only look up and connect is a network; a clock that only tells the time, too.
 */
static void what_a_network_lacks_fails(void **state)
{
    static const struct net_ops ops = { .resolve = NULL };
    static const struct clock_ops clock_ops = { .now_ms = NULL };
    struct net sparse = { .ops = &ops };
    struct clock clock = { .ops = &clock_ops };
    struct net_echo echo = { .bytes = 0 };
    struct net_query *query;
    struct clock_timer *timer;
    struct net_listener *listener;
    uint16_t port;
    struct fixture *f = *state;
    struct host host;

    open_modem(f, (struct tlsmodem_posix_config){ .net = &sparse });
    attach(f, &host);
    talk(&host, "AT+CGDCONT=1,\"IP\",\"internet\";#SGACT=1,1\r", "OK\r\n");
    tlsmodem_attach(tlsmodem_posix_modem_engine(f->modem), 0, NULL);
    assert_int_equal(net_listen(&sparse, &echo.to, 0, on_accepted, NULL, &listener, &port),
                     ERR_UNSUPPORTED);
    assert_int_equal(net_start_echo(&sparse, &echo, on_echo, NULL, &query), ERR_UNSUPPORTED);
    assert_int_equal(net_name_servers(&sparse, &echo.to, 1), 0);
    assert_int_equal(clock_daylight_hours(&clock), 0);
    assert_int_equal(clock_new_timer(&clock, on_limit, f, &timer), ERR_UNSUPPORTED);
}

static void what_is_wrong_is_named(void **state)
{
    struct fixture *f = *state;
    static char long_path[5000];
    static const struct tlsmodem_posix_port bad_kind = { .kind = 9, .where = "x" };
    static const struct tlsmodem_posix_port no_place = { .kind = TLSMODEM_POSIX_PTY };
    static const struct tlsmodem_posix_port too_long = { .kind = TLSMODEM_POSIX_PTY,
                                                         .where = long_path };
    static const struct tlsmodem_posix_port no_device = { .kind = TLSMODEM_POSIX_UART,
                                                          .where = "/nowhere/tty",
                                                          .baud = 115200 };
    const struct {
        struct tlsmodem_posix_config config;
        enum err err;
        const char *word;
    } rows[] = {
        { { .model = "he910", .terminals = 0 }, ERR_INVALID, "1 to 8" },
        { { .model = "he910", .terminals = 9 }, ERR_INVALID, "1 to 8" },
        { { .model = "sim800", .terminals = 1 }, ERR_NOT_FOUND, "not found" },
        { { .model = "he910", .terminals = 1, .ports = &bad_kind }, ERR_INVALID, "no such kind" },
        { { .model = "he910", .terminals = 1, .ports = &no_place }, ERR_INVALID, "missing" },
        { { .model = "he910", .terminals = 1, .ports = &too_long }, ERR_INVALID, "255" },
        { { .model = "he910", .terminals = 1, .ports = &no_device }, ERR_NOT_FOUND, "/nowhere" },
        { { .model = "he910", .terminals = 1, .link = "rtt=x" }, ERR_INVALID, "rtt=x" },
        { { .model = "he910", .terminals = 1, .link = "" }, ERR_INVALID, "link" },
    };

    memset(long_path, 'x', sizeof(long_path) - 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->failure.text[0] = '\0';
        assert_int_equal(
            tlsmodem_posix_modem_open(f->world, &rows[i].config, &f->failure, &f->modem),
            rows[i].err);
        assert_null(f->modem);
        if (strstr(f->failure.text, rows[i].word) == NULL)
            fail_msg("row %zu: no \"%s\" in \"%s\"", i, rows[i].word, f->failure.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_worlds_loop_runs_a_modem, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_loop_of_the_programs_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_outlives_its_modems, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_network_lacks_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
