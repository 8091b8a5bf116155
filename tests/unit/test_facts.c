/* test_facts.c: the tables of facts as users see them, and a config that gives some. */
#include "check.h"
#include "module/module.h"
#include "talk.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_MAX = 400 };

/* The first model of each maker stands for its table. */
static bool is_first_of_maker(size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(tlsmodem_model_at(i)->maker, tlsmodem_model_at(index)->maker) == 0)
            return false;
    }
    return true;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > 40 || !islower((unsigned char)name[0]) || name[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) &&
            (name[i] != '-' || name[i + 1] == '-'))
            return false;
    }
    return true;
}

static bool is_sentence(const char *text)
{
    size_t len = strlen(text);

    return len > 5 && strchr(text, '\n') == NULL && strchr(text, '|') == NULL &&
           text[len - 1] == '.';
}

static void check_entry(const char *model, size_t index, const struct tlsmodem_fact *fact)
{
    const struct tlsmodem_fact_value choice = { fact->name, fact->choice };
    struct tlsmodem_fact other;
    char why[SENTENCE_MAX];

    if (!is_name(fact->name))
        fail_msg("%s: not lower case with dashes", fact->name);
    if (!is_sentence(fact->meaning))
        fail_msg("%s: \"%s\" is not one line that ends with a full stop", fact->name,
                 fact->meaning);
    if (strncmp(fact->source, "docs/facts/", 11) != 0 ||
        strstr(fact->source, ".md \302\247") == NULL)
        fail_msg("%s: \"%s\" is no section of a page", fact->name, fact->source);
    if (strlen(fact->allowed) == 0 || strlen(fact->allowed) + 1 == sizeof(fact->allowed) ||
        strlen(fact->choice) + 1 == sizeof(fact->choice))
        fail_msg("%s: its texts are cut", fact->name);
    if (tlsmodem_fact_check(model, &choice, why, sizeof(why)) != ERR_OK)
        fail_msg("%s: our choice is not allowed: %s", fact->name, why);
    for (size_t i = 0; i < index && tlsmodem_fact_at(model, i, &other); i++) {
        if (strcmp(other.name, fact->name) == 0)
            fail_msg("%s: twice", fact->name);
    }
}

/* Each entry of each model is well-formed, and what we chose may be given. */
static void test_every_entry(void **state)
{
    const struct tlsmodem_model *model;
    struct tlsmodem_fact fact;

    (void)state;
    for (size_t m = 0; (model = tlsmodem_model_at(m)) != NULL; m++) {
        size_t count = 0;

        while (tlsmodem_fact_at(model->name, count, &fact))
            check_entry(model->name, count++, &fact);
        assert_true(count > 0 && count <= FACTS_MAX);
    }
    assert_false(tlsmodem_fact_at("no-such-model", 0, &fact));
}

/* A maker's models have the same names in the same order. */
static void test_names_are_the_makers(void **state)
{
    const struct tlsmodem_model *model, *first = NULL;
    struct tlsmodem_fact fact, of_first;

    (void)state;
    for (size_t m = 0; (model = tlsmodem_model_at(m)) != NULL; m++) {
        if (is_first_of_maker(m))
            first = model;
        for (size_t i = 0; tlsmodem_fact_at(model->name, i, &fact); i++) {
            assert_true(tlsmodem_fact_at(first->name, i, &of_first));
            assert_string_equal(fact.name, of_first.name);
        }
    }
}

/* ---- what a config gives ---- */

static char logged[SENTENCE_MAX];

static void write_log(void *ctx, const char *level, const char *text)
{
    (void)ctx;
    snprintf(logged, sizeof(logged), "%s: %s", level, text);
}

struct refusal {
    const char *name, *value, *why;
};

