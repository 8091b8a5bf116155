/* check.c: `tlsmodem check`: plays transcripts and says what came out otherwise. */
#include "check/check.h"

#include "check/authority.h"
#include "check/files.h"
#include "check/junit.h"
#include "check/options.h"
#include "check/paths.h"
#include "check/patterns.h"
#include "check/real_stage.h"
#include "check/replace.h"
#include "check/scenario_file.h"
#include "plan/module_name.h"
#include "transcript/engine_stage.h"
#include "transcript/rewrite.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { EXIT_USE = 2, MODEL_CAP = 64 };

struct check {
    struct check_files files; /* that is read, with those that it includes */
    size_t model;             /* that rewrites it */
    const struct check_options *options;
    struct test_authority *authority;
    struct scenario_file scenario;
    struct junit junit;
    unsigned plays;     /* for real */
    struct report last; /* difference of the file that was printed */
};

/* ---- variables ---- */

static bool find_given(void *ctx, struct span name, struct span *ret_value)
{
    const struct check *check = ctx;

    return values_find(&check->options->values, name, ret_value);
}

static bool find_usual(void *ctx, struct span name, struct span *ret_value)
{
    struct check *check = ctx;
    bool is_here = strcmp(check->options->address, "127.0.0.1") == 0;

    if (span_equal(name, span_of("host")))
        *ret_value = span_of(is_here ? "localhost" : check->options->address);
    else if (span_equal(name, span_of("address")))
        *ret_value = span_of(check->options->address);
    else
        return test_authority_find(check->authority, name, ret_value);
    return true;
}

/* ---- one play ---- */

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void print(FILE *out, const struct report *report)
{
    if (report->text.len > 0)
        fwrite(report->text.data, 1, report->text.len, out);
}

static bool names(const struct script_header *header, const char *word)
{
    for (size_t i = 0; i < header->only_count; i++) {
        if (span_equal(header->only[i], span_of(word)))
            return true;
    }
    return false;
}

/* False: this file is not for the stage, or not as it is asked to play, and `why` says so. */
static bool is_for_us(const struct check *check, const struct script_header *header,
                      struct report *why)
{
    bool is_real = check->options->uart_count > 0;
    bool whole = names(header, "whole");

    if (whole && check->options->single_bytes) {
        report_add(why, "not byte by byte: the file says `only whole`\n");
        return false;
    }
    if (header->only_count == (whole ? 1 : 0) || names(header, is_real ? "pty" : "engine"))
        return true;
    report_add(why, "not by %s: the file says `only", is_real ? "a real module" : "the engine");
    for (size_t i = 0; i < header->only_count; i++) {
        report_add(why, " ");
        report_add_text(why, header->only[i]);
    }
    report_add(why, "`\n");
    return false;
}

static enum play_end rewrite(const struct check *check, const struct play_config *config,
                             const char *path, struct report *report)
{
    struct rewrite_file file = { path, check->files.opened };
    struct report text = { .cut = false };
    enum play_end end = rewrite_script(config, &file, &text, report);
    struct span changed = bytes_span(&text.text);

    if (end == PLAY_AS_WRITTEN && (text.cut || changed.len == 0)) {
        report_add(report, "%s\n", err_text(ERR_NO_MEMORY));
        end = PLAY_WRONG;
    } else if (end == PLAY_AS_WRITTEN && !span_equal(changed, file.bytes)) {
        if (!check_replace(path, changed)) {
            report_add(report, "%s: cannot write the file\n", path);
            end = PLAY_WRONG;
        } else {
            printf("%s: rewritten\n", path);
        }
    }
    report_free(&text);
    return end;
}

static enum play_end play_on(struct check *check, const char *path, struct reader *reader,
                             size_t model, struct stage *stage, struct report *report)
{
    struct play_config config = { .reader = reader,
                                  .model = model,
                                  .stage = stage,
                                  .given = { find_given, check },
                                  .usual = { find_usual, check },
                                  .patterns = patterns_iface() };
    uint64_t steps;

    reader_rewind(reader);
    return check->options->rewrite ? rewrite(check, &config, path, report)
                                   : play_script(&config, report, &steps);
}

