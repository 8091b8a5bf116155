/* test_options.c: command lines, and what becomes of them. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 24 };

/* Parts a command line at blanks; "''" is an empty word.  Static memory. */
static int split(const char *line, char **ret_argv)
{
    static char copy[4096];
    int argc = 0;

    assert_true(strlen(line) < sizeof(copy));
    strcpy(copy, line);
    ret_argv[argc++] = (char *)"tlsmodem";
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(argc < WORDS_MAX - 1);
        ret_argv[argc++] = strcmp(word, "''") == 0 ? (char *)"" : word;
    }
    ret_argv[argc] = NULL;
    return argc;
}

static bool parse(const char *line, struct options *ret_options, char *ret_error)
{
    char *argv[WORDS_MAX];
    int argc = split(line, argv);

    return options_parse(argc, argv, ret_options, ret_error);
}

static struct options good(const char *line)
{
    struct options options;
    char error[OPTIONS_ERROR_CAP] = "";

    if (!parse(line, &options, error))
        fail_msg("%s: %s", line, error);
    return options;
}

static void ports_are_read(void **state)
{
    static const struct {
        const char *words;
        struct port_spec spec;
    } rows[] = {
        { "--pty ./modem0", { .kind = PORT_PTY, .where = "./modem0" } },
        { "--pty=/tmp/a=b,c", { .kind = PORT_PTY, .where = "/tmp/a=b,c" } },
        { "--unix /run/m.sock", { .kind = PORT_UNIX, .where = "/run/m.sock" } },
        { "--tcp 7000", { .kind = PORT_TCP, .where = "127.0.0.1", .tcp_port = 7000 } },
        { "--tcp 0", { .kind = PORT_TCP, .where = "127.0.0.1" } },
        { "--tcp=127.0.0.2:65535", { .kind = PORT_TCP, .where = "127.0.0.2", .tcp_port = 65535 } },
        { "--tcp localhost:1", { .kind = PORT_TCP, .where = "127.0.0.1", .tcp_port = 1 } },
        { "--rfc2217 [::1]:5000", { .kind = PORT_RFC2217, .where = "::1", .tcp_port = 5000 } },
        { "--tcp [::1]:5000", { .kind = PORT_TCP, .where = "::1", .tcp_port = 5000 } },
        { "--tcp [::ffff:127.0.0.1]:7",
          { .kind = PORT_TCP, .where = "::ffff:127.0.0.1", .tcp_port = 7 } },
        { "--allow-remote --tcp 0.0.0.0:9",
          { .kind = PORT_TCP, .where = "0.0.0.0", .tcp_port = 9 } },
        { "--tcp [::]:9 --allow-remote", { .kind = PORT_TCP, .where = "::", .tcp_port = 9 } },
        { "--uart /dev/ttyUSB0",
          { .kind = PORT_UART, .where = "/dev/ttyUSB0", .line = { .baud = 115200 } } },
        { "--uart /dev/ttyS1,9600",
          { .kind = PORT_UART, .where = "/dev/ttyS1", .line = { .baud = 9600 } } },
        { "--uart=/dev/ttyS1,921600,8n1,rtscts",
          { .kind = PORT_UART,
            .where = "/dev/ttyS1",
            .line = { .baud = 921600, .rtscts = true } } },
        { "--uart /dev/ttyS1,9600,7E2,xonxoff",
          { .kind = PORT_UART,
            .where = "/dev/ttyS1",
            .line = { .baud = 9600,
                      .data_bits = 7,
                      .parity = 'E',
                      .stop_bits = 2,
                      .xon_out = true,
                      .xon_in = true } } },
        { "--stdio", { .kind = PORT_STDIO } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[200];
        struct options options;

        snprintf(line, sizeof(line), "--module he910 %s", rows[i].words);
        options = good(line);
        assert_int_equal(options.port_count, 1);
        assert_int_equal(options.ports[0].kind, rows[i].spec.kind);
        assert_string_equal(options.ports[0].where, rows[i].spec.where);
        assert_int_equal(options.ports[0].tcp_port, rows[i].spec.tcp_port);
        assert_true(serial_format_equal(&options.ports[0].line, &rows[i].spec.line));
        assert_int_equal(options.has_stdio, rows[i].spec.kind == PORT_STDIO);
    }
}

static void ports_keep_their_order(void **state)
{
    struct options options =
        good("--pty a --unix b --module he910 --stdio --pty c --tcp 1 --tcp 2 --tcp 3 --tcp 4");

    (void)state;
    assert_int_equal(options.port_count, 8);
    assert_string_equal(options.ports[0].where, "a");
    assert_string_equal(options.ports[1].where, "b");
    assert_int_equal(options.ports[2].kind, PORT_STDIO);
    assert_string_equal(options.ports[3].where, "c");
    assert_int_equal(options.ports[7].tcp_port, 4);
}

static void presets_hold_until_changed(void **state)
{
    struct options options = good("--module=he910 --stdio");

    (void)state;
    assert_int_equal(options.action, OPTIONS_RUN);
    assert_string_equal(options.module, "he910");
    assert_null(options.state);
    assert_false(options.in_memory);
    assert_null(options.keylog);
    assert_null(options.record);
    for (size_t i = 0; i < STACK_MAX; i++)
        assert_null(options.in_front.words[i]);
    assert_false(options.strict);
    assert_false(options.debuggable);
    assert_int_equal(options.level, LOG_WARNING);
    assert_int_equal(options.traced, 0);
    options = good("--module he910 --stdio --state /var/lib/m --keylog k --log-level debug");
    assert_string_equal(options.state, "/var/lib/m");
    assert_string_equal(options.keylog, "k");
    assert_int_equal(options.level, LOG_DEBUG);
    options = good("--module he910 --stdio --link down=236,up=118,rtt=600");
    assert_string_equal(options.in_front.words[2], "down=236,up=118,rtt=600");
    assert_true(good("--module he910 --strict --stdio").strict);
    assert_true(good("--module he910 --debuggable --stdio").debuggable);
    assert_int_equal(options.threads, 0);
    assert_int_equal(good("--module he910 --stdio --threads 3").threads, 3);
    options = good("--module he910 --stdio --state none");
    assert_null(options.state);
    assert_true(options.in_memory);
}

static void trace_words_add_and_remove(void **state)
{
    const uint32_t at = 1U << TRACE_AT, tls = 1U << TRACE_TLS, port = 1U << TRACE_PORT;

    (void)state;
    assert_int_equal(good("--module he910 --stdio --trace at").traced, at);
    assert_int_equal(good("--module he910 --stdio --trace at,tls,-at").traced, tls);
    assert_int_equal(good("--module he910 --stdio --trace at --trace=port").traced, at | port);
    assert_int_equal(good("--module he910 --stdio --trace all,-tls").traced, UINT32_MAX & ~tls);
    assert_int_equal(good("--module he910 --stdio --trace at --trace -all").traced, 0);
}

static void questions_need_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(good("--help").action, OPTIONS_HELP);
    assert_int_equal(good("--version").action, OPTIONS_VERSION);
    assert_int_equal(good("-h").action, OPTIONS_HELP);
    assert_int_equal(good("-V").action, OPTIONS_VERSION);
    assert_int_equal(good("--list-modules").action, OPTIONS_LIST_MODULES);
    assert_int_equal(good("--pty x --help --nonsense").action, OPTIONS_HELP);
}

