/* test_makers.c: what src/module asks of every maker is there (module/personality.h). */
#include "check.h"

#include "module/personality.h"
#include "module/phone_ops.h"
#include "personalities/common/call.h"

#include <stdio.h>
#include <string.h>

/* TLSMODEM_MAKERS: the words of the build, by comma, with one at each end. */
static bool is_built_for(const char *maker)
{
    char word[64];

    snprintf(word, sizeof(word), ",%s,", maker);
    return strstr(TLSMODEM_MAKERS, word) != NULL;
}

/* Fails, naming the model and what it lacks. */
static void check_there(const struct module_model *model, const char *what, bool there)
{
    if (!there)
        fail_msg("%s: %s", model->identity.name, what);
}

#define CHECK_THERE(model, it) check_there(model, #it " is missing", (it))

static void check_dialect(const struct module_model *model, const struct at_dialect *dialect)
{
    CHECK_THERE(model, dialect != NULL);
    CHECK_THERE(model, dialect->prefixes != NULL);
    CHECK_THERE(model, dialect->line_max != 0);
    CHECK_THERE(model, dialect->answer_max > 0);
    CHECK_THERE(model, dialect->error_text != NULL);
    CHECK_THERE(model, dialect->prompt != NULL);
}

static void check_fact(const struct module_model *model, const char *what, int32_t number,
                       enum fact_kind kind, const char *words)
{
    const struct fact_table *table = model->at.facts->table;
    const struct fact *fact;

    check_there(model, what, fact_is_one(number) && (size_t)(number - FACT_FIRST) < table->count);
    fact = &table->list[number - FACT_FIRST];
    check_there(model, what, fact->kind == kind);
    if (words != NULL)
        check_text(what, fact->words, words);
}

static void check_maker(const struct module_model *model, const struct personality *maker)
{
    check_dialect(model, maker->dialect);
    CHECK_THERE(model, maker->commands != NULL);
    CHECK_THERE(model, maker->index != NULL);
    CHECK_THERE(model, maker->state_size != NULL);
    CHECK_THERE(model, maker->output_bytes > 0);
    CHECK_THERE(model, maker->restart_off_ms != 0);
    CHECK_THERE(model, maker->phone != NULL);
    CHECK_THERE(model, maker->parts != NULL);
    check_there(model, "credential_max, credential_names and put_credential: all or none",
                (maker->credential_max != NULL) == (maker->put_credential != NULL) &&
                    (maker->credential_max != NULL) == (maker->credential_names != NULL));
    check_fact(model, "clock_start is no fact that is a text", maker->clock_start, FACT_IS_TEXT,
               NULL);
    check_fact(model, "caller_line is no fact that is a word", maker->caller_line, FACT_IS_WORD,
               CALL_LINE_WORDS);
}

static void test_whole(void **state)
{
    const struct module_model *model;

    (void)state;
    for (size_t m = 0; (model = module_model_at(m)) != NULL; m++) {
        check_there(model, "its maker is no word of TLSMODEM_MAKERS (CMakeLists.txt)",
                    is_built_for(model->identity.maker));
        CHECK_THERE(model, model->identity.product != NULL);
        CHECK_THERE(model, model->identity.platform != NULL);
        CHECK_THERE(model, model->identity.generation != NULL);
        CHECK_THERE(model, model->personality != NULL);
        CHECK_THERE(model, model->at.limits != NULL);
        CHECK_THERE(model, model->at.facts != NULL);
        CHECK_THERE(model, model->payload_max > 0);
        check_fact(model, "revision is no fact that is a text", model->revision, FACT_IS_TEXT,
                   NULL);
        check_maker(model, model->personality);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_whole) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
