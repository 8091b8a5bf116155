/* test_engine_torture.c: no memory, any bytes, lines without an end: the modem lives and answers.
 */
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <stdlib.h>

/* ---- no memory ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* Calls until one fails, and all after it; 0: none does. */
static unsigned calls_left;
static bool counting;

static bool is_refused(void)
{
    if (!counting)
        return false;
    if (calls_left > 1) {
        calls_left--;
        return false;
    }
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

static void refuse_from(unsigned call)
{
    calls_left = call;
    counting = call != 0;
}

/* Security data in RAM and connections need memory of their own: an error, then everything goes. */
static void test_commands_without_memory(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "he910", false, 1);
    peer = talk_connect(&world, false);
    talk_ok(&world, "AT#SSLH=1");
    talk(&world, "AT#SSLSECDATA=1,3,1,5");
    world_forget(&world, 0);
    refuse_from(1);
    world_type_text(&world, "x\x1A");
    refuse_from(0);
    check_bytes("RAM", world_heard(&world, 0), span_of("\r\n+CME ERROR: 20\r\n"));
    for (unsigned call = 1; call <= 3; call++) {
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        refuse_from(call);
        talk(&world, "AT#SSLD=1,443,\"localhost\",0,1");
        refuse_from(0);
        talk_error(&world, "AT+CMEE=9"); /* it answers again */
        talk(&world, "AT#SSLH=1");
    }
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    talk_ok(&world, "AT#SSLD=1,443,\"localhost\",0,1");
    world_deinit(&world);
}

static void test_ftp_without_memory(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "he910", false, 1);
    talk_prepare(&world);
    scripted_net_listen(&world.scripted_net, 21, PEER_ACCEPTS);
    refuse_from(1);
    talk_expect(&world, "AT#FTPOPEN=localhost,u,p", "\r\n+CME ERROR: 604\r\n");
    refuse_from(0);
    talk_expect(&world, "AT#FTPPWD", "\r\n+CME ERROR: 607\r\n");
    refuse_from(2);
    talk_expect(&world, "AT#FTPOPEN=localhost,u,p", "\r\n+CME ERROR: 605\r\n");
    refuse_from(0);
    talk_expect(&world, "AT#FTPOPEN=localhost,u,p", "");
    assert_true(peer_send(scripted_net_peer(&world.scripted_net, 21), span_of("500 no\r\n")));
    world_settle(&world);
    check_bytes("goes on", world_heard(&world, 0), span_of("\r\n+CME ERROR: 636\r\n"));
    world_deinit(&world);
}

/* An upload and a secure socket of a Quectel without memory: an error each, then everything goes.
 */
static void test_uploads_without_memory(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "m95", false, 1);
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    talk_ok(&world, "ATE0;+QIREGAPP;+QIACT");
    refuse_from(1);
    talk_expect(&world, "AT+QSECWRITE=\"RAM:a\",3", "\r\n+CME ERROR: 4008\r\n");
    refuse_from(0);
    talk_expect(&world, "AT+QSECWRITE=\"RAM:a\",3", "\r\nCONNECT\r\n");
    world_type_text(&world, "ABC");
    for (unsigned call = 1; call <= 7; call++) {
        refuse_from(call);
        talk_expect(&world, "AT+QSSLOPEN=0,0,\"localhost\",443,0", "\r\nOK\r\n");
        refuse_from(0);
        world_advance(&world, 1000);
        talk(&world, "AT+QSSLCLOSE=0");
    }
    peer_decide(scripted_net_peer(&world.scripted_net, TALK_PORT),
                &(struct peer_handshake){ .verdict = VERDICT_YES });
    talk_ok(&world, "AT+QSSLOPEN=0,0,\"localhost\",443,0");
    world_forget(&world, 0);
    world_advance(&world, 1000);
    check_bytes("goes on", world_heard(&world, 0), span_of("\r\n+QSSLOPEN: 0,0\r\n"));
    world_deinit(&world);
}

