/* test_posix_fake.c: a terminal without a modem, and a loop that runs until something is so. */
#include "test_posix_fake.h"

#include "posix/now.h"

#include <stdlib.h>
#include <string.h>

void heard_add(struct heard *bytes, const void *data, size_t len)
{
    if (len == 0)
        return;
    if (bytes->len + len > bytes->cap) {
        bytes->cap = 2 * (bytes->len + len);
        bytes->at = realloc(bytes->at, bytes->cap);
        if (bytes->at == NULL)
            abort();
    }
    memcpy(bytes->at + bytes->len, data, len);
    bytes->len += len;
}

static size_t feed(struct terminal *terminal, struct span bytes)
{
    struct fake_terminal *fake = (struct fake_terminal *)terminal;
    size_t taken = bytes.len < fake->appetite ? bytes.len : fake->appetite;

    fake->appetite -= fake->appetite == SIZE_MAX ? 0 : taken;
    heard_add(&fake->in, bytes.data, taken);
    if (fake->echo)
        fake_say(fake, bytes.data, taken);
    return taken;
}

static struct span peek(struct terminal *terminal)
{
    struct fake_terminal *fake = (struct fake_terminal *)terminal;

    return span_skip(span_at(fake->out.at, fake->out.len), fake->out_taken);
}

static void consume(struct terminal *terminal, size_t count)
{
    ((struct fake_terminal *)terminal)->out_taken += count;
}

static void set_dtr(struct terminal *terminal, bool on)
{
    struct fake_terminal *fake = (struct fake_terminal *)terminal;

    fake->dtr = on;
    fake->dtr_changes++;
}

static void abort_command(struct terminal *terminal)
{
    struct fake_terminal *fake = (struct fake_terminal *)terminal;

    fake->aborts++;
    if (fake->on_abort != NULL)
        fake->on_abort(fake);
}

static void accept_lf(struct terminal *terminal)
{
    ((struct fake_terminal *)terminal)->accepts_lf = true;
}

/* What was said last is a line if it is not a CR. */
static bool end_input(struct terminal *terminal)
{
    struct fake_terminal *fake = (struct fake_terminal *)terminal;

    if (fake->in.len == 0 || fake->in.at[fake->in.len - 1] == '\r')
        return false;
    heard_add(&fake->in, "\r", 1);
    fake_say(fake, "ended", strlen("ended"));
    return true;
}

static bool busy(struct terminal *terminal)
{
    return ((struct fake_terminal *)terminal)->busy;
}

static bool online(struct terminal *terminal)
{
    return ((struct fake_terminal *)terminal)->online;
}

static void host_gone(struct terminal *terminal)
{
    ((struct fake_terminal *)terminal)->farewells++;
}

static const struct terminal_ops ops = {
    .feed = feed,
    .peek = peek,
    .consume = consume,
    .set_dtr = set_dtr,
    .abort = abort_command,
    .accept_lf = accept_lf,
    .end_input = end_input,
    .busy = busy,
    .online = online,
    .host_gone = host_gone,
};

void fake_init(struct fake_terminal *fake, struct channel *channel)
{
    *fake = (struct fake_terminal){ .base = { &ops }, .channel = channel, .appetite = SIZE_MAX };
}

void fake_deinit(struct fake_terminal *fake)
{
    free(fake->in.at);
    free(fake->out.at);
}

void fake_say(struct fake_terminal *fake, const void *data, size_t len)
{
    heard_add(&fake->out, data, len);
    fake->channel->ops->output_ready(fake->channel);
}

void fake_grant(struct fake_terminal *fake, size_t count)
{
    fake->appetite = count;
    fake->channel->ops->input_room(fake->channel);
}

bool fake_got(const struct fake_terminal *fake, const char *text)
{
    return span_equal(span_at(fake->in.at, fake->in.len), span_of(text));
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

bool run_until(struct posix_loop *loop, bool (*is_so)(void *ctx), void *ctx, int64_t limit_ms)
{
    int64_t deadline_ms = posix_now_ms() + limit_ms;
    uv_timer_t tick;
    bool so;

    /* What the test's own side of a port can do next, the loop does not watch: look every ms. */
    uv_timer_init(&loop->uv, &tick);
    uv_timer_start(&tick, on_tick, 1, 1);
    while (!(so = is_so(ctx)) && posix_now_ms() < deadline_ms)
        uv_run(&loop->uv, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    return so;
}

void fill_pattern(uint8_t *at, size_t len)
{
    uint32_t state = 2463534242U;

    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        at[i] = (uint8_t)state;
    }
}
