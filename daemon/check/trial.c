/* trial.c: one play of a transcript. */
#include "check/trial.h"

#include "check/patterns.h"
#include "check/real_stage.h"
#include "check/replace.h"
#include "check/scenario_file.h"
#include "transcript/engine_stage.h"
#include "transcript/rewrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- variables ---- */

static bool find_given(void *ctx, struct span name, struct span *ret_value)
{
    const struct trial *trial = ctx;

    return values_find(&trial->options->values, name, ret_value);
}

static bool find_usual(void *ctx, struct span name, struct span *ret_value)
{
    const struct trial *trial = ctx;
    bool is_here = strcmp(trial->options->address, "127.0.0.1") == 0;

    if (span_equal(name, span_of("host")))
        *ret_value = span_of(is_here ? "localhost" : trial->options->address);
    else if (span_equal(name, span_of("address")))
        *ret_value = span_of(trial->options->address);
    else
        return test_authority_find(trial->authority, name, ret_value);
    return true;
}

/* ---- whether it plays here ---- */

static bool names(const struct script_header *header, const char *word)
{
    for (size_t i = 0; i < header->only_count; i++) {
        if (span_equal(header->only[i], span_of(word)))
            return true;
    }
    return false;
}

static bool is_real(const struct check_options *options)
{
    return options->runs || options->port_count > 0;
}

/* What `only` calls this stage. */
static const char *stage_word(const struct check_options *options)
{
    static const char *const words[] = { [PORT_PTY] = "pty",
                                         [PORT_TCP] = "tcp",
                                         [PORT_UNIX] = "unix",
                                         [PORT_UART] = "uart",
                                         [PORT_STDIO] = "stdio" };

    if (!is_real(options))
        return "engine";
    return options->runs ? words[options->run] : "pty";
}

/* False: this file is not for the stage, or not as it is asked to play, and `why` says so. */
static bool is_for_us(const struct trial *trial, struct report *why)
{
    const struct script_header *header = reader_header(trial->reader);
    const struct check_options *options = trial->options;
    bool whole = names(header, "whole");

    if (whole && options->single_bytes) {
        report_add(why, "not byte by byte: the file says `only whole`\n");
        return false;
    }
    if (header->only_count == (whole ? 1 : 0) || names(header, stage_word(options)))
        return true;
    report_add(why, "not by %s: the file says `only",
               !is_real(options) ? "the engine"
               : options->runs   ? "the program at such a port"
                                 : "a real module");
    for (size_t i = 0; i < header->only_count; i++) {
        report_add(why, " ");
        report_add_text(why, header->only[i]);
    }
    report_add(why, "`\n");
    return false;
}

/* ---- on a stage ---- */

static enum play_end rewrite(const struct trial *trial, const struct play_config *config,
                             struct report *report)
{
    struct rewrite_file file = { trial->path, trial->files->opened };
    struct report text = { .cut = false };
    enum play_end end = rewrite_script(config, &file, &text, report);
    struct span changed = bytes_span(&text.text);

    if (end == PLAY_AS_WRITTEN && (text.cut || changed.len == 0)) {
        report_add(report, "%s\n", err_text(ERR_NO_MEMORY));
        end = PLAY_WRONG;
    } else if (end == PLAY_AS_WRITTEN && !span_equal(changed, file.bytes)) {
        if (!check_replace(trial->path, changed)) {
            report_add(report, "%s: cannot write the file\n", trial->path);
            end = PLAY_WRONG;
        } else {
            printf("%s: rewritten\n", trial->path);
        }
    }
    report_free(&text);
    return end;
}

static enum play_end play_on(const struct trial *trial, struct stage *stage, struct report *report)
{
    void *ctx = (void *)(uintptr_t)trial; /* which they do not change */
    struct play_config config = { .reader = trial->reader,
                                  .model = trial->model,
                                  .stage = stage,
                                  .given = { find_given, ctx },
                                  .usual = { find_usual, ctx },
                                  .patterns = patterns_iface() };
    uint64_t steps;

    reader_rewind(trial->reader);
    return trial->options->rewrite ? rewrite(trial, &config, report)
                                   : play_script(&config, report, &steps);
}

/* A play that was over before its scenario says nothing of what did not come. */
static void say_left(const struct trial *trial, size_t left)
{
    size_t count = left > 0 ? scenario_count(trial->scenario) : 0;

    if (left > 0)
        printf("%s: %s: as written, but at its end %zu of the %zu steps of %s had not come\n",
               trial->path, trial->module, left, count, scenario_path(trial->scenario));
}

