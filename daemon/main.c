/* main.c: the program: reads the command line and does what it says. */
#include "about.h"
#include "option_plan.h"
#include "options.h"
#include "service.h"
#include "stderr_log.h"

#include <stdlib.h>

enum { EXIT_USE = 2 };

static bool is_of_shard(void *ctx, const struct modem_plan *plan)
{
    return shard_has(ctx, plan->number);
}

/* False, with a line: none is left. */
static bool keep_shard(struct modem_plans *plans, struct shard shard)
{
    size_t all = plans->count;

    modem_plans_keep(plans, is_of_shard, &shard);
    if (plans->count > 0)
        return true;
    fprintf(stderr, "tlsmodem: shard %u of %u has none of the %zu modem%s\n", (unsigned)shard.index,
            (unsigned)shard.count, all, all == 1 ? "" : "s");
    return false;
}

static int run(const struct options *options)
{
    struct modem_plans plans;
    struct log log;
    int status;

    if (!option_plan(options, &plans)) {
        fprintf(stderr, "tlsmodem: %s\n", err_text(ERR_NO_MEMORY));
        return EXIT_FAILURE;
    }
    if (!keep_shard(&plans, options->shard)) {
        modem_plans_free(&plans);
        return EXIT_USE;
    }
    stderr_log_init(&log, options);
    status = service_run(options, &plans, &log);
    modem_plans_free(&plans);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    char error[OPTIONS_ERROR_CAP];

    if (!options_parse(argc, argv, &options, error)) {
        fprintf(stderr, "tlsmodem: %s\n", error);
        return EXIT_USE;
    }
    switch (options.action) {
    case OPTIONS_RUN:
        return run(&options);
    case OPTIONS_HELP:
        options_print_help(stdout);
        break;
    case OPTIONS_VERSION:
        about_print_versions(stdout);
        break;
    case OPTIONS_LIST_MODULES:
        about_print_modules(stdout);
        break;
    }
    return EXIT_SUCCESS;
}
