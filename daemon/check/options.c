/* options.c: the command line of `tlsmodem check`.  A table says what there is; --help is
 * made from it. */
#include "check/options.h"

#include "base/number.h"
#include "base/text.h"
#include "check/set_option.h"
#include "plan/module_name.h"
#include "plan/port_options.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct option {
    const char *name;
    const char *value; /* what --help calls it; NULL: takes none */
    bool (*take)(struct check_options *options, const char *value, struct text *error);
    const char *help;
};

static bool take_module(struct check_options *options, const char *value, struct text *error)
{
    options->module = module_name_read(value, error);
    return options->module != NULL;
}

/* One more port of a real module, whose value `read` reads. */
static bool take_port(struct check_options *options, const char *name, const char *value,
                      bool (*read)(const char *name, const char *value, struct port_spec *ret_spec,
                                   struct text *error),
                      struct text *error)
{
    if (options->port_count == SCRIPT_PORTS_MAX) {
        text_add(error, "%s: too many; allowed: one for each port, %d at most", name,
                 SCRIPT_PORTS_MAX);
        return false;
    }
    return read(name, value, &options->ports[options->port_count++], error);
}

static bool take_uart(struct check_options *options, const char *value, struct text *error)
{
    return take_port(options, "--uart", value, port_option_uart, error);
}

static bool take_tcp(struct check_options *options, const char *value, struct text *error)
{
    return take_port(options, "--tcp", value, port_option_tcp, error);
}

static bool take_unix(struct check_options *options, const char *value, struct text *error)
{
    return take_port(options, "--unix", value, port_option_unix, error);
}

static bool take_run(struct check_options *options, const char *value, struct text *error)
{
    static const struct {
        const char *word;
        enum port_kind kind;
    } kinds[] = {
        { "pty", PORT_PTY }, { "tcp", PORT_TCP }, { "unix", PORT_UNIX }, { "stdio", PORT_STDIO }
    };

    options->runs = true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(value, kinds[i].word) == 0) {
            options->run = kinds[i].kind;
            return true;
        }
    }
    text_add(error, "--run: \"%s\" is no kind of port; allowed: pty, tcp, unix, stdio", value);
    return false;
}

static bool take_jobs(struct check_options *options, const char *value, struct text *error)
{
    int32_t number;

    if (number_parse(span_of(value), &number) && number >= 1 && number <= CHECK_JOBS_MAX) {
        options->jobs = (unsigned)number;
        return true;
    }
    text_add(error, "--jobs: \"%s\" is wrong; allowed: 1 to %d", value, CHECK_JOBS_MAX);
    return false;
}

static bool take_address(struct check_options *options, const char *value, struct text *error)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    options->address = value;
    if (inet_pton(AF_INET, value, bytes) == 1 || inet_pton(AF_INET6, value, bytes) == 1)
        return true;
    text_add(
        error,
        "--address: \"%s\" is no address; allowed: one of this machine, as IPv4 or IPv6 has it",
        value);
    return false;
}

static bool take_set(struct check_options *options, const char *value, struct text *error)
{
    return set_option_read(&options->values, "check", value, error);
}

static bool take_junit(struct check_options *options, const char *value, struct text *error)
{
    if (value[0] == '\0')
        text_add(error, "--junit needs FILE");
    options->junit = value;
    return value[0] != '\0';
}

static bool take_scenario(struct check_options *options, const char *value, struct text *error)
{
    if (value[0] == '\0')
        text_add(error, "--scenario needs FILE");
    options->scenario = value;
    return value[0] != '\0';
}

static bool take_bytes(struct check_options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->single_bytes = true;
    return true;
}

static bool take_rewrite(struct check_options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->rewrite = true;
    return true;
}

static bool take_help(struct check_options *options, const char *value, struct text *error)
{
    (void)value;
    (void)error;
    options->help = true;
    return true;
}

static const struct option table[] = {
    { "--module", "NAME", take_module,
      "play as this module, one of --list-modules; else as each that a file names; of a module at "
      "a port: whose variables count, else those of a file's first" },
    { "--uart", PORT_OPTION_UART, take_uart,
      "play the host's side against the real module on this serial device; repeated for further "
      "ports" },
    { "--tcp", "[HOST:]PORT", take_tcp, "the same where a module listens, as tlsmodem --tcp does" },
    { "--unix", "PATH", take_unix, "the same, as tlsmodem --unix does" },
    { "--run", "pty|tcp|unix|stdio", take_run,
      "start this program for each play, as its module, behind such a port: in real time, with "
      "peers on sockets of this machine; what it records of a play must play by the engine too" },
    { "--address", "ADDRESS", take_address,
      "where a module reaches this machine: peers listen there; 127.0.0.1 unless given" },
    { "--set", "NAME=VALUE|NAME=@FILE", take_set,
      "the value of ${NAME} in the files, or a file that has it; may be repeated" },
    { "--scenario", "FILE", take_scenario,
      "what happens to the module meanwhile, from power-up: registration, signal, calls, power and "
      "the like, each at its time" },
    { "--junit", "FILE", take_junit, "write the results to FILE too, as JUnit has them" },
    { "--bytes", NULL, take_bytes,
      "type byte by byte; with --run the first of each `models` line plays for the others" },
    { "--jobs", "N", take_jobs, "play so many files at once; 1 unless given" },
    { "--rewrite", NULL, take_rewrite,
      "put what the module says into the files, where it differs or is missing, for you to "
      "review" },
    { "--help", NULL, take_help, "print this" },
};

enum { TABLE_COUNT = sizeof(table) / sizeof(table[0]) };

