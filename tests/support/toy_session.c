/* toy_session.c: a session of the AT interpreter with a toy of a maker. */
#include "toy_session.h"

#include "at/session.h"
#include "base/time.h"
#include "module/flow.h"
#include "module/keep.h"
#include "personalities/common/common.h"

#include <assert.h>
#include <stdlib.h>

static struct toy_session *toy_of(struct at_session *at)
{
    struct module_terminal *terminal = at_owner_of(at);

    return (struct toy_session *)(void *)((char *)terminal -
                                          offsetof(struct toy_session, terminal));
}

static enum at_status on_asked(struct at_session *at, void *ctx, enum at_prompt_end end,
                               struct span payload)
{
    (void)ctx;
    at_info(at, "+ASK: %d,%.*s", (int)end, (int)payload.len, (const char *)payload.data);
    return AT_OK;
}

static const char *prompt_text(int32_t flags)
{
    if ((flags & ASK_SILENT) != 0)
        return "";
    return (flags & ASK_CONNECT) != 0 ? "\r\nCONNECT\r\n" : NULL;
}

static enum at_prompt_echo prompt_echo(int32_t flags)
{
    if ((flags & ASK_NO_ECHO) != 0)
        return AT_ECHO_OFF;
    return (flags & ASK_ECHO) != 0 ? AT_ECHO_ON : AT_ECHO_DIALECT;
}

static enum at_status set_ask(struct at_session *at, const struct at_args *args)
{
    int32_t flags = args->list[1].number;
    struct at_prompt prompt = {
        .max = (size_t)args->list[0].number,
        .text = prompt_text(flags),
        .memory = (flags & ASK_MEMORY) != 0 ? toy_of(at)->memory : NULL,
        .idle_ms = (uint32_t)args->list[2].number,
        .total_ms = (uint32_t)args->list[3].number,
        .exact = (flags & ASK_EXACT) != 0,
        .raw = (flags & ASK_RAW) != 0,
        .escape_ends = (flags & ASK_ESCAPE) != 0,
        .drop = (flags & ASK_DROP) != 0,
        .edits = (flags & ASK_EDITS) != 0,
        .echo = prompt_echo(flags),
        .on_done = on_asked,
    };

    if (prompt.memory == NULL && prompt.max > TOY_PAYLOAD)
        return at_refuse(at, 1, "as asked");
    return at_prompt(at, &prompt);
}

static enum at_status set_say(struct at_session *at, const struct at_args *args)
{
    for (int32_t i = 1; i <= args->list[0].number; i++)
        at_urc(at, "+SAID: %d", (int)i);
    return AT_OK;
}

static enum at_status set_number(struct at_session *at, const struct at_args *args)
{
    at_info(at, "+NUMBER: %d", (int)args->list[0].number);
    return AT_OK;
}

static enum at_status set_fail(struct at_session *at, const struct at_args *args)
{
    return at_refuse(at, args->list[0].number, "as asked");
}

static enum at_status run_codes(struct at_session *at)
{
    at_result(at, AT_OK);
    at_info(at, "+CODES: 1");
    at_result_text(at, "SEND OK");
    return AT_SILENT;
}

static enum at_status run_run(struct at_session *at)
{
    at_info(at, "+RUN: 1");
    return AT_OK;
}

static enum at_status say_long(struct toy_session *toy)
{
    struct at_session *at = toy->terminal.at;

    while (toy->long_left > 0 && at_answer_room(at) > 0) {
        at_put(at, span_of("x"));
        toy->long_left--;
    }
    if (toy->long_left > 0)
        return AT_LATER;
    at_put_line_end(at);
    return AT_OK;
}

static void on_long_room(void *ctx)
{
    struct toy_session *toy = ctx;

    at_finish(toy->terminal.at, say_long(toy));
}

static enum at_status set_long(struct at_session *at, const struct at_args *args)
{
    enum at_status status;

    toy_of(at)->long_left = args->list[0].number;
    at_info(at, "+LONG: %d", (int)args->list[0].number);
    status = say_long(toy_of(at));
    if (status == AT_LATER)
        at_long_answer(at, on_long_room, toy_of(at));
    return status;
}

static void *hiding_record(struct at_session *at, size_t index)
{
    (void)index;
    return toy_of(at);
}

static const struct at_param ask_params[] = {
    { .name = "max", .min = 1, .max = TOY_MEMORY },
    { .name = "flags", .max = ASK_ALL },
    { .name = "idle", .optional = true, .max = 60000 },
    { .name = "total", .optional = true, .max = 60000 },
};
static const struct at_param count_params[] = { { .name = "count", .max = 9 } };
static const struct at_param number_params[] = {
    { .name = "n", .max = 999, .quoted_too = true },
};
static const struct at_param long_params[] = { { .name = "n", .max = 9999 } };
static const struct at_param code_params[] = { { .name = "code", .max = 9 } };
static const struct at_param hiding_params[] = {
    { .name = "n", .min = 7, .max = 9, .preset = 8, .bound = AT_BIND(toy_session, hiding) },
};

