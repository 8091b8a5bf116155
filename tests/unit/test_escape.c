/* test_escape.c: the escape sequence among online data, by guard times. */
#include "at/escape.h"
#include "base/text.h"
#include "base/time.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

enum { GUARD_MS = 1000 };

struct escape_row {
    const char *name;
    /* Words: a number is ms that pass (deadlines on the way fire), `r` is escape_resume(), other
     * text is typed in one piece. */
    const char *script;
    /* What went to the peer, and `!` where the escape was found. */
    const char *outcome;
};

static const struct escape_row rows[] = {
    { "found", "1000 +++ 1000", "!" },
    { "longer silences", "5000 +++ 5000", "!" },
    { "in pieces", "1000 + 10 ++ 1000", "!" },
    { "one by one", "1000 + 500 + 500 + 1000", "!" },
    { "slowly one by one", "1000 + 999 + 999 + 1000", "!" },
    { "counted from CONNECT", "999 +++ 2000", "+++" },
    { "after data", "1000 abc 1000 +++ 1000", "abc!" },
    { "no silence before", "1000 abc 999 +++ 2000", "abc+++" },
    { "no silence after", "1000 +++ 999 x 2000", "+++x" },
    { "held until it is sure", "1000 +++ 999", "" },
    { "not decided early", "1000 +++ 500 x", "+++x" },
    { "too slow between", "1000 + 1000 ++ 1000", "+++" },
    { "too slow between, then found", "1000 + 1000 2000 +++ 1000", "+!" },
    { "two only", "1000 ++ 1000", "++" },
    { "one only", "1000 + 1000", "+" },
    { "four", "1000 ++++ 2000", "++++" },
    { "three and one", "1000 +++ 10 + 2000", "++++" },
    { "two and two", "1000 ++ 10 ++ 2000", "++++" },
    { "in the middle of a piece", "1000 a+++b 2000", "a+++b" },
    { "at the end of a piece", "1000 abc+++ 2000", "abc+++" },
    { "at the start of a piece", "1000 +++abc 2000", "+++abc" },
    { "other characters", "1000 --- 1000", "---" },
    { "mixed", "1000 ++ 10 - 2000", "++-" },
    { "again after one that failed", "1000 +++ 10 x 1000 +++ 1000", "+++x!" },
    { "again after a release", "1000 ++ 1000 1000 +++ 1000", "++!" },
    { "what comes right after a release had no silence of its own", "1000 ++ 1500 x", "++x" },
    { "a module that did not read is no silence", "1000 x 5000 r +++ 2000", "x+++" },
    { "but a silence after that is", "1000 x 5000 r 1000 +++ 1000", "x!" },
};

struct run {
    struct escape escape;
    uint8_t character;
    int64_t now_ms;
    struct text out;
};

static void put_held(struct run *run, int count)
{
    for (int i = 0; i < count; i++)
        text_add(&run->out, "%c", run->character);
}

static void tick(struct run *run)
{
    int release = 0;

    switch (escape_tick(&run->escape, run->now_ms, &release)) {
    case ESCAPE_NOTHING:
        break;
    case ESCAPE_RELEASE:
        put_held(run, release);
        break;
    case ESCAPE_FOUND:
        text_add(&run->out, "!");
        break;
    }
}

static void pass(struct run *run, int64_t ms)
{
    int64_t end_ms = run->now_ms + ms;

    while (escape_deadline(&run->escape) <= end_ms) {
        run->now_ms = escape_deadline(&run->escape);
        tick(run);
    }
    run->now_ms = end_ms;
}

static void type(struct run *run, const char *text)
{
    bool hold;

    put_held(run, escape_feed(&run->escape, run->character, run->now_ms, span_of(text), &hold));
    if (!hold)
        text_add(&run->out, "%s", text);
}

static void play(struct run *run, const char *script)
{
    char copy[100];

    snprintf(copy, sizeof(copy), "%s", script);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        if (word[0] >= '0' && word[0] <= '9')
            pass(run, atoi(word));
        else if (strcmp(word, "r") == 0)
            escape_resume(&run->escape, run->now_ms);
        else
            type(run, word);
    }
}

static void check_margin(const char *name, uint8_t character, int64_t margin_ms, const char *script,
                         const char *outcome)
{
    char memory[100];
    struct run run = { .character = character, .now_ms = 77 };

    text_init(&run.out, memory, sizeof(memory));
    escape_init(&run.escape, GUARD_MS, margin_ms, run.now_ms);
    play(&run, script);
    check_text(name, memory, outcome);
}

static void check_script(const char *name, uint8_t character, const char *script,
                         const char *outcome)
{
    check_margin(name, character, 0, script, outcome);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_script(rows[i].name, '+', rows[i].script, rows[i].outcome);
}

static void test_other_character(void **state)
{
    (void)state;
    check_script("S2=45", '-', "1000 --- 1000", "!");
    check_script("S2=45", '-', "1000 +++ 1000", "+++");
    check_script("S2=127", 0x7F, "1000 \x7F\x7F\x7F 1000", "!");
    check_script("S2=128 turns it off", 0x80, "1000 \x80\x80\x80 1000", "\x80\x80\x80");
    check_script("S2=255 turns it off", 0xFF, "1000 \xFF\xFF\xFF 1000", "\xFF\xFF\xFF");
}

/* A port that sees its host late: silences of the guard time look a little shorter. */
static void test_margin(void **state)
{
    (void)state;
    check_margin("before", '+', 100, "2000 abc 900 +++ 1000", "abc!");
    check_margin("less than that before", '+', 100, "2000 abc 899 +++ 2000", "abc+++");
    check_margin("behind", '+', 100, "1000 +++ 900 x", "!x");
    check_margin("less than that behind", '+', 100, "1000 +++ 899 x", "+++x");
    check_margin("counted from CONNECT", '+', 100, "900 +++ 1000", "!");
    check_margin("one by one", '+', 100, "1000 + 999 + 999 + 900", "!");
    check_margin("too slow between", '+', 100, "1000 + 1000 ++ 1000", "+++");
    check_margin("none", '+', 0, "2000 abc 999 +++ 1000", "abc+++");
}

static void test_deadline(void **state)
{
    struct escape escape;
    bool hold;
    int release;

    (void)state;
    escape_init(&escape, GUARD_MS, 0, 0);
    assert_true(escape_deadline(&escape) == CLOCK_NEVER);
    escape_feed(&escape, '+', 1000, span_of("+"), &hold);
    assert_true(hold);
    assert_int_equal(escape_deadline(&escape), 2000);
    escape_feed(&escape, '+', 1500, span_of("+"), &hold);
    assert_int_equal(escape_deadline(&escape), 2500);
    assert_int_equal(escape_tick(&escape, 2499, &release), ESCAPE_NOTHING);
    assert_int_equal(escape_tick(&escape, 2500, &release), ESCAPE_RELEASE);
    assert_int_equal(release, 2);
    assert_true(escape_deadline(&escape) == CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_other_character),
        cmocka_unit_test(test_margin),
        cmocka_unit_test(test_deadline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
