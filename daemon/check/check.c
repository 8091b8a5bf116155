/* check.c: `tlsmodem check`: plays transcripts and says what came out otherwise. */
#include "check/check.h"

#include "check/junit.h"
#include "check/paths.h"
#include "check/program.h"
#include "check/scenario_file.h"
#include "check/trial.h"
#include "plan/module_name.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_USE = 2, MODEL_CAP = 64 };

/* All files; its members behind `lock` are any thread's who has it. */
struct check {
    const struct check_options *options;
    struct test_authority *authority;
    struct scenario_file scenario;
    struct check_paths paths;
    pthread_mutex_t lock;
    size_t next;           /* of the paths, that nobody has taken */
    struct models *models; /* of each path */
    struct junit junit;
};

/* How far a file is. */
struct models {
    size_t count; /* 0: not known yet */
    size_t taken;
};

/* One who plays, a file after the other. */
struct worker {
    struct check *check;
    pthread_t thread;
    size_t file;              /* of the paths */
    struct check_files files; /* that is read, with those that it includes */
    size_t model;             /* that rewrites it */
    unsigned plays;           /* at a port */
    struct report last;       /* difference of the file that was printed */
};

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

/* ---- one play ---- */

/* Says what became of a play, and why.  Often all models of a file differ in the same way: once is
 * enough. */
static void show(struct worker *worker, const char *path, const char *module, enum play_end end,
                 struct report *report)
{
    bool again = span_equal(bytes_span(&report->text), bytes_span(&worker->last.text));

    printf("%s: %s: %s\n", path, module,
           again                   ? "the same"
           : end == PLAY_DIFFERENT ? "different"
           : end == PLAY_NOT_HERE  ? "left out"
                                   : "wrong");
    if (!again) {
        print(stdout, report);
        report_free(&worker->last);
        worker->last = *report;
        *report = (struct report){ .cut = false };
    }
    fflush(stdout);
}