static const struct at_command rows[] = {
    { .name = "+ASK", AT_PARAMS(ask_params), .set = set_ask },
    { .name = "+SAY", AT_PARAMS(count_params), .set = set_say },
    { .name = "+NUMBER", AT_PARAMS(number_params), .surplus = true, .set = set_number },
    { .name = "+FAIL", AT_PARAMS(code_params), .set = set_fail },
    { .name = "+PLAIN", AT_PARAMS(code_params), .plain_error = true, .set = set_fail },
    { .name = "+CODES", .run = run_codes },
    { .name = "+RUN", .run = run_run },
    { .name = "+ACT", .run = run_run, .acts = true },
    { .name = "+LONG", AT_PARAMS(long_params), .set = set_long },
    { .name = "X",
      .basic = true,
      AT_PARAMS(hiding_params),
      .keep = AT_KEEP_PROFILE,
      .record = hiding_record },
};
static const struct at_commands toy_rows = AT_COMMANDS(rows);

static const struct at_commands *const commands[] = { &toy_rows, &common_v250, &common_registers,
                                                      &common_general, NULL };

static int64_t now_ms(void *owner)
{
    struct module_terminal *terminal = owner;

    return toy_of(terminal->at)->virtual_clock.now_ms;
}

static void on_quiet(struct at_session *at)
{
    (void)at;
}

static const struct at_owner_ops owner_ops = { .now_ms = now_ms,
                                               .on_quiet = on_quiet,
                                               .keep = keep_row };

static const char *error_text(int code)
{
    return code == 1 ? "one" : NULL;
}

void toy_session_init(struct toy_session *toy, struct at_dialect dialect)
{
    struct at_config config = {
        .dialect = &toy->dialect,
        .commands = commands,
        .owner_ops = &owner_ops,
        .owner = &toy->terminal,
        .payload_max = TOY_PAYLOAD,
        .output_cap = TOY_OUTPUT,
    };

    *toy = (struct toy_session){ .dialect = dialect, .appetite = SIZE_MAX };
    toy->dialect.prefixes = "+";
    toy->dialect.line_max = TOY_LINE;
    toy->dialect.answer_max = TOY_ANSWER;
    toy->dialect.error_syntax = 2;
    toy->dialect.error_range = 3;
    toy->dialect.error_text = error_text;
    virtual_clock_init(&toy->virtual_clock);
    memory_storage_init(&toy->memory_storage);
    toy->storage = memory_storage_iface(&toy->memory_storage);
    toy->modem.config.storage = &toy->storage;
    module_clock_init(&toy->modem.clock, virtual_clock_iface(&toy->virtual_clock));
    toy->terminal.modem = &toy->modem;
    if (at_new(&config, &toy->terminal.at) != ERR_OK)
        abort();
    keep_preset(toy->terminal.at, AT_KEEP_PROFILE);
    at_settings_of(toy->terminal.at)->echo = 0;
}

void toy_session_deinit(struct toy_session *toy)
{
    flow_free(toy->terminal.flow);
    at_free(toy->terminal.at);
    memory_storage_deinit(&toy->memory_storage);
    byte_queue_deinit(&toy->typed);
    byte_queue_deinit(&toy->heard);
}

static bool read_some(struct toy_session *toy)
{
    struct span bytes = at_peek(toy->terminal.at);

    if (bytes.len > toy->appetite)
        bytes.len = toy->appetite;
    if (bytes.len == 0)
        return false;
    byte_queue_put(&toy->heard, bytes);
    if (toy->appetite != SIZE_MAX)
        toy->appetite -= bytes.len;
    at_consume(toy->terminal.at, bytes.len);
    return true;
}

static bool type_some(struct toy_session *toy)
{
    struct span bytes = byte_queue_peek(&toy->typed);
    size_t taken;

    if (bytes.len == 0 || !at_is_open(toy->terminal.at))
        return false;
    taken = at_feed(toy->terminal.at, bytes);
    byte_queue_drop(&toy->typed, taken);
    return taken > 0;
}

static void settle(struct toy_session *toy)
{
    while (type_some(toy) || read_some(toy)) {}
}

void toy_type(struct toy_session *toy, struct span bytes)
{
    byte_queue_put(&toy->typed, bytes);
    settle(toy);
}

void toy_advance(struct toy_session *toy, int64_t ms)
{
    struct at_session *at = toy->terminal.at;
    int64_t until_ms = toy->virtual_clock.now_ms + ms;
    int spins = 0;

    while (at_deadline(at) <= until_ms) {
        if (at_deadline(at) > toy->virtual_clock.now_ms) {
            toy->virtual_clock.now_ms = at_deadline(at);
            spins = 0;
        }
        if (++spins > 2)
            abort(); /* a deadline that a tick does not meet would burn the processor */
        at_tick(at);
        settle(toy);
    }
    toy->virtual_clock.now_ms = until_ms;
}

void toy_eat(struct toy_session *toy, size_t bytes)
{
    toy->appetite = bytes;
    settle(toy);
}
