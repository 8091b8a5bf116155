/* test_posix_listeners.c: ports over TCP and Unix sockets. */
#include "posix/tcp_host.h"
#include "test_posix_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct fixture {
    struct posix_loop loop;
    char folder[64];
    struct port_spec spec;
    struct port *port;
    struct fake_terminal fake;
    struct heard heard;
    int host; /* whom heard_enough() listens to */
    size_t wanted;
};

static struct fixture *new_fixture(enum port_kind kind, const char *where)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct port_failure failure;

    strcpy(f->folder, "/tmp/test_posix_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->spec.kind = kind;
    if (kind == PORT_UNIX)
        snprintf(f->spec.where, sizeof(f->spec.where), "%s/%s", f->folder, where);
    else
        snprintf(f->spec.where, sizeof(f->spec.where), "%s", where);
    assert_int_equal(posix_loop_open(&f->loop, NULL), ERR_OK);
    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &f->port), ERR_OK);
    fake_init(&f->fake, port_channel(f->port));
    port_start(f->port, &f->fake.base);
    return f;
}

static int set_up_unix(void **state)
{
    *state = new_fixture(PORT_UNIX, "modem");
    return 0;
}

static int set_up_tcp(void **state)
{
    *state = new_fixture(PORT_TCP, "127.0.0.1");
    return 0;
}

static int set_up_tcp6(void **state)
{
    *state = new_fixture(PORT_TCP, "::1");
    return 0;
}

/* IPv4 in the clothes of IPv6 (RFC 4291 2.5.5.2). */
static int set_up_tcp_mapped(void **state)
{
    *state = new_fixture(PORT_TCP, "::ffff:127.0.0.1");
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    port_close(f->port);
    assert_true(posix_loop_close(&f->loop, LIMIT_MS));
    fake_deinit(&f->fake);
    free(f->heard.at);
    assert_int_equal(rmdir(f->folder), 0); /* the socket is gone */
    free(f);
    return 0;
}

