/* test_script_writer.c: what passes becomes a transcript, which the reader reads to the same. */
#include "transcript/echo.h"
#include "transcript/fill.h"
#include "transcript/reader.h"
#include "transcript/writer.h"
#include "transcript/writer_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static long allocations_left = -1;

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool is_refused(void)
{
    if (allocations_left < 0)
        return false;
    if (allocations_left == 0)
        return true;
    allocations_left--;
    return false;
}

void *__wrap_realloc(void *memory, size_t size)
{
    return is_refused() ? NULL : __real_realloc(memory, size);
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

enum { TEXT_MAX = 400000 };

static char text[TEXT_MAX];
static size_t text_len, head_len;
static struct writer *writer;
static int64_t now_ms;

static void put(void *ctx, struct span more)
{
    (void)ctx;
    assert_true(text_len + more.len < TEXT_MAX);
    memcpy(text + text_len, more.data, more.len);
    text_len += more.len;
    text[text_len] = '\0';
}

static void patch(void *ctx, uint64_t offset, struct span bytes)
{
    (void)ctx;
    assert_true(offset + bytes.len <= text_len);
    memcpy(text + offset, bytes.data, bytes.len);
}

static void begin(void)
{
    const struct writer_config config = {
        "he910", "a test", NULL, NULL, false, { put, patch, NULL }
    };

    text_len = 0;
    now_ms = 1000;
    assert_int_equal(writer_open(&config, &writer), ERR_OK);
    head_len = text_len; /* common to all */
}

static void host(const char *typed)
{
    writer_host(writer, now_ms, 0, span_of(typed), false);
}

static void module(const char *heard)
{
    writer_module(writer, now_ms, 0, span_of(heard));
}

static void assert_written(const char *expected)
{
    writer_close(writer);
    assert_string_equal(text + head_len, expected);
}

/* ---- at the port ---- */

static void test_lines_with_their_echo(void **state)
{
    (void)state;
    begin();
    host("AT\r");
    module("AT\r\r\nOK\r\n");
    host("AT+CREG?\r");
    module("AT+CREG?\r");
    module("\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    host("ATE0\r");
    module("ATE0\r\r\nOK\r\n");
    host("ATI\r");
    module("\r\nTelit\r\nmore\r\n\r\nOK\r\n");
    host("AT#SSLSEND=1\r");
    module("\r\n> ");
    host("hello");
    host("\x1a");
    module("\r\nOK\r\n");
    assert_written("> AT\n< OK\n> AT+CREG?\n< +CREG: 0,1\n< OK\n> ATE0\n< OK\n"
                   "> ATI\n< Telit\n<| more\n< OK\n> AT#SSLSEND=1\n< prompt\n"
                   "> bytes \"hello\"\n> ctrl-z\n< OK\n");
}

static void test_an_echo_that_nobody_believed_in(void **state)
{
    (void)state;
    begin();
    host("AT\r");
    module("\r\nOK\r\n");
    host("AT\r");
    module("\r\nOK\r\n");
    host("AT+Z\r");
    module("AT+Z\r\r\nERROR\r\n");
    assert_written("echo off\n> AT\n< OK\n> AT\n< OK\necho on\n> AT+Z\n< ERROR\n");
}

static void test_typed_by_hand(void **state)
{
    (void)state;
    begin();
    for (const char *c = "AT+X\r"; *c != '\0'; c++) {
        const char key[2] = { *c, '\0' };

        now_ms += 300;
        host(key);
        module(key);
    }
    module("\r\nOK\r\n");
    now_ms += 1500;
    host("AY\b");
    module("AY\b \b");
    assert_written("> AT+X\n< OK\nwait 1500ms\n> data \"AY\\x08\"\n< bytes \" \\x08\"\n");
}

static void test_what_no_line_can_say(void **state)
{
    (void)state;
    begin();
    host("AT\r\n");
    module("AT\r\r\nOK\r\n");
    host("AT${x}\r");
    module("AT${x}\r\r\nERROR\r\n");
    host("data 5\r");
    module("data 5\r");
    host("ATV0\r");
    module("ATV0\r0\r");
    module("0\r");
    host("\r");
    module("\r\r\nprompt\r\n");
    module("\r\n5 bytes\r\n\r\n\xff\x00\"\\\r\nabc");
    assert_written("> bytes \"AT\\r\\n\"\n< bytes \"AT\\r\"\n< OK\n"
                   "> data \"AT\\${x}\\r\"\n< ERROR\n> data \"data 5\\r\"\n"
                   "> ATV0\n< bytes \"0\\r0\\r\"\n>\n< bytes \"\\r\\nprompt\\r\\n\"\n"
                   "< bytes \"\\r\\n5 bytes\\r\\n\"\n< bytes \"\\r\\n\\xff\"\n");
}

static void test_pauses(void **state)
{
    (void)state;
    begin();
    host("abc");
    now_ms += 40;
    host("def");
    now_ms += 900;
    host("+++");
    now_ms += 950;
    module("\r\nOK\r\n");
    now_ms += 90000;
    module("\r\nNO CARRIER\r\n");
    assert_written("> bytes \"abcdef\"\nwait 1001ms\n> bytes \"+++\"\n< OK\nwait 90s\n"
                   "< NO CARRIER\n");
}

static void test_circuits(void **state)
{
    (void)state;
    begin();
    host("AT\r");
    module("AT\r\r\nCONNECT\r\n");
    writer_circuit(writer, now_ms, 0, LINE_DCD, true);
    host("abc");
    now_ms += 120;
    writer_circuit(writer, now_ms, 0, LINE_DTR, false);
    module("\r\nNO CARRIER\r\n");
    writer_circuit(writer, now_ms, 1, LINE_RI, true);
    writer_remark(writer, "the host does something");
    module("\r\nRING\r\n");
    assert_written("> AT\n< CONNECT\ndcd on\n> bytes \"abc\"\nwait 120ms\ndtr off\n< NO CARRIER\n"
                   "on port 2\nri on\n# the host does something\non port 1\n< RING\n");
}

static void test_two_ports(void **state)
{
    (void)state;
    begin();
    host("AT\r");
    writer_module(writer, now_ms, 1, span_of("\r\nRING\r\n"));
    module("AT\r\r\nOK\r\n");
    assert_written("> bytes \"AT\\r\"\non port 2\n< RING\non port 1\n< bytes \"AT\\r\\r\\n\"\n"
                   "< bytes \"OK\\r\\n\"\n");
}

/* ---- what must not be written, or differs ---- */

/* A secret without a place ends the recording; none stands in clear. */
/* A line of the module that is too long for a step is cut, but not in a secret. */
static void test_secrets_across_a_cut(void **state)
{
    static char said[700];

    (void)state;
    for (size_t at = 200; at < 260; at++) {
        for (size_t piece = 1; piece < 700; piece = piece * 7) {
            begin();
            writer_secret(writer, span_of("sEsaMe"));
            memset(said, 'x', sizeof(said));
            memcpy(said + at, "sEsaMe", 6);
            for (size_t i = 0; i < sizeof(said); i += piece)
                writer_module(
                    writer, now_ms, 0,
                    span_at(said + i, sizeof(said) - i < piece ? sizeof(said) - i : piece));
            writer_close(writer);
            assert_null(strstr(text, "sE"));
            assert_null(strstr(text, "Me"));
            assert_non_null(strstr(text, "${secret1}"));
        }
    }
}

/* Log-ins that hide nothing, and fields that are secrets by their name. */
static void test_secrets_of_protocols(void **state)
{
    static const struct net_target to = { .transport = NET_TCP, .port = 25 };
    static const char *const got[] = {
        "AUTH LOGIN\r\n",
        "bWU=\r\n",
        "c0VzYU1l\r\n",
        "AUTH PLAIN AG1lAHNFc2FNZQ==\r\n",
        "Authorization: Basic bWU6c0VzYU1l\r\nHost: a\r\n",
        "authorization: Bearer to",
        "ken\r\nAu",
        "thorization: xy\r\nCookie: a",
        "=b",
        "cd\r\nPASS other\r\n",
        "X-Api-Key:\r\nnothing: Bearer shown\r\n",
    };
    int connection;

    (void)state;
    begin();
    writer_secret(writer, span_of("sEsaMe"));
    connection = writer_connected(writer, now_ms, &to);
    for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++)
        writer_peer_gets(writer, now_ms, connection, span_of(got[i]));
    writer_peer_sends(writer, now_ms, connection, span_of("Set-Cookie: k=v; path\r\nbody k=v\r\n"));
    host("GET\r\nhdr: bWU6c0VzYU1l\r\n");
    writer_close(writer);
    for (size_t i = 0; i < 12; i++) {
        static const char *const hidden[] = { "c0Vz", "AG1l",       "bWU6",      "Bearer to",
                                              "ken",  " xy",        "a=b",       "Cookie: a",
                                              "cd",   "PASS other", "k=v; path", "sEsaMe" };

        if (strstr(text + head_len, hidden[i]) != NULL)
            fail_msg("%s: %s", hidden[i], text + head_len);
    }
    assert_non_null(strstr(text, "nothing: Bearer shown"));
    assert_non_null(strstr(text, "gets \"AUTH LOGIN\\r\\n\""));
    assert_non_null(strstr(text, "Host: a\\r\\n\""));
}

/* The password of a CONNECT, which a module may have made of a secret, wherever it is cut. */
static void test_passwords_of_mqtt(void **state)
{
    static const struct net_target to = { .transport = NET_TCP, .port = 1883 };
    static const char whole[] = "\x10\x38\0\4MQTT\4\xc6\0\x3c\0\5my id\0\3top\0\4gone\0\4user\0\10"
                                "pass\r\nd!0\6\0\1txyz",
                      none[] = "\x10\0\0\7MQTTxxxhello\n",
                      old[] = "\x10\x17\0\6MQIsdp\3\x40"
                              "\0\0\0\2id\0\3key";
    const struct span all = span_at(whole, sizeof(whole) - 1);

    (void)state;
    for (size_t cut = 0; cut <= all.len; cut++) {
        int connection;

        begin();
        connection = writer_connected(writer, now_ms, &to);
        if (cut > 0)
            writer_peer_gets(writer, now_ms, connection, span_at(whole, cut));
        if (cut < all.len)
            writer_peer_gets(writer, now_ms, connection, span_skip(all, cut));
        writer_peer_gets(writer, now_ms, connection, span_at(none, sizeof(none) - 1));
        writer_peer_gets(writer, now_ms, connection, span_at(old, sizeof(old) - 1));
        writer_close(writer);
        for (const char *const *at = (const char *const[]){ "pass", "d!", "key", NULL };
             *at != NULL; at++) {
            if (strstr(text + head_len, *at) != NULL)
                fail_msg("%zu: %s: %s", cut, *at, text + head_len);
        }
        assert_non_null(strstr(text, "xxxhello"));
        if (cut == 0 || cut == all.len) {
            assert_non_null(strstr(text, "my id"));
            assert_non_null(strstr(text, "gone"));
            assert_non_null(strstr(text, "user"));
            assert_non_null(strstr(text, "txyz"));
        }
    }
}

static void step(const char *act, const char *first, const char *second)
{
    const struct script_step one = { .kind = SCRIPT_ACT, .act = lab_act_find(span_of(act)) };

    writer_step(writer, now_ms, 0, &one, span_of(first), span_of(second));
}

static void set(unsigned port, const char *name, const char *value)
{
    const struct script_step one = { .kind = SCRIPT_SET,
                                     .setting = lab_setting_find(span_of(name)) };

    writer_step(writer, now_ms, port, &one, span_of(value), span_of(""));
}

/* What a laboratory does stands where it happened, and not where it could not be done. */
static void test_the_world(void **state)
{
    const struct script_step fault = { .kind = SCRIPT_FAULT };

    (void)state;
    begin();
    set(0, "operator", "Two Words");
    module("\r\n+CREG: 5\r\n");
    now_ms += 30;
    step("ring", "+49123", "");
    step("ring", "", "");
    step("ring-end", "", "");
    writer_step_failed(writer);
    step("ring-end", "", "");
    step("sms", "123", "a \"b\"\r\xc3\xbc");
    step("context-lost", "", "");
    step("context-lost", "2", "");
    set(1, "dtr", "off");
    host("ATE0\r");
    module("ATE0\r\r\nOK\r\n");
    step("power", "reset", "");
    writer_step(writer, now_ms, 0, &fault, span_of("latency latency=2"), span_of(""));
    host("AT\r");
    module("AT\r\r\nOK\r\n");
    step("ring-end", "", "");
    assert_written(
        "set operator=Two Words\n< +CREG: 5\nwait 30ms\nring \"+49123\"\nring\nring end\n"
        "sms \"123\" \"a \\\"b\\\"\\r\\xc3\\xbc\"\ncontext-lost\ncontext-lost 2\n"
        "on port 2\nset dtr=off\non port 1\n> ATE0\n< OK\npower reset\n"
        "fault latency latency=2\n> AT\n< OK\nring end\n");
}

static void test_secrets_without_a_place(void **state)
{
    char word[16];

    (void)state;
    begin();
    for (unsigned i = 0; i < WRITER_SECRETS_MAX; i++) {
        snprintf(word, sizeof(word), "word%04u", i);
        writer_secret(writer, span_of(word));
    }
    host("AT\r");
    module("AT\r");
    assert_false(writer_is_full(writer));
    writer_secret(writer, span_of("geheim"));
    assert_true(writer_is_full(writer));
    assert_false(writer_failed(writer));
    host("AT+CPIN=\"geheim\"\r");
    module("AT+CPIN=\"geheim\"\r");
    writer_close(writer);
    assert_null(strstr(text, "geheim"));
    assert_non_null(strstr(text, "\n# there are too many secrets: the recording ends here\n"));
}

static void test_a_secret_too_long(void **state)
{
    static uint8_t key[WRITER_SECRET_MAX + 1];

    (void)state;
    memset(key, 'k', sizeof(key));
    begin();
    writer_host(writer, now_ms, 0, span_at(key, sizeof(key)), true);
    host("AT\r");
    writer_close(writer);
    assert_null(strstr(text, "kkk"));
    assert_non_null(strstr(text, "# a secret is too long: the recording ends here\n"));
}

static void test_secrets(void **state)
{
    (void)state;
    begin();
    writer_secret(writer, span_of("geheim"));
    writer_secret(writer, span_of("12"));
    host("AT#FTPOPEN=\"h\",\"u\",\"geheim\",1\r");
    module("AT#FTPOPEN=\"h\",\"u\",\"geheim\",1\r");
    module("\r\nOK12\r\n");
    host("AT+CPIN=\"12\",\"312\"\r");
    module("AT+CPIN=\"12\",\"312\"\r\r\n> ");
    now_ms += 5000;
    writer_host(writer, now_ms, 0, span_of("-----BEGIN"), true);
    now_ms += 5000;
    writer_host(writer, now_ms, 0, span_of(" X\r\n\x1a"), true);
    module("\r\nOK\r\n\r\ngeheim\\geheim 10.0.0.1\r\n");
    assert_written("# secret1: 6 bytes, to be given by --set secret1=VALUE or =@FILE\n"
                   "# secret2: 2 bytes, to be given by --set secret2=VALUE or =@FILE\n"
                   "> AT#FTPOPEN=\"h\",\"u\",\"${secret1}\",1\n< OK12\n"
                   "> AT+CPIN=\"${secret2}\",\"312\"\n< prompt\nwait 5s\n"
                   "# secret3: 14 bytes, to be given by --set secret3=VALUE or =@FILE\n"
                   "> bytes \"${secret3}\"\n> ctrl-z\n< OK\n"
                   "< bytes \"\\r\\n${secret1}\\x5c${secret1} 10.0.0.1\\r\\n\"\n");
}

static void test_what_differs(void **state)
{
    (void)state;
    begin();
    writer_varies(writer, span_of("356152040064578"), "\\d{15}");
    module("\r\n356152040064578\r\n\r\n#SGACT: 10.0.0.27\r\n");
    module("\r\n+CCLK: \"26/12/01,05:56:04+00\"\r\n\r\n1.2.3.4.5 V10.00.001 1:2:3\r\n");
    assert_written("<~ \\d{15}\n<~ #SGACT: [0-9.]+\n"
                   "<~ \\+CCLK: \"[0-9/]+,[0-9:]+\\+00\"\n< 1.2.3.4.5 V10.00.001 1:2:3\n");
}

/* ---- on the network ---- */

static const struct net_address address = { NET_IPV4, { 192, 0, 2, 7 }, 0 };

static struct net_target target(uint16_t port)
{
    return (struct net_target){ .transport = NET_TCP, .address = address, .port = port };
}

static const struct tls_info tls12 = { .version = TLS_1_2, .suite = 0xc02f };

static void test_a_secure_connection(void **state)
{
    const struct net_target to = target(443);
    int connection;

    (void)state;
    begin();
    host("AT#SSLD=1,443,\"a.test\",0,0\r");
    module("AT#SSLD=1,443,\"a.test\",0,0\r");
    writer_resolved(writer, now_ms, "a.test", &address);
    connection = writer_connected(writer, now_ms, &to);
    writer_tls_begins(writer, now_ms, connection);
    now_ms += 1200;
    writer_tls_open(writer, now_ms, connection, tls12);
    module("\r\nCONNECT\r\n");
    host("GET");
    writer_peer_gets(writer, now_ms, connection, span_of("GET"));
    writer_peer_sends(writer, now_ms, connection, span_of("a\r\n\""));
    module("a\r\n\"");
    writer_peer_ends(writer, now_ms, connection, WRITER_CLOSES);
    writer_gone(writer, now_ms, connection);
    module("\r\nNO CARRIER\r\n");
    assert_written("> AT#SSLD=1,443,\"a.test\",0,0\nname a.test 192.0.2.7\n"
                   "peer server1 443      tls server\nwait 1200ms\n"
                   "peer server1 accepts 0303 c02f\n< CONNECT\n> bytes \"GET\"\n"
                   "peer server1 gets \"GET\"\npeer server1 sends \"a\\r\\n\\\"\"\n"
                   "< bytes \"a\\r\\n\"\n< bytes \"\\\"\"\npeer server1 closes\n"
                   "< NO CARRIER\npeer server1 gets close\n");
}

static void test_other_connections(void **state)
{
    const struct net_target to = target(21), more = target(80);
    const struct net_target udp = { .transport = NET_UDP, .address = address, .port = 53 };
    struct tls_failure failure = { .reason = TLS_ALERT, .alert = 40 };
    int connection, other, second;

    (void)state;
    begin();
    connection = writer_connected(writer, now_ms, &to);
    writer_peer_sends(writer, now_ms, connection, span_of("220"));
    writer_tls_begins(writer, now_ms, connection);
    writer_tls_fails(writer, now_ms, connection, &failure);
    writer_gone(writer, now_ms, connection);
    assert_int_equal(writer_dials(writer, 80), 1);
    writer_refused(writer, now_ms, 80, 1, ERR_REFUSED);
    assert_int_equal(writer_dials(writer, 80), 2);
    assert_int_equal(writer_dials(writer, 81), 1);
    writer_refused(writer, now_ms, 81, 1, ERR_TIMEOUT);
    assert_int_equal(writer_dials(writer, 80), 3);
    writer_refused(writer, now_ms, 80, 3, ERR_UNREACHABLE);
    other = writer_connected(writer, now_ms, &more);
    second = writer_connected(writer, now_ms, &more);
    writer_peer_sends(writer, now_ms, second, span_of("2"));
    writer_peer_sends(writer, now_ms, other, span_of("1"));
    writer_gone(writer, now_ms, other);
    other = writer_connected(writer, now_ms, &more);
    writer_peer_sends(writer, now_ms, other, span_of("3"));
    other = writer_connected(writer, now_ms, &udp);
    writer_peer_gets(writer, now_ms, other, span_of("?"));
    writer_gone(writer, now_ms, other);
    other = writer_accepted(writer, now_ms, NET_TCP, 50001, 4433);
    writer_peer_ends(writer, now_ms, other, WRITER_RESETS);
    writer_gone(writer, now_ms, other);
    writer_echoed(writer, now_ms, &address, ERR_OK, 30, 60);
    writer_echoed(writer, now_ms, &address, ERR_TIMEOUT, 0, 0);
    writer_resolved(writer, now_ms, "no.test", NULL);
    assert_written("peer server1 21 starttls server\npeer server1 connected\n"
                   "peer server1 sends \"220\"\npeer server1 fails TLS_ALERT 40\n"
                   "peer server2 80             tcp\npeer server2 dial 1 refuse\n"
                   "peer server3 81             tcp\npeer server3 dial 1 hang\n"
                   "peer server2 dial 3 hang\npeer server4 80             tcp\n"
                   "peer server4 connected\npeer server4 sends \"2\"\n"
                   "peer server2 connected\npeer server2 sends \"1\"\n"
                   "peer server2 connected\npeer server2 sends \"3\"\npeer server5 53 udp\n"
                   "peer server5 gets \"?\"\npeer server6 50001             tcp\n"
                   "peer server6 connects 4433\npeer server6 connected\npeer server6 resets\n"
                   "ping 192.0.2.7 30 60\nping 192.0.2.7 timeout\n"
                   "name no.test fail\npeer server1 gets close\npeer server6 gets close\n");
}

/* A mail's random words are patterns from where they are made. */
static void test_a_mail(void **state)
{
    static const char *const lines[] = {
        "MAIL FROM:<a@x.test>\r\n",
        "Date: Tue, 01 Dec 2026 06:33:11 +0000\r\n",
        "Message-ID: <17961.67402@x.test>\r\n",
        "Content-Type: multipart/mixed; boundary=\"=_6b0e_19\"\r\n",
        "--=_6b0e_19\r\n",
        "--=_6b0e_19--\r\n",
        ".\r\n",
    };
    const struct net_target to = target(25);
    int connection;

    (void)state;
    begin();
    connection = writer_connected(writer, now_ms, &to);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        writer_peer_gets(writer, now_ms, connection, span_of(lines[i]));
    assert_written("peer server1 25             tcp\n"
                   "peer server1 gets \"MAIL FROM:<a@x.test>\\r\\n\"\n"
                   "peer server1 gets~ Date: .*\npeer server1 gets~ Message-ID: <.*>\n"
                   "peer server1 gets~ Content-Type: multipart/mixed; boundary=\".*\"\n"
                   "peer server1 gets~ --.*\npeer server1 gets~ --.*--\n"
                   "peer server1 gets \".\\r\\n\"\n");
}

/* A failure that another offer follows is no step: who plays it accepts the first. */
static void test_dialled_again(void **state)
{
    const struct net_target to = target(443);
    struct tls_failure failure = { .reason = TLS_VERSION_REFUSED,
                                   .alert = 70,
                                   .is_of_offer = true };

    (void)state;
    begin();
    for (int dial = 0; dial < 2; dial++) {
        int connection = writer_connected(writer, now_ms, &to);

        writer_tls_begins(writer, now_ms, connection);
        writer_tls_fails(writer, now_ms, connection, &failure);
        writer_gone(writer, now_ms, connection);
    }
    module("\r\nERROR\r\n");
    assert_written("peer server1 443      tls server\npeer server1 fails TLS_VERSION_REFUSED 70\n"
                   "< ERROR\npeer server1 gets close\n");
}

/* ---- back again ---- */

struct disk {
    struct reader_world world;
};

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    (void)world;
    (void)path;
    *ret_bytes = span_at(text, text_len);
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    (void)world;
    fail_msg("%s\n%s", mistake, text);
}

