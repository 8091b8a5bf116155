/* test_engine_memory.c: each allocation of whole conversations fails in turn: the modem says so or
 * goes on, loses nothing and answers again.
 */
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <stdlib.h>

/* ---- the heap ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

enum refusal { REFUSE_NONE, REFUSE_ONE, REFUSE_ALL_FROM };

static struct {
    enum refusal refusal;
    unsigned call; /* that is refused, the first or only one; counted from 1 */
    unsigned calls;
    long blocks; /* that are allocated */
} heap;

static bool is_refused(void)
{
    heap.calls++;
    if (heap.refusal == REFUSE_NONE || heap.calls < heap.call)
        return false;
    return heap.refusal == REFUSE_ALL_FROM || heap.calls == heap.call;
}

static void *counted(void *memory)
{
    if (memory != NULL)
        heap.blocks++;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : counted(__real_calloc(count, size));
}

/* The tests' own queues: never refused. */
void *__wrap_realloc(void *memory, size_t size)
{
    return memory == NULL ? counted(__real_realloc(NULL, size)) : __real_realloc(memory, size);
}

void __wrap_free(void *memory)
{
    if (memory != NULL)
        heap.blocks--;
    __real_free(memory);
}

static void refuse(enum refusal refusal, unsigned call)
{
    heap.refusal = refusal;
    heap.call = call;
    heap.calls = 0;
}

/* ---- conversations ---- */

enum deed { TYPE, WAIT, LISTEN, ACCEPT, SEND, CLOSE };

/* LISTEN, and ACCEPT once more: TLS is granted where the module asks for it. */
struct step {
    enum deed deed;
    int number; /* port of the peer, or milliseconds */
    const char *text;
};

struct conversation {
    const char *model;
    const char *ready;  /* what is typed before memory ends */
    const char *answer; /* that shows that all of it went well */
    const struct step *steps;
    size_t count;
};

#define CONVERSATION(model, ready, answer, steps)                                                  \
    {                                                                                              \
        model, ready, answer, steps, COUNT(steps)                                                  \
    }

enum { UDP_PORT = 5353 };

/* 53 bytes. */
#define PEM         "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"
#define TELIT_READY "ATE0\rAT+CMEE=1\rAT+CGDCONT=1,\"IP\",\"internet\"\rAT#SGACT=1,1\r"

static const struct step telit_sockets[] = {
    { LISTEN, 443, NULL },
    { TYPE, 0, "AT#SSLEN=1,1\rAT#SSLSECCFG=1,0,1\rAT#SSLSECDATA=1,1,1,53\r" PEM "\x1A" },
    { TYPE, 0, "AT#SSLSECDATA=1,1,2\rAT#SSLD=1,443,\"localhost\",0,1\r" },
    { SEND, 443, "some bytes" },
    { TYPE, 0, "AT#SSLSEND=1\rhello\x1A" },
    { TYPE, 0, "AT#SSLRECV=1,5\rAT#SSLO=1\r" },
    { SEND, 443, "more" },
    { TYPE, 0, "online" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 3000, NULL },
    { ACCEPT, 443, NULL },
    { TYPE, 0, "AT#SSLH=1,1\rAT#SSLFASTD=1,443,\"localhost\",0,1\rAT#SSLS=1\r" },
    { CLOSE, 443, NULL },
    { TYPE, 0, "AT#SSLH=1\r" },
};

