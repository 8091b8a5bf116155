/* test_probes.c: each fact is found out of a real module, or says why it is not. */
#include "check.h"

#include "probe/inquiry.h"
#include "probe/steps.h"
#include "probe/texts.h"
#include "tlsmodem.h"

static const char *first_model(const char *maker)
{
    const struct tlsmodem_model *model;

    for (size_t i = 0; (model = tlsmodem_model_at(i)) != NULL; i++) {
        if (strcmp(model->maker, maker) == 0)
            return model->name;
    }
    fail_msg("%s: no model", maker);
    return NULL;
}

/* Whether a pattern of the steps has one of these groups. */
static bool has_group(const struct probe_device *device, const char *fact,
                      const struct probe *probe, const char *const *groups)
{
    struct span left = probe->steps, lines;
    const struct script_step *step;
    struct probe_steps steps;
    enum probe_turn turn;
    bool found = false;

    while (probe_next_steps(&left, &turn, &lines)) {
        struct report why = { .cut = false };

        assert_true(probe_steps_open(&steps, device, fact, probe, turn, lines, &why));
        while (reader_next(steps.reader, &step) == ERR_OK) {
            for (size_t i = 0; groups[i] != NULL; i++)
                found |= step->pattern.len > 0 && span_contains(step->pattern, groups[i]);
        }
        probe_steps_close(&steps);
    }
    return found;
}

static bool comes_out(const struct probe_device *device, const char *fact,
                      const struct probe *probe)
{
    static const char *const values[] = { "(?P<value>", "(?P<error>", "(?P<length>", "(?P<pairs>",
                                          "(?P<is_",    "(?P<over>",  NULL };
    static const char *const begins[] = { "(?P<begins>", NULL }, *const over[] = { "(?P<over>",
                                                                                   NULL };
    static const char *const taken[] = { "(?P<taken>", NULL }, *const refused[] = { "(?P<refused>",
                                                                                    NULL };

    if (probe->search != PROBE_ONCE)
        return has_group(device, fact, probe, taken) && has_group(device, fact, probe, refused);
    if (probe->time_step_ms == 0 && probe->time_limit_ms == 0)
        return has_group(device, fact, probe, values);
    return has_group(device, fact, probe, begins) || has_group(device, fact, probe, over);
}

/* Each fact has a part, which can be read as a transcript or gives a reason. */
static void test_facts(void **state)
{
    const struct tlsmodem_model *model;

    (void)state;
    for (size_t m = 0; (model = tlsmodem_model_at(m)) != NULL; m++) {
        struct probe_device device = { .module = model->name, .maker = model->maker };
        struct tlsmodem_fact fact;

        if (strcmp(first_model(model->maker), model->name) != 0)
            continue;
        for (size_t i = 0; tlsmodem_fact_at(model->name, i, &fact); i++) {
            struct report why = { .cut = false };
            struct probe probe;

            if (!probe_find(model->maker, fact.name, &probe))
                fail_msg("%s: %s has no probe, or a wrong one", model->maker, fact.name);
            if (probe.reason.len == 0 && !inquiry_check(&device, fact.name, &probe, &why))
                fail_msg("%s: %.*s", model->maker, (int)why.text.len, (const char *)why.text.data);
            if (probe.reason.len == 0 && !comes_out(&device, fact.name, &probe))
                fail_msg("%s: %s: nothing comes out of its steps", model->maker, fact.name);
        }
    }
}

/* No fact has two parts. */
static void test_parts(void **state)
{
    struct probe_text text;
    size_t makers = 0;

    (void)state;
    for (; probe_text_at(makers, &text); makers++) {
        struct span name;

        for (size_t i = 0; (name = probe_fact_at(text.maker, i)).len > 0; i++) {
            for (size_t j = 0; j < i; j++) {
                if (span_equal(name, probe_fact_at(text.maker, j)))
                    fail_msg("%s: %.*s is there twice", text.maker, (int)name.len,
                             (const char *)name.data);
            }
        }
        assert_true(probe_part(text.maker, "before").len > 0);
        assert_true(probe_part(text.maker, "in the network").len > 0);
    }
    assert_int_equal(makers, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
