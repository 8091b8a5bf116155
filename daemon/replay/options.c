/* options.c: the command line of `tlsmodem replay`. */
#include "replay/options.h"

#include "check/set_option.h"
#include "plan/port_options.h"

static bool take_pty(void *ctx, const char *value, struct text *error)
{
    struct replay_options *options = ctx;

    if (options->port_count == SCRIPT_PORTS_MAX) {
        text_add(error, "--pty: too many; allowed: one for each port, %d at most",
                 SCRIPT_PORTS_MAX);
        return false;
    }
    return port_option_pty("--pty", value, &options->ports[options->port_count++], error);
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
    { "--set", "NAME=VALUE|NAME=@FILE", take_set,
      "the value of ${NAME} in the file, or a file that has it; what nobody sets is what the host "
      "types there; may be repeated" },
};

static const char *const usage[] = {
    "tlsmodem replay FILE --pty PATH [OPTION...]",
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

bool replay_options_parse(int argc, char *const *argv, struct replay_options *ret_options,
                          struct text *error)
{
    struct replay_options options = { .help = false };

    if (!command_line_read(&line, argc, argv, &options, &options.help, error)) {
        replay_options_free(&options);
        return false;
    }
    if (!options.help && (options.file == NULL || options.port_count == 0)) {
        text_add(error, "replay: %s is needed",
                 options.file == NULL ? "FILE, a transcript," : "--pty PATH");
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