static const struct step telit_ftp[] = {
    { LISTEN, 21, NULL },
    { LISTEN, 4001, NULL },
    { TYPE, 0, "AT#FTPOPEN=\"localhost:21\",u,p,1\r" },
    { SEND, 21, "220 ready\r\n331 who\r\n230 in\r\n200 binary\r\n" },
    { TYPE, 0, "AT#FTPGETPKT=f\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { SEND, 4001, "the file" },
    { CLOSE, 4001, NULL },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT#FTPRECV=100\rAT#FTPPUT=f,1\r" },
    { SEND, 21, "227 ok (127,0,0,1,15,161)\r\n150 go on\r\n" },
    { TYPE, 0, "AT#FTPAPPEXT=5,1\rhello" },
    { SEND, 21, "226 done\r\n" },
    { TYPE, 0, "AT#FTPCLOSE\r" },
    { SEND, 21, "221 bye\r\n" },
};

#define QUECTEL_READY "ATE0\rAT+QIREGAPP\rAT+QIACT\rAT+QIDNSIP=1\r"

static const struct step quectel_sockets[] = {
    { LISTEN, 443, NULL },
    { TYPE, 0, "AT+QSECWRITE=\"RAM:ca\",53\r" PEM },
    { TYPE, 0, "AT+QSECWRITE=\"NVRAM:CA0\",53\r" PEM },
    { TYPE, 0, "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:ca\"\rAT+QIMUX=1\r" },
    { TYPE, 0, "AT+QSSLOPEN=0,0,\"localhost\",443,0\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QSSLSEND=0,5\rhello" },
    { SEND, 443, "some bytes" },
    { TYPE, 0, "AT+QSSLRECV=1,0,100\r" },
    { TYPE, 0, "AT+QIOPEN=2,\"UDP\",\"localhost\",5353\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QISEND=2,5\rhello" },
    { TYPE, 0, "AT+QIDNSGIP=\"localhost\"\r" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QPING=\"127.0.0.1\",1,1\r" },
    { WAIT, 2000, NULL },
    { CLOSE, 443, NULL },
    { TYPE, 0, "AT+QICLOSE=2\rAT+QSSLCLOSE=0\rAT+QIMUX=0\r" },
    { TYPE, 0, "AT+QSECDEL=\"RAM:ca\"\rAT+QSECDEL=\"NVRAM:CA0\"\rAT+QISTATE\r" },
};

static const struct step quectel_http[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+QHTTPURL=18,30\rhttp://localhost/x" },
    { TYPE, 0, "AT+QHTTPPOST=5,50,10\rhello" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" },
    { TYPE, 0, "AT+QHTTPREAD\r" },
    { TYPE, 0, "AT+QHTTPDL=\"RAM:a\",100\r" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+QSECDEL=\"RAM:a\"\r" },
};

static const struct step quectel_mail[] = {
    { LISTEN, 25, NULL },
    { TYPE, 0, "AT+QSMTPSRV=\"localhost\",25\rAT+QSMTPADDR=\"a@x.test\"\r" },
    { TYPE, 0, "AT+QSMTPDST=1,1,\"b@y.test\"\rAT+QSMTPSUB=0,\"Hello\"\r" },
    { TYPE, 0, "AT+QSMTPBODY=1,3\rabc" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 4000, NULL },
    { TYPE, 0, "AT+QSMTPATT=\"a.bin\",5,10\r12345" },
    { TYPE, 0, "AT+QSMTPATT=1,2,\"b.txt\",2\rxy" },
    { TYPE, 0, "AT+QSMTPPUT=60\r" },
    { SEND, 25, "220 mail.test\r\n" },
    { SEND, 25, "250 mail.test\r\n" },
    { SEND, 25, "250 ok\r\n" },
    { SEND, 25, "250 ok\r\n" },
    { SEND, 25, "354 go ahead\r\n" },
    { SEND, 25, "250 queued\r\n" },
    { SEND, 25, "221 bye\r\n" },
    { WAIT, 2000, NULL },
    { TYPE, 0, "AT+QSMTPCLR\r" },
};

#define FIBOCOM_READY "ATE0\rAT+MIPCALL=1\r"

static const struct step fibocom_sockets[] = {
    { LISTEN, 443, NULL },
    { TYPE, 0, "AT+GTSSLMODE=1\rAT+GTSSLFILE=\"TRUSTFILE\",53\r" PEM },
    { TYPE, 0, "AT+GTSSLFILE=\"TRUSTFILE\",53\r" PEM },
    { TYPE, 0, "AT+MIPOPEN=1,,\"localhost\",443,2\r" },
    { TYPE, 0, "AT+MIPSEND=1,5\rhello" },
    { SEND, 443, "some bytes" },
    { TYPE, 0, "AT+MIPCLOSE=1\r" },
    { ACCEPT, 443, NULL },
    { TYPE, 0, "AT+MIPODM=2,,\"localhost\",443,2\r" },
    { TYPE, 0, "online" },
    { SEND, 443, "some bytes" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "+++" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT+MIPODM=0\rAT+MIPOPEN=3,,\"localhost\",5353,1\rAT+MIPSEND=3,2\rhi" },
    { TYPE, 0, "AT+MIPCLOSE=3\rAT+MPING=1,\"127.0.0.1\",1\r" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT+MIPDNS=\"localhost\"\r" },
    { WAIT, 3000, NULL },
    { TYPE, 0, "AT+GTSSLMODE=0\rAT+MIPCLOSE?\r" },
};

static const struct step fibocom_http[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+HTTPSET=\"URL\",\"localhost/x\"\rAT+HTTPHEAD=9\rX-Own: 1\n" },
    { TYPE, 0, "AT+HTTPDATA=5\rhello" },
    { TYPE, 0, "AT+HTTPACT=1,30\r" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" },
    { WAIT, 1000, NULL },
    { TYPE, 0, "AT+HTTPREAD\r" },
};

static const struct step fibocom_stream[] = {
    { LISTEN, 80, NULL },
    { TYPE, 0, "AT+HTTPSET=\"URL\",\"localhost/x\"\rAT+HTTPSET=\"MODE\",\"1\"\r" },
    { TYPE, 0, "AT+HTTPACT=0\r" },
    { SEND, 80, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab" },
    { TYPE, 0, "AT+HTTPREAD\r" },
    { SEND, 80, "cde" },
};

static const struct conversation conversations[] = {
    CONVERSATION("he910", TELIT_READY, "\r\n#SSLS: 1,2", telit_sockets),
    CONVERSATION("le866", TELIT_READY, "\r\n#SSLS: 1,2", telit_sockets),
    CONVERSATION("he910", TELIT_READY, "\r\nthe file", telit_ftp),
    CONVERSATION("m95", QUECTEL_READY, "\r\n+QPING: 2,", quectel_sockets),
    CONVERSATION("m95", QUECTEL_READY, "\r\n+QHTTPDL: 9,9,0\r\n", quectel_http),
    CONVERSATION("m95", QUECTEL_READY, "\r\n+QSMTPPUT: 0\r\n", quectel_mail),
    CONVERSATION("l610", FIBOCOM_READY, "\r\n+MIPCLOSE: 2,", fibocom_sockets),
    CONVERSATION("nl668-cn-00", FIBOCOM_READY, "\r\n+MIPCLOSE: 2,", fibocom_sockets),
    CONVERSATION("l610", FIBOCOM_READY, "\r\n\r\nabc\r\nOK\r\n", fibocom_http),
    CONVERSATION("l610", FIBOCOM_READY, "\r\n+HTTPREAD: 3\r\ncde\r\nOK\r\n", fibocom_stream),
};

static void take_step(struct world *world, const struct step *step)
{
    struct scripted_peer *peer = NULL;

    if (step->deed != TYPE && step->deed != WAIT)
        peer = scripted_net_peer(&world->scripted_net, (uint16_t)step->number);
    switch (step->deed) {
    case TYPE:
        world_type_text(world, step->text);
        break;
    case WAIT:
        world_advance(world, step->number);
        break;
    case LISTEN:
        scripted_net_listen(&world->scripted_net, (uint16_t)step->number, PEER_ACCEPTS);
        /* fall through */
    case ACCEPT:
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        break;
    case SEND:
        peer_send(peer, span_of(step->text));
        break;
    case CLOSE:
        peer_close(peer);
        break;
    }
    world_settle(world);
}

/* Switched on, with all its peers. */
static void begin(struct world *world, const struct conversation *conversation)
{
    world_init(world);
    check_int(conversation->model, world_switch_on(world, conversation->model, true, 1), ERR_OK);
    for (size_t i = 0; i < conversation->count; i++) {
        if (conversation->steps[i].deed == LISTEN)
            take_step(world, &conversation->steps[i]);
    }
    scripted_net_udp_peer(&world->scripted_net, UDP_PORT);
    world_type_text(world, conversation->ready);
}

static void converse(struct world *world, const struct conversation *conversation)
{
    world_forget(world, 0);
    for (size_t i = 0; i < conversation->count; i++)
        take_step(world, &conversation->steps[i]);
}

static bool went_well(const struct world *world, const struct conversation *conversation)
{
    struct span heard = world_heard(world, 0);

    return memmem(heard.data, heard.len, conversation->answer, strlen(conversation->answer)) !=
           NULL;
}

enum { LONG_MS = 600000, CALLS_MAX = 2000 };

/* Out of whatever state it is in, to an AT that is answered with OK. */
static void check_it_answers(struct world *world, const char *what)
{
    world_advance(world, LONG_MS);
    world_type_text(world, "+++");
    world_advance(world, LONG_MS); /* prompts, reads and dials have given up */
    world_type_text(world, "\x1B\r");
    world_advance(world, LONG_MS);
    world_forget(world, 0);
    world_type_text(world, "\rAT\r");
    if (!talk_ends_with(world_heard(world, 0), "OK"))
        fail_msg("%s, call %u: \"%s\" instead of OK", what, heap.call, show(world_heard(world, 0)));
    check_int(what, world->scripted_net.spins, 0);
}

static void power_cycle(struct world *world)
{
    module_enter(world->modem);
    module_power_cycle(world->modem, 1000);
    module_leave(world->modem);
    world_advance(world, 60000);
}

/* The conversation with some refused allocation, then, after a restart, once more without. */
static void endure(const struct conversation *conversation, enum refusal refusal, unsigned call)
{
    struct world world;
    long before = heap.blocks;

    begin(&world, conversation);
    refuse(refusal, call);
    converse(&world, conversation);
    refuse(REFUSE_NONE, call);
    check_it_answers(&world, conversation->model);
    power_cycle(&world);
    world_type_text(&world, conversation->ready);
    converse(&world, conversation);
    if (!went_well(&world, conversation))
        fail_msg("%s, call %u: no \"%s\" in \"%s\"", conversation->model, call,
                 conversation->answer, show(world_heard(&world, 0)));
    world_deinit(&world);
    check_int(conversation->model, heap.blocks, before);
}

/* How many allocations it takes when all goes well. */
static unsigned calls_of(const struct conversation *conversation)
{
    struct world world;
    unsigned calls;

    begin(&world, conversation);
    refuse(REFUSE_NONE, 0);
    converse(&world, conversation);
    calls = heap.calls;
    if (!went_well(&world, conversation))
        fail_msg("%s: no \"%s\" in \"%s\"", conversation->model, conversation->answer,
                 show(world_heard(&world, 0)));
    world_deinit(&world);
    return calls;
}

static void test_conversations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(conversations); i++) {
        unsigned calls = calls_of(&conversations[i]);

        assert_in_range(calls, 3, CALLS_MAX);
        for (unsigned call = 1; call <= calls; call++) {
            endure(&conversations[i], REFUSE_ONE, call);
            endure(&conversations[i], REFUSE_ALL_FROM, call);
        }
    }
}

/* Each allocation of switching on fails in turn: it says so and leaves nothing behind. */
static void test_switching_on(void **state)
{
    static const char *const models[] = { "he910", "le866", "m95", "l610", "nl668-cn-00" };

    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        long before = heap.blocks;
        enum err err = ERR_NO_MEMORY;
        unsigned call = 0;
        struct world world;

        world_init(&world);
        while (err == ERR_NO_MEMORY) {
            refuse(REFUSE_ALL_FROM, ++call);
            err = world_switch_on(&world, models[i], true, 3);
            refuse(REFUSE_NONE, 0);
            assert_true(call < CALLS_MAX);
        }
        check_int(models[i], err, ERR_OK);
        assert_true(call > 3);
        check_it_answers(&world, models[i]);
        world_deinit(&world);
        check_int(models[i], heap.blocks, before);
    }
}

