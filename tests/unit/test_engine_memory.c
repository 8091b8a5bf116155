/* test_engine_memory.c: each allocation of whole errands fails in turn: the modem says so or
 * goes on, loses nothing and answers again.
 */
#include "check.h"
#include "errands.h"
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

/* ---- errands that lack memory ---- */

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

/* Switched on, with all its peers. */
static void begin(struct world *world, const struct errand *errand)
{
    world_init(world);
    check_int(errand->model, world_switch_on(world, errand->model, true, 1), ERR_OK);
    errand_prepare(world, errand);
}

/* The errand with some refused allocation, then, after a restart, once more without. */
static void endure(const struct errand *errand, enum refusal refusal, unsigned call)
{
    struct world world;
    long before = heap.blocks;

    begin(&world, errand);
    refuse(refusal, call);
    errand_run(&world, errand);
    refuse(REFUSE_NONE, call);
    check_it_answers(&world, errand->model);
    power_cycle(&world);
    world_type_text(&world, errand->ready);
    errand_run(&world, errand);
    if (!errand_went_well(&world, errand))
        fail_msg("%s, call %u: no \"%s\" in \"%s\"", errand->model, call, errand->answer,
                 show(world_heard(&world, 0)));
    world_deinit(&world);
    check_int(errand->model, heap.blocks, before);
}

/* How many allocations it takes when all goes well. */
static unsigned calls_of(const struct errand *errand)
{
    struct world world;
    unsigned calls;

    begin(&world, errand);
    refuse(REFUSE_NONE, 0);
    errand_run(&world, errand);
    calls = heap.calls;
    if (!errand_went_well(&world, errand))
        fail_msg("%s: no \"%s\" in \"%s\"", errand->model, errand->answer,
                 show(world_heard(&world, 0)));
    world_deinit(&world);
    return calls;
}

static void test_errands(void **state)
{
    (void)state;
    for (size_t i = 0; i < errand_count; i++) {
        unsigned calls = calls_of(&errands[i]);

        assert_in_range(calls, 3, CALLS_MAX);
        for (unsigned call = 1; call <= calls; call++) {
            endure(&errands[i], REFUSE_ONE, call);
            endure(&errands[i], REFUSE_ALL_FROM, call);
        }
    }
}

/* Each allocation of switching on fails in turn: it says so and leaves nothing behind. */
static void test_switching_on(void **state)
{
    static const char *const models[] = { "he910", "le866", "m95", "l610", "nl668-eau" };

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
        check_int(rows[i].line, at_is_prompting(world.modem->terminals[0]->at), true);
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
        check_int(rows[i].prompt, at_is_prompting(world.modem->terminals[0]->at), true);
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
        cmocka_unit_test(test_errands),
        cmocka_unit_test(test_prompts_without_power),
        cmocka_unit_test(test_prompts_without_connection),
        cmocka_unit_test(test_all_models),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
