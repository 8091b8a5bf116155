/* session.c: the states of a port and what input does in each. */
#include "at/session.h"

#include "at/internal.h"

#include "base/time.h"
#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Unsolicited lines wait at most so long for a host that stopped in the middle of a line. */
enum { LINE_HOLD_MS = 5000 };

/* An echo of one character, with the erasing of one. */
enum { ECHO_MAX = 3 };

/* The error for want of memory is said from the reserve, whatever +CMEE is. */
static bool fits_reserve(const struct at_dialect *dialect)
{
    const char *words = dialect->error_text(dialect->error_memory);

    return words == NULL || strlen(words) + sizeof("\r\n+CME ERROR: \r\n") <= AT_ERROR_BYTES;
}

enum err at_new(const struct at_config *config, struct at_session **ret_at)
{
    struct at_session *at = calloc(1, sizeof(*at));

    assert(config->dialect != NULL && config->commands != NULL);
    assert(config->owner_ops->now_ms != NULL && config->owner_ops->on_quiet != NULL);
    assert(config->output_cap >= 2 * (size_t)config->dialect->answer_max);
    assert(fits_reserve(config->dialect));
    if (at == NULL)
        return ERR_NO_MEMORY;
    at->config = *config;
    at->fail_code = AT_NO_REASON;
    at->command_from = AT_NOWHERE;
    at->own_ms = CLOCK_NEVER;
    if (config->index != NULL)
        at_index_make(config->index, config->commands);
    at_memory_init(at);
    *ret_at = at;
    return ERR_OK;
}

void at_free(struct at_session *at)
{
    if (at == NULL)
        return;
    at_memory_free(at);
    at_forget_changes(at);
    wipe(at, sizeof(*at));
    free(at);
}

void *at_owner_of(const struct at_session *at)
{
    return at->config.owner;
}

const struct log *at_log_of(const struct at_session *at)
{
    return at->config.log;
}

const struct at_model *at_model_of(const struct at_session *at)
{
    return &at->config.model;
}

const struct at_dialect *at_dialect_of(const struct at_session *at)
{
    return at->config.dialect;
}

const struct at_commands *const *at_commands_of(const struct at_session *at)
{
    return at->config.commands;
}

struct at_settings *at_settings_of(struct at_session *at)
{
    return &at->settings;
}

void at_reset(struct at_session *at)
{
    at_forget_line(at);
    if (at->mode != NULL) {
        at_payload_free(&at->mode->payload);
        *at->mode = (struct at_mode){ .inspected = 0 };
    }
    ring_drop(&at->urcs, at->urcs.len);
    at->end_partner = 0;
    at->lines_end_with_cr = false;
    at->deaf = false;
    at->abandoned = false;
    at->release = 0;
    at->on_answer_room = NULL;
    at->on_abort = NULL;
    at->own_ms = CLOCK_NEVER;
    at_forget_changes(at);
    at_enter(at, AT_COMMAND);
}

/* What waits for room in the output goes on. */
static void on_room(struct at_session *at)
{
    if (at->state == AT_WAIT_ROOM)
        at_run_line(at);
    else if (at->state == AT_BUSY && at->on_answer_room != NULL)
        at->on_answer_room(at->answer_ctx);
}

void at_abort(struct at_session *at)
{
    void (*on_abort)(struct at_session * at, void *ctx) = at->on_abort;

    if (at->state != AT_BUSY || on_abort == NULL)
        return;
    at_trace(at, "> gives up what %s waits for", at->row->name);
    at->on_abort = NULL;
    on_abort(at, at->abort_ctx);
}

void at_settled(struct at_session *at, enum err err)
{
    enum at_status status;

    if (!at->unsettled)
        return;
    assert(at->state == AT_BUSY);
    status = at_outcome(at, err);
    if (status == AT_OK)
        at_run_line(at);
    else
        at_end_line(at, status);
}

