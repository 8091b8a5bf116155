/* fuzz_config.c: what anybody may write into a file of modems: plans, or at least one line that
 * says what is wrong; an input is the file. */
#include "file/plans.h"
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODEMS_MAX = 40 };

struct said {
    size_t lines;
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static void say(void *ctx, const char *line)
{
    struct said *said = ctx;

    said->lines++;
    claim(strncmp(line, "f:", 2) == 0 || strncmp(line, "and ", 4) == 0, "a line without a place");
    claim(strchr(line, '\n') == NULL, "a line that is two");
}

/* Whoever runs them may rely on it. */
static void check(const struct modem_plans *plans)
{
    claim(plans->count > 0 && plans->count <= MODEMS_MAX, "so many modems");
    for (size_t i = 0; i < plans->count; i++) {
        const struct modem_plan *plan = &plans->list[i];
        struct runtime_modem_config config;

        claim(modem_plan_equal(plan, plan), "a plan that is not itself");
        claim(plan->pool < (int)plans->pool_count, "a pool that is not there");
        modem_plan_config(plan, 0, &config);
        claim(strlen(config.name) <= NVM_MODEM_NAME_MAX, "a long name");
        for (size_t other = 0; other < i; other++)
            claim(strcmp(config.name, modem_plan_name(&plans->list[other])) != 0,
                  "a name that comes twice");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct file_settings settings = { .shard = 3, .modems_max = MODEMS_MAX };
    struct said said = { 0 };
    struct file_report report = { .say = say, .ctx = &said };
    struct file_documents documents;
    struct modem_plans plans;
    bool good = file_documents_of(span_at(data, size), "f", &report, &documents);

    if (good) {
        good = file_plans_of(&documents, &settings, &report, &plans);
        file_documents_free(&documents);
    }
    file_report_end(&report);
    claim(good == (said.lines == 0), "a mistake without a line, or a line without one");
    if (good) {
        check(&plans);
        modem_plans_free(&plans);
    }
    return 0;
}