/* A file and a secure socket of a Fibocom: the internal error each time, then everything goes. */
static void test_trust_files_without_memory(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "l610", false, 1);
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    world_settle(&world);
    talk(&world, "ATE0");
    talk(&world, "AT+MIPCALL=1");
    talk_ok(&world, "AT+GTSSLMODE=1");
    refuse_from(1);
    talk_error(&world, "AT+GTSSLFILE=\"TRUSTFILE\",59");
    refuse_from(0);
    talk_expect(&world, "AT+GTSSLFILE=\"TRUSTFILE\",59", "\r\n>");
    world_type_text(&world, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refuse_from(1); /* the socket */
    talk_error(&world, "AT+MIPOPEN=1,,\"localhost\",443,2");
    refuse_from(0);
    for (unsigned call = 2; call <= 3; call++) { /* the files together, the session */
        refuse_from(call);
        talk_expect(&world, "AT+MIPOPEN=1,,\"localhost\",443,2",
                    "\r\nOK\r\n\r\n+MIPOPEN 1,0\r\n\r\n+MIPSTAT: 1,1\r\n");
        refuse_from(0);
        talk_expect(&world, "AT+GTSSLERR", "\r\n+GTSSLERR: -10\r\n\r\nOK\r\n");
    }
    peer_decide(scripted_net_peer(&world.scripted_net, TALK_PORT),
                &(struct peer_handshake){ .verdict = VERDICT_YES });
    talk_expect(&world, "AT+MIPOPEN=1,,\"localhost\",443,2", "\r\nOK\r\n\r\n+MIPOPEN: 1,1\r\n");
    world_deinit(&world);
}

/* Bodies, files, attachments and connections: an error, and then everything goes. */
static void test_web_and_mail_without_memory(void **state)
{
    static const struct {
        unsigned call; /* the first that is refused */
        const char *line, *answer;
    } rows[] = {
        { 1, "AT+QHTTPPOST=5", "\r\n+CME ERROR: 3828\r\n" },
        { 1, "AT+QHTTPGET", "\r\n+CME ERROR: 3828\r\n" },
        { 2, "AT+QHTTPGET", "\r\n+CME ERROR: 3813\r\n" },
        { 1, "AT+QSMTPBODY=1", "\r\n+CME ERROR: 20\r\n" },
        { 1, "AT+QSMTPATT=\"a\",5", "\r\n+CME ERROR: 20\r\n" },
        { 2, "AT+QSMTPATT=\"a\",5", "\r\n+CME ERROR: 20\r\n" },
        { 1, "AT+QSMTPPUT", "\r\n+CME ERROR: 20\r\n" },
        { 2, "AT+QSMTPPUT", "\r\nOK\r\n" }, /* and a line that says how it ended */
    };
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "m95", false, 1);
    scripted_net_listen(&world.scripted_net, 80, PEER_ACCEPTS);
    talk_ok(&world, "ATE0");
    talk_ok(&world, "AT+QIACT");
    talk(&world, "AT+QHTTPURL=18");
    world_type_text(&world, "http://localhost/x");
    talk_ok(&world, "AT+QSMTPSRV=\"localhost\";+QSMTPADDR=\"a@b\";+QSMTPDST=1,1,\"c@d\"");
    world_advance(&world, 1000); /* and its line is out */
    for (size_t i = 0; i < COUNT(rows); i++) {
        refuse_from(rows[i].call);
        talk_expect(&world, rows[i].line, rows[i].answer);
        refuse_from(0);
    }
    world_forget(&world, 0);
    world_advance(&world, 1000);
    check_bytes("mail", world_heard(&world, 0), span_of("\r\n+QSMTPPUT: -2\r\n"));
    assert_null(world.scripted_net.streams);
    assert_null(world.scripted_net.queries);
    talk(&world, "AT+QHTTPGET");
    peer_send(scripted_net_peer(&world.scripted_net, 80), span_of("HTTP/1.1 204 No\r\n\r\n"));
    world_settle(&world);
    assert_true(talk_ends_with(world_heard(&world, 0), "OK"));
    world_deinit(&world);
}

