/* test_args.c: parameters as text to checked values, and back. */
#include "at/args.h"
#include "check.h"

#include <stdio.h>

/* The values of one command, as a row binds them. */
struct sample {
    int32_t small, listed, by_model, optional, late;
    char name[9];
};

enum { HAS_LATE = 1, HAS_MORE = 2 };

static const int32_t limits[] = { 4, 6 };
static const struct at_model model = { .limits = limits, .features = HAS_LATE };
static const struct at_model other_model = { .limits = limits, .features = HAS_MORE };

#define SAMPLE(field) AT_BIND(sample, field)

static const struct at_param params[] = {
    { .name = "small", .min = 1, .max = 9, .preset = 5, .bound = SAMPLE(small) },
    { .name = "listed", .values = "0-2,7,300", .preset = 7, .bound = SAMPLE(listed) },
    { .name = "byModel", .max = 99, .max_limit = 2, .bound = SAMPLE(by_model) },
    { .name = "name",
      .type = AT_STRING,
      .min = 1,
      .max = 8,
      .preset_text = "factory",
      .bound = SAMPLE(name) },
    { .name = "optional", .optional = true, .max = 1, .preset = 1, .bound = SAMPLE(optional) },
    { .name = "late", .optional = true, .max = 65535, .bound = SAMPLE(late), .only_on = HAS_LATE },
    { .name = "hidden", .optional = true, .hidden = true, .max = 3 },
};
static const struct at_command row = { .name = "+SAMPLE", AT_PARAMS(params) };

struct parse_row {
    const char *body;
    enum at_args_result result;
    const char *values; /* of the parameters that were given, `-` for one that was not */
};

static const struct parse_row parse_rows[] = {
    { "1,0,0,\"x\"", AT_ARGS_FINE, "1 0 0 x - - -" },
    { "9,300,6,\"12345678\",1,65535,3", AT_ARGS_FINE, "9 300 6 12345678 1 65535 3" },
    { " 1 , 0 , 0 , \"x\" ", AT_ARGS_FINE, "1 0 0 x - - -" },
    { "1,0,0,x", AT_ARGS_FINE, "1 0 0 x - - -" },
    { "1,0,0, x y ", AT_ARGS_FINE, "1 0 0 x y - - -" },
    { "1,0,0,\" x \"", AT_ARGS_FINE, "1 0 0  x  - - -" },
    { "1,0,0,\"a,b;c\"", AT_ARGS_FINE, "1 0 0 a,b;c - - -" },
    { "1,0,0,\"x\",,7", AT_ARGS_FINE, "1 0 0 x - 7 -" },
    { "1,0,0,\"x\",,,", AT_ARGS_FINE, "1 0 0 x - - -" },
    { "1,0,0,\"x\",", AT_ARGS_FINE, "1 0 0 x - - -" },
    { "1,0,0,7", AT_ARGS_FINE, "1 0 0 7 - - -" },
    { "01,0000,006,\"x\"", AT_ARGS_FINE, "1 0 6 x - - -" },

    /* ranges */
    { "0,0,0,x", AT_ARGS_RANGE, "" },
    { "10,0,0,x", AT_ARGS_RANGE, "" },
    { "1,3,0,x", AT_ARGS_RANGE, "" },
    { "1,6,0,x", AT_ARGS_RANGE, "" },
    { "1,8,0,x", AT_ARGS_RANGE, "" },
    { "1,299,0,x", AT_ARGS_RANGE, "" },
    { "1,301,0,x", AT_ARGS_RANGE, "" },
    { "1,0,7,x", AT_ARGS_RANGE, "" }, /* the model says 6, not 99 */
    { "1,0,0,\"\"", AT_ARGS_RANGE, "" },
    { "1,0,0,\"123456789\"", AT_ARGS_RANGE, "" },
    { "1,0,0,123456789", AT_ARGS_RANGE, "" },
    { "1,0,0,x,2", AT_ARGS_RANGE, "" },
    { "1,0,0,x,0,65536", AT_ARGS_RANGE, "" },
    { "2147483648,0,0,x", AT_ARGS_RANGE, "" },
    { "4294967297,0,0,x", AT_ARGS_RANGE, "" },
    { "18446744073709551617,0,0,x", AT_ARGS_RANGE, "" },

    /* syntax */
    { "", AT_ARGS_SYNTAX, "" },
    { " ", AT_ARGS_SYNTAX, "" },
    { ",", AT_ARGS_SYNTAX, "" },
    { "1", AT_ARGS_SYNTAX, "" },
    { "1,0,0", AT_ARGS_SYNTAX, "" },
    { "1,0,0,", AT_ARGS_SYNTAX, "" },
    { "1,,0,x", AT_ARGS_SYNTAX, "" },
    { ",0,0,x", AT_ARGS_SYNTAX, "" },
    { "x,0,0,x", AT_ARGS_SYNTAX, "" },
    { "-1,0,0,x", AT_ARGS_SYNTAX, "" },
    { "+1,0,0,x", AT_ARGS_SYNTAX, "" },
    { "1 2,0,0,x", AT_ARGS_SYNTAX, "" },
    { "\"1\",0,0,x", AT_ARGS_SYNTAX, "" },
    { "1,0,0,\"x", AT_ARGS_SYNTAX, "" },
    { "1,0,0,x\"", AT_ARGS_SYNTAX, "" },
    { "1,0,0,\"", AT_ARGS_SYNTAX, "" },
    { "1,0,0,\"x\"y", AT_ARGS_SYNTAX, "" },
    { "1,0,0,\"x\"\"y\"", AT_ARGS_SYNTAX, "" },
    { "1,0,0,a\"b\"", AT_ARGS_SYNTAX, "" },
    { "1,0,0,x,0,7,3,0", AT_ARGS_SYNTAX, "" },
    { "1,0,0,x,0,7,3,", AT_ARGS_SYNTAX, "" },
};

