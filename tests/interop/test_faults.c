/* test_faults.c: each fault and a link on a pseudo-terminal, of each maker, with a real server
 * where one is needed: what a host sees of it.  A time is only ever too early, never too late. */
#include "base/fault_kinds.h"
#include "check.h"
#include "laboratory/act.h"
#include "laboratory/trouble.h"
#include "runtime/modem.h"
#include "server_process.h"
#include "tls_gnutls/tls_gnutls.h"
#include "wrap/link_profile.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum {
    LIMIT_MS = 60000,
    AGAIN_MS = 200,
    QUIET_MS = 250,
    LATE_MS = 300,
    TICK_MS = 10,
    HEARD_CAP = 16384
};

/* What each maker's module is told, and says. */
struct maker {
    const char *model;
    const char *setup[5];
    const char *open, *secure; /* of host and port */
    const char *opened, *failed, *secure_failed, *closed;
    const char *hello, *hel; /* what "hello" of a server looks like, and its first three bytes */
    const char *secured, *secure_closed;
};

static const struct maker makers[] = {
    { .model = "he910",
      .setup = { "AT+CGDCONT=1,\"IP\",\"internet\"", "AT#SGACT=1,1", "AT#SSLEN=1,1",
                 "AT#SSLSECCFG=1,0,0" },
      .open = "AT#SD=1,0,%2$u,\"%1$s\"",
      .secure = "AT#SSLD=1,%2$u,\"%1$s\",0,1",
      .opened = "CONNECT",
      .failed = "ERROR",
      .secure_failed = "ERROR",
      .closed = "NO CARRIER",
      .hello = "hello",
      .hel = "hel",
      .secured = "OK\r\n",
      .secure_closed = "NO CARRIER" },
    { .model = "m95",
      .setup = { "AT+QIREGAPP=\"CMNET\"", "AT+QIACT", "AT+QIDNSIP=1" },
      .open = "AT+QIOPEN=\"TCP\",\"%1$s\",%2$u",
      .secure = "AT+QSSLOPEN=1,0,\"%1$s\",%2$u,0",
      .opened = "CONNECT OK",
      .failed = "CONNECT FAIL",
      .secure_failed = "+QSSLOPEN: 1,-1",
      .closed = "CLOSED",
      .hello = "hello",
      .hel = "hel",
      .secured = "+QSSLOPEN: 1,0",
      .secure_closed = "+QSSLURC: \"closed\",1" },
    { .model = "l610",
      .setup = { "AT+MIPCALL=1,\"CMNET\"", "AT+GTSSLMODE=0" },
      .open = "AT+MIPOPEN=1,,\"%1$s\",%2$u,0",
      .secure = "AT+MIPOPEN=1,,\"%1$s\",%2$u,2",
      .opened = "+MIPOPEN: 1,1",
      .failed = "+MIPOPEN: 1,0",
      .secure_failed = "+MIPOPEN 1,0",
      .closed = "+MIPSTAT: 1,",
      .hello = "68656C6C6F",
      .hel = "68656C",
      .secured = "+MIPOPEN: 1,1",
      .secure_closed = "+MIPSTAT: 1," },
};

/* Of each maker: which types of the table have struck, and links were in force. */
enum { TYPES_MAX = 64, LINKS_MAX = 32 };

static bool seen_types[TYPES_MAX], seen_links[LINKS_MAX];

struct rig {
    const struct maker *maker;
    char folder[64];
    struct runtime_world world;
    struct tls *tls;
    struct runtime_modem *modem;
    uv_timer_t tick;          /* what the kernel hands on late ends no turn of the loop by itself */
    int fd, listener, server; /* -1: none */
    unsigned port;
    char heard[HEARD_CAP];
    size_t len;
};

/* ---- hearing and typing ---- */

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static int64_t time_ms(const struct rig *rig)
{
    return clock_now_ms(&rig->world.clock.base);
}