void at_host_gone(struct at_session *at)
{
    bool stays = at->state == AT_ONLINE && at->mode->online.on_gone == NULL;

    if (stays && at_escape_is_usual(at))
        return;
    at->speaking = true; /* unsolicited lines are for the next host */
    at->abandoned = at->state != AT_COMMAND;
    ring_drop(&at->output, at->output.len);
    if (at->state == AT_PROMPT)
        at_abort_prompt(at);
    else if (stays)
        at_escape_online(at);
    else if (at->state == AT_ONLINE)
        at->mode->online.on_gone(at->mode->online.ctx);
    else
        on_room(at);
    at_abort(at);
    at->speaking = false;
    if (at->state != AT_COMMAND)
        return;
    at_forget_line(at);
    at->end_partner = 0;
    at->lines_end_with_cr = false;
    at_unblock(at);
    at_flush_unsolicited(at);
}

/* For the echo of a line's end, and an answer; or, without memory, the error that says so. */
static size_t answer_room(const struct at_session *at)
{
    return at->memory != NULL ? (size_t)at->config.dialect->answer_max + 1 : AT_ERROR_BYTES;
}

/* Many hosts put a line feed behind the CR, some before it, or nothing. */
static void note_line_end(struct at_session *at, uint8_t c)
{
    at->end_partner = c == '\n' ? '\r' : '\n';
    at->in_burst = true;
}

/* One character in command state; false when it must wait for room. */
static bool feed_character(struct at_session *at, uint8_t c)
{
    uint8_t s3 = (uint8_t)at->settings.s3;
    bool lf = c == '\n' && (at->accepts_lf || at->config.dialect->lf_ends_line);
    uint8_t typed = lf ? '\r' : c;
    bool ends = c == s3 || typed == '\r';

    if (ring_room(&at->output) < (ends || c == '/' ? answer_room(at) : ECHO_MAX))
        return false;
    switch (at_editor_feed(&at->editor, typed, s3, (uint8_t)at->settings.s5)) {
    case EDIT_NOTHING:
        break;
    case EDIT_EMPTY:
        note_line_end(at, c);
        break;
    case EDIT_TAKEN:
        at_echo(at, span_at(&c, 1));
        break;
    case EDIT_ERASED:
        at_echo_erase(at);
        break;
    case EDIT_LINE:
        note_line_end(at, c);
        at_echo(at, span_at(&c, 1));
        at_start_line(at);
        break;
    case EDIT_REPEAT:
        at_echo(at, span_at(&c, 1));
        at_start_line(at);
        break;
    case EDIT_TOO_LONG:
        fact_note(at->config.model.facts, at->config.dialect->line_max);
        note_line_end(at, c);
        at_echo(at, span_at(&c, 1));
        at_refuse_line(at);
        break;
    }
    return true;
}

/* AT and the body of a line are most of what is typed: as much of it at once as the echo has room
 * for. */
static size_t feed_body(struct at_session *at, struct span bytes)
{
    size_t room = ring_room(&at->output);
    size_t most = room > ECHO_MAX ? room - ECHO_MAX : 0;
    size_t count;

    if (bytes.len > most)
        bytes.len = most;
    count = at_editor_take(&at->editor, bytes, (uint8_t)at->settings.s3, (uint8_t)at->settings.s5);
    if (count > 0)
        at_echo(at, span_at(bytes.data, count));
    return count;
}

static size_t feed_command(struct at_session *at, struct span bytes)
{
    bool was_open = at_editor_is_open(&at->editor);
    size_t taken = 0;

    at_wake(at); /* without memory a line is refused when it ends */
    at->used = true;
    while (taken < bytes.len && at->state == AT_COMMAND) {
        taken += feed_body(at, span_skip(bytes, taken));
        if (taken == bytes.len || !feed_character(at, bytes.data[taken]))
            break;
        taken++;
        if (at->end_partner != 0)
            break;
    }
    if (at_editor_is_open(&at->editor)) {
        at->quiet_from_ms = at_now(at) + LINE_HOLD_MS;
        at->holds = true;
    } else if (at->state == AT_COMMAND && was_open) {
        at_flush_unsolicited(at);
    }
    return taken;
}

/* A character that ends what the command waits for; else it waits itself. */
static size_t feed_busy(struct at_session *at)
{
    if (at->on_abort == NULL || !at->input_aborts)
        return 0;
    at_abort(at);
    return 1;
}

static size_t feed_state(struct at_session *at, struct span bytes)
{
    switch (at->state) {
    case AT_COMMAND:
        return feed_command(at, bytes);
    case AT_PROMPT:
        return at_feed_prompt(at, bytes);
    case AT_ONLINE:
        return at_feed_online(at, bytes);
    case AT_BUSY:
        return feed_busy(at);
    case AT_RUNNING:
    case AT_WAIT_ROOM:
        break;
    }
    return 0;
}

