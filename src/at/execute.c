/* execute.c: runs the commands of a line, one after the other, to one final result. V.250 5.3, 5.4.
 */
#include "at/internal.h"

#include "at/lexer.h"
#include "base/time.h"

#include <assert.h>
#include <string.h>

enum { VALUES_MAX = 600 };

const struct at_command *at_row(const struct at_session *at)
{
    assert(at->row != NULL);
    return at->row;
}

const char *at_row_name(const struct at_session *at)
{
    return at_row(at)->name;
}

bool at_is_last(const struct at_session *at)
{
    struct span rest = span_skip(at_editor_line(&at->editor), at->cursor);

    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] != ' ' && rest.data[i] != ';')
            return false;
    }
    return true;
}

enum err at_keep(struct at_session *at, size_t index)
{
    return at_keep_row(at, at_row(at), index);
}

static void begin_line(struct text *line, const struct at_command *row)
{
    text_add_span(line, span_of(row->name));
    text_add_span(line, span_of(": "));
}

static enum at_status read_bound(struct at_session *at, const struct at_command *row)
{
    for (size_t index = 0; index < at_record_count(at, row); index++) {
        char memory[AT_TEXT_MAX];
        struct text line;

        text_init(&line, memory, sizeof(memory));
        if (!row->basic)
            begin_line(&line, row);
        at_args_print(row, &at->config.model, at->config.dialect, row->record(at, index), index,
                      &line);
        at_args_note_presets(row, &at->config.model, at->config.dialect, index);
        at_info_text(at, &line);
    }
    return AT_OK;
}

static enum at_status run_test(struct at_session *at, const struct at_command *row)
{
    char memory[AT_TEXT_MAX];
    struct text line;

    if (row->test != NULL)
        return row->test(at);
    if (row->test_text != NULL) {
        if (row->test_text[0] != '\0')
            at_info(at, "%s: %s", row->name, row->test_text);
        return AT_OK;
    }
    if (!row->free_form && at_args_have_ranges(row, &at->config.model)) {
        text_init(&line, memory, sizeof(memory));
        begin_line(&line, row);
        at_args_ranges(row, &at->config.model, &line);
        at_info_text(at, &line);
    }
    return AT_OK;
}

enum at_status at_bind(struct at_session *at, const struct at_args *args)
{
    const struct at_command *row = at_row(at);
    size_t index = row->record_count_limit == 0 ? 0 : (size_t)args->list[0].number - 1;
    void *record;
    bool is_stored = at_keep_of(row, &at->config.model) == AT_KEEP_NVM;
    char before[VALUES_MAX];
    struct text text;
    struct at_args old;

    text_init(&text, before, sizeof(before));
    if (is_stored)
        at_args_print(row, &at->config.model, at->config.dialect, row->record(at, index), index,
                      &text);
    record = at_make_record(at, row, index);
    if (record == NULL || !at_args_bind(row, args, record))
        return at_refuse_memory(at, at->config.dialect->error_memory);
    if (is_stored && at_keep(at, index) != ERR_OK) {
        if (at_args_parse(row, &at->config.model, text_span(&text), &old) == AT_ARGS_FINE)
            at_args_bind(row, &old, record); /* where memory fails too, the new value stays */
        return at_refuse_storage(at, at->config.dialect->error_memory, ERR_IO);
    }
    fact_note(at->config.model.facts, row->keep);
    at_args_replace_presets(row, &at->config.model, at->config.dialect, args, index);
    if (row->changed != NULL)
        row->changed(at, index);
    return AT_OK;
}

/* The row has no such form. */
static enum at_status refuse_form(struct at_session *at, const struct at_command *row)
{
    char syntax[VALUES_MAX];
    struct text text;

    text_init(&text, syntax, sizeof(syntax));
    if (row->param_count > 0 && (row->set != NULL || row->record != NULL))
        at_args_syntax(row, &at->config.model, &text);
    return at_refuse_plain(at, "it has no such form; it has AT%s%s", row->name, syntax);
}

static enum at_status run_set(struct at_session *at, const struct at_command *row, struct span body)
{
    enum at_args_result result;
    struct at_args args;