static void step(struct rig *rig)
{
    ssize_t count;

    uv_run(&rig->world.loop.uv, UV_RUN_ONCE);
    count = read(rig->fd, rig->heard + rig->len, sizeof(rig->heard) - 1 - rig->len);
    rig->len += count > 0 ? (size_t)count : 0;
    rig->heard[rig->len] = '\0';
    if (rig->server < 0)
        rig->server = accept4(rig->listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Until `text` was heard; false: not in so long. */
static bool hears(struct rig *rig, const char *text, int64_t limit_ms)
{
    struct clock_timer *timer;
    bool over = false;

    assert_int_equal(clock_new_timer(&rig->world.clock.base, set_flag, &over, &timer), ERR_OK);
    clock_timer_start(timer, limit_ms);
    while (!over && memmem(rig->heard, rig->len, text, strlen(text)) == NULL)
        step(rig);
    clock_timer_free(timer);
    return memmem(rig->heard, rig->len, text, strlen(text)) != NULL;
}

static void expect(struct rig *rig, const char *text)
{
    if (!hears(rig, text, LIMIT_MS))
        fail_msg("%s: no \"%s\" in \"%s\"", rig->maker->model, text, rig->heard);
}

static void expect_nothing_of(struct rig *rig, const char *text, int64_t ms)
{
    if (hears(rig, text, ms))
        fail_msg("%s: \"%s\" in \"%s\"", rig->maker->model, text, rig->heard);
}

static void forget(struct rig *rig)
{
    rig->len = 0;
    rig->heard[0] = '\0';
}

static void type(struct rig *rig, const char *bytes)
{
    forget(rig);
    assert_int_equal(write(rig->fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

static void type_line(struct rig *rig, const char *line)
{
    char text[300];

    snprintf(text, sizeof(text), "%s\r", line);
    type(rig, text);
}

static void ask(struct rig *rig, const char *line, const char *answer)
{
    type_line(rig, line);
    expect(rig, answer);
}

static void type_open(struct rig *rig, const char *format, const char *host)
{
    char line[200];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(line, sizeof(line), format, host, rig->port);
#pragma GCC diagnostic pop
    type_line(rig, line);
}

/* By what words begin with. */
static void note_type(const char *words)
{
    size_t len = strcspn(words, " ");

    for (size_t i = 0; fault_kind_at(i) != NULL; i++) {
        assert_true(i < TYPES_MAX);
        if (span_equal(span_at(words, len), span_of(fault_kind_at(i)->name)))
            seen_types[i] = true;
    }
}

static void fault(struct rig *rig, const char *words)
{
    char memory[700];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (lab_fault_do(runtime_modem_engine(rig->modem), span_of(words), &why) != ERR_OK)
        fail_msg("%s: %s", words, memory);
    note_type(words);
}

static void connect_it(struct rig *rig)
{
    type_open(rig, rig->maker->open, "127.0.0.1");
    expect(rig, rig->maker->opened);
    while (rig->server < 0)
        step(rig);
    forget(rig);
}

static void server_says(const struct rig *rig, const char *text)
{
    assert_int_equal(send(rig->server, text, strlen(text), 0), (ssize_t)strlen(text));
}

/* ---- a modem, and a port of this machine ---- */

static void listen_there(struct rig *rig)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);

    rig->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(rig->listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(rig->listener, 5), 0);
    assert_int_equal(getsockname(rig->listener, (struct sockaddr *)&at, &len), 0);
    rig->port = ntohs(at.sin_port);
    rig->server = -1;
}

static void open_port(struct rig *rig, const char *path)
{
    struct termios raw;

    rig->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(rig->fd >= 0);
    assert_int_equal(tcgetattr(rig->fd, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(rig->fd, TCSANOW, &raw), 0);
}

/* It hears, its echo is on, and nothing that it was told before is to be answered any more. */
static void settle(struct rig *rig)
{
    do {
        type(rig, "AT\r");
    } while (!hears(rig, "AT\r\r\nOK", AGAIN_MS));
    ask(rig, "ATE1", "ATE1\r\r\nOK\r\n");
}

static void start(struct rig *rig, const struct maker *maker)
{
    struct port_spec spec = { .kind = PORT_PTY };
    struct port_failure failure;
    struct runtime_modem_config config = {
        .model = maker->model, .terminals = 1, .ports = &spec, .laboratory = true, .tls_count = 1
    };

    memset(rig, 0, sizeof(*rig));
    rig->maker = maker;
    strcpy(rig->folder, "/tmp/fault_runs_XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    snprintf(spec.where, sizeof(spec.where), "%s/port", rig->folder);
    assert_int_equal(runtime_world_open(&rig->world, NULL), ERR_OK);
    assert_int_equal(tls_gnutls_open(NULL, &rig->tls), ERR_OK);
    config.tls = &rig->tls;
    listen_there(rig);
    if (runtime_modem_open(&rig->world, &config, &failure, &rig->modem) != ERR_OK)
        fail_msg("%s", failure.text);
    runtime_modem_start(rig->modem, NULL, NULL);
    open_port(rig, spec.where);
    uv_timer_init(&rig->world.loop.uv, &rig->tick);
    uv_timer_start(&rig->tick, on_tick, TICK_MS, TICK_MS);
    settle(rig);
    for (size_t i = 0; maker->setup[i] != NULL; i++)
        ask(rig, maker->setup[i], "OK");
    forget(rig);
}

static void stop(struct rig *rig)
{
    close(rig->fd);
    close(rig->listener);
    if (rig->server >= 0)
        close(rig->server);
    uv_close((uv_handle_t *)&rig->tick, NULL);
    runtime_modem_close(rig->modem);
    tls_gnutls_close(rig->tls);
    assert_true(runtime_world_close(&rig->world, LIMIT_MS));
    assert_int_equal(rmdir(rig->folder), 0);
}

/* ---- towards the server ---- */

static void names_and_dials(struct rig *rig)
{
    static const char *const failing[] = { "name_not_found", "name_silent timeout=100", "refused" };

    for (size_t i = 0; i < COUNT(failing); i++) {
        fault(rig, failing[i]);
        type_open(rig, rig->maker->open, "localhost");
        expect(rig, rig->maker->failed);
        fault(rig, "none");
    }
    fault(rig, "tls reason=TLS_UNKNOWN_CA phase=client-hello");
    type_open(rig, rig->maker->secure, "127.0.0.1");
    expect(rig, rig->maker->secure_failed);
    fault(rig, "none");
    fault(rig, "black_hole");
    type_open(rig, rig->maker->open, "127.0.0.1");
    expect_nothing_of(rig, rig->maker->opened, 2 * QUIET_MS);
}

/* One of OpenSSL, which says what it gets of TLS. */
static void start_tls_server(struct rig *rig, struct server_process *server, char folder[32])
{
    const char *const make[] = { "openssl", "req",           "-x509", "-newkey", "rsa:2048",
                                 "-nodes",  "-keyout",       "key",   "-out",    "cert",
                                 "-subj",   "/CN=localhost", NULL };
    const char *const serve[] = {
        "openssl", "s_server", "-accept",         "127.0.0.1:PORT", "-key",   "key", "-cert",
        "cert",    "-cipher",  "ALL:@SECLEVEL=0", "-quiet",         "-state", NULL
    };

    strcpy(folder, "/tmp/fault_server_XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    run_to_end(make);
    server_start(server, folder, serve);
    rig->port = server->port;
}

static void stop_tls_server(struct server_process *server, const char *folder)
{
    server_stop(server);
    assert_int_equal(unlink("key"), 0);
    assert_int_equal(unlink("cert"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void alerts(struct rig *rig)
{
    struct server_process server;
    char folder[32];

    start_tls_server(rig, &server, folder);
    fault(rig, "alert description=unknown_ca stream=upstream phase=client-hello");
    type_open(rig, rig->maker->secure, "127.0.0.1");
    expect(rig, rig->maker->secure_failed);
    assert_true(server_said(&server, "SSL3 alert read:fatal:unknown CA"));
    fault(rig, "none");
    type_open(rig, rig->maker->secure, "127.0.0.1");
    expect(rig, rig->maker->secured);
    forget(rig);
    fault(rig, "renegotiation stream=upstream");
    expect_nothing_of(rig, rig->maker->secure_closed, QUIET_MS);
    assert_true(server_said(&server, "SSL3 alert write:warning:no renegotiation"));
    fault(rig, "none");
    fault(rig, "renegotiation"); /* OpenSSL takes no for the end */
    expect(rig, rig->maker->secure_closed);
    assert_true(server_said(&server, "SSL3 alert read:warning:no renegotiation"));
    fault(rig, "none");
    type_open(rig, rig->maker->secure, "127.0.0.1");
    expect(rig, rig->maker->secured);
    forget(rig);
    fault(rig, "alert description=access_denied");
    expect(rig, rig->maker->secure_closed);
    stop_tls_server(&server, folder);
}

static void expect_late(struct rig *rig, const char *text, int64_t from_ms, int64_t late_ms)
{
    expect(rig, text);
    if (time_ms(rig) - from_ms < late_ms)
        fail_msg("%s: \"%s\" after %d ms, not %d", rig->maker->model, text,
                 (int)(time_ms(rig) - from_ms), (int)late_ms);
}

static void latency(struct rig *rig)
{
    int64_t from_ms;

    connect_it(rig);
    fault(rig, "latency latency=300");
    from_ms = time_ms(rig);
    server_says(rig, "hello");
    expect_late(rig, rig->maker->hello, from_ms, LATE_MS);
}

static void bandwidth(struct rig *rig)
{
    const size_t all = 305 * strlen(rig->maker->hel) / 3; /* letters that stand for the bytes */
    int64_t from_ms;

    connect_it(rig);
    fault(rig, "bandwidth rate=1"); /* a byte each ms */
    for (int i = 0; i < 60; i++)
        server_says(rig, "hello");
    from_ms = time_ms(rig);
    server_says(rig, "olleh");
    while (time_ms(rig) - from_ms < LIMIT_MS && rig->len < all)
        step(rig);
    assert_true(time_ms(rig) - from_ms >= 250); /* those before it were on their way */
}

static void slicer(struct rig *rig)
{
    int64_t from_ms;

    connect_it(rig);
    fault(rig, "slicer average_size=1 delay=100000");
    from_ms = time_ms(rig);
    server_says(rig, "xyz");
    while (time_ms(rig) - from_ms < 3 * 100)
        step(rig);
    expect_late(rig, strcmp(rig->maker->hel, "hel") == 0 ? "z" : "7A", from_ms, LATE_MS);
}

static void slow_close(struct rig *rig)
{
    int64_t from_ms;

    connect_it(rig);
    fault(rig, "slow_close delay=300");
    from_ms = time_ms(rig);
    close(rig->server);
    rig->server = -1;
    expect_late(rig, rig->maker->closed, from_ms, LATE_MS);
}

static void timeout(struct rig *rig)
{
    int64_t from_ms;

    connect_it(rig);
    from_ms = time_ms(rig);
    fault(rig, "timeout timeout=300");
    server_says(rig, "hello");
    expect_late(rig, rig->maker->closed, from_ms, LATE_MS);
    expect_nothing_of(rig, rig->maker->hello, 1);
}

static void limits(struct rig *rig)
{
    static const char *const words[] = { "limit_data bytes=3", "reset_peer bytes=3" };

    for (size_t i = 0; i < COUNT(words); i++) {
        connect_it(rig);
        fault(rig, words[i]);
        server_says(rig, "hello");
        expect(rig, rig->maker->closed);
        expect(rig, rig->maker->hel);
        expect_nothing_of(rig, rig->maker->hello, 1);
        fault(rig, "none");
        close(rig->server);
        rig->server = -1;
        forget(rig);
    }
}

static void link_at_run_time(struct rig *rig, const char *words, int64_t least_ms)
{
    char memory[700];
    struct text why;
    int64_t from_ms;

    text_init(&why, memory, sizeof(memory));
    if (lab_link_do(runtime_modem_engine(rig->modem), span_of(words), &why) != ERR_OK)
        fail_msg("%s: %s", words, memory);
    forget(rig);
    from_ms = time_ms(rig);
    server_says(rig, "hello");
    expect_late(rig, rig->maker->hello, from_ms, least_ms);
}

/* Each by its name, over one connection: half a round trip, and the bytes' own time. */
static void links(struct rig *rig)
{
    connect_it(rig);
    link_at_run_time(rig, "rtt=600 jitter=100", LATE_MS);
    for (size_t i = 0; link_known_at(i) != NULL; i++) {
        struct link_profile profile;
        char memory[700];
        struct text why;

        assert_true(i < LINKS_MAX);
        text_init(&why, memory, sizeof(memory));
        assert_true(link_profile_read(span_of(link_known_at(i)->words), &profile, &why));
        link_at_run_time(rig, link_known_at(i)->name,
                         profile.down.delay_ms + 5 * 8 / (int64_t)profile.down.kbit_s);
        seen_links[i] = true;
    }
}

/* ---- towards the host ---- */

static void answers(struct rig *rig)
{
    int64_t from_ms = time_ms(rig);

    fault(rig, "answer_late delay=300");
    type_line(rig, "AT");
    expect_late(rig, "OK", from_ms, LATE_MS);
    fault(rig, "none");
    fault(rig, "answer_never count=1");
    type_line(rig, "AT");
    expect_nothing_of(rig, "OK", QUIET_MS);
    ask(rig, "AT", "OK\r\n");
    fault(rig, "none");
    fault(rig, "answer_cut bytes=3 count=1");
    type_line(rig, "AT");
    expect(rig, "\r\nO");
    expect_nothing_of(rig, "OK", QUIET_MS);
    fault(rig, "none");
    fault(rig, "answer_twice count=1");
    ask(rig, "AT", "\r\nOK\r\n\r\nOK\r\n");
    fault(rig, "none");
    fault(rig, "urc text=\"+CREG: 2\" moment=inside bytes=3 count=1");
    ask(rig, "AT", "\r\nO\r\n+CREG: 2\r\nK\r\n");
    fault(rig, "none");
    ask(rig, "AT+CMEE=1", "OK\r\n");
    fault(rig, "error code=14 command=AT+CSQ count=1");
    ask(rig, "AT+CSQ", "\r\n+CME ERROR: 14\r\n");
    ask(rig, "AT+CSQ", "OK\r\n");
}

static void bytes_of_the_port(struct rig *rig)
{
    ask(rig, "ATE0", "OK\r\n");
    fault(rig, "lose after=2 count=1");
    ask(rig, "AT", "\r\nK\r\n");
    fault(rig, "none");
    fault(rig, "double after=2 count=1");
    ask(rig, "AT", "\r\nOOK\r\n");
    fault(rig, "none");
    fault(rig, "flip after=2 count=1");
    type_line(rig, "AT");
    expect(rig, "K\r\n");
    expect_nothing_of(rig, "OK", 1);
}

static void deaf_prompts(struct rig *rig)
{
    ask(rig, "AT+CMGF=1", "OK\r\n");
    fault(rig, "prompt_deaf count=1");
    ask(rig, "AT+CMGS=\"+49123\"", "> ");
    type(rig, "text\x1a");
    expect_nothing_of(rig, "\r\n", QUIET_MS);
    type(rig, "\x1b");
    expect(rig, "OK");
    ask(rig, "AT", "OK");
}

static void restarts(struct rig *rig)
{
    static const uint8_t noise[] = { 0xda, 0x29, 0xb1, 0xe1, 0x3a, 0x38, 0x78, 0xf8, 0 };
    char memory[700];
    struct text why;
    struct span reset = span_of("reset");

    ask(rig, "ATE0", "OK\r\n");
    fault(rig, "restart command=AT+CSQ");
    type_line(rig, "AT+CSQ");
    settle(rig); /* the echo is there again */
    fault(rig, "none");
    ask(rig, "ATE0", "OK\r\n");
    fault(rig, "noise bytes=8 seed=5");
    forget(rig);
    text_init(&why, memory, sizeof(memory));
    assert_int_equal(
        lab_act_do(runtime_modem_engine(rig->modem), lab_act_find(span_of("power")), &reset, &why),
        ERR_OK);
    expect(rig, (const char *)noise);
}

/* ---- in the module ---- */

static void stores(struct rig *rig)
{
    int64_t from_ms;

    fault(rig, "store_full");
    ask(rig, "AT&W", "ERROR");
    fault(rig, "none");
    fault(rig, "store_worn");
    ask(rig, "AT&W", "ERROR");
    fault(rig, "none");
    fault(rig, "store_slow delay=300");
    from_ms = time_ms(rig);
    type_line(rig, "AT&W");
    expect_late(rig, "OK", from_ms, LATE_MS);
    fault(rig, "none");
    fault(rig, "memory_short");
    type_open(rig, rig->maker->open, "127.0.0.1");
    expect(rig, "ERROR");
    fault(rig, "none");
    connect_it(rig);
}

/* Seconds since midnight, and the date as a text. */
static int read_clock(struct rig *rig, char date[9])
{
    int hour, minute, second;
    const char *at;

    ask(rig, "AT+CCLK?", "\"\r\n");
    at = strstr(rig->heard, "+CCLK: \"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "+CCLK: \"%8s", date), 1);
    date[8] = '\0';
    assert_int_equal(sscanf(at + 17, "%d:%d:%d", &hour, &minute, &second), 3);
    return (hour * 60 + minute) * 60 + second;
}

static void clocks(struct rig *rig)
{
    char before[20], after[20];
    int first, second;

    read_clock(rig, before);
    fault(rig, "clock_jump seconds=-200000 command=AT");
    ask(rig, "AT", "OK");
    first = read_clock(rig, after);
    assert_string_not_equal(after, before);
    fault(rig, "none");
    fault(rig, "clock_drift rate=500000");
    expect_nothing_of(rig, "never", 4200);
    second = read_clock(rig, after);
    assert_true((second - first + 86400) % 86400 >= 6);
    fault(rig, "none");
    fault(rig, "clock_unset");
    read_clock(rig, after);
    assert_true(memcmp(after, "00/", 3) == 0 || memcmp(after, "04/", 3) == 0);
}

/* ---- all of it ---- */

static const struct {
    const char *name;
    void (*run)(struct rig *rig);
} runs[] = {
    { "names and dials", names_and_dials },
    { "alert, renegotiation", alerts },
    { "latency", latency },
    { "bandwidth", bandwidth },
    { "slicer", slicer },
    { "slow_close", slow_close },
    { "timeout", timeout },
    { "limit_data, reset_peer", limits },
    { "links", links },
    { "answers", answers },
    { "bytes", bytes_of_the_port },
    { "prompt_deaf", deaf_prompts },
    { "restart, noise", restarts },
    { "store, memory", stores },
    { "clock", clocks },
};

/* None of the tables is missing. */
static void expect_all(const struct maker *maker)
{
    for (size_t i = 0; fault_kind_at(i) != NULL; i++) {
        if (!seen_types[i])
            fail_msg("%s: %s has no run", maker->model, fault_kind_at(i)->name);
    }
    for (size_t i = 0; link_known_at(i) != NULL; i++) {
        if (!seen_links[i])
            fail_msg("%s: link %s has no run", maker->model, link_known_at(i)->name);
    }
}

static void run_all(const struct maker *maker)
{
    memset(seen_types, 0, sizeof(seen_types));
    memset(seen_links, 0, sizeof(seen_links));
    for (size_t i = 0; i < COUNT(runs); i++) {
        struct rig rig;

        print_message("%s: %s\n", maker->model, runs[i].name);
        start(&rig, maker);
        runs[i].run(&rig);
        stop(&rig);
    }
    expect_all(maker);
}

static void test_he910(void **state)
{
    (void)state;
    run_all(&makers[0]);
}

static void test_m95(void **state)
{
    (void)state;
    run_all(&makers[1]);
}

static void test_l610(void **state)
{
    (void)state;
    run_all(&makers[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_he910),
        cmocka_unit_test(test_m95),
        cmocka_unit_test(test_l610),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