void at_stop_listening(struct at_session *at)
{
    at->deaf = true;
}

/* The other character of a line end.  Where the line opened a prompt or went online, it may be the
 * first byte of data: but not what came with the line end, before a host can have seen the prompt;
 * behind that this host's other lines tell. */
static bool belongs_to_line_end(struct at_session *at, uint8_t c)
{
    bool is_data = at->state == AT_PROMPT || at->state == AT_ONLINE;
    bool is_pair = c == at->end_partner;
    bool is_habit = at->end_partner == '\n' && !at->lines_end_with_cr;
    bool known = at->in_burst || !is_data;

    if (known && at->end_partner == '\n')
        at->lines_end_with_cr = !is_pair;
    at->end_partner = 0;
    return is_pair && (known || is_habit);
}

size_t at_feed(struct at_session *at, struct span bytes)
{
    size_t taken = 0;

    at->in_burst = false;
    at->yields = false;
    while (taken < bytes.len && !at->deaf && !at->yields) {
        size_t part;

        if (at->end_partner != 0 && belongs_to_line_end(at, bytes.data[taken])) {
            taken++;
            continue;
        }
        part = feed_state(at, span_skip(bytes, taken));
        if (part == 0) {
            at->blocked = true;
            break;
        }
        taken += part;
    }
    return at->deaf ? bytes.len : taken;
}

void at_yield(struct at_session *at)
{
    at->yields = true;
}

void at_accept_lf(struct at_session *at)
{
    at->accepts_lf = true;
}

bool at_end_input(struct at_session *at)
{
    return at->state == AT_COMMAND && at_editor_is_open(&at->editor) &&
           at_feed(at, span_of("\r")) > 0;
}

struct span at_peek(const struct at_session *at)
{
    return ring_peek(&at->output);
}

size_t at_output_waiting(const struct at_session *at)
{
    return at->output.len;
}

void at_consume(struct at_session *at, size_t count)
{
    assert(count <= at->output.len);
    ring_drop(&at->output, count);
    switch (at->state) {
    case AT_WAIT_ROOM:
    case AT_BUSY:
        on_room(at);
        break;
    case AT_ONLINE:
        at->mode->online.on_room(at->mode->online.ctx);
        break;
    case AT_COMMAND:
        at_unblock(at);
        at_flush_unsolicited(at);
        break;
    case AT_PROMPT:
        at_unblock(at);
        break;
    case AT_RUNNING:
        break;
    }
}

bool at_is_open(const struct at_session *at)
{
    return !at->blocked;
}

int64_t at_deadline(const struct at_session *at)
{
    switch (at->state) {
    case AT_PROMPT:
        return at_prompt_deadline(at);
    case AT_ONLINE:
        return escape_deadline(&at->mode->escape);
    case AT_COMMAND:
        return time_earlier(at->holds ? at_speak_from(at) : CLOCK_NEVER, at_rest_deadline(at));
    case AT_BUSY:
        return at->own_ms;
    case AT_RUNNING:
    case AT_WAIT_ROOM:
        break;
    }
    return CLOCK_NEVER;
}

void at_tick(struct at_session *at)
{
    int64_t now_ms = at_now(at);

    switch (at->state) {
    case AT_PROMPT:
        at_tick_prompt(at, now_ms);
        break;
    case AT_ONLINE:
        at_tick_online(at, now_ms);
        break;
    case AT_COMMAND:
        at_flush_unsolicited(at);
        at_rest(at, now_ms);
        break;
    case AT_BUSY:
        at_tick_own(at, now_ms);
        break;
    case AT_RUNNING:
    case AT_WAIT_ROOM:
        break;
    }
}

bool at_is_engaged(const struct at_session *at)
{
    return at->state != AT_COMMAND;
}

size_t at_prompt_lacks(const struct at_session *at)
{
    if (at->state != AT_PROMPT || !at->mode->prompt.exact)
        return 0;
    return at->mode->prompt.max - at->mode->payload_len;
}

bool at_has_queued(const struct at_session *at)
{
    return at->urcs.len > 0;
}