static int connect_unix(struct fixture *f)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(at.sun_path, f->spec.where);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static int connect_tcp(struct fixture *f)
{
    const char *number = strrchr(port_label(f->port), ':') + 1;
    struct sockaddr_storage at = { 0 };
    bool six = strchr(f->spec.where, ':') != NULL;
    int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int status;

    if (six)
        uv_ip6_addr(f->spec.where, atoi(number), (struct sockaddr_in6 *)&at);
    else
        uv_ip4_addr(f->spec.where, atoi(number), (struct sockaddr_in *)&at);
    status = connect(fd, (struct sockaddr *)&at,
                     six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    assert_int_equal(status, 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static int connect_host(struct fixture *f)
{
    return f->spec.kind == PORT_UNIX ? connect_unix(f) : connect_tcp(f);
}

static void type(int host, const char *text)
{
    assert_int_equal(write(host, text, strlen(text)), (ssize_t)strlen(text));
}

static bool heard_enough(void *ctx)
{
    struct fixture *f = ctx;
    uint8_t buf[4096];
    ssize_t count;

    while ((count = read(f->host, buf, sizeof(buf))) > 0)
        heard_add(&f->heard, buf, (size_t)count);
    return f->heard.len >= f->wanted;
}

static bool got_enough(void *ctx)
{
    struct fixture *f = ctx;

    return f->fake.in.len >= f->wanted;
}

static void expect_heard(struct fixture *f, int host, const char *text)
{
    f->host = host;
    f->wanted = strlen(text);
    assert_true(run_until(&f->loop, heard_enough, f, LIMIT_MS));
    assert_int_equal(f->heard.len, strlen(text));
    assert_memory_equal(f->heard.at, text, f->heard.len);
    f->heard.len = 0;
}

static void expect_got(struct fixture *f, const char *text)
{
    f->wanted = strlen(text);
    assert_true(run_until(&f->loop, got_enough, f, LIMIT_MS));
    assert_true(fake_got(&f->fake, text));
    f->fake.in.len = 0;
}

static void settle(struct fixture *f)
{
    for (int i = 0; i < 10; i++)
        uv_run(&f->loop.uv, UV_RUN_NOWAIT);
}

static void hosts_come_one_after_another(void **state)
{
    struct fixture *f = *state;
    int first = connect_host(f);
    int second = connect_host(f);

    fake_say(&f->fake, "hello", 5);
    type(first, "one;");
    type(second, "two;");
    expect_heard(f, first, "hello");
    expect_got(f, "one;");
    settle(f);
    assert_int_equal(f->fake.in.len, 0); /* the second waits */
    close(first);
    expect_got(f, "two;");
    fake_say(&f->fake, "welcome", 7);
    expect_heard(f, second, "welcome");
    close(second);
}

static void note_line(void *ctx, const char *tag, const char *text)
{
    struct heard *lines = ctx;

    (void)tag;
    heard_add(lines, text, strlen(text));
    heard_add(lines, "\n", 1);
}

static bool is_noted(void *ctx)
{
    return ((struct heard *)ctx)->len > 0;
}

/* Once for each host that others wait for, however many they are; they hear nothing. */
static void waiting_host_is_told_of_in_the_log(void **state)
{
    struct fixture *f = *state;
    struct heard lines = { 0 };
    struct log log = { .write = note_line, .ctx = &lines, .level = LOG_WARNING };
    int hosts[3];
    char expected[512];

    f->loop.log = &log;
    snprintf(expected, sizeof(expected),
             "%s: a second host has connected and waits, unheard, until the first leaves; give the "
             "modem one more port for it\n",
             port_label(f->port));
    for (size_t i = 0; i < 3; i++)
        hosts[i] = connect_host(f);
    type(hosts[0], "AT;");
    expect_got(f, "AT;");
    for (size_t i = 0; i < 2; i++) {
        assert_true(run_until(&f->loop, is_noted, &lines, LIMIT_MS));
        settle(f);
        assert_int_equal(lines.len, strlen(expected));
        assert_memory_equal(lines.at, expected, lines.len);
        lines.len = 0;
        close(hosts[i]);
        type(hosts[i + 1], "AT;");
        expect_got(f, "AT;");
    }
    assert_int_equal(read(hosts[2], expected, sizeof(expected)), -1);
    close(hosts[2]);
    f->loop.log = NULL;
    free(lines.at);
}

static void host_may_leave_before_it_is_read(void **state)
{
    struct fixture *f = *state;
    int host;

    for (int i = 0; i < 3; i++) {
        host = connect_host(f);
        type(host, "last words;");
        close(host);
    }
    expect_got(f, "last words;last words;last words;");
    settle(f);
    assert_int_equal(f->fake.farewells, 3);
}

static void output_waits_for_the_next_host(void **state)
{
    struct fixture *f = *state;
    int host = connect_host(f);

    type(host, "AT");
    expect_got(f, "AT");
    close(host);
    settle(f);
    fake_say(&f->fake, "kept;", 5);
    settle(f);
    host = connect_host(f);
    expect_heard(f, host, "kept;");
    close(host);
}

static void input_of_a_gone_host_waits_for_room(void **state)
{
    struct fixture *f = *state;
    int first = connect_host(f);
    int second;

    f->fake.appetite = 2;
    type(first, "abcdef");
    f->wanted = 2;
    assert_true(run_until(&f->loop, got_enough, f, LIMIT_MS));
    type(first, "gh");
    close(first);
    second = connect_host(f);
    type(second, "ij");
    settle(f);
    assert_true(fake_got(&f->fake, "ab"));
    assert_int_equal(f->fake.farewells, 0);
    fake_grant(&f->fake, SIZE_MAX);
    expect_got(f, "abcdefghij");
    assert_int_equal(f->fake.farewells, 1);
    close(second);
}

static bool has_hung_up(void *ctx)
{
    struct fixture *f = ctx;
    char byte;
    ssize_t count = read(f->host, &byte, 1);

    return count == 0 || (count < 0 && errno == ECONNRESET);
}

static bool got_next_host(void *ctx)
{
    const struct heard *in = &((struct fixture *)ctx)->fake.in;

    return in->len >= 3 && memcmp(in->at + in->len - 3, "AT;", 3) == 0;
}

static void send_in_pieces(struct fixture *f, const char *text, size_t piece)
{
    for (size_t at = 0; at < strlen(text); at += piece) {
        if (send(f->host, text + at, piece, MSG_NOSIGNAL) < 0)
            return; /* hung up already */
        settle(f);
    }
}

/* A web page has sent it: the module gets no line of it, and the next host is heard. */
static void http_request_is_hung_up_on(void **state)
{
    static const char request[] = "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nx\r\nAT+CFUN=0\r\n";
    static const size_t pieces[] = { sizeof(request) - 1, 1 };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        int next;

        f->host = connect_host(f);
        next = connect_host(f);
        type(next, "AT;");
        send_in_pieces(f, request, pieces[i]);
        assert_true(run_until(&f->loop, has_hung_up, f, LIMIT_MS));
        close(f->host);
        assert_true(run_until(&f->loop, got_next_host, f, LIMIT_MS));
        assert_true(f->fake.in.len < sizeof("POST / HTTP/1.AT;"));
        assert_memory_equal(f->fake.in.at, request, f->fake.in.len - 3);
        assert_int_equal(f->fake.farewells, 2 * i + 1);
        close(next);
        settle(f);
        f->fake.in.len = 0;
    }
}

/* Who comes back to a port that is online speaks to its peer. */
static void http_request_to_a_peer_goes_through(void **state)
{
    struct fixture *f = *state;
    int host = connect_host(f);

    f->fake.online = true;
    type(host, "GET / HTTP/1.1\r\n");
    expect_got(f, "GET / HTTP/1.1\r\n");
    f->fake.online = false;
    type(host, "GET / HTTP/1.1\r\n");
    expect_got(f, "GET / HTTP/1.1\r\n");
    close(host);
}

/* On a socket that is its owner's no web page gets. */
static void http_request_is_a_line_like_others(void **state)
{
    struct fixture *f = *state;
    int host = connect_host(f);

    type(host, "GET / HTTP/1.1\r\n");
    expect_got(f, "GET / HTTP/1.1\r\n");
    close(host);
}

static void take_two_more(struct fake_terminal *fake)
{
    fake_grant(fake, 2);
}

/* Nobody reads what the commands of a host that has left wait for: they give it up one by one. */
static void commands_of_a_gone_host_give_up(void **state)
{
    struct fixture *f = *state;
    int first = connect_host(f);
    int second;

    f->fake.appetite = 2;
    f->fake.on_abort = take_two_more;
    type(first, "abcdefgh");
    f->wanted = 2;
    assert_true(run_until(&f->loop, got_enough, f, LIMIT_MS));
    settle(f);
    assert_int_equal(f->fake.aborts, 0); /* it is still there, and waits */
    close(first);
    expect_got(f, "abcdefgh");
    assert_int_equal(f->fake.aborts, 3);
    f->fake.on_abort = NULL;
    f->fake.appetite = SIZE_MAX;
    second = connect_host(f);
    f->fake.in.len = 0;
    type(second, "ij");
    expect_got(f, "ij");
    assert_int_equal(f->fake.aborts, 3);
    assert_int_equal(f->fake.farewells, 1);
    close(second);
}

/* A module that waits to be heard by a host that is gone must find the next one. */
static void dead_host_with_stuck_input_makes_room(void **state)
{
    struct fixture *f = *state;
    size_t total = 8 * 1024 * 1024;
    uint8_t *data = calloc(1, total);
    int first = connect_host(f);
    int second;

    f->fake.appetite = 1;
    type(first, "ab");
    f->wanted = 1;
    assert_true(run_until(&f->loop, got_enough, f, LIMIT_MS));
    fake_say(&f->fake, data, total);
    settle(f);
    close(first); /* with unread bytes: writing fails from now on */
    second = connect_host(f);
    f->host = second;
    f->wanted = 1;
    assert_true(run_until(&f->loop, heard_enough, f, LIMIT_MS));
    fake_grant(&f->fake, SIZE_MAX);
    type(second, "c");
    expect_got(f, "abc");
    close(second);
    free(data);
}

static void host_that_finishes_sending_is_answered(void **state)
{
    struct fixture *f = *state;
    int host = connect_host(f);

    f->fake.echo = true;
    type(host, "AT");
    shutdown(host, SHUT_WR);
    expect_heard(f, host, "AT");
    close(host);
}

static void bulk_is_not_damaged(void **state)
{
    struct fixture *f = *state;
    size_t total = 5 * 1024 * 1024;
    uint8_t *data = malloc(total);
    int host = connect_host(f);

    fill_pattern(data, total);
    fake_say(&f->fake, data, total);
    f->host = host;
    f->wanted = total;
    assert_true(run_until(&f->loop, heard_enough, f, LIMIT_MS));
    assert_int_equal(f->heard.len, total);
    assert_memory_equal(f->heard.at, data, total);
    close(host);
    free(data);
}

static void unix_socket_is_for_its_owner(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    assert_int_equal(stat(f->spec.where, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void living_socket_stays(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    struct port *second = NULL;
    int host;

    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "another process does"));
    host = connect_host(f);
    type(host, "AT");
    expect_got(f, "AT");
    close(host);
}

static void stale_socket_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct port_failure failure;
    int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int host;

    port_close(f->port);
    f->port = NULL;
    strcpy(at.sun_path, f->spec.where);
    assert_int_equal(bind(dead, (struct sockaddr *)&at, sizeof(at)), 0);
    close(dead);
    assert_int_equal(port_open(&f->loop, &f->spec, &failure, &f->port), ERR_OK);
    f->fake.channel = port_channel(f->port);
    port_start(f->port, &f->fake.base);
    host = connect_host(f);
    type(host, "AT");
    expect_got(f, "AT");
    close(host);
}

static void other_files_are_not_replaced(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    struct port_spec spec = { .kind = PORT_UNIX };
    struct port *second = NULL;

    snprintf(spec.where, sizeof(spec.where), "%s/file", f->folder);
    close(open(spec.where, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(port_open(&f->loop, &spec, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "something else has that name"));
    unlink(spec.where);
    memset(spec.where, 'x', sizeof(spec.where) - 1);
    assert_int_equal(port_open(&f->loop, &spec, &failure, &second), ERR_INVALID);
    assert_non_null(strstr(failure.text, "longer than 107 bytes"));
}

static void tcp_port_in_use_is_refused(void **state)
{
    struct fixture *f = *state;
    struct port_failure failure;
    struct port_spec spec = f->spec;
    struct port *second = NULL;

    spec.tcp_port = (uint16_t)atoi(strrchr(port_label(f->port), ':') + 1);
    assert_int_not_equal(spec.tcp_port, 0);
    assert_int_equal(port_open(&f->loop, &spec, &failure, &second), ERR_BUSY);
    assert_non_null(strstr(failure.text, "Address already in use"));
}

static void ipv6_label_has_brackets(void **state)
{
    struct fixture *f = *state;
    int host = connect_host(f);
    char label[PORT_LABEL_CAP];

    snprintf(label, sizeof(label), "tcp [%s]:", f->spec.where);
    assert_int_equal(strncmp(port_label(f->port), label, strlen(label)), 0);
    type(host, "AT");
    expect_got(f, "AT");
    close(host);
}

static int connected_pair(int listening, const struct sockaddr_in *at, int *ret_host)
{
    int fd;

    *ret_host = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(*ret_host, (const struct sockaddr *)at, sizeof(*at)), 0);
    fd = accept(listening, NULL, NULL);
    assert_true(fd >= 0);
    return fd;
}

/* Thousands that came at once would overflow the queue of the interface. */
static void quiet_hosts_are_not_asked_all_at_once(void **state)
{
    enum { HOSTS = 120, FIRST_S = 60, SPREAD_S = 60 };
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int listening = socket(AF_INET, SOCK_STREAM, 0), host, seen[SPREAD_S] = { 0 }, different = 0;

    (void)state;
    assert_int_equal(bind(listening, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &len), 0);
    for (int i = 0; i < HOSTS; i++) {
        int fd = connected_pair(listening, &at, &host), idle_s = 0;

        len = sizeof(idle_s);
        tcp_host_prepare(fd);
        assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, &len), 0);
        assert_in_range(idle_s, FIRST_S, FIRST_S + SPREAD_S - 1);
        different += seen[idle_s - FIRST_S]++ == 0;
        close(fd);
        close(host);
    }
    assert_true(different >= SPREAD_S / 4);
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define UNIX(name) { "unix: " #name, name, set_up_unix, tear_down, NULL }
#define TCP(name)                                                                                  \
    {                                                                                              \
        "tcp: " #name, name, set_up_tcp, tear_down, NULL                                           \
    }
        UNIX(hosts_come_one_after_another),
        UNIX(waiting_host_is_told_of_in_the_log),
        TCP(waiting_host_is_told_of_in_the_log),
        TCP(hosts_come_one_after_another),
        UNIX(host_may_leave_before_it_is_read),
        TCP(host_may_leave_before_it_is_read),
        UNIX(output_waits_for_the_next_host),
        TCP(output_waits_for_the_next_host),
        UNIX(input_of_a_gone_host_waits_for_room),
        TCP(input_of_a_gone_host_waits_for_room),
        UNIX(commands_of_a_gone_host_give_up),
        TCP(commands_of_a_gone_host_give_up),
        UNIX(dead_host_with_stuck_input_makes_room),
        TCP(dead_host_with_stuck_input_makes_room),
        UNIX(host_that_finishes_sending_is_answered),
        TCP(host_that_finishes_sending_is_answered),
        UNIX(bulk_is_not_damaged),
        TCP(bulk_is_not_damaged),
        TCP(http_request_is_hung_up_on),
        TCP(http_request_to_a_peer_goes_through),
        UNIX(http_request_is_a_line_like_others),
        UNIX(unix_socket_is_for_its_owner),
        UNIX(living_socket_stays),
        UNIX(stale_socket_is_replaced),
        UNIX(other_files_are_not_replaced),
        TCP(tcp_port_in_use_is_refused),
        cmocka_unit_test(quiet_hosts_are_not_asked_all_at_once),
        { "tcp: ipv6_label_has_brackets", ipv6_label_has_brackets, set_up_tcp6, tear_down, NULL },
        { "tcp: a mapped address is IPv4", ipv6_label_has_brackets, set_up_tcp_mapped, tear_down,
          NULL },
#undef UNIX
#undef TCP
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