static const struct refusal refusals[] = {
    { "open-limt-ms", "1000",
      "\"open-limt-ms\" is no fact of Quectel modules; the nearest is \"open-limit-ms\", "
      "docs/facts/unconfirmed.md has all" },
    { "open-limit-ms", "soon",
      "open-limit-ms: \"soon\" is wrong because it is no number; allowed: 1000 to 3600000" },
    { "open-limit-ms", "",
      "open-limit-ms: \"\" is wrong because it is no number; allowed: 1000 to "
      "3600000" },
    { "open-limit-ms", "1000.5",
      "open-limit-ms: \"1000.5\" is wrong because it is no number; allowed: 1000 to 3600000" },
    { "open-limit-ms", "999",
      "open-limit-ms: \"999\" is wrong because it is too small; allowed: 1000 to 3600000" },
    { "open-limit-ms", "3600001",
      "open-limit-ms: \"3600001\" is wrong because it is too large; allowed: 1000 to 3600000" },
    { "register-twice", "OK",
      "register-twice: \"OK\" is wrong because it is none of its words; allowed: error, ok" },
    { "register-twice", "",
      "register-twice: \"\" is wrong because it is none of its words; allowed: error, ok" },
    { "error-range", "7",
      "error-range: \"7\" is wrong because the module has no such error; allowed: "
      "plain, or an error of the module, up to 4017" },
    { "transparent-end", "",
      "transparent-end: \"\" is wrong because it is too short; allowed: text of 1 to 40 "
      "characters" },
    { "transparent-end", "01234567890123456789012345678901234567890",
      "transparent-end: \"01234567890123456789012345678901234567890\" is wrong because it is too "
      "long; allowed: text of 1 to 40 characters" },
    { "transparent-end", "A\nB",
      "transparent-end: \"A\nB\" is wrong because a character of it is not printable; allowed: "
      "text "
      "of 1 to 40 characters" },
};

/* The sentence names what is wrong and what is allowed; the modem is not made, and the log has it.
 */
static void test_refused(void **state)
{
    struct world world;

    (void)state;
    world_init(&world);
    world.log.write = write_log;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct tlsmodem_fact_value value = { refusals[i].name, refusals[i].value };
        char why[SENTENCE_MAX], expected[SENTENCE_MAX];

        check_int(value.value, tlsmodem_fact_check("m95", &value, why, sizeof(why)), ERR_INVALID);
        check_text(value.value, why, refusals[i].why);
        world.facts = &value;
        world.fact_count = 1;
        check_int(value.value, world_switch_on(&world, "m95", false, 1), ERR_INVALID);
        snprintf(expected, sizeof(expected), "error: facts: %s", refusals[i].why);
        for (char *at = strchr(expected, '\n'); at != NULL; at = strchr(at, '\n'))
            *at = '?'; /* the log's way */
        check_text(value.value, logged, expected);
    }
    world_deinit(&world);
}

static void test_refused_together(void **state)
{
    const struct tlsmodem_fact_value twice[] = { { "imei", "860000000000001" },
                                                 { "line-max", "600" },
                                                 { "imei", "860000000000001" } };
    char why[SENTENCE_MAX];
    struct world world;

    (void)state;
    world_init(&world);
    world.log.write = write_log;
    world.facts = twice;
    world.fact_count = COUNT(twice);
    assert_int_equal(world_switch_on(&world, "m95", false, 1), ERR_INVALID);
    assert_string_equal(logged, "error: facts: \"imei\" is given twice");
    world.fact_count = 2;
    assert_int_equal(world_switch_on(&world, "m95", false, 1), ERR_OK);
    talk_ok(&world, "ATE0");
    talk_expect(&world, "AT+GSN", "\r\n860000000000001\r\n\r\nOK\r\n");
    world_deinit(&world);
    assert_int_equal(tlsmodem_fact_check("m96", &twice[0], why, sizeof(why)), ERR_NOT_FOUND);
}

/* ---- any value that is allowed ---- */

/* Factory values are within the bounds, whatever a fact makes of either. */
static void check_rows(struct world *world, const char *what)
{
    struct at_session *at = world->modem->terminals[0]->at;

    for (const struct at_commands *const *list = at_commands_of(at); *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            const struct at_command *row = &(*list)->rows[i];
            char printed[SENTENCE_MAX];
            struct at_args args;
            struct text text;

            if (row->record == NULL || at_find(at, row->name) != row)
                continue;
            text_init(&text, printed, sizeof(printed));
            at_args_print(row, at_model_of(at), at_dialect_of(at), row->record(at, 0), 0, &text);
            if (at_args_parse(row, at_model_of(at), text_span(&text), &args) != AT_ARGS_FINE)
                fail_msg("%s: %s: its factory values %s are not valid", what, row->name, printed);
        }
    }
}