static enum play_end play_by_engine(const struct trial *trial, struct report *report)
{
    void *ctx = (void *)(uintptr_t)trial; /* which they do not change */
    struct scenario_variables variables = { trial->module,
                                            { find_given, ctx },
                                            { find_usual, ctx } };
    struct engine_stage_config config = { .header = reader_header(trial->reader),
                                          .model = trial->module,
                                          .single_bytes = trial->options->single_bytes,
                                          .scenario = trial->scenario,
                                          .scenario_variables =
                                              scenario_variables_iface(&variables),
                                          .wrapped = &trial->options->in_front };
    struct engine_stage *stage;
    enum play_end end;

    if (engine_stage_open(&config, report, &stage) != ERR_OK)
        return PLAY_WRONG;
    end = play_on(trial, engine_stage_iface(stage), report);
    if (end == PLAY_AS_WRITTEN)
        say_left(trial, engine_stage_left(stage));
    engine_stage_close(stage);
    return end;
}

static enum play_end play_for_real(const struct trial *trial, struct program *program,
                                   struct report *report)
{
    struct real_stage_config config = { .header = reader_header(trial->reader),
                                        .program = program,
                                        .ports = trial->options->ports,
                                        .port_count = trial->options->port_count,
                                        .address = trial->options->address,
                                        .single_bytes = trial->options->single_bytes,
                                        .forgets_old = (*trial->plays)++ > 0,
                                        .authority = trial->authority };
    struct real_stage *stage;
    enum err err = real_stage_open(&config, report, &stage);
    enum play_end end;

    if (err != ERR_OK)
        return err == ERR_UNSUPPORTED ? PLAY_NOT_HERE : PLAY_WRONG;
    end = play_on(trial, real_stage_iface(stage), report);
    if (end == PLAY_AS_WRITTEN && !real_stage_end(stage, report))
        end = PLAY_DIFFERENT;
    real_stage_close(stage);
    return end;
}

/* ---- by the program, which records ---- */

/* Secrets of a recording would have to be given. */
static bool has_secrets(struct span text)
{
    static const char mark[] = "\n# secret1: ";

    return memmem(text.data, text.len, mark, sizeof(mark) - 1) != NULL;
}

static enum play_end play_recorded(const struct trial *trial, const char *path,
                                   struct report *report)
{
    struct check_options options = { .address = trial->options->address };
    struct trial again = { .options = &options, .authority = trial->authority, .path = path };
    struct check_files files;
    enum play_end end = PLAY_WRONG;

    check_files_open(&files);
    again.files = &files;
    again.module = trial->module;
    if (reader_open(&files.world, path, &again.reader) == ERR_OK) {
        end = has_secrets(files.opened) ? PLAY_AS_WRITTEN : play_by_engine(&again, report);
        reader_close(again.reader);
    } else {
        report_add_span(report, bytes_span(&files.mistakes.text));
    }
    if (end != PLAY_AS_WRITTEN) {
        report_add(report, "  the recording:\n");
        report_add_span(report, files.opened);
    }
    check_files_close(&files);
    return end;
}

/* What was recorded of the run plays back, by the engine. */
static enum play_end play_recordings(const struct trial *trial, struct program *program,
                                     struct report *report)
{
    struct report words = { .cut = false };
    enum play_end end = PLAY_AS_WRITTEN;
    const char *path;

    for (size_t i = 0; end == PLAY_AS_WRITTEN && (path = program_recording(program, i)) != NULL;
         i++)
        end = play_recorded(trial, path, &words);
    if (end != PLAY_AS_WRITTEN) {
        report_add(report, "the recording of this play does not play:\n");
        report_add_span(report, bytes_span(&words.text));
        end = PLAY_DIFFERENT;
    }
    report_free(&words);
    return end;
}

static enum play_end play_by_program(const struct trial *trial, struct report *report)
{
    struct program_config config = { .module = trial->module,
                                     .kind = trial->options->run,
                                     .header = reader_header(trial->reader),
                                     .in_front = &trial->options->in_front };
    struct program *program;
    enum play_end end;

    if (program_open(&config, report, &program) != ERR_OK)
        return PLAY_WRONG;
    end = play_for_real(trial, program, report);
    if (end == PLAY_AS_WRITTEN)
        end = play_recordings(trial, program, report);
    program_close(program);
    return end;
}

enum play_end trial_run(const struct trial *trial, struct report *report)
{
    if (!is_for_us(trial, report))
        return PLAY_NOT_HERE;
    if (trial->options->runs)
        return play_by_program(trial, report);
    return trial->options->port_count > 0 ? play_for_real(trial, NULL, report)
                                          : play_by_engine(trial, report);
}