/* What comes while there is no memory for it waits where it is, and the host hears of it later. */
static void test_received_without_memory(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "m95", false, 1);
    scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world.scripted_net, TALK_PORT);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    talk_ok(&world, "ATE0;+QIREGAPP;+QIACT");
    talk_ok(&world, "AT+QSSLOPEN=0,0,\"localhost\",443,0");
    world_advance(&world, 1000);
    world_forget(&world, 0);
    refuse_from(1);
    peer_send(peer, span_of("bytes"));
    world_settle(&world);
    refuse_from(0);
    check_bytes("nothing yet", world_heard(&world, 0), span_of(""));
    world_advance(&world, 2000);
    check_bytes("later", world_heard(&world, 0), span_of("\r\n+QSSLURC: \"recv\",0,0\r\n"));
    talk_expect(&world, "AT+QSSLRECV=0,0,100",
                "\r\n+QSSLRECV: 127.0.0.1:443,TCP,5\r\nbytes\r\nOK\r\n");
    assert_int_equal(world.scripted_net.spins, 0);
    world_deinit(&world);
}

/* Online, without memory for a packet: what the host types goes as it comes. */
static void test_typed_without_memory(void **state)
{
    struct scripted_peer *peer;
    struct world world;

    (void)state;
    world_init(&world);
    world_switch_on(&world, "he910", false, 1);
    peer = talk_connect(&world, true);
    refuse_from(1);
    world_type_text(&world, "typed");
    refuse_from(0);
    check_bytes("at once", byte_queue_peek(&peer->got), span_of("typed"));
    world_type_text(&world, "more");
    check_bytes("in a packet", byte_queue_peek(&peer->got), span_of("typed"));
    world_advance(&world, 10000);
    check_bytes("by its time", byte_queue_peek(&peer->got), span_of("typedmore"));
    world_deinit(&world);
}

/* ---- any bytes ---- */

enum { MEGABYTE = 1 << 20, PIECE_MAX = 700, LINES = 100000 };

struct noise {
    uint32_t random;
    const char *alphabet; /* NULL: all bytes */
    size_t letters;
};

static uint32_t draw(struct noise *noise)
{
    noise->random = noise->random * 1664525U + 1013904223U;
    return noise->random >> 8;
}

static size_t make_noise(struct noise *noise, uint8_t *bytes)
{
    size_t len = 1 + draw(noise) % PIECE_MAX;

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)draw(noise);
        if (noise->alphabet != NULL)
            bytes[i] = (uint8_t)noise->alphabet[draw(noise) % noise->letters];
    }
    return len;
}

/* Out of whatever state it is in, to an AT that is answered with OK. */
static void check_it_answers(struct world *world)
{
    world_set_appetite(world, 0, SIZE_MAX);
    world_advance(world, 10000);
    world_type_text(world, "+++");
    world_advance(world, 600000); /* prompts, reads and dials have given up */
    world_type_text(world, "\x1B\r");
    world_advance(world, 600000);
    world_type_text(world, "\rAT&F\rATS3=13S4=10S5=8\r");
    world_advance(world, 10000);
    world_forget(world, 0);
    world_type_text(world, "\rAT\r");
    if (!talk_ends_with(world_heard(world, 0), "OK"))
        fail_msg("\"%s\" instead of OK", show(world_heard(world, 0)));
    assert_int_equal(world->scripted_net.spins, 0);
}

/* A module of each maker, how it gets a connection to TALK_PORT, and what its lines are made of. */
struct subject {
    const char *model, *ready;
    const char *const *words;
    size_t word_count;
};