static void try_value(const char *model, const char *name, const char *value)
{
    const struct tlsmodem_fact_value given = { name, value };
    char what[SENTENCE_MAX];
    struct world world;

    snprintf(what, sizeof(what), "%s %s=%s", model, name, value);
    world_init(&world);
    world.facts = &given;
    world.fact_count = 1;
    check_int(what, world_switch_on(&world, model, false, 2), ERR_OK);
    world_advance(&world, 10000);
    talk_ok(&world, "AT");
    talk_ok(&world, "AT&V");
    check_rows(&world, what);
    world_deinit(&world);
}

static void try_number(const char *model, const char *name, int32_t number)
{
    char value[16];

    snprintf(value, sizeof(value), "%d", (int)number);
    try_value(model, name, value);
}

static void try_text(const char *model, const struct fact *fact, size_t len)
{
    char value[SENTENCE_MAX] = "";

    memset(value, '7', len);
    value[len] = '\0';
    try_value(model, fact->name, value);
}

static void try_words(const char *model, const struct fact *fact)
{
    const char *words = fact->words;

    while (*words != '\0') {
        size_t len = strcspn(words, ",");
        char word[SENTENCE_MAX];

        snprintf(word, sizeof(word), "%.*s", (int)len, words);
        try_value(model, fact->name, word);
        words += len + (words[len] == ',');
    }
}

static void try_all(const char *model, const struct fact *fact)
{
    switch (fact->kind) {
    case FACT_IS_NUMBER:
        try_number(model, fact->name, fact->min);
        try_number(model, fact->name, fact->max);
        break;
    case FACT_IS_WORD:
        try_words(model, fact);
        break;
    case FACT_IS_ERROR:
        try_value(model, fact->name, "plain");
        try_value(model, fact->name, "operation not allowed");
        break;
    case FACT_IS_TEXT:
        try_text(model, fact, (size_t)fact->min);
        try_text(model, fact, (size_t)fact->max);
        break;
    }
}

static void test_every_allowed_value(void **state)
{
    const struct module_model *model;

    (void)state;
    for (size_t m = 0; (model = module_model_at(m)) != NULL; m++) {
        const struct fact_table *table = model->at.facts->table;

        for (size_t i = 0; is_first_of_maker(m) && i < table->count; i++)
            try_all(model->identity.name, &table->list[i]);
    }
}

/* ---- what a run relied on ---- */

/* Switching on and saying nothing of itself relies on nothing. */
static void test_nothing_at_first(void **state)
{
    const struct tlsmodem_model *model;
    struct tlsmodem_fact fact;
    struct world world;

    (void)state;
    world_init(&world);
    for (size_t m = 0; (model = tlsmodem_model_at(m)) != NULL; m++) {
        check_int(model->name, world_switch_on(&world, model->name, false, 2), ERR_OK);
        talk_ok(&world, "AT");
        talk_ok(&world, "ATE0");
        for (size_t i = 0; tlsmodem_fact_at(model->name, i, &fact); i++) {
            if (tlsmodem_relied_on(world.modem, i))
                fail_msg("%s: %s: counts as used", model->name, fact.name);
        }
    }
    world_deinit(&world);
}

/* A factory value counts until a host has set another, and again when it is there again. */
static void test_preset_that_is_replaced(void **state)
{
    static const char *const lines[] = { "AT+CMEE=1", "ATX4", "ATX1", "AT&V" };
    struct tlsmodem_fact fact;
    struct world world;
    size_t index = 0;

    (void)state;
    while (tlsmodem_fact_at("m95", index, &fact) &&
           strcmp(fact.name, "extended-connect-preset") != 0)
        index++;
    world_init(&world);
    assert_int_equal(world_switch_on(&world, "m95", false, 1), ERR_OK);
    for (size_t i = 0; i < COUNT(lines); i++)
        talk_ok(&world, lines[i]);
    assert_false(tlsmodem_relied_on(world.modem, index));
    talk_ok(&world, "AT&F");
    assert_false(tlsmodem_relied_on(world.modem, index));
    talk_ok(&world, "AT&V");
    assert_true(tlsmodem_relied_on(world.modem, index));
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_entry),
        cmocka_unit_test(test_names_are_the_makers),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_together),
        cmocka_unit_test(test_every_allowed_value),
        cmocka_unit_test(test_nothing_at_first),
        cmocka_unit_test(test_preset_that_is_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
