/* fuzz_exchange.c: what web and mail servers may say and send, and what a host does meanwhile.
 *
 * Steps, a letter each: `s` a counted block of the server, `r` what servers say; `l` a line that
 * hosts type, `t` a counted block of the host's; `h`, `x` the server hangs up and resets; `v` it
 * speaks TLS from here, `n` it refuses TLS; `z`, `u` it takes nothing more, and again; `e`, `f` the
 * host reads nothing more, and again; `w` tenths of a second.
 */
#include "conversation.h"
#include "input.h"

enum { WEB_PORT = 80, SECURE_PORT = 443, MAIL_PORT = 25, TENTH_MS = 100 };

static const char *const replies[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\n",
    "HTTP/1.1 302 Go\r\nLocation: /y\r\n\r\n",
    "HTTP/1.1 307 Go\r\nLocation: https://localhost/y\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 404 No\r\n\r\n",
    "220 ready\r\n",
    "250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    "250 AUTH LOGIN\r\n",
    "250 ok\r\n",
    "334 \r\n",
    "235 in\r\n",
    "354 go on\r\n",
    "221 bye\r\n",
    "550 no\r\n",
    "530 log in\r\n",
};

static const char *const lines[] = {
    "AT+QHTTPURL=18\rhttp://localhost/x",
    "AT+QHTTPURL=19\rhttps://localhost/x",
    "AT+QHTTPGET=9\r",
    "AT+QHTTPPOST=5,9,9\rhello",
    "AT+QHTTPREAD=9\r",
    "AT+QHTTPDL=\"RAM:f\",9,9\r",
    "AT+QSECDEL=\"RAM:f\"\r",
    "AT+QSMTPPUT=9\r",
    "AT+QSMTPUSER=\"u\";+QSMTPPWD=\"p\"\r",
    "AT+QSMTPUSER=\"\"\r",
    "AT+QSSLCFG=\"smtpstyle\",0\r",
    "AT+QSSLCFG=\"smtpstyle\",1\r",
    "AT+QSSLCFG=\"smtpstyle\",2\r",
    "AT+QSMTPATT=\"a\",5,9\rhello",
    "AT+QSMTPBODY=1,9\r.\r\nhello\r\n",
    "AT+QSMTPCLR\r",
    "AT+CFUN=4\r",
    "AT+CFUN=1\r",
    "AT+QIDEACT\r",
    "AT+QHTTPURL?;+QHTTPCFG?;+QSMTPDST?;+QSMTPATT?\r",
    "+++",
    "AT+CFUN=1,1\r",
};

/* A mail that is ready to go, and a context for TLS. */
static const char *const setup[] = {
    "ATE0\r",
    "AT+QIREGAPP;+QIACT\r",
    "AT+QSSLCFG=\"https\",1;+QSSLCFG=\"httpsctxi\",0;+QSSLCFG=\"smtpsctxi\",0\r",
    "AT+QSMTPSRV=\"localhost\",25;+QSMTPADDR=\"a@b\";+QSMTPDST=1,1,\"c@d\"\r",
    "AT+QSMTPDST=1,3,\"e@f\";+QSMTPSUB=1,\"s\"\r",
};

static const uint16_t ports[] = { WEB_PORT, SECURE_PORT, MAIL_PORT };

#define COUNT(list)        (sizeof(list) / sizeof((list)[0]))
#define PICK(list, number) (list)[(number) % COUNT(list)]

/* The one that the module talks to now. */
static struct scripted_peer *server(struct world *world)
{
    for (size_t i = 0; i < COUNT(ports); i++) {
        struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, ports[i]);

        if (peer->stream != NULL)
            return peer;
    }
    return scripted_net_peer(&world->scripted_net, WEB_PORT);
}

static void decide_all(struct world *world, enum peer_verdict verdict)
{
    for (size_t i = 0; i < COUNT(ports); i++) {
        struct scripted_peer *peer = scripted_net_peer(&world->scripted_net, ports[i]);

        if (verdict == VERDICT_NO || peer->handshake.verdict == VERDICT_NONE)
            peer_decide(peer, &(struct peer_handshake){
                                  .verdict = verdict, .reason = TLS_ALERT, .alert = 40 });
    }
}

static void step(struct world *world, struct input *input)
{
    struct scripted_peer *peer = server(world);

    switch (input_byte(input)) {
    case 's':
        peer_send(peer, input_bytes(input, input_byte(input)));
        break;
    case 'r':
        peer_send(peer, span_of(PICK(replies, input_byte(input))));
        break;
    case 'l':
        fuzz_type(world, PICK(lines, input_byte(input)));
        break;
    case 't':
        world_type(world, 0, input_bytes(input, input_byte(input)));
        break;
    case 'h':
        peer_close(peer);
        break;
    case 'x':
        peer_reset(peer);
        break;
    case 'v':
        peer->plain = false;
        break;
    case 'n':
        decide_all(world, VERDICT_NO);
        break;
    case 'z':
        peer_stall(peer);
        break;
    case 'u':
        peer_resume(peer);
        break;
    case 'e':
        world_set_appetite(world, 0, 0);
        break;
    case 'f':
        world_set_appetite(world, 0, SIZE_MAX);
        break;
    case 'w':
        world_advance(world, input_byte(input) * TENTH_MS);
        break;
    default:
        break;
    }
    decide_all(world, VERDICT_YES);
    world_settle(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    struct world world;

    world_init(&world);
    world_switch_on(&world, "m95", false, 1);
    for (size_t i = 0; i < COUNT(ports); i++)
        scripted_net_listen(&world.scripted_net, ports[i], PEER_ACCEPTS);
    decide_all(&world, VERDICT_YES);
    for (size_t i = 0; i < COUNT(setup); i++)
        fuzz_type(&world, setup[i]);
    while (!input_is_empty(&input))
        step(&world, &input);
    fuzz_check_it_answers(&world);
    world_deinit(&world);
    return 0;
}
