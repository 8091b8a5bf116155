/* test_lexer.c: command lines cut into commands, V.250 5.3 and 5.4. */
#include "at/lexer.h"
#include "base/text.h"
#include "check.h"

struct line_row {
    const char *line;
    /* The commands, parted by blanks: name, then nothing, `?`, `=?` or `={parameters}`; basic ones
     * have a `*` in front; `!` at a malformed place. */
    const char *commands;
};

static const struct line_row line_rows[] = {
    /* nothing */
    { "", "" },
    { "   ", "" },
    { ";", "" },
    { " ; ;", "" },

    /* basic commands */
    { "E0", "*E={0}" },
    { "e0q0v1", "*E={0} *Q={0} *V={1}" },
    { "E", "*E" },
    { "EQV", "*E *Q *V" },
    { "E0Q0V1X1&K0", "*E={0} *Q={0} *V={1} *X={1} *&K={0}" },
    { "&FZE0&W", "*&F *Z *E={0} *&W" },
    { "&k3", "*&K={3}" },
    { "&K=3", "*&K={3}" },
    { "&K = 3", "*&K={3}" },
    { "&K?", "*&K?" },
    { "E?", "*E?" },
    { "\\Q3", "*\\Q={3}" },
    { " E 0 Q 1 ", "*E={0} *Q={1}" },
    { "E0;V1", "*E={0} *V={1}" },
    { "E000000000000000000001", "*E={000000000000000000001}" },
    { "&", "!" },
    { "&1", "!" },
    { "1", "!" },
    { "=", "!" },
    { "?", "!" },
    { "E0 ?", "*E={0} !" },
    { "E0,1", "*E={0} !" },

    /* registers */
    { "S3=13", "*S3={13}" },
    { "s3=13", "*S3={13}" },
    { "S3 = 13", "*S3={13}" },
    { "S12?", "*S12?" },
    { "S12", "*S12" },
    { "S0=1S7=60", "*S0={1} *S7={60}" },
    { "S3?S4?", "*S3? *S4?" },
    { "S0=?", "*S0=?" },
    { "S0=", "*S0={}" },
    { "S", "!" },
    { "S=1", "!" },
    { "S1234=1", "!" },

    /* dialling takes the rest of the line, whatever it is */
    { "DT0123;E0", "*D={T0123;E0}" },
    { "d\"x;y\"", "*D={\"x;y\"}" },
    { "E0D*99#", "*E={0} *D={*99#}" },
    { "D", "*D={}" },

    /* extended commands */
    { "+CMEE", "+CMEE" },
    { "+cmee?", "+CMEE?" },
    { "+CMEE=?", "+CMEE=?" },
    { "+CMEE= ?", "+CMEE=?" },
    { "+CMEE=? ", "+CMEE=?" },
    { "+CMEE =2", "+CMEE={2}" },
    { "+ CMEE =2", "+CMEE={2}" },
    { "+ ", "!" },
    { "+IPR=115200&W", "+IPR={115200} *&W" },
    { "+IPR=115200&w", "+IPR={115200} *&W" },
    { "+IPR=115200&K", "+IPR={115200&K}" },
    { "+X=a&W", "+X={a&W}" },
    { "+X=\"1&W\"", "+X={\"1&W\"}" },
    { "+X?&W", "!" },
    { "#SSLEN=1,1", "#SSLEN={1,1}" },
    { "#sslen = 1 , 1", "#SSLEN={1 , 1}" },
    { "+CMEE=", "+CMEE={}" },
    { "+CMEE=?1", "+CMEE={?1}" },
    { "+CMEE=1?", "+CMEE={1?}" },
    { "+X!%-./:_9=1", "+X!%-./:_9={1}" },
    { "+CGDCONT=1,\"IP\",\"a;b\"", "+CGDCONT={1,\"IP\",\"a;b\"}" },
    { "+CGDCONT=1,\"IP\",\"a,b\";+CMEE=1", "+CGDCONT={1,\"IP\",\"a,b\"} +CMEE={1}" },
    { "+CGDCONT=1,\"IP;+CMEE=1", "+CGDCONT={1,\"IP;+CMEE=1}" },
    { "#SSLD=1,443,\"h\",0,1", "#SSLD={1,443,\"h\",0,1}" },
    { "+A=\"x\"\";\"", "+A={\"x\"\";\"}" },

    /* several */
    { "+CMEE=2;+CREG?", "+CMEE={2} +CREG?" },
    { "+CMEE=2;", "+CMEE={2}" },
    { "+CMEE?;;#SSLEN?", "+CMEE? #SSLEN?" },
    { "E0+CMEE=2", "*E={0} +CMEE={2}" },
    { "E0 +CMEE=2 ; Q0", "*E={0} +CMEE={2 } *Q={0}" },
    { "E0;+CMEE;&F;S3?", "*E={0} +CMEE *&F *S3?" },

    /* malformed */
    { "+", "!" },
    { "+;E0", "!" },
    { "+CM EE=1", "!" },
    { "+CMEE?1", "!" },
    { "+CMEE\"", "!" },
    { "%CCLK", "!" },
    { "E0!", "*E={0} !" },
    { "\xC3\xA4", "!" },
    { "+ABCDEFGHIJKLMNOPQRSTUV=1", "+ABCDEFGHIJKLMNOPQRSTUV={1}" }, /* 23 characters */
    { "+ABCDEFGHIJKLMNOPQRSTUVW=1", "!" },
};

