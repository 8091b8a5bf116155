/* test_recorder_port.c: what hosts type in one piece or in many stands in a recording without its
 * secrets. */
#include "address_literal.h"
#include "check.h"
#include "talk.h"

#include "tlsmodem_control.h"
#include "transcript/recorder.h"
#include "transcript/writer.h"

#include <string.h>

enum { TEXT_MAX = 200000 };

static char text[TEXT_MAX];
static size_t text_len;

static void put(void *ctx, struct span more)
{
    (void)ctx;
    assert_true(text_len + more.len < TEXT_MAX);
    memcpy(text + text_len, more.data, more.len);
    text_len += more.len;
    text[text_len] = '\0';
}

static struct world world;
static struct writer *writer;
static struct recorder *recorder;
static struct terminal *terminal;
static struct net *network;

static void begin(const char *model)
{
    const struct writer_config config = { model, "a test", NULL, NULL, false, { put, NULL, NULL } };

    text_len = 0;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, model, false, 1), ERR_OK);
    assert_int_equal(writer_open(&config, &writer), ERR_OK);
    assert_int_equal(recorder_open(writer, &recorder), ERR_OK);
    network = recorder_net(recorder, world.clock, world.net);
    recorder_attach(recorder, world.modem);
    terminal = recorder_terminal(recorder, 0, world.ports[0].terminal);
    world.ports[0].terminal = terminal;
    text_len = 0;
}

static void end(void)
{
    recorder_stop(recorder);
    world_deinit(&world);
    recorder_close(recorder);
    writer_close(writer);
}

static void type(struct span bytes, size_t piece)
{
    while (bytes.len > 0) {
        size_t len = piece > 0 && piece < bytes.len ? piece : bytes.len;

        world_type(&world, 0, span_at(bytes.data, len));
        bytes = span_skip(bytes, len);
    }
}

struct leak {
    const char *what, *model, *before, *typed;
    const char *secrets[4]; /* none of these may be in the recording; up to NULL */
};

#define BLANKS     "                                                                                "
#define BLANKS_640 BLANKS BLANKS BLANKS BLANKS BLANKS BLANKS BLANKS BLANKS

static const struct leak leaks[] = {
    { "a value", "he910", "", "AT+CPIN=\"87651234\"\r", { "87651234" } },
    { "an open quote", "he910", "", "AT+CPIN=\"87651234\r", { "87651234" } },
    { "malformed before", "he910", "", "AT?;+CPIN=\"87651234\"\r", { "87651234" } },
    { "a name corrected", "he910", "", "AT+CPIX\bN=\"87651234\"\r", { "87651234" } },
    { "a value corrected",
      "he910",
      "",
      "AT+CPIN=\"9753\b\b\b\b87651234\"\r",
      { "87651234", "9753" } },
    { "digits corrected", "he910", "", "AT+CPIN=\"8x\b7x\b6x\b5x\b\"\r", { "8x", "7x", "\"8" } },
    { "another S5", "he910", "ATS5=33\r", "AT+CPIX!N=\"87651234\"\r", { "87651234" } },
    { "another S3", "he910", "ATS3=10\r", "AT+CPIN=\"87651234\"\n", { "87651234" } },
    { "S3 in the same write", "he910", "", "ATS3=33\rAT+CPIN=\"87651234\"!", { "87651234" } },
    { "no end", "he910", "", "AT+CPIN=\"87651234\"", { "87651234" } },
    { "too long",
      "he910",
      "",
      "AT+CPIN=\"87651234\"" BLANKS_640 BLANKS_640 BLANKS_640 BLANKS_640 BLANKS_640 BLANKS_640
          BLANKS_640 "\"97531357\"\r",
      { "87651234", "97531357" } },
    { "control bytes", "he910", "", "AT+CPIN=\"87651\x01\x32\x33\x34\"\r", { "87651", "234\"" } },
    { "many in a line",
      "he910",
      "",
      "AT+CPWD=\"SC\",\"11110001\",\"11110002\";+CPWD=\"SC\",\"11110003\",\"11110004\";"
      "+CPWD=\"SC\",\"11110005\",\"11110006\";+CPWD=\"SC\",\"11110007\",\"11110008\";"
      "+CPWD=\"SC\",\"11110009\",\"11110010\";+CPWD=\"SC\",\"11110011\",\"11110012\";"
      "+CPWD=\"SC\",\"11110013\",\"11110014\";+CPWD=\"SC\",\"11110015\",\"11110016\";"
      "+CPWD=\"SC\",\"11110017\",\"11110018\"\r",
      { "1111001", "1111000" } },
    { "a URL",
      "m95",
      "AT+QHTTPURL=34,30\r",
      "http://user:S3cretWord@h.example/x",
      { "S3cretWord", "etWord" } },
    { "a URL ahead",
      "m95",
      "",
      "AT+QHTTPURL=34,30\rhttp://user:S3cretWord@h.example/x",
      { "S3cretWord" } },
    { "a key of Telit ahead",
      "he910",
      "AT#SSLEN=1,1\rAT#SSLSECCFG=1,0,1\r",
      "AT#SSLSECDATA=1,1,2,20\rS3cretWordS3cretWordX",
      { "S3cret" } },
    { "a key of Quectel ahead",
      "m95",
      "",
      "AT+QSECWRITE=\"RAM:k.pem\",20,5\rS3cretWordS3cretWord",
      { "S3cret" } },
    { "a key of Fibocom ahead",
      "l610",
      "",
      "AT+GTSSLFILE=\"KEYFILE\",20\rS3cretWordS3cretWord",
      { "S3cret" } },
    { "a key that is too long",
      "he910",
      "AT#SSLEN=1,1\rAT#SSLSECCFG=1,0,1\rAT#SSLSECDATA=1,1,2,12\r",
      "S3cretWordS3cretWordX\x1a",
      { "S3cret" } },
    { "a PIN behind a key",
      "m95",
      "",
      "AT+QSECWRITE=\"RAM:k.pem\",20,5\rS3cretWordS3cretWordAT+CPIN=\"87651234\"\r",
      { "S3cret", "87651234" } },
    { "a key without a prompt",
      "he910",
      "",
      "-----BEGIN KEY-----\r\nS3cretWord\r\n-----END KEY-----\r\n",
      { "S3cret" } },
};