static void play_as(struct worker *worker, const char *path, struct reader *reader, size_t model,
                    const char *module)
{
    static const enum junit_result results[] = { [PLAY_AS_WRITTEN] = JUNIT_PASSED,
                                                 [PLAY_DIFFERENT] = JUNIT_FAILED,
                                                 [PLAY_WRONG] = JUNIT_ERROR,
                                                 [PLAY_NOT_HERE] = JUNIT_SKIPPED };
    struct check *check = worker->check;
    struct trial trial = { .options = check->options,
                           .authority = check->authority,
                           .scenario = check->scenario.scenario,
                           .files = &worker->files,
                           .path = path,
                           .reader = reader,
                           .model = model,
                           .module = module,
                           .plays = &worker->plays };
    struct report report = { .cut = false };
    int64_t start_us = now_us();
    enum play_end end = trial_run(&trial, &report);

    pthread_mutex_lock(&check->lock);
    junit_add(&check->junit, path, module, results[end], now_us() - start_us,
              bytes_span(&report.text));
    if (end != PLAY_AS_WRITTEN)
        show(worker, path, module, end, &report);
    pthread_mutex_unlock(&check->lock);
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

/* The next model of the worker's file; `count` or more: all are taken. */
static size_t take_model(struct worker *worker, size_t count)
{
    struct check *check = worker->check;
    size_t model;

    pthread_mutex_lock(&check->lock);
    check->models[worker->file].count = count;
    model = check->models[worker->file].taken++;
    pthread_mutex_unlock(&check->lock);
    return model;
}

/* On real ports a wait costs time, and byte by byte so does each byte: there the first of each
 * `models` line plays for the others. */
static bool is_spared(const struct check_options *options, const struct script_model *model)
{
    return options->runs && options->single_bytes && !model->leads;
}

static void play_models(struct worker *worker, const char *path, struct reader *reader)
{
    const struct script_header *header = reader_header(reader);
    const struct check_options *options = worker->check->options;
    const char *module = options->module;

    if (options->port_count > 0) {
        size_t model = module != NULL ? model_of(header, module) : 0;

        play_as(worker, path, reader, model, options->ports[0].where);
        return;
    }
    if (module != NULL) {
        play_as(worker, path, reader, model_of(header, module), module);
        return;
    }
    if (options->rewrite) {
        play_as(worker, path, reader, worker->model, module_of(header->models[worker->model].name));
        return;
    }
    for (size_t i; (i = take_model(worker, header->model_count)) < header->model_count;) {
        if (!is_spared(options, &header->models[i]))
            play_as(worker, path, reader, i, module_of(header->models[i].name));
    }
}

/* How often the file must be read: each model finds what those before it have written. */
static size_t readings(const struct check_options *options, const struct script_header *header)
{
    return options->rewrite && options->module == NULL && options->port_count == 0
               ? header->model_count
               : 1;
}

static void tell_mistakes(struct worker *worker, const char *path)
{
    struct check *check = worker->check;

    pthread_mutex_lock(&check->lock);
    print(stderr, &worker->files.mistakes);
    junit_add(&check->junit, path, "wrong file", JUNIT_ERROR, 0,
              bytes_span(&worker->files.mistakes.text));
    pthread_mutex_unlock(&check->lock);
}

/* Returns how often it must be read. */
static size_t read_file_once(struct worker *worker, const char *path)
{
    struct reader *reader;
    size_t count = 0;
    enum err err;

    check_files_open(&worker->files);
    err = reader_open(&worker->files.world, path, &reader);

    if (err == ERR_OK) {
        count = readings(worker->check->options, reader_header(reader));
        play_models(worker, path, reader);
        reader_close(reader);
    } else {
        if (worker->files.mistakes.text.len == 0)
            report_add(&worker->files.mistakes, "%s: %s\n", path, err_text(err));
        tell_mistakes(worker, path);
    }
    check_files_close(&worker->files);
    return count;
}

static void check_file(struct worker *worker, const char *path)
{
    size_t count = 1;

    for (worker->model = 0; worker->model < count; worker->model++)
        count = read_file_once(worker, path);
    report_free(&worker->last);
}

/* ---- all of them ---- */

/* A file of which there is something to play: one that nobody has begun, else one with models that
 * nobody has taken.  False: there is none. */
static bool take_file(struct worker *worker)
{
    struct check *check = worker->check;
    size_t file;

    pthread_mutex_lock(&check->lock);
    file = check->next;
    if (file < check->paths.count)
        check->next++;
    else
        for (file = 0;
             file < check->paths.count && check->models[file].taken >= check->models[file].count;)
            file++;
    pthread_mutex_unlock(&check->lock);
    worker->file = file;
    return file < check->paths.count;
}

static void *work(void *ctx)
{
    struct worker *worker = ctx;

    while (take_file(worker))
        check_file(worker, worker->check->paths.list[worker->file]);
    return NULL;
}

/* The first of them is this thread; one that cannot be had leaves its work to the others. */
static void check_files(struct check *check)
{
    struct worker workers[CHECK_JOBS_MAX] = { { .check = check } };
    unsigned count = 1;

    for (; count < check->options->jobs; count++) {
        workers[count].check = check;
        if (pthread_create(&workers[count].thread, NULL, work, &workers[count]) != 0)
            break;
    }
    (void)work(&workers[0]);
    while (--count > 0)
        pthread_join(workers[count].thread, NULL);
}

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

static int conclude(const struct check *check, int64_t us)
{
    size_t files = check->paths.count;
    const unsigned *counts = check->junit.counts;
    unsigned plays = counts[JUNIT_PASSED] + counts[JUNIT_FAILED] + counts[JUNIT_ERROR];

    printf("%zu transcript%s, %u play%s in %.1f s: %u as written, %u different, %u wrong", files,
           files == 1 ? "" : "s", plays, plays == 1 ? "" : "s", (double)us / 1e6,
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
    struct check check = { .options = options, .lock = PTHREAD_MUTEX_INITIALIZER };
    int64_t start_us = now_us();
    int status = EXIT_USE;
    enum err err;

    if (!find_files(options, &check.paths) || !can_write_junit(options->junit) ||
        (check.models = calloc(check.paths.count, sizeof(*check.models))) == NULL ||
        !scenario_file_read(options->scenario, NULL, say_mistake, NULL, &check.scenario) ||
        test_authority_open(&check.authority) != ERR_OK) {
        scenario_file_free(&check.scenario);
        free(check.models);
        check_paths_free(&check.paths);
        return status;
    }
    signal(SIGPIPE, SIG_IGN); /* a write to a peer that has gone says so itself */
    if (options->runs)
        program_watch_signals();
    check_files(&check);
    status = conclude(&check, now_us() - start_us);
    if (options->junit != NULL && (err = junit_write(&check.junit, options->junit)) != ERR_OK) {
        fprintf(stderr, "tlsmodem: check: --junit: %s: %s\n", options->junit, err_text(err));
        status = EXIT_USE;
    }
    junit_free(&check.junit);
    test_authority_close(check.authority);
    scenario_file_free(&check.scenario);
    free(check.models);
    check_paths_free(&check.paths);
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
