/* options.c: the command line of `tlsmodem replay`. */
#include "replay/options.h"

#include "check/set_option.h"
#include "plan/port_options.h"

typedef bool read_fn(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error);

static bool take_port(struct replay_options *options, const char *name, read_fn *read,
                      const char *value, struct text *error)
{
    if (options->port_count == SCRIPT_PORTS_MAX) {
        text_add(error, "%s: too many; allowed: one for each port, %d at most", name,
                 SCRIPT_PORTS_MAX);
        return false;
    }
    return read(name, value, &options->ports[options->port_count++], error);
}

static bool take_pty(void *ctx, const char *value, struct text *error)
{
    return take_port(ctx, "--pty", port_option_pty, value, error);
}

static bool take_uart(void *ctx, const char *value, struct text *error)
{
    return take_port(ctx, "--uart", port_option_uart, value, error);
}

static bool take_rfc2217(void *ctx, const char *value, struct text *error)
{
    return take_port(ctx, "--rfc2217", port_option_rfc2217, value, error);
}

static bool take_allow_remote(void *ctx, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    ((struct replay_options *)ctx)->allow_remote = true;
    return true;
}

static bool take_set(void *ctx, const char *value, struct text *error)
{
    return set_option_read(&((struct replay_options *)ctx)->values, "replay", value, error);
}

static bool take_file(void *ctx, const char *word, struct text *error)
{
    struct replay_options *options = ctx;

    if (options->file != NULL) {
        text_add(error, "replay: \"%s\" is one too many; allowed: one FILE", word);
        return false;
    }
    options->file = word;
    return true;
}

static const struct command_option table[] = {
    { "--pty", "PATH|auto", take_pty,
      "where the host finds the module: a link to a pseudo-terminal, or one with a name of its "
      "own; again for further ports of the recording" },
    { "--uart", PORT_OPTION_UART, take_uart,
      "the same at a serial device, through a null modem, with DTR, RTS, DCD, DSR and CTS" },
    { "--rfc2217", "[HOST:]PORT", take_rfc2217,
      "the same as a serial port over TCP (RFC 2217), with all circuits" },
    { "--allow-remote", NULL, take_allow_remote,
      "--rfc2217, which asks for no password, may listen where other machines reach it" },
    { "--set", "NAME=VALUE|NAME=@FILE", take_set,
      "the value of ${NAME} in the file, or a file that has it; what nobody sets is what the host "
      "types there; may be repeated" },
};

static const char *const usage[] = {
    "tlsmodem replay FILE --pty PATH|--uart DEVICE|--rfc2217 [HOST:]PORT [OPTION...]",
    NULL,
};

static const struct command_line line = {
    .command = "replay",
    .usage = usage,
    .about =
        "Is the module of a transcript (docs/transcripts.md), of one that tlsmodem does not know, "
        "too:\n"
        "waits for what the host is recorded to type, and says what the module said then.  A host "
        "that\n"
        "types something else ends it, with the line of the file.\n",
    .table = table,
    .count = sizeof(table) / sizeof(table[0]),
    .take_word = take_file,
    .end = "Exit status: 0 the host did all that is recorded and nothing else, 1 it did something "
           "else, or it\n"
           "was ended before, 2 wrong use or wrong file.\n",
};

/* What is missing, or where nobody may listen: told. */
static bool is_whole(const struct replay_options *options, struct text *error)
{
    char memory[COMMAND_LINE_ERROR_CAP];
    struct text why;

    if (options->file == NULL || options->port_count == 0) {
        text_add(error, "replay: %s is needed",
                 options->file == NULL ? "FILE, a transcript,"
                                       : "--pty PATH, --uart DEVICE or --rfc2217 [HOST:]PORT");
        return false;
    }
    for (size_t i = 0; i < options->port_count; i++) {
        text_init(&why, memory, sizeof(memory));
        if (!port_option_check_reach(&options->ports[i], options->allow_remote, &why)) {
            text_add(error, "--rfc2217: %s", memory);
            return false;
        }
    }
    return true;
}

bool replay_options_parse(int argc, char *const *argv, struct replay_options *ret_options,
                          struct text *error)
{
    struct replay_options options = { .help = false };

    if (!command_line_read(&line, argc, argv, &options, &options.help, error) ||
        (!options.help && !is_whole(&options, error))) {
        replay_options_free(&options);
        return false;
    }
    *ret_options = options;
    return true;
}

void replay_options_free(struct replay_options *options)
{
    values_free(&options->values);
}

void replay_options_print_help(FILE *out)
{
    command_line_print_help(&line, out);
}
