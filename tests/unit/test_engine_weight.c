/* test_engine_weight.c: what a modem takes of the heap: little while it does nothing, and no more
 * after its services were used.
 */
#include "check.h"
#include "errands.h"
#include "module/module.h"
#include "talk.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* ---- the heap ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

/* The tests' own queues come by realloc() and do not count. */
enum { FOREIGN_MAX = 256, HEAD_BYTES = 8 };

static struct {
    long bytes; /* that the engine has allocated, with what malloc() adds to them */
    const void *foreign[FOREIGN_MAX];
} heap;

static long weight(void *memory)
{
    return (long)malloc_usable_size(memory) + HEAD_BYTES;
}

/* Where a block stands among the foreign ones, or where NULL does. */
static const void **find(const void *block)
{
    size_t i = 0;

    while (i < FOREIGN_MAX && heap.foreign[i] != block)
        i++;
    return i < FOREIGN_MAX ? &heap.foreign[i] : NULL;
}

static void *counted(void *memory)
{
    if (memory != NULL)
        heap.bytes += weight(memory);
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    const void **place = find(memory);

    if (place == NULL)
        abort(); /* it is the engine's, or there are too many */
    memory = __real_realloc(memory, size);
    *place = memory;
    return memory;
}

void __wrap_free(void *memory)
{
    const void **place = memory != NULL ? find(memory) : NULL;

    if (place != NULL)
        *place = NULL;
    else if (memory != NULL)
        heap.bytes -= weight(memory);
    __real_free(memory);
}

/* ---- modems ---- */

/* A quiet modem may have 3 kB in all; what it runs on (runtime/) takes 0.4 of them. */
enum { KB = 1024, IDLE_MAX = 2600, GROWTH_MAX = KB, LONG_MS = 600000 };

/* A GnuTLS session, its stream, the stored CA and what the modem runs on take 13.0 kB beside it, as
 * bench/fleet measures; together they may have 16 kB on a HE910, 18 elsewhere. */
enum { CONNECTED_MAX = 2900, CONNECTED_MAX_OTHERS = 4800 };

/* Two files that no command deletes. */
enum { FIBOCOM_FILES = 2 * 120 };

struct weighed {
    const char *model, *ready;
    const char *connect; /* secure, to port 443, with one CA certificate stored */
    const char *clear;   /* what the errands have left stored */
    long connected_max, stored;
};

#define TELIT_CONNECTS                                                                             \
    "AT#SSLEN=1,1\rAT#SSLSECCFG=1,0,1\rAT#SSLSECDATA=1,1,1,53\r" PEM "\x1A"                        \
    "AT#SSLD=1,443,\"localhost\",0,1\r"
#define QUECTEL_CONNECTS                                                                           \
    "AT+QSECWRITE=\"RAM:ca\",53\r" PEM "AT+QIMUX=1\r"                                              \
    "AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"RAM:ca\"\r"                               \
    "AT+QSSLOPEN=0,0,\"localhost\",443,0\r"
#define FIBOCOM_CONNECTS                                                                           \
    "AT+GTSSLMODE=1\rAT+GTSSLFILE=\"TRUSTFILE\",53\r" PEM "AT+MIPOPEN=1,,\"localhost\",443,2\r"

#define TELIT(model, connected_max)                                                                \
    {                                                                                              \
        model, TELIT_READY, TELIT_CONNECTS, "AT#SSLSECDATA=1,0,1\r", connected_max, 0              \
    }
#define FIBOCOM(model)                                                                             \
    {                                                                                              \
        model, FIBOCOM_READY, FIBOCOM_CONNECTS, "", CONNECTED_MAX_OTHERS, FIBOCOM_FILES            \
    }

static const struct weighed modems[] = {
    TELIT("he910", CONNECTED_MAX),
    TELIT("le866", CONNECTED_MAX_OTHERS),
    { "m95", QUECTEL_READY, QUECTEL_CONNECTS, "", CONNECTED_MAX_OTHERS, 0 },
    FIBOCOM("l610"),
    FIBOCOM("nl668-eau"),
};

static void check_at_most(const char *model, const char *what, long bytes, long most)
{
    print_message("%s: %s, %ld bytes of the heap\n", model, what, bytes);
    if (bytes > most)
        fail_msg("%s: %s, %ld bytes are more than %ld", model, what, bytes, most);
}

/* Gives what it takes before anything was done with it. */
static long switch_on(struct world *world, const char *model)
{
    world_init(world);
    assert_int_equal(heap.bytes, 0);
    check_int(model, world_switch_on(world, model, false, 1), ERR_OK);
    talk_ok(world, "AT");
    world_advance(world, LONG_MS);
    return heap.bytes;
}

static void switch_off(struct world *world)
{
    world_deinit(world);
    assert_int_equal(heap.bytes, 0);
}

static void test_quiet(void **state)
{
    struct world world;

    (void)state;
    for (size_t i = 0; i < COUNT(modems); i++) {
        check_at_most(modems[i].model, "on and quiet", switch_on(&world, modems[i].model),
                      IDLE_MAX);
        switch_off(&world);
    }
}

