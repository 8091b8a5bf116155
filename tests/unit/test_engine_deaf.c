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

static bool holds(struct span answer, const char *text)
{
    return answer.len > 0 && memmem(answer.data, answer.len, text, strlen(text)) != NULL;
}

/* ---- S registers ---- */

/* V.250 5.3.2 has S<n>=<v> and S<n>? only. */
static void test_register_without_a_value(void **state)
{
    static const char *const bare[] = { "ATS0",  "ATS2",    "ATS3",    "ATS4",  "ATS5",  "ATS7",
                                        "ATS12", "ATS2um]", "ATS3 13", "ATS3;", "ATS3=", "ATS5=" };
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

/* AT with its letters in either case, since a register may stand for one of them. */
static void expect_heard(struct world *world, const char *what)
{
    if (!holds(talk(world, "AT"), "OK"))
        fail_msg("%s: AT is answered by \"%s\"", what, show(world_heard(world, 0)));
}

static void set_characters(struct world *world, int s3, int s5)
{
    char line[40];

    snprintf(line, sizeof(line), "ATS3=%dS5=%d\r", s3, s5);
    world_type_text(world, line);
}

static void check_characters(const char *model, int s3, int s5)
{
    char what[60];
    struct world world;

    snprintf(what, sizeof(what), "%s, S3=%d S5=%d", model, s3, s5);
    world_init(&world);
    check_int(model, world_switch_on(&world, model, false, 1), ERR_OK);
    world_type_text(&world, "ATE0\r");
    set_characters(&world, s3, s5);
    expect_heard(&world, what);
    expect_heard(&world, what); /* what stands behind the CR does no harm */
    world_deinit(&world);
}

static void test_any_line_end_and_any_erasing_character(void **state)
{
    static const int others[] = { '\b', '\r', 0, 'A', 'T' };

    (void)state;
    for (int c = 0; c < 128; c++) {
        check_characters("m95", c, c);
        check_characters("l610", c, '\b');
        for (size_t i = 0; i < COUNT(others); i++) {
            check_characters("he910", c, others[i]);
            check_characters("he910", others[i], c);
        }
    }
}

/* The new value of S3 ends lines, and so does CR; the answer has the new one (V.250 6.2.1). */
static void test_line_end_as_it_was_set(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, "he910");
    talk_ok(&world, "ATE0");
    world_type_text(&world, "ATS3=33\r");
    world_forget(&world, 0);
    world_type_text(&world, "AT+CGMM!");
    check_bytes("!", world_heard(&world, 0), span_of("!\nHE910!\n!\nOK!\n"));
    world_forget(&world, 0);
    world_type_text(&world, "AT+CGMM\r\n!\r");
    check_bytes("CR", world_heard(&world, 0), span_of("!\nHE910!\n!\nOK!\n"));
    talk(&world, "AT&F");
    talk_expect(&world, "ATE0S3?", "\r\n013\r\n\r\nOK\r\n");
    world_deinit(&world);
}

static void test_stored_registers(void **state)
{
    static const int values[] = { 0, 'A', 'a', '&', '1', 127 };

    (void)state;
    for (size_t m = 0; m < COUNT(models); m++) {
        for (size_t i = 0; i < COUNT(values); i++) {
            struct world world;

            switch_on(&world, models[m]);
            set_characters(&world, values[i], values[COUNT(values) - 1 - i]);
            world_type_text(&world, "at&w\r");
            check_int(models[m], world_switch_on(&world, models[m], true, 1), ERR_OK);
            world_advance(&world, BACK_MS);
            expect_heard(&world, models[m]);
            world_deinit(&world);
        }
    }
}

/* ---- online ---- */

static void host_goes(struct world *world)
{
    struct terminal *terminal = world->ports[0].terminal;

    world_set_appetite(world, 0, 0);
    terminal->ops->host_gone(terminal);
    world_set_appetite(world, 0, SIZE_MAX);
    world_settle(world);
}

/* The next host knows +++ and no other escape sequence, and can find no circuit to drop. */
static void test_online_with_an_escape_that_nobody_knows(void **state)
{
    static const char *const registers[] = { "ATS2=255", "ATS2=42", "ATS2=0" };

    (void)state;
    for (size_t i = 0; i < COUNT(registers); i++) {
        struct scripted_peer *peer;
        struct world world;

        switch_on(&world, "he910");
        talk_ok(&world, registers[i]);
        peer = talk_connect(&world, true);
        world_type_text(&world, "data");
        host_goes(&world);
        talk_expect(&world, "AT", "\r\nOK\r\n");
        talk_expect(&world, "AT#SSLS=1", "\r\n#SSLS: 1,2,5\r\n\r\nOK\r\n");
        talk_expect(&world, "AT#SSLO=1", "\r\nCONNECT\r\n");
        peer_send(peer, span_of("still there"));
        world_settle(&world);
        assert_true(holds(world_heard(&world, 0), "still there"));
        world_deinit(&world);
    }
}

/* +++ is known: online mode stays for who comes next. */
static void test_online_with_the_usual_escape(void **state)
{
    struct world world;

    (void)state;
    switch_on(&world, "he910");
    talk_connect(&world, true);
    host_goes(&world);
    world_type_text(&world, "AT\r");
    check_bytes("to the peer", world_heard(&world, 0), span_of(""));
    world_advance(&world, 2000);
    world_type_text(&world, "+++");
    world_advance(&world, 2000);
    check_bytes("+++", world_heard(&world, 0), span_of("\r\nOK\r\n"));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_register_without_a_value),
        cmocka_unit_test(test_any_line_end_and_any_erasing_character),
        cmocka_unit_test(test_line_end_as_it_was_set),
        cmocka_unit_test(test_stored_registers),
        cmocka_unit_test(test_online_with_an_escape_that_nobody_knows),
        cmocka_unit_test(test_online_with_the_usual_escape),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