static const struct reader_world_ops ops = { read_file, complain, NULL };

enum { STREAM_MAX = 60000 };

struct stream {
    uint8_t bytes[STREAM_MAX];
    size_t len;
};

static void grow(struct stream *stream, struct span more)
{
    assert_true(stream->len + more.len <= STREAM_MAX);
    memcpy(stream->bytes + stream->len, more.data, more.len);
    stream->len += more.len;
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    if (!span_equal(name, span_of("secret1")))
        return false;
    *ret_value = span_of("secret");
    return true;
}

/* What a host types who plays the text, and what it expects. */
static void play(struct stream typed[2], struct stream heard[2], struct stream *got)
{
    static const struct fill_variables variables = { .find = find };
    struct disk disk = { { .ops = &ops } };
    const struct script_step *step;
    struct reader *reader;
    bool echo[2] = { true, true };
    unsigned port = 0;

    assert_int_equal(reader_open(&disk.world, "recorded", &reader), ERR_OK);
    while (reader_next(reader, &step) == ERR_OK) {
        struct bytes bytes = { NULL, 0, 0 };
        struct span unknown, filled;
        uint64_t position = 0;

        assert_int_equal(fill_text(&step->text, &variables, &position, &bytes, &unknown), ERR_OK);
        filled = bytes_span(&bytes);
        if (step->kind == SCRIPT_ON_PORT)
            port = step->port - 1;
        else if (step->kind == SCRIPT_ECHO)
            echo[port] = step->on;
        else if (step->kind == SCRIPT_EXPECT)
            grow(&heard[port], filled);
        else if (step->kind == SCRIPT_PEER && step->verb == SCRIPT_GETS)
            grow(got, filled);
        else if (step->kind == SCRIPT_TYPE) {
            grow(&typed[port], filled);
            if (echo[port] && step->typing != SCRIPT_TYPE_RAW)
                grow(&heard[port], filled);
            if (step->typing == SCRIPT_TYPE_LINE)
                echo[port] = echo_after(span_at(filled.data, filled.len - 1), echo[port]);
        }
        bytes_free(&bytes);
    }
    reader_close(reader);
}