static void test_connected(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(modems); i++) {
        const struct weighed *modem = &modems[i];
        struct scripted_peer *peer;
        struct world world;

        switch_on(&world, modem->model);
        peer = scripted_net_peer(&world.scripted_net, TALK_PORT);
        scripted_net_listen(&world.scripted_net, TALK_PORT, PEER_ACCEPTS);
        peer_decide(peer, &(struct peer_handshake){ .verdict = VERDICT_YES });
        world_type_text(&world, modem->ready);
        world_type_text(&world, modem->connect);
        world_advance(&world, LONG_MS / 60);
        check_int(modem->model, peer->state, PEER_OPEN);
        check_at_most(modem->model, "connected and quiet", heap.bytes, modem->connected_max);
        switch_off(&world);
    }
}

/* Each errand of the maker's, and after each what all have left behind. */
static void run_errands(struct world *world, const struct weighed *modem, long most)
{
    for (size_t i = 0; i < errand_count; i++) {
        if (strcmp(errands[i].ready, modem->ready) != 0 ||
            (errands[i].of_model && strcmp(errands[i].model, modem->model) != 0) ||
            (i > 0 && errands[i].steps == errands[i - 1].steps))
            continue;
        errand_prepare(world, &errands[i]);
        errand_run(world, &errands[i]);
        if (!errand_went_well(world, &errands[i]))
            fail_msg("%s: no \"%s\" in \"%s\"", modem->model, errands[i].answer,
                     show(world_heard(world, 0)));
        world_type_text(world, modem->clear);
        world_advance(world, LONG_MS);
        check_at_most(modem->model, "after use", heap.bytes, most);
    }
}

static void test_used(void **state)
{
    struct world world;

    (void)state;
    for (size_t i = 0; i < COUNT(modems); i++) {
        long before = switch_on(&world, modems[i].model);

        run_errands(&world, &modems[i], before + GROWTH_MAX + modems[i].stored);
        switch_off(&world);
    }
}

/* Of the contexts only the first is always there. */
static void test_contexts(void **state)
{
    static const char define[] = "AT+CGDCONT=3,\"IP\",\"access\"\r", undefine[] = "AT+CGDCONT=3\r";
    struct world world;

    (void)state;
    for (size_t i = 0; i < COUNT(modems); i++) {
        long before;

        switch_on(&world, modems[i].model);
        assert_null(world.modem->network.others);
        talk_ok(&world, "AT+CGDCONT=1,\"IP\",\"first\"");
        assert_null(world.modem->network.others);
        world_type_text(&world, undefine);
        world_advance(&world, LONG_MS);
        before = heap.bytes;
        world_type_text(&world, define);
        world_advance(&world, LONG_MS);
        assert_non_null(world.modem->network.others);
        world_type_text(&world, undefine);
        world_advance(&world, LONG_MS);
        assert_null(world.modem->network.others);
        check_int(modems[i].model, heap.bytes, before);
        switch_off(&world);
    }
}

/* ---- settings ---- */

struct setting {
    const char *model, *set, *set_back, *ask, *other, *factory;
};

#define ANSWER(line) "\r\n" line "\r\n\r\nOK\r\n"

static const struct setting settings[] = {
    { "he910", "AT#SGACTCFG=2,3", "AT#SGACTCFG=2,0", "AT#SGACTCFG?",
      ANSWER("#SGACTCFG: 1,0,180,0\r\n#SGACTCFG: 2,3,180,0\r\n#SGACTCFG: 3,0,180,0\r\n"
             "#SGACTCFG: 4,0,180,0\r\n#SGACTCFG: 5,0,180,0"),
      ANSWER("#SGACTCFG: 1,0,180,0\r\n#SGACTCFG: 2,0,180,0\r\n#SGACTCFG: 3,0,180,0\r\n"
             "#SGACTCFG: 4,0,180,0\r\n#SGACTCFG: 5,0,180,0") },
    { "le866", "AT+CSCS=\"GSM\"", "AT+CSCS=\"IRA\"", "AT+CSCS?", ANSWER("+CSCS: \"GSM\""),
      ANSWER("+CSCS: \"IRA\"") },
    { "m95", "AT+CNMI=1", "AT&F", "AT+CNMI?", ANSWER("+CNMI: 1,1,0,0,0"),
      ANSWER("+CNMI: 2,1,0,0,0") },
    { "l610", "AT+CSMP=1", "AT+CSMP=17", "AT+CSMP?", ANSWER("+CSMP: 1,167,0,0"),
      ANSWER("+CSMP: 17,167,0,0") },
    { "nl668-eau", "AT+CSDH=1", "ATZ", "AT+CSDH?", ANSWER("+CSDH: 1"), ANSWER("+CSDH: 0") },
};

/* What a host sets and takes back leaves nothing. */
static void test_settings(void **state)
{
    struct world world;

    (void)state;
    for (size_t i = 0; i < COUNT(settings); i++) {
        const struct setting *setting = &settings[i];
        long before;

        switch_on(&world, setting->model);
        talk_ok(&world, "ATE0");
        talk_expect(&world, setting->ask, setting->factory);
        world_advance(&world, LONG_MS);
        before = heap.bytes;
        talk_ok(&world, setting->set);
        talk_expect(&world, setting->ask, setting->other);
        world_advance(&world, LONG_MS);
        assert_true(heap.bytes > before);
        talk_ok(&world, setting->set_back);
        talk_expect(&world, "ATE0", "\r\nOK\r\n");
        talk_expect(&world, setting->ask, setting->factory);
        world_advance(&world, LONG_MS);
        check_int(setting->model, heap.bytes, before);
        switch_off(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quiet),    cmocka_unit_test(test_connected),
        cmocka_unit_test(test_used),     cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