static const char *const telit_words[] = {
    "AT",          "#SSLEN",
    "#SSLD",       "#SSLSEND",
    "#SSLSENDEXT", "#SSLRECV",
    "#SSLSECDATA", "#SSLCFG",
    "#SSLH",       "#SSLO",
    "#SSLS",       "+CGDCONT",
    "#SGACT",      "+CFUN",
    "+CMEE",       "+CREG",
    "#SCFG",       "E0",
    "&F",          "&W",
    "Z",           "=",
    "?",           "=?",
    ",",           "1",
    "0",           "2",
    "443",         "\"IP\"",
    "\"h\"",       "localhost",
    ";",           "\r",
    "\r\n",        "\x1A",
    "\x1B",        "abcdefghij",
    "+++",         "5",
    "10",          "A/",
    "=1,1\r",      "=1,100\r",
    "=1\r",        "AT#SSLD=1,443,localhost,0,0\r",
};

/* What every maker's lines have. */
#define ANY_WORDS                                                                                  \
    "AT", "=", "?", "=?", ",", "1", "0", "2", "443", "\"h\"", "localhost", ";", "\r", "\r\n",      \
        "\x1A", "\x1B", "abcdefghij", "+++", "5", "10", "A/", "E0", "&F", "&W", "Z", "O\r"

static const char *const quectel_words[] = {
    ANY_WORDS,
    "AT+QIMUX=1\r",
    "AT+QIMODE=1\r",
    "AT+QINDI=1\r",
    "AT+QIACT\r",
    "AT+QIDEACT\r",
    "AT+QSSLOPEN=0,0,\"localhost\",443,0\r",
    "AT+QSSLOPEN=1,0,\"localhost\",443,1\r",
    "AT+QSSLSEND=0,10\r",
    "AT+QSSLRECV=1,0,100\r",
    "AT+QSSLCLOSE=0\r",
    "AT+QIOPEN=\"TCP\",\"localhost\",443\r",
    "AT+QIOPEN=2,\"UDP\",\"localhost\",443\r",
    "AT+QISEND\r",
    "AT+QISEND=5\r",
    "AT+QICLOSE\r",
    "AT+QIRD=0,1,0,100\r",
    "AT+QSECWRITE=\"RAM:a\",10,5\r",
    "AT+QSECREAD=\"RAM:a\"\r",
    "AT+QSECDEL=\"RAM:a\"\r",
    "AT+QHTTPURL=18,5\rhttp://localhost/x",
    "AT+QHTTPGET=10\r",
    "AT+QHTTPPOST=10,5,10\r",
    "AT+QHTTPREAD\r",
    "AT+QHTTPDL=\"RAM:a\"\r",
    "AT+QSMTPSRV=\"localhost\",25;+QSMTPADDR=\"a@x\";+QSMTPDST=1,1,\"b@x\";+QSMTPSUB=0,\"x\"\r",
    "AT+QSMTPBODY=1,5\r",
    "AT+QSMTPATT=\"a\",10,5\r",
    "AT+QSMTPPUT=20\r",
    "AT+QNTP\r",
    "AT+QPING=\"127.0.0.1\",1,1\r",
    "AT+QIDNSGIP=\"localhost\"\r",
};

static const char *const fibocom_words[] = {
    ANY_WORDS,
    "AT+MIPCALL=1\r",
    "AT+MIPCALL=0\r",
    "AT+MIPOPEN=1,,\"localhost\",443,2\r",
    "AT+MIPOPEN=2,,\"localhost\",443,0\r",
    "AT+MIPOPEN=3,,\"localhost\",443,1\r",
    "AT+MIPSEND=1,10\r",
    "AT+MIPSEND=2,10\r",
    "AT+MIPSEND=3,10\r",
    "AT+MIPCLOSE=1\r",
    "AT+MIPREAD=1,100\r",
    "AT+MIPODM=4,,\"localhost\",443,2\r",
    "AT+MIPODM=4,,\"localhost\",443,0\r",
    "AT+MIPODM=0\r",
    "AT+GTSET=\"IPRFMT\",1\r",
    "AT+GTSET=\"IPRFMT\",5\r",
    "AT+GTSSLMODE=0\r",
    "AT+GTSSLFILE=\"TRUSTFILE\",10\r",
    "AT+GTSSLFILE=\"KEYFILE\",10\r",
    "AT+HTTPSET=\"URL\",\"localhost/x\"\r",
    "AT+HTTPDATA=10\r",
    "AT+HTTPACT=0,10\r",
    "AT+HTTPACT=1,10\r",
    "AT+HTTPREAD\r",
    "AT+MPING=1,\"127.0.0.1\",1\r",
    "AT+MIPDNS=\"localhost\"\r",
    "AT+MIPNTP=\"localhost\",123\r",
};

