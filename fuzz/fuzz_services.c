/* fuzz_services.c: what a host of each maker types when prompts, online mode, HTTP, mail and files
 * are there, and what the servers of all that say.
 *
 * The first byte chooses the module.  Then steps, a letter each: `l` a line that hosts type (a
 * number); `t` a counted block of the host's, `o` the same on the second port; `s` a counted block
 * that a server sends, `r` words that servers say (a number), both after the number of the server;
 * `c`, `h`, `x`, `k` that server closes, hangs up, resets, breaks a record; `z`, `u` it takes
 * nothing more, and again; `a`, `n` it grants and refuses TLS; `d` a datagram of the UDP server;
 * `e` the host reads so many times 16 bytes more (255: all); `q` DTR drops and comes back; `p` the
 * power is cut; `w` tenths of a second.
 */
#include "at/session.h"
#include "conversation.h"
#include "input.h"

#include "module/module.h"

#include <stdlib.h>

enum { TENTH_MS = 100, UDP_PORT = 123, READ_BYTES = 16 };

static const uint16_t servers[] = { 443, 80, 25, 21, 4001, 465 };

static const char *const sayings[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "0\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: http://localhost/y\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.0 404 No\r\n\r\nno",
    "220 ready\r\n",
    "250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
    "250 ok\r\n",
    "334 VXNlcm5hbWU6\r\n",
    "235 in\r\n",
    "354 go ahead\r\n",
    "331 password\r\n",
    "230 in\r\n",
    "227 ok (127,0,0,1,15,161)\r\n",
    "150 go on\r\n",
    "226 done\r\n",
    "421 bye\r\n",
    "550 no\r\n",
};

static const char *const telit_lines[] = {
    "ATE0\rAT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\rAT#SSLEN=1,1\r",
    "AT#SSLD=1,443,\"localhost\",0,0\r",
    "AT#SSLD=1,443,\"localhost\",0,1\r",
    "AT#SSLFASTD=1,443,\"localhost\",0,1\r",
    "AT#SSLSEND=1\r",
    "AT#SSLSENDEXT=1,10\r",
    "AT#SSLRECV=1,100\r",
    "AT#SSLO=1\r",
    "AT#SSLH=1\r",
    "AT#SSLH=1,1\r",
    "AT#SSLSECDATA=1,1,1,10\r",
    "AT#SSLSECCFG=1,0,1\r",
    "AT#SGACT=1,0\r",
    "\x1A",
    "+++",
};

static const char *const quectel_lines[] = {
    "ATE0\rAT+QIREGAPP\rAT+QIACT\rAT+QIDNSIP=1\r",
    "AT+QIMUX=1\r",
    "AT+QIMODE=1\r",
    "AT+QINDI=1\r",
    "AT+QIDEACT\r",
    "AT+QSSLOPEN=0,0,\"localhost\",443,0\r",
    "AT+QSSLOPEN=1,0,\"localhost\",443,1\r",
    "AT+QSSLSEND=0,10\r",
    "AT+QSSLRECV=1,0,100\r",
    "AT+QSSLCLOSE=0\r",
    "AT+QIOPEN=\"TCP\",\"localhost\",443\r",
    "AT+QIOPEN=2,\"UDP\",\"localhost\",123\r",
    "AT+QISEND=10\r",
    "AT+QICLOSE\r",
    "AT+QIRD=0,1,0,100\r",
    "AT+QSECWRITE=\"RAM:a\",10,5\r",
    "AT+QSECDEL=\"RAM:a\"\r",
    "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:a\"\r",
    "AT+QSSLCFG=\"https\",1;+QSSLCFG=\"httpsctxi\",0;+QSSLCFG=\"ignorertctime\",1\r",
    "AT+QSSLCFG=\"smtpstyle\",1;+QSSLCFG=\"smtpsctxi\",0\r",
    "AT+QSSLCFG=\"smtpstyle\",2\r",
    "AT+QHTTPURL=18,5\rhttp://localhost/x",
    "AT+QHTTPURL=19,5\rhttps://localhost/x",
    "AT+QHTTPGET=10\r",
    "AT+QHTTPPOST=10,5,10\r",
    "AT+QHTTPREAD=30\r",
    "AT+QHTTPDL=\"RAM:a\",50\r",
    "AT+QSMTPSRV=\"localhost\",25;+QSMTPADDR=\"a@x\";+QSMTPDST=1,1,\"b@x\";+QSMTPSUB=0,\"x\"\r",
    "AT+QSMTPUSER=\"u\";+QSMTPPWD=\"p\"\r",
    "AT+QSMTPBODY=1,5\r",
    "AT+QSMTPATT=\"a\",10,5\r",
    "AT+QSMTPATT=0\r",
    "AT+QSMTPPUT=20\r",
    "AT+QSMTPCLR\r",
    "AT+QNTP\r",
    "AT+QPING=\"127.0.0.1\",1,1\r",
    "AT+QIDNSGIP=\"localhost\"\r",
    "ATO\r",
    "\x1A",
    "\x1B",
    "+++",
};

