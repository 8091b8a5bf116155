/* options.c: the command line of `tlsmodem tap`. */
#include "tap/options.h"

#include "plan/module_name.h"
#include "plan/port_options.h"

#include <string.h>

static bool take_uart(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    options->has_module_port = true;
    if (!port_option_uart("--uart", value, &options->module_port, error))
        return false;
    options->module_port.is_host = true;
    return true;
}

/* False: the host has another way already. */
static bool is_first(struct tap_options *options, struct text *error)
{
    bool first = !options->has_host_port;

    options->has_host_port = true;
    if (!first)
        text_add(error, "tap: a host comes one way; allowed: one of --pty, --host-uart, --rfc2217");
    return first;
}

static bool take_pty(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    return is_first(options, error) && port_option_pty("--pty", value, &options->host_port, error);
}

static bool take_host_uart(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    options->sets_host_line = strchr(value, ',') != NULL;
    return is_first(options, error) &&
           port_option_uart("--host-uart", value, &options->host_port, error);
}

static bool take_rfc2217(void *ctx, const char *value, struct text *error)
{
    struct tap_options *options = ctx;

    return is_first(options, error) &&
           port_option_rfc2217("--rfc2217", value, &options->host_port, error);
}

static bool take_allow_remote(void *ctx, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    ((struct tap_options *)ctx)->allow_remote = true;
    return true;
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
    { "--uart", PORT_OPTION_UART, take_uart,
      "the serial device that the module is at, 115200 baud and 8N1 unless given; how the host "
      "sets "
      "its end goes over, but flow control that is given here stays" },
    { "--pty", "PATH|auto", take_pty,
      "where the host finds it: a link to a pseudo-terminal, or one with a name of its own" },
    { "--host-uart", PORT_OPTION_UART, take_host_uart,
      "the serial device that the host is at, through a null modem, with DTR, RTS, DCD, DSR and "
      "CTS; "
      "set as --uart where nothing stands behind DEVICE" },
    { "--rfc2217", "[HOST:]PORT", take_rfc2217,
      "where the host finds it as a serial port over TCP (RFC 2217), with all circuits" },
    { "--allow-remote", NULL, take_allow_remote,
      "--rfc2217, which asks for no password, may listen where other machines reach it" },
    { "--record", "FILE", take_record,
      "write what passes to FILE, as a transcript that replay and check play" },
    { "--module", "NAME", take_module,
      "which module it is, one of --list-modules: whose commands have secrets; without it those of "
      "all makers are taken for some" },
    { "--compare", "NAME", take_compare,
      "type the same to this module of ours, one of --list-modules, which makes connections of its "
      "own; print where its answers, and its circuits, differ" },
};

static const char *const usage[] = {
    "tlsmodem tap --uart DEVICE --pty PATH --record FILE [--compare NAME]",
    "tlsmodem tap --uart DEVICE --host-uart DEVICE|--rfc2217 [HOST:]PORT --record FILE",
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
        return "--pty PATH, --host-uart DEVICE or --rfc2217 [HOST:]PORT";
    return options->record == NULL && options->compare == NULL
               ? "--record FILE, or --compare NAME, or both"
               : NULL;
}

static bool check_reach(const struct tap_options *options, struct text *error)
{
    char memory[COMMAND_LINE_ERROR_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (port_option_check_reach(&options->host_port, options->allow_remote, &why))
        return true;
    text_add(error, "--rfc2217: %s", memory);
    return false;
}

bool tap_options_parse(int argc, char *const *argv, struct tap_options *ret_options,
                       struct text *error)
{
    const char *misses;

    *ret_options = (struct tap_options){ .help = false };
    if (!command_line_read(&line, argc, argv, ret_options, &ret_options->help, error))
        return false;
    if (ret_options->help)
        return true;
    misses = what_misses(ret_options);
    if (misses != NULL) {
        text_add(error, "tap: %s is needed", misses);
        return false;
    }
    if (!ret_options->sets_host_line)
        ret_options->host_port.line = ret_options->module_port.line;
    return check_reach(ret_options, error);
}

void tap_options_print_help(FILE *out)
{
    command_line_print_help(&line, out);
}