    if (row->free_form)
        return row->set != NULL ? row->set(at, &(struct at_args){ 0 }) : AT_OK;
    result = at_args_parse(row, &at->config.model, body, &args);
    if (result != AT_ARGS_FINE)
        return at_refuse_values(at, row, body, result);
    if (row->guard_set != NULL && row->guard_set(at, &args) != AT_OK)
        return AT_FAIL;
    if (row->set != NULL)
        return row->set(at, &args);
    return row->record != NULL ? at_bind(at, &args) : refuse_form(at, row);
}

/* A basic command without a number is the same as with 0 (V.250 5.3.1); an S register has no such
 * form (5.3.2), and keeps its value. */
static enum at_status run_plain(struct at_session *at, const struct at_command *row)
{
    if (row->run != NULL)
        return row->run(at);
    if (row->free_form)
        return AT_OK;
    if (row->basic && !at_is_register(row) && row->param_count > 0)
        return run_set(at, row, span_of("0"));
    return refuse_form(at, row);
}

static enum at_status run_command(struct at_session *at, const struct at_lexeme *lexeme)
{
    const struct at_command *row = at_find(at, lexeme->name);

    at_close_block(at);
    at->row = row;
    at->on_abort = NULL;
    at_begin_changes(at);
    if (row == NULL)
        return at_refuse_plain(at, "this module has no such command");
    if (row->coverage == AT_REFUSED)
        return at_refuse_plain(at, "this program does not have the command");
    if (lexeme->form == AT_TEST)
        return run_test(at, row);
    if (at->config.owner_ops->allows != NULL && at->config.owner_ops->allows(at, row) != AT_OK)
        return AT_FAIL;
    if (lexeme->form != AT_SET && row->guard_read != NULL && row->guard_read(at) != AT_OK)
        return AT_FAIL;
    switch (lexeme->form) {
    case AT_RUN:
        return run_plain(at, row);
    case AT_SET:
        return run_set(at, row, lexeme->body);
    case AT_READ:
        if (row->read != NULL)
            return row->read(at);
        if (row->record != NULL)
            return read_bound(at, row);
        if (row->run != NULL && !row->acts && at->config.dialect->read_executes)
            return row->run(at);
        return row->free_form ? AT_OK : refuse_form(at, row);
    case AT_TEST:
        break;
    }
    return refuse_form(at, row);
}

/* What the command answers later is a block of its own, but for the rest of a long answer. */
static void wait_for_answer(struct at_session *at)
{
    assert(at_can_give_up(at));
    if (at->on_answer_room == NULL)
        at_close_block(at);
    at_enter(at, AT_BUSY);
}

static enum at_status refuse_malformed(struct at_session *at)
{
    at->row = NULL;
    return at_refuse_plain(at, "no command can be read at character %zu of the line",
                           at->cursor + sizeof("AT"));
}

/* Stands for a row while such an answer is on its way. */
static const struct at_command own_row = { .name = "an answer of the operator's own",
                                           .plain_error = true };

static void give_up_own(struct at_session *at, void *ctx)
{
    (void)ctx;
    at->own_ms = CLOCK_NEVER;
    at_finish(at, at_refuse_plain(at, "given up before its time, as the host has gone"));
}

/* Runs the command at the cursor if the operator has an answer of his own to it, and how that
 * ended; false: he has none. */
static bool run_own(struct at_session *at, struct span line, enum at_status *ret_status)
{
    struct at_own_answer answer;
    size_t end;

    if (!at_own_find(at, line, at->cursor, &end, &answer))
        return false;
    at_close_block(at);
    at->row = &own_row;
    at->on_abort = NULL;
    at->cursor = end;
    if (answer.delay_ms == 0) {
        *ret_status = at_own_say(at, &answer);
        return true;
    }
    at->own_ms = at_now(at) + answer.delay_ms;
    at_await(at, give_up_own, NULL);
    *ret_status = AT_LATER;
    return true;
}

void at_tick_own(struct at_session *at, int64_t now_ms)
{
    struct at_own_answer answer;
    size_t end;
    bool found;

    if (now_ms < at->own_ms)
        return;
    found = at_own_find(at, at_editor_line(&at->editor), at->command_from, &end, &answer);
    assert(found); /* as when the command came */
    (void)found;
    at->own_ms = CLOCK_NEVER;
    at_finish(at, at_own_say(at, &answer));
}