static void print_lexeme(struct text *out, const struct at_lexeme *lexeme)
{
    text_add(out, "%s%s%s", out->len > 0 ? " " : "", lexeme->basic ? "*" : "", lexeme->name);
    switch (lexeme->form) {
    case AT_RUN:
        break;
    case AT_READ:
        text_add(out, "?");
        break;
    case AT_TEST:
        text_add(out, "=?");
        break;
    case AT_SET:
        text_add(out, "={");
        text_add_span(out, lexeme->body);
        text_add(out, "}");
        break;
    }
}

static void print_line(struct span line, struct text *out)
{
    struct at_lexeme lexeme;
    enum at_lexed result;
    size_t cursor = 0, before = 0;

    while ((result = at_lex(line, "+#", false, &cursor, &lexeme)) == AT_LEXED) {
        print_lexeme(out, &lexeme);
        assert_true(cursor > before && cursor <= line.len);
        before = cursor;
    }
    if (result == AT_MALFORMED)
        text_add(out, "%s!", out->len > 0 ? " " : "");
}

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(line_rows); i++) {
        char memory[200];
        struct text out;

        text_init(&out, memory, sizeof(memory));
        print_line(span_of(line_rows[i].line), &out);
        check_text(line_rows[i].line, memory, line_rows[i].commands);
    }
}

/* Lines of any bytes end, in order, within themselves. */
static void test_any_bytes(void **state)
{
    static const char alphabet[] = "AaEeSsDd&\\+#=?;,\"0 9Z/\0\x80\xFF%";
    uint32_t random = 7;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        char memory[4096];
        uint8_t line[24];
        struct text out;

        for (size_t at = 0; at < sizeof(line); at++) {
            random = random * 1664525U + 1013904223U;
            line[at] = (uint8_t)alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
        }
        text_init(&out, memory, sizeof(memory));
        print_line(span_at(line, sizeof(line)), &out);
    }
}

/* Where a maker's quotes may be data. */
static void test_escaped_quotes(void **state)
{
    static const struct {
        const char *line, *body;
        bool escapes;
    } rows[] = {
        { "+X=\"{\\\"a;b\\\":1}\";+Y", "\"{\\\"a;b\\\":1}\"", true },
        { "+X=\"{\\\"a;b\\\":1}\";+Y", "\"{\\\"a", false },
        { "+X=\"C:\\\";+Y", "\"C:\\\"", false },
        { "+X=a\\;+Y", "a\\", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct at_lexeme lexeme;
        size_t cursor = 0;

        assert_int_equal(at_lex(span_of(rows[i].line), "+#", rows[i].escapes, &cursor, &lexeme),
                         AT_LEXED);
        check_bytes(rows[i].line, lexeme.body, span_of(rows[i].body));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_escaped_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