#define RATES                                                                                      \
    "300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 500000, "      \
    "576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000"
#define COMPONENTS "all, at, data, socket, net, tls, store, port; with - in front to leave it out"
#define HOSTS      "allowed: an IPv4 address, an IPv6 address in brackets, localhost"
#define PORTS      "allowed: [HOST:]PORT with PORT from 0 to 65535"
#define LINKS                                                                                      \
    "allowed: down=1 to 1000000 (kbit/s), up=1 to 1000000 (kbit/s), rtt=0 to 60000 (ms), "         \
    "jitter=0 to 60000 (ms), loss=0 to 100 (per cent); or gsm, gprs, edge, 2g, umts, 3g, hsdpa, "  \
    "4g, lte, lte-m, nb-iot"
#define IMEIS "allowed: 14 digits, the check digit is added, or 15 with it"
#define ICCIDS                                                                                     \
    "allowed: 18 digits from 89 on, the check digit is added, 19 with it, or 20, which are not "   \
    "checked"
#define PLACES                                                                                     \
    "allowed: an address of this machine, or ADDRESS:FIRST-LAST, ports of 1 to 65535, with an "    \
    "IPv6 address in brackets"
#define SERVERS                                                                                    \
    "allowed: system, module, an address, or ADDRESS:PORT with an IPv6 address in brackets"