void at_run_line(struct at_session *at)
{
    struct span line = at_editor_line(&at->editor);
    enum at_status status = AT_OK;

    if (at->abandoned) {
        at_end_line(at, AT_SILENT);
        return;
    }
    if (at->memory == NULL) {
        at_refuse_line(at);
        return;
    }
    at_enter(at, AT_RUNNING);
    while (status == AT_OK) {
        struct at_lexeme lexeme;

        if (ring_room(&at->output) < at->config.dialect->answer_max) {
            at_enter(at, AT_WAIT_ROOM);
            return;
        }
        at->command_from = (uint16_t)at->cursor;
        if (run_own(at, line, &status))
            continue;
        switch (at_lex(line, at->config.dialect->prefixes, at->config.dialect->quotes_escaped,
                       &at->cursor, &lexeme)) {
        case AT_LINE_DONE:
            at_end_line(at, AT_OK);
            return;
        case AT_MALFORMED:
            status = refuse_malformed(at);
            break;
        case AT_LEXED:
            status = run_command(at, &lexeme);
            break;
        }
        if (status == AT_OK && at_must_settle(at))
            return;
    }
    if (status != AT_LATER)
        at_end_line(at, status);
    else if (at->state == AT_RUNNING)
        wait_for_answer(at);
}

void at_refuse_line(struct at_session *at)
{
    const struct at_dialect *dialect = at->config.dialect;

    at->row = NULL;
    at->command_from = AT_NOWHERE;
    if (at->memory == NULL)
        at_refuse_memory(at, dialect->error_memory);
    else
        at_refuse_plain(at, "the line is longer than %d characters",
                        (int)fact_number(at->config.model.facts, dialect->line_max));
    at_end_line(at, AT_FAIL);
}

void at_start_line(struct at_session *at)
{
    assert(at->state == AT_COMMAND);
    at_trace_line(at);
    if (at->config.owner_ops->on_line != NULL)
        at->config.owner_ops->on_line(at->config.owner, at_editor_line(&at->editor));
    at->cursor = 0;
    at_run_line(at);
}

bool at_can_give_up(const struct at_session *at)
{
    return at->on_abort != NULL || at->on_answer_room != NULL;
}

void at_await(struct at_session *at, void (*on_abort)(struct at_session *at, void *ctx), void *ctx)
{
    assert(at->state == AT_RUNNING || at->state == AT_BUSY);
    assert(on_abort != NULL);
    at->on_abort = on_abort;
    at->abort_ctx = ctx;
    at->input_aborts = false;
}

void at_await_input(struct at_session *at)
{
    assert(at->on_abort != NULL);
    at->input_aborts = true;
}

void at_result_is_all(struct at_session *at)
{
    at->result_is_all = true;
}

void at_finish(struct at_session *at, enum at_status status)
{
    assert(at->state == AT_BUSY);
    if (status != AT_LATER) {
        at->on_answer_room = NULL;
        at->on_abort = NULL;
    }
    if (status == AT_OK && at_must_settle(at))
        return;
    if (status == AT_OK)
        at_run_line(at);
    else if (status != AT_LATER)
        at_end_line(at, status);
}

void at_finish_online(struct at_session *at)
{
    assert(at->mode != NULL && at->mode->online.on_input != NULL);
    at->abandoned = false;
    at_enter(at, AT_ONLINE);
    at->mode->online.on_room(at->mode->online.ctx);
}

void at_end_line(struct at_session *at, enum at_status status)
{
    enum at_ending ending;

    if (status == AT_CONNECT)
        at->abandoned = false; /* whoever comes finds the port online */
    ending = at_write_result(at, status);
    if (at->config.owner_ops->on_line_end != NULL)
        at->config.owner_ops->on_line_end(at->config.owner, ending);
    at->abandoned = false;
    at_keep_distance(at, at->result_is_all ? at->config.dialect->urc_gap_ms
                                           : at->config.dialect->urc_after_ms);
    at->result_is_all = false;
    if (status == AT_CONNECT) {
        at_finish_online(at);
    } else {
        at_enter(at, AT_COMMAND);
        at_flush_unsolicited(at);
    }
}
