/* test_editor.c: characters to command lines, V.250 5.2. */
#include "at/editor.h"
#include "base/text.h"
#include "check.h"

enum { CR = '\r', BS = '\b', CAP = 8 };

struct editor_row {
    const char *typed;
    /* What came of it: `{line}`, `/{line}` for A/, `.` for an empty line, `!` for one that was too
     * long.  Then, after a blank, what of it was echoed; `<` is an erasure. */
    const char *outcome;
};

static const struct editor_row rows[] = {
    { "AT\r", "{} AT\r" },
    { "at\r", "{} at\r" },
    { "At\r", "{} At\r" },
    { "aT\r", "{} aT\r" },
    { "ATE0\r", "{E0} ATE0\r" },
    { "ATE0", " ATE0" },
    { "AT E0 \r", "{ E0 } AT E0 \r" },
    { "ATE0\rATQ1\r", "{E0}{Q1} ATE0\rATQ1\r" },

    /* what is no line */
    { "\r", ". " },
    { "\r\r", ".. " },
    { "A\r", ". A" },
    { "x\r", ". x" },
    { "xyz\rAT\r", ".{} xyzAT\r" },

    /* AT is looked for */
    { "AAT\r", "{} AAT\r" },
    { "AAAT\r", "{} AAAT\r" },
    { "xyAT\r", "{} xyAT\r" },
    { "ATAT\r", "{AT} ATAT\r" },
    { "A T\r", ". A T" },
    { "AxT\r", ". AxT" },
    { "A/T\r", "/{}. A/T" },

    /* nothing between commands, and inside them */
    { "\n\nAT\r", "{} AT\r" },
    { "\x1A"
      "AT\r",
      "{} AT\r" },
    { "AT\r\nAT\r\n", "{}{} AT\rAT\r" },
    { "A\nT\r", "{} AT\r" },
    { "ATE\x7F"
      "0\r",
      "{E0} ATE0\r" },
    { "AT\tE0\r", "{E0} ATE0\r" },
    { "AT\x1B[AE0\r", "{[AE0} AT[AE0\r" },
    { "AT\xE4\r", "{\xE4} AT\xE4\r" },

    /* erasing */
    { "ATE1\b0\r", "{E0} ATE1<0\r" },
    { "ATE1\b\b\bTQ1\r", "{Q1} ATE1<<<TQ1\r" },
    { "ATE1\b\b\b\bATQ1\r", "{Q1} ATE1<<<<ATQ1\r" },
    { "ATE1\b\b\b\b\b\bATQ1\r", "{Q1} ATE1<<<<ATQ1\r" },
    { "\bAT\r", "{} AT\r" },
    { "AT\b\r", ". AT<" },
    { "x\bAT\r", "{} xAT\r" },

    /* A/ repeats at once, without CR */
    { "ATE0\rA/", "{E0}/{E0} ATE0\rA/" },
    { "ATE0\ra/A/", "{E0}/{E0}/{E0} ATE0\ra/A/" },
    { "A/", "/{} A/" },
    { "ATE0\rxA/", "{E0} ATE0\rxA/" }, /* not the start of a line */
    { "ATE0\rAT\rA/", "{E0}{}/{} ATE0\rAT\rA/" },

    /* eight characters fit */
    { "AT12345678\r", "{12345678} AT12345678\r" },
    { "AT123456789\r", "! AT123456789\r" },
    { "AT1234567890123\rATE0\r", "!{E0} AT1234567890123\rATE0\r" },
    { "AT123456789\b\r", "! AT123456789\r" },
    { "AT123456789\rA/", "!/{} AT123456789\rA/" },
};

static void take(struct at_editor *editor, uint8_t c, struct text *lines, struct text *echo)
{
    enum at_edited edited = at_editor_feed(editor, c, CR, BS);

    if (edited == EDIT_REPEAT)
        text_add(lines, "/");
    if (edited == EDIT_LINE || edited == EDIT_REPEAT) {
        text_add(lines, "{");
        text_add_span(lines, at_editor_line(editor));
        text_add(lines, "}");
    }
    if (edited == EDIT_EMPTY || edited == EDIT_TOO_LONG)
        text_add(lines, edited == EDIT_EMPTY ? "." : "!");
    if (edited == EDIT_ERASED)
        text_add(echo, "<");
    else if (edited != EDIT_NOTHING && edited != EDIT_EMPTY)
        text_add_span(echo, span_at(&c, 1));
}