static const char *const fibocom_lines[] = {
    "ATE0\rAT+MIPCALL=1\r",
    "AT+MIPCALL=0\r",
    "AT+MIPOPEN=1,,\"localhost\",443,2\r",
    "AT+MIPOPEN=2,,\"localhost\",443,0\r",
    "AT+MIPOPEN=3,,\"localhost\",123,1\r",
    "AT+MIPSEND=1,10\r",
    "AT+MIPSEND=3,10\r",
    "AT+MIPCLOSE=1\r",
    "AT+MIPREAD=1,100\r",
    "AT+MIPODM=4,,\"localhost\",443,2\r",
    "AT+MIPODM=5,,\"localhost\",443,0\r",
    "AT+MIPODM=0\r",
    "AT+GTSET=\"IPRFMT\",0\r",
    "AT+GTSET=\"IPRFMT\",1\r",
    "AT+GTSET=\"IPRFMT\",2\r",
    "AT+GTSET=\"IPRFMT\",5\r",
    "AT+GTSSLMODE=0\r",
    "AT+GTSSLMODE=1\r",
    "AT+GTSSLFILE=\"TRUSTFILE\",10\r",
    "AT+GTSSLFILE=\"KEYFILE\",10\r",
    "AT+HTTPSET=\"URL\",\"localhost/x\"\r",
    "AT+HTTPSET=\"URL\",\"https://localhost/x\"\r",
    "AT+HTTPSET=\"MODE\",\"1\"\r",
    "AT+HTTPSET=\"REDIR\",\"1\"\r",
    "AT+HTTPHEAD=10\r",
    "AT+HTTPDATA=10\r",
    "AT+HTTPACT=0,10\r",
    "AT+HTTPACT=1,10\r",
    "AT+HTTPREAD\r",
    "AT+HTTPREAD=1,3\r",
    "AT+MPING=1,\"127.0.0.1\",1\r",
    "AT+MIPDNS=\"localhost\"\r",
    "AT+MIPNTP=\"localhost\",123\r",
    "AT+FTPOPEN=\"localhost\",\"u\",\"p\",,,21,0\r",
    "AT+FTPGET=\"a\"\r",
    "AT+FTPRETR=\"a\"\r",
    "AT+FTPRECV=3\r",
    "AT+FTPRECV=1000\r",
    "AT+FTPPUT=\"a\",10\r",
    "AT+FTPSTOR=\"a\",1,1\r",
    "AT+FTPLIST\r",
    "AT+FTPSTAT\r",
    "AT+FTPSIZE=\"a\"\r",
    "AT+FTPCLOSE\r",
    "+++",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct maker {
    const char *model;
    const char *const *lines;
    size_t count;
} makers[] = {
    { "m95", quectel_lines, COUNT(quectel_lines) },
    { "l610", fibocom_lines, COUNT(fibocom_lines) },
    { "nl668-cn-00", fibocom_lines, COUNT(fibocom_lines) },
    { "le866", telit_lines, COUNT(telit_lines) },
};

static struct scripted_peer *server(struct world *world, struct input *input)
{
    return scripted_net_peer(&world->scripted_net, servers[input_byte(input) % COUNT(servers)]);
}

static void decide(struct scripted_peer *peer, enum peer_verdict verdict)
{
    peer_decide(peer,
                &(struct peer_handshake){ .verdict = verdict, .reason = TLS_ALERT, .alert = 40 });
}

static void drop_dtr(struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;

    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
}

static void cut_power(struct world *world)
{
    module_enter(world->modem);
    module_power_cycle(world->modem, TENTH_MS);
    module_leave(world->modem);
    world_advance(world, 2 * (int64_t)TENTH_MS);
}

static void eat(struct world *world, uint8_t amount)
{
    world_set_appetite(world, 0, amount == UINT8_MAX ? SIZE_MAX : (size_t)amount * READ_BYTES);
}

static void host_step(struct world *world, const struct maker *maker, uint8_t letter,
                      struct input *input)
{
    switch (letter) {
    case 'l':
        fuzz_type(world, maker->lines[input_byte(input) % maker->count]);
        break;
    case 't':
        world_type(world, 0, input_bytes(input, input_byte(input)));
        break;
    case 'o':
        world_type(world, 1, input_bytes(input, input_byte(input)));
        break;
    case 'e':
        eat(world, input_byte(input));
        break;
    case 'q':
        drop_dtr(world);
        break;
    case 'p':
        cut_power(world);
        break;
    case 'w':
        world_advance(world, input_byte(input) * (int64_t)TENTH_MS);
        break;
    default:
        break;
    }
}

static void server_step(struct world *world, uint8_t letter, struct input *input)
{
    struct scripted_peer *peer = server(world, input);

    switch (letter) {
    case 's':
        peer_send(peer, input_bytes(input, input_byte(input)));
        break;
    case 'r':
        peer_send(peer, span_of(sayings[input_byte(input) % COUNT(sayings)]));
        break;
    case 'c':
        peer_close(peer);
        break;
    case 'h':
        peer_hang_up(peer);
        break;
    case 'x':
        peer_reset(peer);
        break;
    case 'k':
        peer_corrupt(peer);
        break;
    case 'z':
        peer_stall(peer);
        break;
    case 'u':
        peer_resume(peer);
        break;
    case 'a':
        decide(peer, VERDICT_YES);
        break;
    case 'n':
        decide(peer, VERDICT_NO);
        break;
    default:
        break;
    }
}

static void take_step(struct world *world, const struct maker *maker, struct input *input)
{
    uint8_t letter = input_byte(input);

    if (letter == 'd')
        peer_send(scripted_net_udp_peer(&world->scripted_net, UDP_PORT),
                  input_bytes(input, input_byte(input)));
    else if (strchr("srchxkzuan", letter) != NULL)
        server_step(world, letter, input);
    else
        host_step(world, maker, letter, input);
    world_settle(world);
}

static void begin(struct world *world, const struct maker *maker)
{
    world_init(world);
    if (world_switch_on(world, maker->model, true, 2) != ERR_OK)
        abort();
    for (size_t i = 0; i < COUNT(servers); i++) {
        scripted_net_listen(&world->scripted_net, servers[i], PEER_ACCEPTS);
        decide(scripted_net_peer(&world->scripted_net, servers[i]), VERDICT_YES);
    }
    fuzz_type(world, maker->lines[0]);
}

/* Gives a prompt the rest of the bytes that it was promised. */
static void fill_prompt(struct world *world)
{
    const struct at_session *at = world->modem->terminals[0].at;

    world_advance(world, 600000);
    while (world->modem->on && at_prompt_lacks(at) > 0)
        fuzz_type(world, "x");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    const struct maker *maker = &makers[input_byte(&input) % COUNT(makers)];
    struct world world;

    begin(&world, maker);
    while (!input_is_empty(&input))
        take_step(&world, maker, &input);
    world_set_appetite(&world, 1, SIZE_MAX);
    world_set_appetite(&world, 0, SIZE_MAX);
    fill_prompt(&world);
    fuzz_check_it_answers(&world);
    world_deinit(&world);
    return 0;
}
