/* options.c: the command line of `tlsmodem tap`. */
#include "tap/options.h"

#include "plan/module_name.h"
#include "plan/port_options.h"

static bool take_uart(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    options->has_module_port = true;
    return port_option_uart("--uart", value, &options->module_port, error);
}

static bool take_pty(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    options->has_host_port = true;
    return port_option_pty("--pty", value, &options->host_port, error);
}

static bool take_record(void *ctx, const char *value, struct text *error)
{
    (void)error;
    ((struct tap_options *)ctx)->record = value;
    return true;
}

static bool take_module(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    options->module = module_name_read(value, error);
    return options->module != NULL;
}

static bool take_compare(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    options->compare = module_name_read(value, error);
    return options->compare != NULL;
}

static const struct command_option table[] = {
    { "--uart", "DEVICE[,BAUD[,rtscts]]", take_uart,
      "the serial device that the module is at, 115200 baud unless given; a rate that the host "
      "sets its end to is set there too" },
    { "--pty", "PATH|auto", take_pty,
      "where the host finds it: a link to a pseudo-terminal, or one with a name of its own" },
    { "--record", "FILE", take_record,
      "write what passes to FILE, as a transcript that replay and check play" },
    { "--module", "NAME", take_module,
      "which module it is, one of --list-modules: whose commands have secrets; without it those of "
      "all makers are taken for some" },
    { "--compare", "NAME", take_compare,
      "type the same to this module of ours, one of --list-modules, which makes connections of its "
      "own; print where its answers differ" },
};

static const char *const usage[] = {
    "tlsmodem tap --uart DEVICE --pty PATH --record FILE [--compare NAME]",
    NULL,
};

static const struct command_line line = {
    .command = "tap",
    .usage = usage,
    .about = "Sits between a module and its host, changes no byte, and writes down what passes "
             "(docs/tap.md).\n"
             "It ends by SIGTERM, SIGINT or SIGHUP; a device that is pulled out is waited for.\n",
    .table = table,
    .count = sizeof(table) / sizeof(table[0]),
    .end = "Exit status: 0 ended by a signal, 1 failure, or --compare has found differences, 2 "
           "wrong use.\n",
};

static const char *what_misses(const struct tap_options *options)
{
    if (!options->has_module_port)
        return "--uart DEVICE";
    if (!options->has_host_port)
        return "--pty PATH";
    return options->record == NULL && options->compare == NULL
               ? "--record FILE, or --compare NAME, or both"
               : NULL;
}

bool tap_options_parse(int argc, char *const *argv, struct tap_options *ret_options,
                       struct text *error)
{
    const char *misses;

    *ret_options = (struct tap_options){ .help = false };
    if (!command_line_read(&line, argc, argv, ret_options, &ret_options->help, error))
        return false;
    misses = ret_options->help ? NULL : what_misses(ret_options);
    if (misses != NULL)
        text_add(error, "tap: %s is needed", misses);
    return misses == NULL;
}

void tap_options_print_help(FILE *out)
{
    command_line_print_help(&line, out);
}