static void check_row(const struct editor_row *row, size_t piece)
{
    char lines_memory[200], echo_memory[100];
    uint8_t line[CAP];
    struct at_editor editor;
    struct text lines, echo;
    struct span typed = span_of(row->typed);

    at_editor_init(&editor, line, sizeof(line));
    text_init(&lines, lines_memory, sizeof(lines_memory));
    text_init(&echo, echo_memory, sizeof(echo_memory));
    while (typed.len > 0) {
        size_t most = typed.len < piece ? typed.len : piece;
        size_t count = at_editor_take(&editor, span_at(typed.data, most), CR, BS);

        text_add_span(&echo, span_at(typed.data, count));
        typed = span_skip(typed, count);
        if (count < most || piece == 0) {
            take(&editor, typed.data[0], &lines, &echo);
            typed = span_skip(typed, 1);
        }
    }
    text_add(&lines, " %s", echo.at);
    check_text(show(span_of(row->typed)), lines.at, row->outcome);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t piece = 0; piece <= strlen(rows[i].typed); piece++)
            check_row(&rows[i], piece);
    }
}

static void test_nul_is_nothing(void **state)
{
    uint8_t line[CAP];
    struct at_editor editor;

    (void)state;
    at_editor_init(&editor, line, sizeof(line));
    assert_int_equal(at_editor_feed(&editor, 0, CR, BS), EDIT_NOTHING);
    assert_int_equal(at_editor_feed(&editor, 'A', CR, BS), EDIT_TAKEN);
    assert_int_equal(at_editor_feed(&editor, 0, CR, BS), EDIT_NOTHING);
    assert_int_equal(at_editor_feed(&editor, 'T', CR, BS), EDIT_TAKEN);
    assert_int_equal(at_editor_feed(&editor, 0, CR, BS), EDIT_NOTHING);
    assert_int_equal(at_editor_feed(&editor, CR, CR, BS), EDIT_LINE);
}

/* S3 and S5 may be any character, also one that a line could hold. */
static void test_other_registers(void **state)
{
    uint8_t line[CAP];
    struct at_editor editor;

    (void)state;
    at_editor_init(&editor, line, sizeof(line));
    for (const char *at = "ATE1_0"; *at != '\0'; at++)
        at_editor_feed(&editor, (uint8_t)*at, ';', '_');
    assert_int_equal(at_editor_feed(&editor, '\n', ';', '_'), EDIT_NOTHING);
    assert_int_equal(at_editor_feed(&editor, ';', ';', '_'), EDIT_LINE);
    check_bytes("line", at_editor_line(&editor), span_of("E0"));
}

/* Not even one of AT, nor CR as the character that erases. */
static void test_at_and_cr_whatever_the_registers(void **state)
{
    (void)state;
    for (int s3 = 0; s3 < 128; s3++) {
        for (int s5 = 0; s5 < 128; s5++) {
            uint8_t line[CAP];
            struct at_editor editor;

            at_editor_init(&editor, line, sizeof(line));
            assert_int_equal(at_editor_feed(&editor, 'A', (uint8_t)s3, (uint8_t)s5), EDIT_TAKEN);
            assert_int_equal(at_editor_feed(&editor, 'T', (uint8_t)s3, (uint8_t)s5), EDIT_TAKEN);
            assert_int_equal(at_editor_feed(&editor, CR, (uint8_t)s3, (uint8_t)s5), EDIT_LINE);
        }
    }
}

struct open_row {
    const char *typed;
    bool open;
};

static const struct open_row open_rows[] = {
    { "", false },    { "x", false },      { "A", true },    { "AT", true },
    { "AT1", true },  { "AT\r", false },   { "A\r", false }, { "AT123456789", true },
    { "A\b", false }, { "AT\b\b", false }, { "A/", false },
};

static void test_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(open_rows); i++) {
        uint8_t line[CAP];
        struct at_editor editor;

        at_editor_init(&editor, line, sizeof(line));
        for (const char *at = open_rows[i].typed; *at != '\0'; at++)
            at_editor_feed(&editor, (uint8_t)*at, CR, BS);
        check_int(open_rows[i].typed, at_editor_is_open(&editor), open_rows[i].open);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nul_is_nothing),
        cmocka_unit_test(test_other_registers),
        cmocka_unit_test(test_at_and_cr_whatever_the_registers),
        cmocka_unit_test(test_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
