/* test_engine_days.c: seven days of a module's life, in virtual time: dials, lost links, lost
 * servers, a clock that is set; nothing grows, and at the end of each day the module works.  Every
 * other module is never reset: what a reset would free grows there.
 *
 * The same days for the same seed. */
#include "check.h"
#include "errands.h"
#include "module/module.h"
#include "talk.h"
#include "tlsmodem_control.h"

#include <malloc.h>
#include <stdlib.h>

/* What differs from day to day: what a socket keeps of its last dial, the test's own queues.  What
 * a dial leaves behind would be there a hundred times. */
enum { DAYS = 7, SEEDS = 20, WARM_DAYS = 2, BLOCKS_MORE = 8, BYTES_MORE = 1024 };

static const int64_t hour_ms = 60 * 60 * INT64_C(1000);

/* ---- the heap ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static struct {
    long blocks, bytes; /* that are allocated */
} heap;

static void *added(void *memory)
{
    if (memory != NULL) {
        heap.blocks++;
        heap.bytes += (long)malloc_usable_size(memory);
    }
    return memory;
}

static void gone(void *memory)
{
    if (memory == NULL)
        return;
    heap.blocks--;
    heap.bytes -= (long)malloc_usable_size(memory);
}

void *__wrap_malloc(size_t size)
{
    return added(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return added(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    gone(memory);
    return added(__real_realloc(memory, size));
}

void __wrap_free(void *memory)
{
    gone(memory);
    __real_free(memory);
}

/* ---- a life ---- */

struct life {
    struct world world;
    const struct errand *errand;
    uint64_t dice;
    unsigned done, cut, lost, stepped; /* that something of each kind has happened */
    bool resets;
};

/* xorshift64* */
static uint32_t roll(struct life *life, uint32_t sides)
{
    life->dice ^= life->dice >> 12;
    life->dice ^= life->dice << 25;
    life->dice ^= life->dice >> 27;
    return (uint32_t)((life->dice * 0x2545F4914F6CDD1DULL) >> 33) % sides;
}

static void listen_everywhere(struct life *life, enum peer_listens listens)
{
    for (size_t i = 0; i < life->errand->count; i++)
        if (life->errand->steps[i].deed == LISTEN)
            scripted_net_listen(&life->world.scripted_net, (uint16_t)life->errand->steps[i].number,
                                listens);
}

/* What a host of the maker's says before it begins anew. */
static const char *end_of_context(const struct errand *errand)
{
    return strstr(errand->ready, "+QIACT") != NULL   ? "AT+QSMTPCLR\rAT+QIDEACT\r"
           : strstr(errand->ready, "#SGACT") != NULL ? "AT#SGACT=1,0\r"
                                                     : "AT+HMDIS\rAT+MIPCALL=0\r";
}

/* Out of whatever state it is in, with servers that are there. */
static void come_to_rest(struct life *life)
{
    struct world *world = &life->world;

    world_advance(world, hour_ms / 6);
    world_type_text(world, "+++");
    world_advance(world, hour_ms / 6);
    world_type_text(world, "\x1B\r");
    world_advance(world, hour_ms / 6);
    world_forget(world, 0);
    world_type_text(world, "\rAT\r");
    world_settle(world);
    if (!talk_ends_with(world_heard(world, 0), "OK"))
        fail_msg("%s: \"%s\" instead of OK", life->errand->model, show(world_heard(world, 0)));
    check_int(life->errand->model, world->scripted_net.spins, 0);
    world_type_text(world, end_of_context(life->errand));
    world_advance(world, 60000);
    errand_prepare(world, life->errand);
    world_advance(world, 60000);
    world_forget(world, 0);
}

static void work(struct life *life)
{
    errand_run(&life->world, life->errand);
    if (!errand_went_well(&life->world, life->errand))
        fail_msg("%s: no \"%s\" in \"%s\"; %s", life->errand->model, life->errand->answer,
                 show(world_heard(&life->world, 0)), life->world.log_line);
    life->done++;
}

/* Part of the work, then no link, or no power. */
static void lose_the_link(struct life *life)
{
    struct errand part = *life->errand;
    struct tlsmodem *modem = life->world.modem;

    part.count = roll(life, (uint32_t)part.count) + 1;
    errand_run(&life->world, &part);
    switch (roll(life, life->resets ? 3 : 2)) {
    case 0:
        check_int("lost", tlsmodem_set_registration(modem, TLSMODEM_LOST), ERR_OK);
        world_advance(&life->world, (int64_t)roll(life, 3600) * 1000);
        check_int("home", tlsmodem_set_registration(modem, TLSMODEM_HOME), ERR_OK);
        break;
    case 1:
        (void)tlsmodem_lose_context(modem, 1); /* where it is up */
        break;
    default:
        check_int("reset", tlsmodem_set_power(modem, TLSMODEM_POWER_RESET), ERR_OK);
        break;
    }
    life->cut++;
}

/* The same without servers, or with such as never answer. */
static void lose_the_servers(struct life *life)
{
    struct errand typed = *life->errand;

    listen_everywhere(life, roll(life, 2) == 0 ? PEER_REFUSES : PEER_HANGS);
    for (size_t i = 0; i < typed.count; i++) {
        if (typed.steps[i].deed == TYPE)
            world_type_text(&life->world, typed.steps[i].text);
        world_advance(&life->world, (int64_t)roll(life, 200) * 1000);
    }
    life->lost++;
}

/* The machine's clock, or the module's, goes elsewhere, by up to a month either way. */
static void step_the_clock(struct life *life)
{
    struct virtual_clock *clock = &life->world.virtual_clock;
    int64_t utc_s = VIRTUAL_CLOCK_UTC_S + ((int64_t)roll(life, 60) - 30) * 24 * 3600;

    if (roll(life, 2) == 0)
        virtual_clock_set_utc(clock, utc_s);
    else
        check_int("clock", tlsmodem_set_clock(life->world.modem, utc_s, 0), ERR_OK);
    life->stepped++;
}

static void do_something(struct life *life)
{
    switch (roll(life, 6)) {
    case 0:
        lose_the_link(life);
        break;
    case 1:
        lose_the_servers(life);
        break;
    case 2:
        step_the_clock(life);
        work(life);
        break;
    default:
        work(life);
        break;
    }
    world_advance(&life->world, roll(life, 2 * (uint32_t)hour_ms));
    come_to_rest(life);
}

static void live(const struct errand *errand, uint64_t seed)
{
    struct life life = { .errand = errand, .dice = seed, .resets = seed % 2 == 0 };
    long before = heap.blocks, blocks = 0, bytes = 0;

    world_init(&life.world);
    check_int(errand->model, world_switch_on(&life.world, errand->model, true, 1), ERR_OK);
    errand_prepare(&life.world, errand);
    for (int day = 1; day <= DAYS; day++) {
        while (life.world.virtual_clock.now_ms < day * 24 * hour_ms)
            do_something(&life);
        work(&life);
        if (life.resets)
            check_int("reset", tlsmodem_set_power(life.world.modem, TLSMODEM_POWER_RESET), ERR_OK);
        come_to_rest(&life);
        blocks = day <= WARM_DAYS && heap.blocks > blocks ? heap.blocks : blocks;
        bytes = day <= WARM_DAYS && heap.bytes > bytes ? heap.bytes : bytes;
        if (heap.blocks > blocks + BLOCKS_MORE || heap.bytes > bytes + BYTES_MORE)
            fail_msg("%s, seed %u, day %d: %ld blocks of %ld bytes, before %ld of %ld",
                     errand->model, (unsigned)seed, day, heap.blocks, heap.bytes, blocks, bytes);
    }
    assert_true(life.done > 0 && life.cut > 0 && life.lost > 0 && life.stepped > 0);
    world_deinit(&life.world);
    check_int(errand->model, heap.blocks, before);
}

static void test_seven_days(void **state)
{
    (void)state;
    for (size_t i = 0; i < errand_count; i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
            live(&errands[i], seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_seven_days) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
