/* report.c: `tlsmodem report FILE… [--fail-if EXPR]…`: what several runs came to together. */
#include "verdict/report.h"

#include "verdict/judge.h"
#include "verdict/summary_file.h"
#include "verdict/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USE = 2, WHY_CAP = 1000 };

struct report_options {
    bool help;
    const char **files;
    size_t file_count;
    struct expression *expressions;
    size_t expression_count;
    const char *output; /* NULL: none */
};

static int fail(const char *where, const char *why, int status)
{
    fprintf(stderr, "tlsmodem: report: %s%s%s\n", where, where[0] != '\0' ? ": " : "", why);
    return status;
}

/* The value behind "=", or in the next word, or NULL: there is none.  False: it is another option.
 */
static bool take_value(const char *name, char **argv, int *at, const char **ret_value)
{
    size_t len = strlen(name);

    if (strncmp(argv[*at], name, len) != 0 || (argv[*at][len] != '=' && argv[*at][len] != '\0'))
        return false;
    *ret_value = argv[*at][len] == '=' ? argv[*at] + len + 1 : argv[++*at];
    return true;
}

static bool read_option(struct report_options *options, char **argv, int *at, struct text *why)
{
    const char *word = argv[*at], *value;

    if (strcmp(word, "--help") == 0) {
        options->help = true;
    } else if (take_value("--fail-if", argv, at, &value)) {
        if (value == NULL) {
            text_add(why, "--fail-if needs EXPR");
            return false;
        }
        text_add(why, "--fail-if: ");
        if (!expression_read(value, &options->expressions[options->expression_count++], why))
            return false;
        text_init(why, why->at, why->cap);
    } else if (take_value("--output", argv, at, &value)) {
        options->output = value;
        if (value == NULL || value[0] == '\0') {
            text_add(why, "--output needs FILE");
            return false;
        }
    } else {
        text_add(why, "unknown option %s; allowed: --fail-if EXPR, --output FILE, --help", word);
        return false;
    }
    return true;
}

static bool read_words(int argc, char **argv, struct report_options *options, struct text *why)
{
    bool words_only = false;

    for (int i = 1; i < argc && !options->help; i++) {
        if (!words_only && strcmp(argv[i], "--") == 0)
            words_only = true;
        else if (words_only || strncmp(argv[i], "--", 2) != 0)
            options->files[options->file_count++] = argv[i];
        else if (!read_option(options, argv, &i, why))
            return false;
    }
    if (options->help || options->file_count > 0)
        return true;
    text_add(why, "a file is needed: what --summary FILE has written");
    return false;
}

static void print_help(void)
{
    puts("usage: tlsmodem report FILE... [--fail-if EXPR]... [--output FILE]\n\n"
         "Adds up what runs have written with --summary (docs/load.md), prints it, and says "
         "whether\n"
         "it is good enough.  Files of the same run or shard, and of runs with another number of\n"
         "shards, are refused.\n\n"
         "  --fail-if EXPR\n"
         "        exit with 1 if this is so: \"p99(dial) > 5s\", \"errors > 0.1 %\",\n"
         "        \"errors(timeout) > 3\", \"rate(command) < 100/s\", \"count(round) < 500\",\n"
         "        \"missing > 0\" shards; also if it cannot be told, as there was none; may be\n"
         "        repeated\n"
         "  --output FILE\n"
         "        write the sum, too, as a file that report takes\n"
         "  --help\n"
         "        print this\n\n"
         "Exit status: 0, 1 one of EXPR is so, or the sum cannot be written, 2 wrong use, a wrong "
         "EXPR or a wrong file.");
}

/* NULL, with a line: a file is wrong. */
static struct summary *read_files(const struct report_options *options)
{
    struct summary *sum = summary_new();
    char memory[WHY_CAP];
    struct text why;

    for (size_t i = 0; sum != NULL && i < options->file_count; i++) {
        struct summary *one;
        bool good;

        text_init(&why, memory, sizeof(memory));
        one = summary_file_read(options->files[i], &why);
        good = one != NULL && summary_merge(sum, one, &why);
        summary_free(one);
        if (good)
            continue;
        fail(options->files[i], memory, 0);
        summary_free(sum);
        return NULL;
    }
    if (sum == NULL)
        fail("", "out of memory", 0);
    return sum;
}

static int report(const struct report_options *options)
{
    struct summary *sum = read_files(options);
    int status = EXIT_SUCCESS;
    char memory[WHY_CAP];
    struct text why;

    if (sum == NULL)
        return EXIT_USE;
    words_print(stdout, sum, "\n");
    if (fflush(stdout) != 0 || ferror(stdout))
        status = fail("standard output", strerror(errno), EXIT_FAILURE);
    if (!judge(sum, options->expressions, options->expression_count, stderr))
        status = EXIT_FAILURE;
    text_init(&why, memory, sizeof(memory));
    if (options->output != NULL && !summary_file_write(sum, options->output, &why))
        status = fail("--output", memory, EXIT_FAILURE);
    summary_free(sum);
    return status;
}

int report_main(int argc, char **argv)
{
    struct report_options options = {
        .files = calloc((size_t)argc, sizeof(options.files[0])),
        .expressions = calloc((size_t)argc, sizeof(options.expressions[0])),
    };
    int status = EXIT_SUCCESS;
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (options.files == NULL || options.expressions == NULL)
        status = fail("", "out of memory", EXIT_FAILURE);
    else if (!read_words(argc, argv, &options, &why))
        status = fail("", memory, EXIT_USE);
    else if (options.help)
        print_help();
    else
        status = report(&options);
    free(options.files);
    free(options.expressions);
    return status;
}