static void nothing_leaks(void **state)
{
    static const size_t pieces[] = { 0, 1, 7 };

    (void)state;
    for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++) {
        for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
            begin(leaks[i].model);
            type(span_of(leaks[i].before), 0);
            type(span_of(leaks[i].typed), pieces[k]);
            end();
            for (size_t n = 0; n < 4 && leaks[i].secrets[n] != NULL; n++) {
                if (strstr(text, leaks[i].secrets[n]) != NULL)
                    print_error("%s, in pieces of %zu: %s in\n%.1500s\n", leaks[i].what, pieces[k],
                                leaks[i].secrets[n], text);
                assert_null(strstr(text, leaks[i].secrets[n]));
            }
        }
    }
}

static void expect_hidden(const char *what, const char *secret)
{
    if (strstr(text, secret) != NULL)
        print_error("%s: %s in\n%.1500s\n", what, secret, text);
    assert_null(strstr(text, secret));
}

/* The port takes bytes while a command runs, and keeps them for behind it. */
static void nothing_leaks_that_flow_control_holds(void **state)
{
    static const size_t pieces[] = { 0, 1, 7 };

    (void)state;
    for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
        begin("m95");
        type(span_of("AT+IFC=1,1\r"), 0);
        type(span_of("AT+QIFGCNT=0\rAT+QICSGP=1,\"CMNET\"\rAT+QIREGAPP\rAT+QIACT\r"), 0);
        world_advance(&world, 5000);
        scripted_net_listen(&world.scripted_net, 81, PEER_HANGS);
        type(span_of("AT+QHTTPURL=20,30\rhttp://127.0.0.1:81/AT+QHTTPGET=60\r"), 0);
        world_advance(&world, 1000);
        type(span_of("AT+QSECWRITE=\"RAM:k.pem\",20,5\rS3cretWordS3cretWord"), pieces[k]);
        type(span_of("AT+CPIN=\"87651234\"\r"), pieces[k]);
        world_advance(&world, 100000);
        end();
        expect_hidden("behind a command that runs", "S3cret");
        expect_hidden("behind a command that runs", "tWordS");
        expect_hidden("behind a command that runs", "87651234");
    }
}