#define SUBJECT(model, ready, words)                                                               \
    {                                                                                              \
        model, ready, words, COUNT(words)                                                          \
    }

static const struct subject subjects[] = {
    SUBJECT("he910",
            "ATE0\rAT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\r"
            "AT#SSLD=1,443,\"localhost\",0,1\r",
            telit_words),
    SUBJECT("m95",
            "ATE0\rAT+QIREGAPP\rAT+QIACT\rAT+QIDNSIP=1;+QIMUX=1\r"
            "AT+QSSLOPEN=0,0,\"localhost\",443,0\r",
            quectel_words),
    SUBJECT("l610", "ATE0\rAT+MIPCALL=1\rAT+MIPOPEN=1,,\"localhost\",443,2\r", fibocom_words),
    SUBJECT("nl668-cn-00", "ATE0\rAT+MIPCALL=1\rAT+MIPOPEN=1,,\"localhost\",443,2\r",
            fibocom_words),
};

static struct scripted_peer *begin(struct world *world, const struct subject *subject, size_t ports)
{
    static const uint16_t services[] = { 21, 25, 80 };
    struct scripted_peer *peer;

    world_init(world);
    check_int(subject->model, world_switch_on(world, subject->model, true, ports), ERR_OK);
    for (size_t i = 0; i < COUNT(services); i++)
        scripted_net_listen(&world->scripted_net, services[i], PEER_ACCEPTS);
    scripted_net_listen(&world->scripted_net, TALK_PORT, PEER_ACCEPTS);
    peer = scripted_net_peer(&world->scripted_net, TALK_PORT);
    peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
    world_type_text(world, subject->ready);
    world_advance(world, 1000);
    if (peer->stream == NULL)
        fail_msg("%s has no connection", subject->model);
    world_forget(world, 0);
    return peer;
}

static void endure(const struct subject *subject, struct noise *noise, size_t bytes_in_all)
{
    struct world world;
    size_t total = 0;

    begin(&world, subject, 1);
    while (total < bytes_in_all) {
        uint8_t bytes[PIECE_MAX];
        size_t len = make_noise(noise, bytes);

        world_type(&world, 0, span_at(bytes, len));
        world_forget(&world, 0);
        world_advance(&world, draw(noise) % 3000);
        total += len;
    }
    check_it_answers(&world);
    world_deinit(&world);
}

static void test_random_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(subjects); i++) {
        struct noise noise = { .random = 1 };

        endure(&subjects[i], &noise, MEGABYTE / 2);
    }
}

/* Bytes that commands are made of find more than all bytes do; without S, which could make
 * another character end a line. */
static void test_random_commands(void **state)
{
    static const char alphabet[] = "AATTAATT##++E0Q1V1&FW=?,\";0123\r\r\n\b\x1A/ LDNCGDPKHOIZ";

    (void)state;
    for (uint32_t seed = 1; seed <= 2 * COUNT(subjects); seed++) {
        struct noise noise = { .random = seed,
                               .alphabet = alphabet,
                               .letters = sizeof(alphabet) - 1 };

        endure(&subjects[seed % COUNT(subjects)], &noise, MEGABYTE / 2);
    }
}