static uint32_t seed;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static struct span random_piece(void)
{
    static const char *const pieces[] = {
        "AT\r",     "ATE0\r", "ATE1\r",  "\r\nOK\r\n", "A",      "T",          "\r",       "\n",
        "secret",   "${a}",   "\\",      "\"",         " ",      "\x1a",       "\x1b",     "+++",
        "bytes \"", "data x", "5 bytes", "\r\n> ",     "prompt", "\r\nab\r\n", "\xff\x80", "$",
    };

    return span_of(pieces[chance(sizeof(pieces) / sizeof(pieces[0]))]);
}

/* Whatever passes, in whatever order: who plays it types the same bytes, and awaits the same. */
static void test_random_events_come_back(void **state)
{
    static struct stream typed[2], heard[2], got, typed_back[2], heard_back[2], got_back;
    const struct net_target to = target(443);

    (void)state;
    for (seed = 0; seed < 3000; seed += 1) {
        uint32_t kept = seed;
        const struct writer_config config = { "he910", "a test", NULL,
                                              NULL,    false,    { put, patch, NULL } };
        int connection = -1;

        memset(typed, 0, sizeof(typed));
        memset(heard, 0, sizeof(heard));
        memset(typed_back, 0, sizeof(typed_back));
        memset(heard_back, 0, sizeof(heard_back));
        got.len = got_back.len = 0;
        text_len = 0;
        assert_int_equal(writer_open(&config, &writer), ERR_OK);
        writer_secret(writer, span_of("secret"));
        for (unsigned i = 0; i < 40; i++) {
            unsigned port = chance(8) == 0;
            struct span piece = random_piece();

            now_ms += chance(4) == 0 ? chance(3000) : 0;
            switch (chance(8)) {
            case 0:
                if (connection < 0) {
                    connection = writer_connected(writer, now_ms, &to);
                    break;
                }
                writer_peer_gets(writer, now_ms, connection, piece);
                grow(&got, piece);
                break;
            case 1:
            case 2:
            case 3:
                writer_module(writer, now_ms, port, piece);
                grow(&heard[port], piece);
                break;
            case 4: /* with its echo */
                writer_host(writer, now_ms, port, piece, false);
                writer_module(writer, now_ms, port, piece);
                grow(&typed[port], piece);
                grow(&heard[port], piece);
                break;
            default:
                writer_host(writer, now_ms, port, piece, false);
                grow(&typed[port], piece);
                break;
            }
        }
        writer_close(writer);
        play(typed_back, heard_back, &got_back);
        seed = kept;
        for (size_t port = 0; port < 2; port++) {
            if (typed[port].len != typed_back[port].len ||
                heard[port].len != heard_back[port].len ||
                memcmp(typed[port].bytes, typed_back[port].bytes, typed[port].len) != 0 ||
                memcmp(heard[port].bytes, heard_back[port].bytes, heard[port].len) != 0)
                fail_msg("seed %u, port %zu:\n%s", seed, port, text);
        }
        assert_int_equal(got.len, got_back.len);
        assert_memory_equal(got.bytes, got_back.bytes, got.len);
    }
}