/* The power goes while a prompt collects into memory of its own. */
static void test_prompts_without_power(void **state)
{
    static const struct {
        const char *model, *ready, *line;
    } rows[] = {
        { "he910", TELIT_READY, "AT#SSLEN=1,1\rAT#SSLSECDATA=1,1,1,27\rab" },
        { "m95", QUECTEL_READY, "AT+QSECWRITE=\"RAM:a\",10\rab" },
        { "m95", QUECTEL_READY, "AT+QHTTPURL=18,30\rhttp" },
        { "m95", QUECTEL_READY, "AT+QHTTPURL=18,30\rhttp://localhost/xAT+QHTTPPOST=10,50,10\rab" },
        { "m95", QUECTEL_READY, "AT+QSMTPBODY=1,3\rab" },
        { "m95", QUECTEL_READY, "AT+QSMTPATT=\"a.bin\",5,10\rab" },
        { "l610", FIBOCOM_READY, "AT+GTSSLFILE=\"TRUSTFILE\",10\rab" },
        { "l610", FIBOCOM_READY, "AT+HTTPHEAD=9\rab" },
        { "l610", FIBOCOM_READY, "AT+HTTPDATA=9\rab" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        long before = heap.blocks;
        struct world world;

        world_init(&world);
        check_int(rows[i].model, world_switch_on(&world, rows[i].model, true, 1), ERR_OK);
        world_type_text(&world, rows[i].ready);
        world_type_text(&world, rows[i].line);
        check_int(rows[i].line, at_is_prompting(world.modem->terminals[0].at), true);
        power_cycle(&world);
        check_it_answers(&world, rows[i].line);
        world_type_text(&world, rows[i].ready);
        world_type_text(&world, rows[i].line);
        world_deinit(&world);
        check_int(rows[i].line, heap.blocks, before);
    }
}

/* Another port ends the context while a prompt collects what is to be sent. */
static void test_prompts_without_connection(void **state)
{
    static const struct {
        const char *model, *ready, *prompt, *down, *payload;
    } rows[] = {
        { "he910", TELIT_READY "AT#SSLEN=1,1\rAT#SSLD=1,443,\"localhost\",0,1\r", "AT#SSLSEND=1\r",
          "AT#SGACT=1,0\r", "hello\x1A" },
        { "m95", QUECTEL_READY "AT+QIOPEN=\"TCP\",\"localhost\",443\r", "AT+QISEND=5\r",
          "AT+QIDEACT\r", "hello" },
        { "m95", QUECTEL_READY "AT+QIMUX=1\rAT+QSSLOPEN=0,0,\"localhost\",443,0\r",
          "AT+QSSLSEND=0,5\r", "AT+QIDEACT\r", "hello" },
        { "l610", FIBOCOM_READY "AT+MIPOPEN=1,,\"localhost\",443,2\r", "AT+MIPSEND=1,5\r",
          "AT+MIPCALL=0\r", "hello" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        long before = heap.blocks;
        struct scripted_peer *peer;
        struct world world;

        world_init(&world);
        check_int(rows[i].model, world_switch_on(&world, rows[i].model, false, 2), ERR_OK);
        scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
        peer = scripted_net_peer(&world.scripted_net, TALK_PORT);
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        world_type_text(&world, rows[i].ready);
        world_advance(&world, 1000);
        world_type_text(&world, rows[i].prompt);
        check_int(rows[i].prompt, at_is_prompting(world.modem->terminals[0].at), true);
        world_type(&world, 1, span_of(rows[i].down));
        world_advance(&world, 1000);
        check_int(rows[i].down, peer->stream == NULL, true);
        world_forget(&world, 0);
        world_type_text(&world, rows[i].payload);
        if (talk_ends_with(world_heard(&world, 0), "OK"))
            fail_msg("%s: \"%s\"", rows[i].prompt, show(world_heard(&world, 0)));
        check_it_answers(&world, rows[i].prompt);
        world_deinit(&world);
        check_int(rows[i].prompt, heap.blocks, before);
    }
}

/* Every model of every maker, at once: on, a restart, off; nothing is left. */
static void test_all_models(void **state)
{
    static struct world worlds[128];
    long before = heap.blocks;
    size_t count = 0;

    (void)state;
    for (; tlsmodem_model_at(count) != NULL; count++) {
        const char *name = tlsmodem_model_at(count)->name;

        assert_true(count < COUNT(worlds));
        world_init(&worlds[count]);
        check_int(name, world_switch_on(&worlds[count], name, true, 1), ERR_OK);
    }
    assert_true(count > 50);
    for (size_t i = 0; i < count; i++)
        power_cycle(&worlds[i]);
    for (size_t i = 0; i < count; i++)
        check_it_answers(&worlds[i], tlsmodem_model_at(i)->name);
    for (size_t i = 0; i < count; i++)
        world_deinit(&worlds[i]);
    check_int("blocks", heap.blocks, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switching_on),
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_prompts_without_power),
        cmocka_unit_test(test_prompts_without_connection),
        cmocka_unit_test(test_all_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
