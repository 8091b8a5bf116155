/* test_telit_clock.c: who sets the clock that certificates are checked by (Telit 1vv0300989 r6
 * §3.3.1): the network when it takes the module in, unless #NITZ is off; the host at any time. */
#include "check.h"
#include "talk.h"

#include <string.h>

#define EARLIER "\"10/06/01,12:00:00+00\""

static bool shows(struct world *world, const char *date)
{
    struct span answer = talk(world, "AT+CCLK?");
    char text[100] = { 0 };

    assert_true(answer.len < sizeof(text));
    memcpy(text, answer.data, answer.len);
    assert_true(talk_ends_with(answer, "OK"));
    return strstr(text, date) != NULL;
}

static void register_anew(struct world *world)
{
    talk_ok(world, "AT+CFUN=4");
    talk_ok(world, "AT+CFUN=1");
}

static void begin(struct world *world, const char *model)
{
    world_init(world);
    assert_int_equal(world_switch_on(world, model, false, 1), ERR_OK);
    talk_ok(world, "ATE0");
}

static const char *const models[] = { "gc864-quad", "gl865", "ge910",   "gl865-v3",
                                      "he910",      "le866", "le910-v2" };

static void test_network_sets_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, models[i]);
        talk_ok(&world, "AT+CCLK=" EARLIER);
        assert_true(shows(&world, "10/06/01"));
        register_anew(&world);
        assert_false(shows(&world, "10/06/01"));
        world_deinit(&world);
    }
}

static void test_network_does_not_while_nitz_is_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(models); i++) {
        struct world world;

        begin(&world, models[i]);
        talk_ok(&world, "AT#NITZ=0");
        talk_ok(&world, "AT+CCLK=" EARLIER);
        register_anew(&world);
        assert_true(shows(&world, "10/06/01"));
        talk_ok(&world, "AT#NITZ=7");
        assert_true(shows(&world, "10/06/01")); /* at the next registration only */
        register_anew(&world);
        assert_false(shows(&world, "10/06/01"));
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_network_sets_it),
        cmocka_unit_test(test_network_does_not_while_nitz_is_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
