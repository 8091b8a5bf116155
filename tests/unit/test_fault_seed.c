/* test_fault_seed.c: the same seed gives the same bytes at the AT port: of the engine in virtual
 * time, and of a modem on a pseudo-terminal, however its host's bytes are cut. */
#include "check.h"
#include "laboratory/trouble.h"
#include "runtime/modem.h"
#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, QUIET_MS = 100, HEARD_CAP = 16384, WHY_CAP = 700, LINES = 40 };

static const char *const faults[] = {
    "lose toxicity=0.02 seed=7",
    "double toxicity=0.02 seed=8",
    "flip toxicity=0.02 seed=9",
    "lose stream=upstream toxicity=0.01 seed=10",
    "flip stream=upstream toxicity=0.01 seed=11 after=100",
    "answer_twice command=AT+CSQ* every=3 seed=1",
    "answer_cut bytes=5 command=ATI* every=2",
    "answer_never command=AT+CREG* after=1 every=4",
    "urc text=\"+CREG: 2\" moment=inside bytes=3 toxicity=0.3 seed=12",
};

static const char *const lines[] = { "AT+CSQ\r", "ATI\r", "AT+CREG?\r", "AT+CGMM\r", "AT+CPIN?\r" };

static const char *line_at(size_t i)
{
    return lines[i % COUNT(lines)];
}

static void add_faults(struct tlsmodem *modem)
{
    for (size_t i = 0; i < COUNT(faults); i++) {
        char memory[WHY_CAP];
        struct text why;

        text_init(&why, memory, sizeof(memory));
        if (lab_fault_do(modem, span_of(faults[i]), &why) != ERR_OK)
            fail_msg("%s: %s", faults[i], memory);
    }
}

/* What the engine's host has heard, and how much of it after each line. */
struct heard {
    char bytes[HEARD_CAP];
    size_t len, after[LINES];
};

static void hear_engine(const char *model, struct heard *heard)
{
    struct world world;

    world_init(&world);
    world.has_laboratory = true;
    assert_int_equal(world_switch_on(&world, model, false, 1), ERR_OK);
    world_advance(&world, 20000);
    world_forget(&world, 0);
    add_faults(world.modem);
    for (size_t i = 0; i < LINES; i++) {
        world_type_text(&world, line_at(i));
        world_advance(&world, 1000);
        heard->after[i] = world_heard(&world, 0).len;
    }
    heard->len = world_heard(&world, 0).len;
    assert_in_range(heard->len, 500, HEARD_CAP);
    memcpy(heard->bytes, world_heard(&world, 0).data, heard->len);
    world_deinit(&world);
}

/* ---- on a pseudo-terminal ---- */

struct rig {
    char folder[64];
    struct runtime_world world;
    struct runtime_modem *modem;
    int fd;
    char heard[HEARD_CAP];
    size_t len;
};

static void set_flag(void *ctx)
{
    *(bool *)ctx = true;
}

/* Lets things happen until there are `wanted` bytes in all, or so long. */
static void hear(struct rig *rig, size_t wanted, int64_t limit_ms)
{
    struct clock_timer *timer;
    bool over = false;

    assert_int_equal(clock_new_timer(&rig->world.clock.base, set_flag, &over, &timer), ERR_OK);
    clock_timer_start(timer, limit_ms);
    while (!over && rig->len < wanted) {
        ssize_t count;

        uv_run(&rig->world.loop.uv, UV_RUN_ONCE);
        count = read(rig->fd, rig->heard + rig->len, sizeof(rig->heard) - rig->len);
        rig->len += count > 0 ? (size_t)count : 0;
    }
    clock_timer_free(timer);
}

static void start(struct rig *rig, const char *model)
{
    struct port_spec spec = { .kind = PORT_PTY };
    struct port_failure failure;
    struct termios raw;
    const struct runtime_modem_config config = {
        .model = model, .terminals = 1, .ports = &spec, .laboratory = true
    };

    memset(rig, 0, sizeof(*rig));
    strcpy(rig->folder, "/tmp/test_fault_seed_XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    snprintf(spec.where, sizeof(spec.where), "%s/port", rig->folder);
    assert_int_equal(runtime_world_open(&rig->world, NULL), ERR_OK);
    if (runtime_modem_open(&rig->world, &config, &failure, &rig->modem) != ERR_OK)
        fail_msg("%s", failure.text);
    runtime_modem_start(rig->modem, NULL, NULL);
    rig->fd = open(spec.where, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(rig->fd >= 0);
    assert_int_equal(tcgetattr(rig->fd, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(rig->fd, TCSANOW, &raw), 0);
}

static void stop(struct rig *rig)
{
    close(rig->fd);
    runtime_modem_close(rig->modem);
    assert_true(runtime_world_close(&rig->world, LIMIT_MS));
    assert_int_equal(rmdir(rig->folder), 0);
}

/* Until the module has said what it says at start, and is silent. */
static void wait_for_silence(struct rig *rig)
{
    size_t before;

    do {
        before = rig->len;
        hear(rig, HEARD_CAP, 15 * QUIET_MS);
    } while (rig->len > before);
    rig->len = 0;
}

static void hear_terminal(const char *model, const struct heard *engine, struct rig *rig)
{
    start(rig, model);
    wait_for_silence(rig);
    add_faults(runtime_modem_engine(rig->modem));
    for (size_t i = 0; i < LINES; i++) {
        const char *line = line_at(i);
        size_t cut = i % strlen(line);

        assert_int_equal(write(rig->fd, line, cut), (ssize_t)cut);
        hear(rig, HEARD_CAP, 1);
        assert_int_equal(write(rig->fd, line + cut, strlen(line) - cut),
                         (ssize_t)(strlen(line) - cut));
        hear(rig, engine->after[i], LIMIT_MS);
        /* The line may be one of which nothing is heard. */
        if (i == 0 || engine->after[i] == engine->after[i - 1])
            hear(rig, HEARD_CAP, QUIET_MS);
    }
    hear(rig, HEARD_CAP, QUIET_MS);
}

static void test_the_same_bytes(void **state)
{
    static const char *const models[] = { "he910", "m95", "l610" };

    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct heard once = { .len = 0 }, again = { .len = 0 };
        struct rig rig;

        hear_engine(models[i], &once);
        hear_engine(models[i], &again);
        check_bytes(models[i], span_at(again.bytes, again.len), span_at(once.bytes, once.len));
        hear_terminal(models[i], &once, &rig);
        check_bytes(models[i], span_at(rig.heard, rig.len), span_at(once.bytes, once.len));
        stop(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_the_same_bytes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