#define ANOTHER   "allowed: an address of the server's that is valid beyond it (not fe80::/10)"
#define REACHABLE "allowed: 127.0.0.1, [::1], or any address with --allow-remote"

static void mistakes_are_told_in_one_line(void **state)
{
    static const struct {
        const char *words, *error;
    } rows[] = {
        { "", "a port is needed: --pty, --tcp, --unix, --uart, --rfc2217, --tcp-tls or --stdio" },
        { "--pty", "--pty needs PATH" },
        { "--stdio=1", "--stdio takes no value" },
        { "--stdio --stdio", "--stdio may be given once" },
        { "--stdio --state a --state b", "--state may be given once" },
        { "--pty ''",
          "--pty: \"\" is wrong because it has 0 bytes; allowed: a path of 1 to 255 bytes" },
        { "--pty=",
          "--pty: \"\" is wrong because it has 0 bytes; allowed: a path of 1 to 255 bytes" },
        { "--state=", "--state needs DIR; allowed: a folder, or none" },
        { "--keylog=", "--keylog needs FILE" },
        { "--pcap=", "--pcap needs FILE" },
        { "--record=", "--record needs FILE" },
        { "--scenario=", "--scenario needs FILE" },
        { "--imei", "--imei needs DIGITS" },
        { "--imei 1234567890123",
          "--imei: \"1234567890123\" is wrong because it is not 14 or 15 digits; " IMEIS },
        { "--imei 4901542032375x",
          "--imei: \"4901542032375x\" is wrong because it is not 14 or 15 digits; " IMEIS },
        { "--imei 490154203237517", "--imei: \"490154203237517\" is wrong because its last digit, "
                                    "the check digit, would be 8; " IMEIS },
        { "--imsi 12345", "--imsi: \"12345\" is wrong because it is not a number of that length; "
                          "allowed: 6 to 15 digits" },
        { "--imsi 1234567890123456", "--imsi: \"1234567890123456\" is wrong because it is not a "
                                     "number of that length; allowed: 6 to 15 digits" },
        { "--iccid 8949210076086148529",
          "--iccid: \"8949210076086148529\" is wrong because its last digit, the check digit, "
          "would be 1; " ICCIDS },
        { "--iccid 884921007608614852",
          "--iccid: \"884921007608614852\" is wrong because it is not "
          "18 to 20 digits that begin with 89; " ICCIDS },
        { "--stdio --imei 49015420323751 --imei 49015420323751", "--imei may be given once" },
        { "--pty 1 --pty 2 --pty 3 --pty 4 --pty 5 --pty 6 --pty 7 --pty 8 --pty 9",
          "too many ports: a modem has 8 at most" },
        { "--tcp x", "--tcp: \"x\" is wrong because it has no port; " PORTS },
        { "--tcp 65536", "--tcp: \"65536\" is wrong because it has no port; " PORTS },
        { "--tcp 127.0.0.1:", "--tcp: \"127.0.0.1:\" is wrong because it has no port; " PORTS },
        { "--tcp -1", "--tcp: \"-1\" is wrong because it has no port; " PORTS },
        { "--tcp host.example:1",
          "--tcp: \"host.example:1\" is wrong because \"host.example\" is no address; " HOSTS },
        { "--tcp ::1:5", "--tcp: \"::1:5\" is wrong because \"::1\" is no address; " HOSTS },
        { "--tcp [127.0.0.1]:5",
          "--tcp: \"[127.0.0.1]:5\" is wrong because \"[127.0.0.1]\" is no address; " HOSTS },
        { "--tcp :5", "--tcp: \":5\" is wrong because \"\" is no address; " HOSTS },
        { "--tcp 0.0.0.0:5", "--tcp: other machines can reach 0.0.0.0; " REACHABLE },
        { "--tcp [::]:5", "--tcp: other machines can reach ::; " REACHABLE },
        { "--tcp 192.0.2.1:5", "--tcp: other machines can reach 192.0.2.1; " REACHABLE },
        { "--tcp [::ffff:192.0.2.1]:5",
          "--tcp: other machines can reach ::ffff:192.0.2.1; " REACHABLE },
        { "--tcp [::ffff:0.0.0.0]:5",
          "--tcp: other machines can reach ::ffff:0.0.0.0; " REACHABLE },
        { "--uart ,9600",
          "--uart: \"\" is wrong because it has 0 bytes; allowed: a path of 1 to 255 bytes" },
        { "--uart /dev/x,9601",
          "--uart: \"9601\" is wrong because it is no rate; allowed: " RATES },
        { "--uart /dev/x,", "--uart: \"\" is wrong because it is no rate; allowed: " RATES },
        { "--uart /dev/x,9600,8N3",
          "--uart: \"8N3\" is wrong because no line is set so; allowed: a frame (8N1, 7E1), "
          "rtscts, xonxoff" },
        { "--uart /dev/x,9600,",
          "--uart: \"\" is wrong because no line is set so; allowed: a frame (8N1, 7E1), "
          "rtscts, xonxoff" },
        { "--stdio --trace at,foo", "--trace: \"foo\" is no component; allowed: " COMPONENTS },
        { "--stdio --trace=", "--trace: \"\" is no component; allowed: " COMPONENTS },
        { "--stdio --trace -x", "--trace: \"x\" is no component; allowed: " COMPONENTS },
        { "--stdio --link=", "--link: \"\" is no property of a link; " LINKS },
        { "--stdio --link rtt=5,jitters=3",
          "--link: \"jitters=3\" is no property of a link; " LINKS },
        { "--stdio --link up=5,up=5", "--link: \"up=5\" is said twice; " LINKS },
        { "--stdio --link rtt=5 --link rtt=6", "--link may be given once" },
        { "--stdio --dns", "--dns needs system|module|ADDR[:PORT]" },
        { "--stdio --dns=", "--dns: \"\" is no name server; " SERVERS },
        { "--stdio --dns 53", "--dns: \"53\" is no name server; " SERVERS },
        { "--stdio --dns 1.2.3", "--dns: \"1.2.3\" is no name server; " SERVERS },
        { "--stdio --dns 1.2.3.4:", "--dns: \"1.2.3.4:\" is no name server; " SERVERS },
        { "--stdio --dns 1.2.3.4:0", "--dns: \"1.2.3.4:0\" is no name server; " SERVERS },
        { "--stdio --dns [::1]:65536", "--dns: \"[::1]:65536\" is no name server; " SERVERS },
        { "--stdio --dns [::1", "--dns: \"[::1\" is no name server; " SERVERS },
        { "--stdio --dns localhost", "--dns: \"localhost\" is no name server; " SERVERS },
        { "--stdio --dns fe80::1", "--dns: \"fe80::1\" is of one link; " ANOTHER },
        { "--stdio --dns [fe80::1%lo]:53", "--dns: \"[fe80::1%lo]:53\" is of one link; " ANOTHER },
        { "--stdio --dns febf::1%lo", "--dns: \"febf::1%lo\" is of one link; " ANOTHER },
        { "--stdio --dns system --dns module", "--dns may be given once" },
        { "--stdio --listen", "--listen needs ADDR[:FIRST-LAST]" },
        { "--stdio --listen=", "--listen: \"\" is no place to listen; " PLACES },
        { "--stdio --listen host", "--listen: \"host\" is no place to listen; " PLACES },
        { "--stdio --listen 20000", "--listen: \"20000\" is no place to listen; " PLACES },
        { "--stdio --listen 127.0.0.1:20000",
          "--listen: \"127.0.0.1:20000\" is no place to listen; " PLACES },
        { "--stdio --listen 127.0.0.1:0-5",
          "--listen: \"127.0.0.1:0-5\" is no place to listen; " PLACES },
        { "--stdio --listen 127.0.0.1:7-5",
          "--listen: \"127.0.0.1:7-5\" is no place to listen; " PLACES },
        { "--stdio --listen [::1]:1-65536",
          "--listen: \"[::1]:1-65536\" is no place to listen; " PLACES },
        { "--stdio --listen ::1 --listen ::1", "--listen may be given once" },
        { "--stdio --log-level loud",
          "--log-level: \"loud\" is no level; allowed: error, warning, info, debug" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[200];
        char error[OPTIONS_ERROR_CAP] = "";
        struct options options;

        snprintf(line, sizeof(line), "--module he910 %s", rows[i].words);
        assert_false(parse(line, &options, error));
        assert_string_equal(error, rows[i].error);
    }
}

static void names_are_exact(void **state)
{
    static const char *const lines[] = { "--mod he910", "--STDIO", "-H", "-v",      "modem",
                                         "--stdio-",    "-",       "--", "--help=", "--pty/x" };
    char error[OPTIONS_ERROR_CAP];
    struct options options;

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_false(parse(lines[i], &options, error));
    assert_false(parse("--sdtio", &options, error));
    assert_string_equal(error,
                        "unknown option --sdtio; allowed: --config, --check-config, --module, "
                        "--list-modules, --imei, "
                        "--imsi, --iccid, --pty, "
                        "--tcp, --unix, --uart, --rfc2217, --tcp-tls, --tcp-tls-cert, "
                        "--tcp-tls-key, --tcp-tls-ca, --stdio, --allow-remote, --state, --dns, "
                        "--tls-policy, --tls-ca, --tls-verify, --source, --listen, --ppp, --clock, "
                        "--guard, --map, --link, "
                        "--trace, --log-level, --scenario, --record, --pcap, --keylog, --metrics, "
                        "--metrics-file, --control, "
                        "--control-token-file, --threads, --shard, --summary, --fail-if, "
                        "--start-at, --for, --debuggable, "
                        "--exit-with-parent, --strict, "
                        "--help, "
                        "--version");
    assert_false(parse("frob", &options, error));
    assert_string_equal(error, "unknown command frob; allowed: run (which may be left out), check, "
                               "ctl, probe, replay, report, state, tap");
}

static void place_to_listen_is_read(void **state)
{
    static const struct {
        const char *words;
        bool given;
        enum net_family family;
        uint8_t head, tail;
        uint16_t first, last;
    } rows[] = {
        { "", false, NET_IPV4, 0, 0, 0, 0 },
        { "--listen 0.0.0.0", true, NET_IPV4, 0, 0, 0, 0 },
        { "--listen 192.0.2.7:20000-20009", true, NET_IPV4, 192, 7, 20000, 20009 },
        { "--listen ::1", true, NET_IPV6, 0, 1, 0, 0 },
        { "--listen=[2001:db8::5]:65535-65535", true, NET_IPV6, 0x20, 5, 65535, 65535 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[200];
        struct options options;
        const struct net_address *address = &options.listening.address;

        snprintf(line, sizeof(line), "--module m95 --stdio %s", rows[i].words);
        options = good(line);
        assert_int_equal(options.listens, rows[i].given);
        if (!rows[i].given)
            continue;
        assert_int_equal(address->family, rows[i].family);
        assert_int_equal(address->bytes[0], rows[i].head);
        assert_int_equal(address->bytes[rows[i].family == NET_IPV4 ? 3 : 15], rows[i].tail);
        assert_int_equal(options.listening.first, rows[i].first);
        assert_int_equal(options.listening.last, rows[i].last);
    }
}

static void a_shard_is_read(void **state)
{
    static const char *const wrong[] = { "",     "1",   "1/",      "/4",  "4/4",
                                         "-1/4", "0/0", "0/65536", "1/4x" };
    struct options options = good("--module he910 --stdio --shard 3/4");
    char error[OPTIONS_ERROR_CAP], line[100];

    (void)state;
    assert_int_equal(options.shard.index, 3);
    assert_int_equal(options.shard.count, 4);
    assert_true(shard_has(&options.shard, 7));
    assert_false(shard_has(&options.shard, 8));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(line, sizeof(line), "--module he910 --stdio --shard=%s", wrong[i]);
        assert_false(parse(line, &options, error));
        assert_non_null(strstr(error, "allowed: I/N, N from 1 to 65535, I from 0 to N - 1"));
    }
}

/* Kubernetes says which Pod of an indexed Job a process is. */
static void the_environment_says_which_shard(void **state)
{
    const char *line = "--module he910 --stdio";
    char error[OPTIONS_ERROR_CAP];
    struct options options = good(line);

    (void)state;
    assert_int_equal(options.shard.count, 0);
    assert_true(shard_has(&options.shard, 8));
    setenv("TLSMODEM_SHARD", "1", 1);
    assert_int_equal(good(line).shard.count, 0);
    setenv("TLSMODEM_SHARDS", "5", 1);
    assert_int_equal(good(line).shard.index, 1);
    setenv("JOB_COMPLETION_INDEX", "4", 1);
    assert_int_equal(good(line).shard.index, 4);
    assert_int_equal(good(line).shard.count, 5);
    assert_int_equal(good("--module he910 --stdio --shard 0/2").shard.count, 2);
    setenv("JOB_COMPLETION_INDEX", "5", 1);
    assert_false(parse(line, &options, error));
    assert_string_equal(error, "JOB_COMPLETION_INDEX: \"5\" is none of 5 shards; allowed: 0 to 4");
    unsetenv("JOB_COMPLETION_INDEX");
    setenv("TLSMODEM_SHARD", "tlsmodem-standing-3", 1);
    assert_int_equal(good(line).shard.index, 3);
    setenv("TLSMODEM_SHARD", "tlsmodem-standing", 1);
    assert_false(parse(line, &options, error));
    assert_string_equal(error,
                        "TLSMODEM_SHARD: \"tlsmodem-standing\" is none of 5 shards; allowed: "
                        "0 to 4, also behind a name and -");
    setenv("TLSMODEM_SHARD", "-3", 1);
    assert_false(parse(line, &options, error));
    unsetenv("TLSMODEM_SHARD");
    assert_false(parse(line, &options, error));
    setenv("TLSMODEM_SHARDS", "0", 1);
    assert_false(parse(line, &options, error));
    unsetenv("TLSMODEM_SHARDS");
}

static void a_file_stands_alone(void **state)
{
    static const struct {
        const char *words, *error;
    } rows[] = {
        { "--config f --module he910", "--config: --module is given, too; " },
        { "--config f --stdio", "--config: a port is given, too; " },
        { "--config f --imsi 001010123456789", "--config: --imsi is given, too; " },
        { "--config f --clock manual", "--config: --clock is given, too; " },
        { "--config f --link rtt=1", "--config: --link is given, too; " },
        { "--check-config", "--check-config needs --config FILE" },
        { "--config=", "--config needs FILE" },
        { "--config f --config g", "--config may be given once" },
    };
    char error[OPTIONS_ERROR_CAP];
    struct options options;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_false(parse(rows[i].words, &options, error));
        assert_int_equal(strncmp(error, rows[i].error, strlen(rows[i].error)), 0);
    }
    options = good("--config f --state none --dns module --strict --allow-remote");
    assert_string_equal(options.config, "f");
    assert_false(options.checks_config);
    assert_true(good("--check-config --config f").checks_config);
}

