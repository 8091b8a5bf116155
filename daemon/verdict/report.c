/* report.c: `tlsmodem report FILE… [--fail-if EXPR]…`: what several runs came to together. */
#include "verdict/report.h"

#include "plan/command_line.h"
#include "verdict/judge.h"
#include "verdict/summary_file.h"
#include "verdict/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USE = 2, WHY_CAP = 1000 };

struct report_options {
    const char **files;
    size_t file_count;
    struct expression *expressions;
    size_t expression_count;
    const char *output; /* NULL: none */
};

static int say(const char *words, int status)
{
    fprintf(stderr, "tlsmodem: %s\n", words);
    return status;
}

static int fail(const char *where, const char *why, int status)
{
    fprintf(stderr, "tlsmodem: report: %s: %s\n", where, why);
    return status;
}

static bool take_fail_if(void *ctx, const char *value, struct text *error)
{
    struct report_options *options = ctx;

    text_add(error, "--fail-if: ");
    if (!expression_read(value, &options->expressions[options->expression_count], error))
        return false;
    options->expression_count++;
    text_init(error, error->at, error->cap);
    return true;
}

static bool take_output(void *ctx, const char *value, struct text *error)
{
    (void)error;
    ((struct report_options *)ctx)->output = value;
    return true;
}

static bool take_file(void *ctx, const char *word, struct text *error)
{
    struct report_options *options = ctx;

    (void)error;
    options->files[options->file_count++] = word;
    return true;
}

static const struct command_option table[] = {
    { "--fail-if", "EXPR", take_fail_if,
      "exit with 1 if this is so: \"p99(dial) > 5s\", \"errors > 0.1 %\", \"errors(timeout) > "
      "3\",\n"
      "        \"rate(command) < 100/s\", \"count(round) < 500\", \"missing > 0\" shards; also if "
      "it "
      "cannot be\n"
      "        told, as there was none; may be repeated" },
    { "--output", "FILE", take_output, "write the sum, too, as a file that report takes" },
};

static const char *const usage[] = {
    "tlsmodem report FILE... [--fail-if EXPR]... [--output FILE]",
    NULL,
};

static const struct command_line line = {
    .command = "report",
    .usage = usage,
    .about = "Adds up what runs have written with --summary (docs/load.md), prints it, and says "
             "whether it is\n"
             "good enough.  Files of the same run or shard, and of runs with another number of "
             "shards, are\n"
             "refused.\n",
    .table = table,
    .count = sizeof(table) / sizeof(table[0]),
    .take_word = take_file,
    .end = "Exit status: 0, 1 one of EXPR is so, or the sum cannot be written, 2 wrong use, a "
           "wrong EXPR or a\n"
           "wrong file.\n",
};

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
        say("report: out of memory", 0);
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
    words_print_missing(stdout, sum, "\n");
    if (fflush(stdout) != 0 || ferror(stdout))
        status = fail("standard output", strerror(errno), EXIT_FAILURE);
    if (!judge(sum, options->expressions, options->expression_count, stderr, "\n"))
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
    char memory[COMMAND_LINE_ERROR_CAP];
    int status = EXIT_SUCCESS;
    struct text error;
    bool help = false;

    text_init(&error, memory, sizeof(memory));
    if (options.files == NULL || options.expressions == NULL)
        status = say("report: out of memory", EXIT_FAILURE);
    else if (!command_line_read(&line, argc, argv, &options, &help, &error))
        status = say(memory, EXIT_USE);
    else if (help)
        command_line_print_help(&line, stdout);
    else if (options.file_count == 0)
        status = say("report: a file is needed: what --summary FILE has written", EXIT_USE);
    else
        status = report(&options);
    free(options.files);
    free(options.expressions);
    return status;
}