/* Half a line, five silent seconds: what the module says stands in the middle of its echo. */
static void nothing_leaks_from_an_echo_in_pieces(void **state)
{
    static const char *const halves[][2] = {
        { "AT+CPIN=\"87651", "234\"\r" },
        { "AT+CPIN=\"8765123", "4\"\r" },
        { "AT+CPIN=\"8", "7651234\"\r" },
        { "AT+CPIX\bN=\"87651", "234\"\r" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        begin("he910");
        type(span_of("AT+CREG=1\r"), 0);
        type(span_of(halves[i][0]), 0);
        world_advance(&world, 6000);
        assert_int_equal(tlsmodem_set_registration(world.modem, TLSMODEM_DENIED), ERR_OK);
        world_settle(&world);
        world_advance(&world, 1000);
        type(span_of(halves[i][1]), 0);
        world_advance(&world, 1000);
        end();
        assert_non_null(strstr(text, "+CREG: 3"));
        expect_hidden("the first half", "87651");
        expect_hidden("the first half", "CPIN=\"8");
        expect_hidden("the second half", "1234");
        expect_hidden("the second half", "4\\\"");
    }
}

/* What a host types at a prompt is looked at piece by piece: none ends in a URL. */
static void nothing_leaks_from_a_long_prompt(void **state)
{
    static char typed[9001];

    (void)state;
    for (size_t at = 3970; at <= 4000; at++) {
        static const char url[] = "http://user:S3cretWord@h.example/x";

        memset(typed, 'x', 9000);
        for (size_t i = 50; i < 9000; i += 50)
            typed[i] = '\n';
        typed[at - 1] = ' ';
        memcpy(typed + at, url, sizeof(url) - 1);
        typed[at + sizeof(url) - 1] = ' ';
        begin("m95");
        type(span_of("AT+QFUPL=\"RAM:a.txt\",9000\r"), 0);
        type(span_at(typed, 9000), 1000);
        world_advance(&world, 1000);
        end();
        expect_hidden("a URL", "S3cret");
        expect_hidden("a URL", "etWord");
    }
}

/* What a host says to a server, whole or in pieces. */
static void nothing_leaks_online(void **state)
{
    static const size_t pieces[] = { 0, 1, 2, 3, 7, 40 };
    static const char typed[] = "GET / HTTP/1.1\r\nAuthorization: Bearer S3cretWord\r\n"
                                "Referer: http://user:Qk4zPw91@h/\r\nX-Api-Key: Zy7Kd2\r\n\r\n";

    (void)state;
    for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
        struct scripted_peer *peer;

        begin("he910");
        scripted_net_listen(&world.scripted_net, 443, PEER_ACCEPTS);
        peer = scripted_net_peer(&world.scripted_net, 443);
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        type(span_of("AT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\r"), 0);
        type(span_of("AT#SSLSECCFG=1,0,0\rAT#SSLD=1,443,\"127.0.0.1\",0,0\r"), 0);
        world_advance(&world, 1000);
        assert_int_equal(peer->state, PEER_OPEN);
        type(span_of(typed), pieces[k]);
        world_advance(&world, 10000);
        end();
        expect_hidden("a token", "S3cret");
        expect_hidden("a token", "etWord");
        expect_hidden("a key", "Zy7Kd2");
        expect_hidden("a key", "Zy7");
        if (pieces[k] == 0)
            expect_hidden("a URL", "Qk4zPw91");
    }
}

struct shown {
    const char *typed, *recording;
};

static const struct shown shown[] = {
    { "AT+CREG?\r", "> AT+CREG?\n< +CREG: 0,1\n< OK\n" },
    { "AT+CMEE=2\rAT+CMEE?\r", "> AT+CMEE=2\n< OK\n> AT+CMEE?\n< +CMEE: 2\n< OK\n" },
    { "AT\rA/", "> AT\n< OK\n> data \"A/\"\n< OK\n" },
    { "AT+CREX\bG?\r", "> bytes \"AT+CREX\\x08G?\\r\"\n< bytes \"AT+CREX\\x08\"\n"
                       "< bytes \" \\x08G?\\r\\r\\n\"\n< bytes \"+CREG: 0,1\\r\\n\"\n< OK\n" },
};

/* What has no secret stands as it was typed. */
static void the_rest_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        begin("he910");
        type(span_of(shown[i].typed), 0);
        end();
        assert_string_equal(text, shown[i].recording);
    }
}

/* ---- the end ---- */

static bool is_gone;

static struct span peek_gone(struct terminal *base)
{
    (void)base;
    assert_false(is_gone);
    return span_at(NULL, 0);
}

static void on_event(void *ctx, enum net_event event, enum err err)
{
    (void)ctx;
    (void)event;
    (void)err;
}

/* A link closes what it still carries when the modem and its ports are gone already. */
static void a_stream_outlives_the_ports(void **state)
{
    static const struct terminal_ops ops = { .peek = peek_gone };
    struct net_target to = { .transport = NET_TCP, .port = 443 };
    struct terminal port = { &ops };
    struct net_stream *stream, *more;
    char byte;

    (void)state;
    begin("he910");
    is_gone = false;
    (void)recorder_terminal(recorder, 1, &port);
    assert_true(address_literal("198.51.100.7", &to.address));
    scripted_net_listen(&world.scripted_net, 443, PEER_ACCEPTS);
    assert_int_equal(net_connect(network, &to, on_event, NULL, &stream), ERR_OK);
    assert_int_equal(net_connect(network, &to, on_event, NULL, &more), ERR_OK);
    world_settle(&world);
    recorder_stop(recorder);
    is_gone = true;
    (void)net_stream_send(stream, "x", 1);
    (void)net_stream_recv(stream, &byte, 1);
    net_stream_close(stream);
    net_stream_close(more);
    world_deinit(&world);
    recorder_close(recorder);
    writer_close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaks),
        cmocka_unit_test(nothing_leaks_that_flow_control_holds),
        cmocka_unit_test(nothing_leaks_from_an_echo_in_pieces),
        cmocka_unit_test(nothing_leaks_from_a_long_prompt),
        cmocka_unit_test(nothing_leaks_online),
        cmocka_unit_test(the_rest_is_shown),
        cmocka_unit_test(a_stream_outlives_the_ports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
