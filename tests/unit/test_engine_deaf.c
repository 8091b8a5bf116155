/* test_engine_deaf.c: whatever a host has set, AT is heard: at once, after a restart, and by the
 * next host.  And whatever it types: random lines, of each maker's own commands. */
#include "base/text.h"
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

/* One of each maker, and of each kind of rows that a maker has. */
static const char *const models[] = { "he910", "gl865-dual", "le866", "m95", "l610", "nl668-eau" };

/* A module that was switched off comes back within this. */
enum { BACK_MS = 10000 };

static void switch_on(struct world *world, const char *model)
{
    world_init(world);
    check_int(model, world_switch_on(world, model, true, 1), ERR_OK);
    world_advance(world, BACK_MS); /* what it says at its start */
}

/* ---- S registers ---- */

/* V.250 5.3.2 has S<n>=<v> and S<n>? only. */
static void test_register_without_a_value(void **state)
{
    static const char *const bare[] = { "ATS0", "ATS2", "ATS3", "ATS4", "ATS5", "ATS7", "ATS12",
                                        "ATS2um]", "ATS3 13", "ATS3;", "ATS3=", "ATS5=" };
    static const char ask[] = "ATS0?S2?S3?S4?S5?S7?S12?";
    char before[200], after[200];

    (void)state;
    for (size_t m = 0; m < COUNT(models); m++) {
        struct world world;

        switch_on(&world, models[m]);
        talk_ok(&world, "ATE0");
        snprintf(before, sizeof(before), "%s", show(talk(&world, ask)));
        for (size_t i = 0; i < COUNT(bare); i++) {
            talk_error(&world, bare[i]);
            snprintf(after, sizeof(after), "%s", show(talk(&world, ask)));
            check_text(bare[i], after, before);
        }
        world_deinit(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_register_without_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