static void name_server_is_read(void **state)
{
    static const struct {
        const char *words;
        size_t count;
        enum net_family family;
        uint8_t first, last;
        uint16_t port;
        bool of_module;
    } rows[] = {
        { "", 0, NET_IPV4, 0, 0, 0, false },
        { "--dns system", 0, NET_IPV4, 0, 0, 0, false },
        { "--dns module", 0, NET_IPV4, 0, 0, 0, true },
        { "--dns 192.0.2.7", 1, NET_IPV4, 192, 7, 53, false },
        { "--dns 192.0.2.7:5353", 1, NET_IPV4, 192, 7, 5353, false },
        { "--dns 2001:db8::5", 1, NET_IPV6, 0x20, 5, 53, false },
        { "--dns [2001:db8::5]", 1, NET_IPV6, 0x20, 5, 53, false },
        { "--dns=[2001:db8::5]:65535", 1, NET_IPV6, 0x20, 5, 65535, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[200];
        struct options options;
        const struct dns_server *server = &options.dns.list[0];

        snprintf(line, sizeof(line), "--module he910 --stdio %s", rows[i].words);
        options = good(line);
        assert_int_equal(options.dns.count, rows[i].count);
        assert_int_equal(options.dns_of_module, rows[i].of_module);
        if (rows[i].count == 0)
            continue;
        assert_int_equal(server->port, rows[i].port);
        assert_int_equal(server->address.family, rows[i].family);
        assert_int_equal(server->address.bytes[0], rows[i].first);
        assert_int_equal(server->address.bytes[rows[i].family == NET_IPV4 ? 3 : 15], rows[i].last);
    }
}

static void module_names_have_any_case(void **state)
{
    (void)state;
    assert_string_equal(good("--module HE910 --stdio").module, "he910");
    assert_string_equal(good("--module Le910-EUv2 --stdio").module, "le910-euv2");
}

static void identity_is_completed(void **state)
{
    struct options options = good("--module he910 --stdio --imei 49015420323751 --iccid "
                                  "894921007608614852 --imsi 262011234567890");

    (void)state;
    assert_string_equal(options.imei, "490154203237518"); /* the example of GSMA TS.06 */
    assert_string_equal(options.iccid, "8949210076086148521");
    assert_string_equal(options.imsi, "262011234567890");
    options = good("--module he910 --stdio --imei=490154203237518 --iccid 89860012345678901234");
    assert_string_equal(options.imei, "490154203237518");
    assert_string_equal(options.iccid, "89860012345678901234");
    assert_string_equal(options.imsi, "");
}

static void module_names_that_were_say_what_to_use(void **state)
{
    char error[OPTIONS_ERROR_CAP];
    struct options options;

    (void)state;
    assert_false(parse("--module l610-drivers --stdio", &options, error));
    assert_string_equal(error, "--module: l610-drivers is gone: use l610");
    assert_false(parse("--module NL668-CN-00-drivers --stdio", &options, error));
    assert_string_equal(error, "--module: NL668-CN-00-drivers is gone: use nl668-cn-00");
}

static void near_module_names_are_suggested(void **state)
{
    static const struct {
        const char *value, *question;
    } rows[] = {
        { "he901", "did you mean he910? " }, /* two letters swapped */
        { "HE91", "did you mean he910" },    /* what names begin with */
        { "m-95", "did you mean m95? " },    { "nl668", "did you mean nl668-" },
        { "l620", "did you mean l610" },     { "le910euv2", "did you mean le910-euv2? " },
        { "sim800", "--list-modules" },      { "''", "--list-modules" },
    };
    char error[OPTIONS_ERROR_CAP];
    struct options options;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[200];
        char begin[200];

        snprintf(line, sizeof(line), "--stdio --module %s", rows[i].value);
        snprintf(begin, sizeof(begin), "--module: \"%s\" is no module; %s",
                 strcmp(rows[i].value, "''") == 0 ? "" : rows[i].value, rows[i].question);
        assert_false(parse(line, &options, error));
        assert_memory_equal(error, begin, strlen(begin));
        assert_true(strlen(error) < 160); /* not a list of all */
        assert_non_null(strstr(error, "--list-modules shows the names"));
    }
    assert_false(parse("--stdio", &options, error));
    assert_string_equal(error,
                        "--module NAME or --config FILE is needed; --list-modules shows the names");
}

