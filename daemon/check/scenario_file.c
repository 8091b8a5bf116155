/* scenario_file.c: a scenario that is read from a file. */
#include "check/scenario_file.h"

bool scenario_file_read(const char *path, const char *const *known,
                        void (*say)(void *ctx, const char *line), void *ctx,
                        struct scenario_file *ret_file)
{
    enum err err;

    *ret_file = (struct scenario_file){ .scenario = NULL };
    if (path == NULL)
        return true;
    check_files_open(&ret_file->files);
    err = scenario_read(&ret_file->files.world, path, known, &ret_file->scenario);
    if (err == ERR_OK)
        return true;
    check_files_say(&ret_file->files, ret_file->files.list == NULL ? "--scenario: " : "", say, ctx);
    if (ret_file->files.mistakes.text.len == 0)
        say(ctx, err_text(err));
    check_files_close(&ret_file->files);
    return false;
}

void scenario_file_free(struct scenario_file *file)
{
    if (file->scenario == NULL)
        return;
    scenario_free(file->scenario);
    check_files_close(&file->files);
    file->scenario = NULL;
}

static bool ask(const struct fill_variables *variables, struct span name, struct span *ret_value)
{
    return variables->find != NULL && variables->find(variables->ctx, name, ret_value);
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    const struct scenario_variables *variables = ctx;

    if (ask(&variables->given, name, ret_value))
        return true;
    if (span_equal(name, span_of("name")))
        *ret_value = span_of(variables->module);
    else if (span_equal(name, span_of("n")) || span_equal(name, span_of("shard")))
        *ret_value = span_of("0");
    else
        return ask(&variables->usual, name, ret_value);
    return true;
}

struct fill_variables scenario_variables_iface(struct scenario_variables *variables)
{
    return (struct fill_variables){ .find = find, .ctx = variables };
}
