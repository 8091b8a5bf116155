/* memory.c: what a port has only while it is in use: room for a line, for the answer and for
 * unsolicited lines that wait.
 *
 * A port at rest has a reserve for the shortest of answers.  It gets its memory when a host types,
 * or for what the reserve does not take, and gives it back when it has been quiet for a while.
 */
#include "at/internal.h"

#include "base/time.h"
#include "base/wipe.h"

#include <assert.h>
#include <stdlib.h>

/* It is looked after so often; what was used since the last time stays. */
enum { REST_MS = 1000 };

/* Of AT, which counts but is not kept. */
enum { PREFIX_LENGTH = 2 };

static size_t line_cap(const struct at_session *at)
{
    return (size_t)fact_number(at->config.model.facts, at->config.dialect->line_max) -
           PREFIX_LENGTH;
}

static size_t memory_size(const struct at_session *at)
{
    return sizeof(struct at_mode) + line_cap(at) + at->config.output_cap + AT_URC_BYTES;
}

static void wipe_and_free(uint8_t *memory, size_t len)
{
    if (memory != NULL)
        wipe(memory, len);
    free(memory);
}

static void use_reserve(struct at_session *at)
{
    ring_init(&at->output, at->reserve, sizeof(at->reserve));
    ring_init(&at->urcs, NULL, 0);
}

void at_memory_init(struct at_session *at)
{
    at_editor_init(&at->editor, NULL, 0);
    use_reserve(at);
}

static void move_output(struct at_session *at, struct ring from)
{
    while (from.len > 0) {
        struct span piece = ring_peek(&from);

        ring_put(&at->output, piece);
        ring_drop(&from, piece.len);
    }
}

bool at_wake(struct at_session *at)
{
    struct ring reserve = at->output;
    uint8_t *kept = at->editor.line;
    size_t kept_cap = at->editor.cap;
    uint8_t *line;

    if (at->memory != NULL)
        return true;
    at->memory = malloc(memory_size(at));
    if (at->memory == NULL) {
        log_say(at->config.log, LOG_WARNING, "out of memory: a port needs %zu bytes",
                memory_size(at));
        return false;
    }
    at->mode = (struct at_mode *)(void *)at->memory;
    *at->mode = (struct at_mode){ .inspected = 0 };
    line = at->memory + sizeof(*at->mode);
    at_editor_move(&at->editor, line, line_cap(at));
    wipe_and_free(kept, kept_cap);
    ring_init(&at->output, line + line_cap(at), at->config.output_cap);
    move_output(at, reserve);
    wipe(at->reserve, sizeof(at->reserve));
    ring_init(&at->urcs, line + line_cap(at) + at->config.output_cap, AT_URC_BYTES);
    at->used = true;
    at->rest_ms = at_now(at) + REST_MS;
    return true;
}

/* Nothing is typed, nothing waits but what the reserve takes, and no command needs the memory. */
static bool is_quiet(const struct at_session *at)
{
    return at->state == AT_COMMAND && !at_editor_is_open(&at->editor) && at->urcs.len == 0 &&
           at->output.len <= sizeof(at->reserve);
}

/* The last line stays, for A/. */
static bool keep_line(struct at_session *at)
{
    size_t len = at_editor_line(&at->editor).len;
    uint8_t *kept = NULL;

    if (len > 0) {
        kept = malloc(len);
        if (kept == NULL)
            return false;
    }
    at_editor_move(&at->editor, kept, len);
    return true;
}

static void fall_asleep(struct at_session *at)
{
    struct ring output = at->output;

    if (!keep_line(at))
        return;
    assert(at->mode->payload.bytes == NULL);
    use_reserve(at);
    move_output(at, output);
    wipe_and_free(at->memory, memory_size(at));
    at->memory = NULL;
    at->mode = NULL;
}

int64_t at_rest_deadline(const struct at_session *at)
{
    return at->memory != NULL && is_quiet(at) ? at->rest_ms : CLOCK_NEVER;
}

void at_rest(struct at_session *at, int64_t now_ms)
{
    if (now_ms < at_rest_deadline(at))
        return;
    if (!at->used)
        fall_asleep(at);
    at->used = false;
    at->rest_ms = now_ms + REST_MS;
}

void at_forget_line(struct at_session *at)
{
    if (at->memory != NULL) {
        at_editor_init(&at->editor, at->memory + sizeof(*at->mode), line_cap(at));
        return;
    }
    wipe_and_free(at->editor.line, at->editor.cap);
    at_editor_init(&at->editor, NULL, 0);
}

bool at_payload_new(struct at_session *at, size_t size)
{
    assert(at->mode->payload.bytes == NULL);
    at->mode->payload = (struct at_payload){ malloc(size > 0 ? size : 1), size };
    if (at->mode->payload.bytes == NULL)
        log_say(at->config.log, LOG_WARNING, "out of memory: a prompt needs %zu bytes", size);
    return at->mode->payload.bytes != NULL;
}

void at_payload_free(struct at_payload *payload)
{
    wipe_and_free(payload->bytes, payload->size);
    *payload = (struct at_payload){ 0 };
}

void at_memory_free(struct at_session *at)
{
    if (at->mode != NULL)
        at_payload_free(&at->mode->payload);
    at_forget_line(at);
    wipe_and_free(at->memory, memory_size(at));
    at->memory = NULL;
    at->mode = NULL;
}
