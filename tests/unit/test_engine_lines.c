/* test_engine_lines.c: command lines as an observer is told of them, which begin and end.
 */
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <stdio.h>

/* What the observer was told: `(` and `)` with the number of the terminal, `!` for a result. */
struct told {
    char text[64];
};

static void add(struct told *told, char what)
{
    size_t len = strlen(told->text);

    assert_true(len + 1 < sizeof(told->text));
    told->text[len] = what;
}

static void on_line(void *ctx, size_t terminal)
{
    add(ctx, '(');
    add(ctx, (char)('0' + terminal));
}

static void on_result(void *ctx, enum tlsmodem_result result)
{
    (void)result;
    add(ctx, '!');
}

static void on_line_end(void *ctx, size_t terminal)
{
    add(ctx, (char)('0' + terminal));
    add(ctx, ')');
}

static void on_bytes(void *ctx, size_t from_host, size_t to_host)
{
    (void)ctx;
    (void)from_host;
    (void)to_host;
}

static void type_long_line(struct world *world)
{
    for (size_t i = 0; i < 20000; i++)
        world_type_text(world, "x");
    world_type_text(world, "\r");
}

static void power_cycle(struct world *world)
{
    module_enter(world->modem);
    module_power_cycle(world->modem, 1000);
    module_leave(world->modem);
    world_advance(world, 60000);
}

/* One that is too long begins and ends at once, also behind one that has no end, as the power took
 * it: nobody is to think that the one ended the other. */
static void lines_end_that_have_begun(void **state)
{
    struct told told = { "" };
    const struct tlsmodem_observer observer = { .on_result = on_result,
                                                .on_bytes = on_bytes,
                                                .ctx = &told,
                                                .on_line = on_line,
                                                .on_line_end = on_line_end };
    struct world world;

    (void)state;
    for (int laboratory = 0; laboratory < 2; laboratory++) {
        world_init(&world);
        world.observer = &observer;
        world.has_laboratory = laboratory != 0;
        assert_int_equal(world_switch_on(&world, "he910", false, 2), ERR_OK);
        memset(&told, 0, sizeof(told));
        world_type_text(&world, "AT#SSLEN=1,1\rAT#SSLSECDATA=1,1,1,27\rab");
        check_text("a prompt", told.text, "(0!0)(0");
        power_cycle(&world);
        world_type_text(&world, "AT");
        type_long_line(&world);
        check_text("a long line", told.text, "(0!0)(0(0!0)");
        world_type_text(&world, "AT\r");
        world_type(&world, 1, span_of("AT\r"));
        check_text("others", told.text, "(0!0)(0(0!0)(0!0)(1!1)");
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lines_end_that_have_begun) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