static enum play_end play_by_engine(struct check *check, const char *path, struct reader *reader,
                                    size_t model, const char *module, struct report *report)
{
    struct scenario_variables variables = { module, { find_given, check }, { find_usual, check } };
    struct engine_stage_config config = { .header = reader_header(reader),
                                          .model = module,
                                          .single_bytes = check->options->single_bytes,
                                          .scenario = check->scenario.scenario,
                                          .scenario_variables =
                                              scenario_variables_iface(&variables),
                                          .wrapped = &check->options->in_front };
    struct engine_stage *stage;
    enum play_end end;

    if (engine_stage_open(&config, report, &stage) != ERR_OK)
        return PLAY_WRONG;
    end = play_on(check, path, reader, model, engine_stage_iface(stage), report);
    engine_stage_close(stage);
    return end;
}

static enum play_end play_for_real(struct check *check, const char *path, struct reader *reader,
                                   size_t model, struct report *report)
{
    struct real_stage_config config = { .header = reader_header(reader),
                                        .devices = check->options->uarts,
                                        .device_count = check->options->uart_count,
                                        .address = check->options->address,
                                        .single_bytes = check->options->single_bytes,
                                        .forgets_old = check->plays++ > 0,
                                        .authority = check->authority };
    struct real_stage *stage;
    enum err err = real_stage_open(&config, report, &stage);
    enum play_end end;

    if (err != ERR_OK)
        return err == ERR_UNSUPPORTED ? PLAY_NOT_HERE : PLAY_WRONG;
    end = play_on(check, path, reader, model, real_stage_iface(stage), report);
    real_stage_close(stage);
    return end;
}

/* Says what became of a play, and why.  Often all models of a file differ in the same way: once is
 * enough. */
static void show(struct check *check, const char *path, const char *module, enum play_end end,
                 struct report *report)
{
    bool again = span_equal(bytes_span(&report->text), bytes_span(&check->last.text));

    printf("%s: %s: %s\n", path, module,
           again                   ? "the same"
           : end == PLAY_DIFFERENT ? "different"
           : end == PLAY_NOT_HERE  ? "left out"
                                   : "wrong");
    if (!again) {
        print(stdout, report);
        report_free(&check->last);
        check->last = *report;
        *report = (struct report){ .cut = false };
    }
    fflush(stdout);
}

static void play_as(struct check *check, const char *path, struct reader *reader, size_t model,
                    const char *module)
{
    static const enum junit_result results[] = { [PLAY_AS_WRITTEN] = JUNIT_PASSED,
                                                 [PLAY_DIFFERENT] = JUNIT_FAILED,
                                                 [PLAY_WRONG] = JUNIT_ERROR,
                                                 [PLAY_NOT_HERE] = JUNIT_SKIPPED };
    struct report report = { .cut = false };
    int64_t start_us = now_us();
    enum play_end end = PLAY_NOT_HERE;

    if (is_for_us(check, reader_header(reader), &report))
        end = check->options->uart_count > 0
                  ? play_for_real(check, path, reader, model, &report)
                  : play_by_engine(check, path, reader, model, module, &report);
    junit_add(&check->junit, path, module, results[end], now_us() - start_us,
              bytes_span(&report.text));
    if (end != PLAY_AS_WRITTEN)
        show(check, path, module, end, &report);
    report_free(&report);
}

/* ---- one file ---- */

/* The name of a header's model as modules are started by; the reader has looked that there is one.
 */
static const char *module_of(struct span name)
{
    char text[MODEL_CAP];
    const char *module;

    snprintf(text, sizeof(text), "%.*s", (int)(name.len < MODEL_CAP ? name.len : 0),
             (const char *)name.data);
    module = module_name_find(text);
    assert(module != NULL);
    return module;
}

/* Which of the header's models gives the variables of `module`: itself, or else the first. */
static size_t model_of(const struct script_header *header, const char *module)
{
    for (size_t i = 0; i < header->model_count; i++) {
        if (span_equal(header->models[i].name, span_of(module)))
            return i;
    }
    return 0;
}

static void play_models(struct check *check, const char *path, struct reader *reader)
{
    const struct script_header *header = reader_header(reader);
    const char *module = check->options->module;

    if (check->options->uart_count > 0) {
        size_t model = module != NULL ? model_of(header, module) : 0;

        play_as(check, path, reader, model, check->options->uarts[0].where);
        return;
    }
    if (module != NULL) {
        play_as(check, path, reader, model_of(header, module), module);
        return;
    }
    for (size_t i = check->model; i < header->model_count; i++) {
        play_as(check, path, reader, i, module_of(header->models[i].name));
        if (check->options->rewrite)
            return;
    }
}

/* How often the file must be read: each model finds what those before it have written. */
static size_t readings(const struct check *check, const struct script_header *header)
{
    const struct check_options *options = check->options;

    return options->rewrite && options->module == NULL && options->uart_count == 0
               ? header->model_count
               : 1;
}

