/* command_line.c: the command line of a command of the program. */
#include "plan/command_line.h"

#include <assert.h>

static const char help_name[] = "--help";

static const struct command_option *find(const struct command_line *line, struct span name)
{
    for (size_t i = 0; i < line->count; i++) {
        if (span_equal(name, span_of(line->table[i].name)))
            return &line->table[i];
    }
    return NULL;
}

static bool refuse(const struct command_line *line, const char *word, struct text *error)
{
    text_add(error, "%s: unknown %s %s; allowed:", line->command,
             word[0] == '-' ? "option" : "word", word);
    for (size_t i = 0; i < line->count; i++)
        text_add(error, " %s,", line->table[i].name);
    text_add(error, " %s", help_name);
    return false;
}

/* Reads the option at argv[*at] and leaves *at at its last word. */
static bool take_option(const struct command_line *line, char *const *argv, int *at, void *options,
                        struct text *error)
{
    const char *word = argv[*at], *equals = strchr(word, '=');
    struct span name = span_at(word, strcspn(word, "="));
    const struct command_option *option = find(line, name);
    const char *value = equals != NULL ? equals + 1 : NULL;

    if (option == NULL)
        return refuse(line, word, error);
    if (option->value == NULL && value != NULL) {
        text_add(error, "%s takes no value", option->name);
        return false;
    }
    if (option->value != NULL && value == NULL)
        value = argv[++*at];
    if (option->value != NULL && (value == NULL || value[0] == '\0')) {
        text_add(error, "%s needs %s", option->name, option->value);
        return false;
    }
    return option->take(options, value, error);
}

bool command_line_read(const struct command_line *line, int argc, char *const *argv, void *options,
                       bool *ret_help, struct text *error)
{
    bool words_only = false;

    assert(argc >= 1 && argv[argc] == NULL);
    *ret_help = false;
    for (int i = 1; i < argc; i++) {
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
        } else if (!words_only && strcmp(argv[i], help_name) == 0) {
            *ret_help = true;
            return true;
        } else if (words_only || strncmp(argv[i], "-", 1) != 0) {
            if (line->take_word == NULL)
                return refuse(line, argv[i], error);
            if (!line->take_word(options, argv[i], error))
                return false;
        } else if (!take_option(line, argv, &i, options, error)) {
            return false;
        }
    }
    return true;
}

void command_line_print_help(const struct command_line *line, FILE *out)
{
    for (size_t i = 0; line->usage[i] != NULL; i++)
        fprintf(out, "%s %s\n", i == 0 ? "usage:" : "      ", line->usage[i]);
    fprintf(out, "\n%s\n", line->about);
    for (size_t i = 0; i < line->count; i++)
        fprintf(out, "  %s%s%s\n        %s\n", line->table[i].name,
                line->table[i].value != NULL ? " " : "",
                line->table[i].value != NULL ? line->table[i].value : "", line->table[i].help);
    fprintf(out, "  %s\n        print this\n\n%s", help_name, line->end);
}