static void test_no_memory(void **state)
{
    bool failed = true;

    (void)state;
    for (long left = 0; failed; left++) {
        begin();
        allocations_left = left;
        host("AT\r");
        module("AT\r\r\nOK\r\n");
        writer_secret(writer, span_of("secret"));
        host("secret");
        allocations_left = -1;
        failed = writer_failed(writer);
        writer_close(writer);
        assert_true(left < 100);
    }
    assert_non_null(strstr(text, "${secret1}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_with_their_echo),
        cmocka_unit_test(test_an_echo_that_nobody_believed_in),
        cmocka_unit_test(test_typed_by_hand),
        cmocka_unit_test(test_what_no_line_can_say),
        cmocka_unit_test(test_pauses),
        cmocka_unit_test(test_circuits),
        cmocka_unit_test(test_two_ports),
        cmocka_unit_test(test_the_world),
        cmocka_unit_test(test_secrets_across_a_cut),
        cmocka_unit_test(test_secrets_of_protocols),
        cmocka_unit_test(test_passwords_of_mqtt),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_secrets_without_a_place),
        cmocka_unit_test(test_a_secret_too_long),
        cmocka_unit_test(test_what_differs),
        cmocka_unit_test(test_a_secure_connection),
        cmocka_unit_test(test_other_connections),
        cmocka_unit_test(test_a_mail),
        cmocka_unit_test(test_dialled_again),
        cmocka_unit_test(test_random_events_come_back),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