static void long_texts_are_cut(void **state)
{
    char line[3000] = "--module he910 --pty ";
    char error[OPTIONS_ERROR_CAP];
    struct options options;

    (void)state;
    memset(line + strlen(line), 'x', 255);
    assert_int_equal(strlen(good(line).ports[0].where), 255);
    strcat(line, "x");
    assert_false(parse(line, &options, error));
    memset(line, 'y', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    assert_false(parse(line, &options, error));
    assert_int_equal(strlen(error), OPTIONS_ERROR_CAP - 1);
}

static void help_names_every_option(void **state)
{
    static const char *const names[] = { "--module NAME",
                                         "--pty PATH",
                                         "--tcp [HOST:]PORT",
                                         "--uart DEVICE[,BAUD[,8N1][,rtscts|xonxoff]]",
                                         "--trace COMPONENTS",
                                         "warning (unless given)",
                                         "socket",
                                         "-h, --help",
                                         "-V, --version" };
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    options_print_help(out);
    fclose(out);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_non_null(strstr(text, names[i]));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_are_read),
        cmocka_unit_test(ports_keep_their_order),
        cmocka_unit_test(presets_hold_until_changed),
        cmocka_unit_test(trace_words_add_and_remove),
        cmocka_unit_test(questions_need_nothing_else),
        cmocka_unit_test(mistakes_are_told_in_one_line),
        cmocka_unit_test(names_are_exact),
        cmocka_unit_test(a_shard_is_read),
        cmocka_unit_test(the_environment_says_which_shard),
        cmocka_unit_test(a_file_stands_alone),
        cmocka_unit_test(name_server_is_read),
        cmocka_unit_test(place_to_listen_is_read),
        cmocka_unit_test(module_names_have_any_case),
        cmocka_unit_test(identity_is_completed),
        cmocka_unit_test(module_names_that_were_say_what_to_use),
        cmocka_unit_test(near_module_names_are_suggested),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(help_names_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
