/* main.c: the program: reads the command line and does what it says. */
#include "about.h"
#include "check/check.h"
#include "common/stderr_log.h"
#include "ctl/ctl.h"
#include "options.h"
#include "probe/probe.h"
#include "replay/replay.h"
#include "run_plans.h"
#include "sandbox/memory.h"
#include "scenario_run.h"
#include "service.h"
#include "state/state.h"
#include "tap/tap.h"
#include "verdict/report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { EXIT_USE = 2 };

static void say(void *ctx, const char *line)
{
    (void)ctx;
    stderr_say_error("%s", line);
}

/* To the log of a run that begins. */
static void warn(void *ctx, const char *line)
{
    log_say(ctx, LOG_WARNING, "%s", line);
}

/* It may have gone before we asked to be told. */
static bool follow_parent(void)
{
    pid_t parent = getppid();

    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

static int run(const struct options *options)
{
    struct scenario_run scenario;
    struct modem_plans plans;
    struct log log;
    const struct plans_voice voice = { say, options->checks_config ? say : warn, &log };
    int status = EXIT_SUCCESS;

    if (options->exits_with_parent && !follow_parent())
        return EXIT_FAILURE;
    stderr_log_init(&log, options->module, options->level, options->traced,
                    stderr_line_end(options->has_stdio));
    if (!options->debuggable)
        sandbox_hide_memory(&log);
    if (!run_plans(options, &voice, &plans))
        return EXIT_USE;
    if (!scenario_run_open(options->scenario, options->shard.index, &plans, say, NULL, &scenario)) {
        modem_plans_free(&plans);
        return EXIT_USE;
    }
    if (!options->checks_config) {
        status = service_run(options, &plans, &scenario, &log);
    }
    scenario_run_close(&scenario);
    modem_plans_free(&plans);
    return status;
}

/* `tlsmodem run`, which is what it does without a command too. */
static int run_main(int argc, char **argv)
{
    struct options options;
    char error[OPTIONS_ERROR_CAP];

    if (!options_parse(argc, argv, &options, error)) {
        stderr_say_error("tlsmodem: %s", error);
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

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} commands[] = {
    { "run", run_main },     { "check", check_main },   { "ctl", ctl_main },
    { "probe", probe_main }, { "replay", replay_main }, { "report", report_main },
    { "state", state_main }, { "tap", tap_main },
};

/* By the link to it that is called tlsmodemctl. */
static bool is_ctl(const char *program)
{
    const char *slash = strrchr(program, '/');

    return strcmp(slash != NULL ? slash + 1 : program, "tlsmodemctl") == 0;
}

int main(int argc, char **argv)
{
    if (argc > 0 && is_ctl(argv[0]))
        return ctl_main(argc, argv);
    for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    }
    return run_main(argc, argv);
}