static bool say_unknown(const char *word, struct text *error)
{
    text_add(error, "check: unknown option %s; allowed:", word);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        text_add(error, "%s %s", i == 0 ? "" : ",", table[i].name);
    for (size_t i = 0; stack_wrapper_at(i) != NULL; i++)
        text_add(error, ", %s", stack_wrapper_at(i)->option);
    return false;
}

static bool take_wrapper(struct check_options *options, const struct wrapper *wrapper,
                         const char *value, struct text *error)
{
    char memory[CHECK_OPTIONS_ERROR_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (stack_plan_add(&options->in_front, wrapper->option + strlen("--"), value, &why))
        return true;
    text_add(error, "%s: %s", wrapper->option, memory);
    return false;
}

/* The value of the option at argv[*at]: behind "=", or the word after it.  NULL: there is none. */
static const char *value_of(char *const *argv, int *at)
{
    const char *equals = strchr(argv[*at], '=');

    if (equals == NULL)
        (*at)++;
    return equals != NULL ? equals + 1 : argv[*at];
}

/* Reads the option at argv[*at] and leaves *at at its last word. */
static bool take_option(struct check_options *options, char *const *argv, int *at,
                        struct text *error)
{
    const char *word = argv[*at], *value = NULL, *needed = NULL;
    struct span name = span_at(word, strcspn(word, "="));
    const struct wrapper *wrapper = NULL;
    const struct option *option = NULL;

    for (size_t i = 0; i < TABLE_COUNT && option == NULL; i++)
        option = span_equal(name, span_of(table[i].name)) ? &table[i] : NULL;
    for (size_t i = 0; option == NULL && stack_wrapper_at(i) != NULL && wrapper == NULL; i++)
        wrapper =
            span_equal(name, span_of(stack_wrapper_at(i)->option)) ? stack_wrapper_at(i) : NULL;
    if (option == NULL && wrapper == NULL)
        return say_unknown(word, error);
    needed = option != NULL ? option->value : wrapper->value;
    if (needed != NULL && (value = value_of(argv, at)) == NULL)
        text_add(error, "%s needs %s", word, needed);
    else if (needed == NULL && name.len < strlen(word))
        text_add(error, "%.*s takes no value", (int)name.len, word);
    else
        return option != NULL ? option->take(options, value, error)
                              : take_wrapper(options, wrapper, value, error);
    return false;
}

static bool read_words(int argc, char *const *argv, struct check_options *options,
                       struct text *error)
{
    bool words_only = false;

    for (int i = 1; i < argc && !options->help; i++) {
        if (!words_only && strcmp(argv[i], "--") == 0)
            words_only = true;
        else if (words_only || strncmp(argv[i], "--", 2) != 0)
            options->paths[options->path_count++] = argv[i];
        else if (!take_option(options, argv, &i, error))
            return false;
    }
    if (options->help)
        return true;
    if (options->port_count > 0 && (options->runs || options->jobs > 1)) {
        text_add(error, options->runs
                            ? "check: --run starts a module, --uart, --tcp and --unix have one; "
                              "allowed: one of both"
                            : "check: a module at a port plays one file after the other; "
                              "allowed: --jobs without --uart, --tcp and --unix");
        return false;
    }
    if (options->scenario != NULL && (options->port_count > 0 || options->runs)) {
        text_add(error, "check: --scenario is what nobody here can do to a real module; allowed: "
                        "without --uart, --tcp, --unix and --run");
        return false;
    }
    if (options->path_count > 0)
        return true;
    text_add(error, "check: a transcript is needed: a file, or a folder with files named *.at");
    return false;
}

bool check_options_parse(int argc, char *const *argv, struct check_options *ret_options,
                         char *ret_error)
{
    struct check_options options = { .address = "127.0.0.1",
                                     .jobs = 1,
                                     .paths = calloc((size_t)argc, sizeof(options.paths[0])) };
    struct text error;

    assert(argc >= 1 && argv[argc] == NULL);
    text_init(&error, ret_error, CHECK_OPTIONS_ERROR_CAP);
    if (options.paths == NULL)
        text_add(&error, "check: %s", err_text(ERR_NO_MEMORY));
    else if (read_words(argc, argv, &options, &error)) {
        *ret_options = options;
        return true;
    }
    check_options_free(&options);
    return false;
}

void check_options_free(struct check_options *options)
{
    free(options->paths);
    values_free(&options->values);
}

void check_options_print_help(FILE *out)
{
    fputs("usage: tlsmodem check FILE... [OPTION...]\n\n"
          "Plays transcripts (docs/transcripts.md) and says where what came was not what is\n"
          "written.  FILE may be a folder: each *.at in it.  The module is the engine in virtual\n"
          "time, with peers that do what the file says; with --uart, --tcp or --unix a real one, "
          "with\n"
          "--run this program behind a port, both with peers on sockets of this machine.\n\n",
          out);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (table[i].take == take_help) {
            for (size_t w = 0; stack_wrapper_at(w) != NULL; w++) {
                const struct wrapper *wrapper = stack_wrapper_at(w);

                fprintf(out, "  %s %s\n        %s; a file's own `wrap` counts before it\n",
                        wrapper->option, wrapper->value, wrapper->help);
            }
        }
        fprintf(out, "  %s%s%s\n        %s\n", table[i].name, table[i].value != NULL ? " " : "",
                table[i].value != NULL ? table[i].value : "", table[i].help);
    }
    fputs("\nExit status: 0 all came out as written, 1 differences, 2 wrong use, wrong file, or "
          "nothing\n"
          "that could be played.\n",
          out);
}