static void print_value(const struct at_param *param, const struct at_arg *arg, struct text *out)
{
    if (out->len > 0)
        text_add(out, " ");
    if (!arg->given)
        text_add(out, "-");
    else if (param->type == AT_NUMBER)
        text_add(out, "%d", (int)arg->number);
    else
        text_add_span(out, arg->text);
}

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(parse_rows); i++) {
        const struct parse_row *want = &parse_rows[i];
        char memory[100];
        struct at_args args;
        struct text out;
        enum at_args_result result = at_args_parse(&row, &model, span_of(want->body), &args);

        check_int(want->body, result, want->result);
        text_init(&out, memory, sizeof(memory));
        for (size_t p = 0; result == AT_ARGS_FINE && p < row.param_count; p++)
            print_value(&row.params[p], &args.list[p], &out);
        check_text(want->body, memory, want->values);
    }
}

/* All that is left, with the quotes and commas in it. */
static void test_rest(void **state)
{
    static const struct at_param rest_params[] = {
        { .name = "id", .max = 9 }, { .name = "text", .type = AT_STRING, .rest = true, .max = 20 }
    };
    static const struct at_command rest_row = { .name = "+REST", AT_PARAMS(rest_params) };
    static const struct {
        const char *body;
        enum at_args_result result;
        const char *text;
        bool quoted;
    } rows[] = {
        { "1,\"a\"", AT_ARGS_FINE, "a", true },
        { "1, \"a\",\"b\" ", AT_ARGS_FINE, "a\",\"b", true },
        { "1,\"{\\\"a\\\":1}\"", AT_ARGS_FINE, "{\\\"a\\\":1}", true },
        { "1,\"\"", AT_ARGS_FINE, "", true },
        { "1,12", AT_ARGS_FINE, "12", false },
        { "1,1,2", AT_ARGS_FINE, "1,2", false },
        { "1,\"", AT_ARGS_SYNTAX, "", false },
        { "1,\"a", AT_ARGS_SYNTAX, "", false },
        { "1,\"a\"b", AT_ARGS_SYNTAX, "", false },
        { "1,", AT_ARGS_SYNTAX, "", false },
        { "1,\"123456789012345678901\"", AT_ARGS_RANGE, "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct at_args args;

        check_int(rows[i].body, at_args_parse(&rest_row, &model, span_of(rows[i].body), &args),
                  rows[i].result);
        if (rows[i].result != AT_ARGS_FINE)
            continue;
        check_bytes(rows[i].body, args.list[1].text, span_of(rows[i].text));
        check_int(rows[i].body, args.list[1].quoted, rows[i].quoted);
    }
}

/* A sign is taken where the range goes below 0, and nowhere else (see "-1" above). */
static void test_negative_numbers(void **state)
{
    static const struct at_param signed_params[] = { { .name = "zone", .min = -47, .max = 48 } };
    static const struct at_command signed_row = { .name = "+ZONE", AT_PARAMS(signed_params) };
    static const struct {
        const char *body;
        enum at_args_result result;
        int32_t number;
    } rows[] = {
        { "-47", AT_ARGS_FINE, -47 },        { "-1", AT_ARGS_FINE, -1 },
        { "-0", AT_ARGS_FINE, 0 },           { " -8 ", AT_ARGS_FINE, -8 },
        { "48", AT_ARGS_FINE, 48 },          { "-48", AT_ARGS_RANGE, 0 },
        { "49", AT_ARGS_RANGE, 0 },          { "-", AT_ARGS_SYNTAX, 0 },
        { "--1", AT_ARGS_SYNTAX, 0 },        { "- 1", AT_ARGS_SYNTAX, 0 },
        { "-x", AT_ARGS_SYNTAX, 0 },         { "+1", AT_ARGS_SYNTAX, 0 },
        { "1-", AT_ARGS_SYNTAX, 0 },         { "\"-1\"", AT_ARGS_SYNTAX, 0 },
        { "-2147483648", AT_ARGS_RANGE, 0 }, { "-4294967297", AT_ARGS_RANGE, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct at_args args;

        check_int(rows[i].body, at_args_parse(&signed_row, &model, span_of(rows[i].body), &args),
                  rows[i].result);
        if (rows[i].result == AT_ARGS_FINE)
            check_int(rows[i].body, args.list[0].number, rows[i].number);
    }
}

/* A parameter that the model does not have is not there: what follows moves up. */
static void test_features(void **state)
{
    struct at_args args;

    (void)state;
    assert_int_equal(at_args_parse(&row, &other_model, span_of("1,0,0,x,0,3"), &args),
                     AT_ARGS_FINE);
    assert_false(args.list[5].given);
    assert_int_equal(args.list[6].number, 3);
    assert_int_equal(at_args_parse(&row, &other_model, span_of("1,0,0,x,0,7,3"), &args),
                     AT_ARGS_RANGE);
    assert_int_equal(at_args_parse(&row, &other_model, span_of("1,0,0,x,0,3,3"), &args),
                     AT_ARGS_SYNTAX);
}

static void test_no_parameters(void **state)
{
    static const struct at_command bare = { .name = "+BARE" };
    struct at_args args;

    (void)state;
    assert_int_equal(at_args_parse(&bare, &model, span_of(""), &args), AT_ARGS_FINE);
    assert_int_equal(at_args_parse(&bare, &model, span_of("  "), &args), AT_ARGS_FINE);
    assert_int_equal(at_args_parse(&bare, &model, span_of("1"), &args), AT_ARGS_SYNTAX);
    assert_int_equal(at_args_parse(&bare, &model, span_of(","), &args), AT_ARGS_SYNTAX);
}

static void bind(struct sample *sample, const char *body)
{
    struct at_args args;

    assert_int_equal(at_args_parse(&row, &model, span_of(body), &args), AT_ARGS_FINE);
    assert_true(at_args_bind(&row, &args, sample));
}

static const char *print(const struct at_command *command, const struct sample *sample,
                         size_t index)
{
    static char memory[100];
    struct text out;

    text_init(&out, memory, sizeof(memory));
    at_args_print(command, &model, NULL, sample, index, &out);
    return memory;
}

struct bind_row {
    const char *body, *printed;
};

/* From the factory values, one after the other. */
static const struct bind_row bind_rows[] = {
    { "1,0,0,\"x\"", "1,0,0,\"x\",1,0" }, /* what is not given stays */
    { "9,300,6,\"12345678\",0,65535", "9,300,6,\"12345678\",0,65535" },
    { "2,1,3,\"y\",,1", "2,1,3,\"y\",0,1" },
};

static void test_bind_and_print(void **state)
{
    struct sample sample;

    (void)state;
    memset(&sample, 0xAA, sizeof(sample));
    at_args_preset(&row, &model, NULL, &sample, 0);
    check_text("factory", print(&row, &sample, 0), "5,7,0,\"factory\",1,0");
    for (size_t i = 0; i < COUNT(bind_rows); i++) {
        bind(&sample, bind_rows[i].body);
        check_text(bind_rows[i].body, print(&row, &sample, 0), bind_rows[i].printed);
    }
}

/* What is printed can be parsed again: settings are stored like this. */
static void test_print_parses(void **state)
{
    struct sample sample, again;
    struct at_args args;

    (void)state;
    at_args_preset(&row, &model, NULL, &sample, 0);
    memset(&again, 0, sizeof(again));
    for (size_t i = 0; i < COUNT(bind_rows); i++) {
        char printed[100];

        bind(&sample, bind_rows[i].body);
        snprintf(printed, sizeof(printed), "%s", print(&row, &sample, 0));
        assert_int_equal(at_args_parse(&row, &model, span_of(printed), &args), AT_ARGS_FINE);
        assert_true(at_args_bind(&row, &args, &again));
        check_text(bind_rows[i].body, print(&row, &again, 0), printed);
    }
}

struct owner {
    char *first, *second;
    int32_t number;
};

/* Strings in memory of their own length: bound, printed, empty again, given back. */
static void test_owned_strings(void **state)
{
    static const struct at_param owned_params[] = {
        { .type = AT_STRING,
          .optional = true,
          .max = 20,
          .owned = true,
          .bound = AT_BIND(owner, first) },
        { .optional = true, .max = 9, .preset = 4, .bound = AT_BIND(owner, number) },
        { .type = AT_STRING,
          .optional = true,
          .max = 20,
          .owned = true,
          .bound = AT_BIND(owner, second) },
    };
    static const struct at_command owned = { .name = "+O", AT_PARAMS(owned_params) };
    static const struct bind_row owned_rows[] = {
        { "\"one\",1,\"two\"", "\"one\",1,\"two\"" },
        { ",2", "\"one\",2,\"two\"" },
        { "\"\",,\"another\"", "\"\",2,\"another\"" },
        { "\"a longer one\",3", "\"a longer one\",3,\"another\"" },
    };
    struct owner owner = { .first = NULL };
    struct at_args args;
    char printed[100];
    struct text out;

    (void)state;
    at_args_preset(&owned, &model, NULL, &owner, 0);
    assert_int_equal(owner.number, 4);
    check_text("empty", at_text(owner.first), "");
    for (size_t i = 0; i < COUNT(owned_rows); i++) {
        assert_int_equal(at_args_parse(&owned, &model, span_of(owned_rows[i].body), &args),
                         AT_ARGS_FINE);
        assert_true(at_args_bind(&owned, &args, &owner));
        text_init(&out, printed, sizeof(printed));
        at_args_print(&owned, &model, NULL, &owner, 0, &out);
        check_text(owned_rows[i].body, printed, owned_rows[i].printed);
    }
    at_args_preset(&owned, &model, NULL, &owner, 0);
    assert_null(owner.first);
    assert_true(at_text_set(&owner.second, span_of("set")));
    check_text("set", at_text(owner.second), "set");
    at_args_release(&owned, &owner);
    assert_null(owner.second);
}

static void test_records(void **state)
{
    static const int32_t by_record[] = { 3, 4, 5 };
    static const struct at_param record_params[] = {
        { .name = "id", .min = 1, .max_limit = 1 },
        { .name = "n", .max = 9, .preset_by_record = by_record, .bound = SAMPLE(small) },
    };
    static const struct at_command records = { .name = "#R",
                                               AT_PARAMS(record_params),
                                               .record_count_limit = 1 };
    struct sample sample = { 0 };

    (void)state;
    at_args_preset(&records, &model, NULL, &sample, 2);
    check_text("third record", print(&records, &sample, 2), "3,5");
}

static void test_digits(void **state)
{
    static const struct at_param register_params[] = { { .max = 255, .bound = SAMPLE(small) } };
    static const struct at_command s_register = {
        .name = "S3", .basic = true, .digits = 3, AT_PARAMS(register_params)
    };
    struct sample sample = { .small = 13 };

    (void)state;
    check_text("S3?", print(&s_register, &sample, 0), "013");
}

struct ranges_row {
    struct at_param param;
    const char *text;
};

static const struct ranges_row ranges_rows[] = {
    { { .max = 9 }, "(0-9)" },
    { { .max = 1 }, "(0,1)" },
    { { .min = 1, .max = 1 }, "(1)" },
    { { .max = 0 }, "(0)" },
    { { .min = 1, .max = 2 }, "(1,2)" },
    { { .min = 1, .max = 99, .max_limit = 1 }, "(1-4)" },
    { { .values = "0,2,7" }, "(0,2,7)" },
    { { .type = AT_STRING, .max = 9 }, "" },
    { { .type = AT_STRING, .max = 9, .values = "\"IP\"" }, "\"IP\"" },
};

static void test_ranges(void **state)
{
    char memory[100];
    struct text out;

    (void)state;
    for (size_t i = 0; i < COUNT(ranges_rows); i++) {
        const struct at_command one = { .params = &ranges_rows[i].param, .param_count = 1 };

        text_init(&out, memory, sizeof(memory));
        at_args_ranges(&one, &model, &out);
        check_text(ranges_rows[i].text, memory, ranges_rows[i].text);
    }
    text_init(&out, memory, sizeof(memory));
    at_args_ranges(&row, &model, &out);
    check_text("all", memory, "(1-9),(0-2,7,300),(0-6),,(0,1),(0-65535)");
    assert_true(at_args_have_ranges(&row, &model));
    text_init(&out, memory, sizeof(memory));
    at_args_ranges(&row, &other_model, &out);
    check_text("other model", memory, "(1-9),(0-2,7,300),(0-6),,(0,1)");
}

/* Texts of any kind, what is hidden and what the model does not have: nothing to show. */
static void test_no_ranges(void **state)
{
    static const struct at_param nothing[] = {
        { .name = "text", .type = AT_STRING, .max = 9 },
        { .name = "hidden", .hidden = true, .max = 3 },
        { .name = "more", .max = 3, .only_on = HAS_MORE },
    };
    static const struct at_command command = { .name = "+N", AT_PARAMS(nothing) };

    (void)state;
    assert_false(at_args_have_ranges(&command, &model));
    assert_true(at_args_have_ranges(&command, &other_model));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_negative_numbers),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_no_parameters),
        cmocka_unit_test(test_bind_and_print),
        cmocka_unit_test(test_print_parses),
        cmocka_unit_test(test_owned_strings),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_no_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