/* Returns how often it must be read. */
static size_t read_file_once(struct check *check, const char *path)
{
    struct reader *reader;
    size_t count = 0;
    enum err err;

    check_files_open(&check->files);
    err = reader_open(&check->files.world, path, &reader);

    if (err == ERR_OK) {
        count = readings(check, reader_header(reader));
        play_models(check, path, reader);
        reader_close(reader);
    } else {
        if (check->files.mistakes.text.len == 0)
            report_add(&check->files.mistakes, "%s: %s\n", path, err_text(err));
        print(stderr, &check->files.mistakes);
        junit_add(&check->junit, path, "wrong file", JUNIT_ERROR, 0,
                  bytes_span(&check->files.mistakes.text));
    }
    check_files_close(&check->files);
    return count;
}

static void check_file(struct check *check, const char *path)
{
    size_t count = 1;

    for (check->model = 0; check->model < count; check->model++)
        count = read_file_once(check, path);
    report_free(&check->last);
}

/* ---- all of them ---- */

static bool find_files(const struct check_options *options, struct check_paths *paths)
{
    for (size_t i = 0; i < options->path_count; i++) {
        enum err err = check_paths_add(paths, options->paths[i]);

        if (err == ERR_OK)
            continue;
        fprintf(
            stderr, "tlsmodem: check: %s: %s; allowed: a file, or a folder with files named *.at\n",
            options->paths[i], err == ERR_INVALID ? "no file in it is named *.at" : err_text(err));
        return false;
    }
    return true;
}

static int conclude(const struct check *check, size_t files)
{
    const unsigned *counts = check->junit.counts;
    unsigned plays = counts[JUNIT_PASSED] + counts[JUNIT_FAILED] + counts[JUNIT_ERROR];

    printf("%zu transcript%s, %u play%s in %.1f s: %u as written, %u different, %u wrong", files,
           files == 1 ? "" : "s", plays, plays == 1 ? "" : "s", (double)check->junit.us / 1e6,
           counts[JUNIT_PASSED], counts[JUNIT_FAILED], counts[JUNIT_ERROR]);
    if (counts[JUNIT_SKIPPED] > 0)
        printf("; %u left out", counts[JUNIT_SKIPPED]);
    putchar('\n');
    if (plays == 0)
        fputs("tlsmodem: check: nothing was played: all is left out\n", stderr);
    if (plays == 0 || counts[JUNIT_ERROR] > 0)
        return EXIT_USE;
    return counts[JUNIT_FAILED] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Asked before anything plays, which may take long; what is in the file is left. */
static bool can_write_junit(const char *path)
{
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;

    if (path != NULL && file == NULL)
        fprintf(stderr, "tlsmodem: check: --junit: %s: %s\n", path, strerror(errno));
    if (file != NULL)
        fclose(file);
    return path == NULL || file != NULL;
}

static void say_mistake(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

static int run(const struct check_options *options)
{
    struct check check = { .options = options };
    struct check_paths paths = { .list = NULL };
    int status = EXIT_USE;
    enum err err;

    if (!find_files(options, &paths) || !can_write_junit(options->junit) ||
        !scenario_file_read(options->scenario, NULL, say_mistake, NULL, &check.scenario) ||
        test_authority_open(&check.authority) != ERR_OK) {
        scenario_file_free(&check.scenario);
        check_paths_free(&paths);
        return status;
    }
    signal(SIGPIPE, SIG_IGN); /* a write to a peer that has gone says so itself */
    for (size_t i = 0; i < paths.count; i++)
        check_file(&check, paths.list[i]);
    status = conclude(&check, paths.count);
    if (options->junit != NULL && (err = junit_write(&check.junit, options->junit)) != ERR_OK) {
        fprintf(stderr, "tlsmodem: check: --junit: %s: %s\n", options->junit, err_text(err));
        status = EXIT_USE;
    }
    junit_free(&check.junit);
    test_authority_close(check.authority);
    scenario_file_free(&check.scenario);
    check_paths_free(&paths);
    return status;
}

int check_main(int argc, char **argv)
{
    struct check_options options;
    char error[CHECK_OPTIONS_ERROR_CAP];
    int status = EXIT_SUCCESS;

    if (!check_options_parse(argc, argv, &options, error)) {
        fprintf(stderr, "tlsmodem: %s\n", error);
        return EXIT_USE;
    }
    if (options.help)
        check_options_print_help(stdout);
    else
        status = run(&options);
    check_options_free(&options);
    return status;
}