/* Something that a peer, a slow host or time does, now and then. */
static void disturb(struct world *world, struct scripted_peer *peer, struct noise *noise)
{
    struct peer_handshake yes = { .verdict = VERDICT_YES };
    struct peer_handshake no = { .verdict = VERDICT_NO, .reason = TLS_EXPIRED, .alert = -1 };

    switch (draw(noise) % 64) {
    case 0:
        peer_decide(peer, &yes);
        break;
    case 1:
        peer_decide(peer, &no);
        break;
    case 2:
        peer_close(peer);
        break;
    case 3:
        peer_reset(peer);
        break;
    case 4:
        peer_stall(peer);
        break;
    case 5:
        peer_resume(peer);
        break;
    case 6:
        world_set_appetite(world, 0, draw(noise) % 500);
        break;
    case 7:
        world_set_appetite(world, 0, SIZE_MAX);
        break;
    case 8:
        world_advance(world, draw(noise) % 100000);
        break;
    default:
        break;
    }
}

/* A server's words for any service, or nonsense. */
static const char *const sayings[] = {
    "some bytes of the peer",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    "HTTP/1.1 302 Found\r\nLocation: http://localhost/y\r\n\r\n",
    "220 ready\r\n",
    "250 ok\r\n",
    "331 who\r\n",
    "354 go ahead\r\n",
    "227 ok (127,0,0,1,15,161)\r\n",
};

/* Any peer that has a connection. */
static void say_something(struct world *world, struct noise *noise)
{
    for (struct scripted_peer *peer = world->scripted_net.peers; peer != NULL; peer = peer->next) {
        if (peer->stream != NULL && draw(noise) % 4 == 0)
            peer_send(peer, span_of(sayings[draw(noise) % COUNT(sayings)]));
    }
}

static void cut_power(struct world *world, const struct subject *subject)
{
    module_enter(world->modem);
    module_power_cycle(world->modem, 1000);
    module_leave(world->modem);
    world_advance(world, 10000);
    world_type_text(world, subject->ready);
}

/* Whole lines of commands, pasted together from words, on two ports. */
static void test_random_lines(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(subjects); s++) {
        struct noise noise = { .random = 5 };
        struct scripted_peer *peer;
        struct world world;

        peer = begin(&world, &subjects[s], 2);
        for (int i = 0; i < LINES; i++) {
            size_t port = draw(&noise) % 8 == 0;

            world_type(&world, port,
                       span_of(subjects[s].words[draw(&noise) % subjects[s].word_count]));
            if (draw(&noise) % 4 == 0)
                say_something(&world, &noise);
            if (draw(&noise) % 1000 == 0)
                cut_power(&world, &subjects[s]);
            disturb(&world, peer, &noise);
            world_settle(&world);
            world_forget(&world, port);
        }
        peer_resume(peer);
        check_it_answers(&world);
        world_deinit(&world);
    }
}

static void test_a_megabyte_without_end(void **state)
{
    static uint8_t bytes[MEGABYTE];
    static const char *const starts[] = { "", "A", "AT", "AT#SSLD=1,443,\"" };

    (void)state;
    for (size_t i = 0; i < COUNT(starts); i++) {
        struct world world;

        world_init(&world);
        world_switch_on(&world, "he910", false, 1);
        memset(bytes, 'x', sizeof(bytes));
        memcpy(bytes, starts[i], strlen(starts[i]));
        world_type(&world, 0, span_at(bytes, sizeof(bytes)));
        check_int(starts[i], (intmax_t)world_heard(&world, 0).len, MEGABYTE); /* the echo */
        world_forget(&world, 0);
        world_type_text(&world, "\rAT\r");
        check_bytes(starts[i], world_heard(&world, 0),
                    span_of(i < 2 ? "AT\r\r\nOK\r\n" : "\r\r\nERROR\r\nAT\r\r\nOK\r\n"));
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_without_memory),
        cmocka_unit_test(test_ftp_without_memory),
        cmocka_unit_test(test_uploads_without_memory),
        cmocka_unit_test(test_trust_files_without_memory),
        cmocka_unit_test(test_web_and_mail_without_memory),
        cmocka_unit_test(test_received_without_memory),
        cmocka_unit_test(test_typed_without_memory),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_random_commands),
        cmocka_unit_test(test_random_lines),
        cmocka_unit_test(test_a_megabyte_without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
