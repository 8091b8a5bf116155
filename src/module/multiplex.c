/* multiplex.c: a port's frames, its terminals, and its sleep. */
#include "module/multiplex.h"

#include "at/session.h"
#include "base/time.h"
#include "module/flow.h"
#include "module/module.h"
#include "mux/mux.h"

#include <assert.h>
#include <stdlib.h>

struct multiplex {
    struct module_terminal *carrier;
    struct multiplex_settings settings;
    struct mux *mux;   /* owned */
    size_t plain_left; /* of what was answered before the first frame */
    bool running;      /* the command that started it has answered */
    bool rate_due;
    int64_t idle_until_ms;
};

/* ---- terminals ---- */

static struct module_terminal *line_terminal(const struct module_terminal *carrier, size_t dlci)
{
    const struct tlsmodem *modem = carrier->modem;

    for (size_t i = modem->config.terminals; i < modem->terminal_count; i++) {
        if (modem->terminals[i]->carrier == carrier->index + 1 && modem->terminals[i]->dlci == dlci)
            return modem->terminals[i];
    }
    return NULL;
}

bool multiplex_is_line(const struct module_terminal *terminal)
{
    return terminal->carrier != 0;
}

/* Terminals that nobody has yet. */
static size_t count_free(const struct tlsmodem *modem)
{
    size_t count = 0;

    for (size_t i = modem->config.terminals; i < modem->terminal_count; i++)
        count += !multiplex_is_line(modem->terminals[i]);
    return count;
}

size_t multiplex_lacks(const struct module_terminal *carrier, size_t line_max)
{
    size_t lacking = 0, free = count_free(carrier->modem);

    for (size_t dlci = 1; dlci <= line_max; dlci++)
        lacking += line_terminal(carrier, dlci) == NULL;
    return lacking > free ? lacking - free : 0;
}

/* Those that nobody has yet are DLCIs of this port from now on. */
static void adopt(struct module_terminal *carrier, size_t line_max)
{
    const struct tlsmodem *modem = carrier->modem;
    size_t free = modem->config.terminals;

    for (size_t dlci = 1; dlci <= line_max; dlci++) {
        if (line_terminal(carrier, dlci) != NULL)
            continue;
        while (multiplex_is_line(modem->terminals[free]))
            free++;
        modem->terminals[free]->carrier = (uint8_t)(carrier->index + 1);
        modem->terminals[free]->dlci = (uint8_t)dlci;
        modem->terminals[free]->asleep = true;
    }
}

/* XON and XOFF are no part of frames, and whoever left it online finds it so. */
static void wake_line(struct module_terminal *line, struct channel *channel)
{
    const struct module_terminal *carrier = line->modem->terminals[line->carrier - 1];

    if (!at_is_engaged(line->at)) {
        line->settings = carrier->settings;
        *at_settings_of(line->at) = *at_settings_of(carrier->at);
    }
    line->channel = channel;
    line->announced = 0;
    line->lines = 0;
    line->dtr = true;
    line->refused = false;
    line->asleep = false;
}

static struct terminal *on_open(void *ctx, size_t dlci, struct channel *channel)
{
    struct multiplex *multiplex = ctx;
    struct module_terminal *carrier = multiplex->carrier;
    struct module_terminal *line = line_terminal(carrier, dlci);

    wake_line(line, channel);
    log_say(carrier->modem->config.log, LOG_INFO, "port %zu: DLCI %zu is open as port %zu",
            carrier->index + 1, dlci, line->index + 1);
    return &line->base;
}

static void on_close(void *ctx, size_t dlci)
{
    struct multiplex *multiplex = ctx;
    struct module_terminal *line = line_terminal(multiplex->carrier, dlci);

    line->channel = NULL;
    line->base.ops->set_dtr(&line->base, false);
    line->base.ops->host_gone(&line->base);
    line->asleep = true;
}

/* ---- start and end ---- */

bool multiplex_is_on(const struct module_terminal *terminal)
{
    return terminal->multiplex != NULL;
}

const struct multiplex_settings *multiplex_settings_of(const struct module_terminal *terminal)
{
    if (multiplex_is_line(terminal))
        terminal = terminal->modem->terminals[terminal->carrier - 1];
    return terminal->multiplex != NULL ? &terminal->multiplex->settings : NULL;
}

enum err multiplex_start(struct at_session *at, const struct multiplex_settings *settings)
{
    struct module_terminal *carrier = terminal_of(at);
    struct multiplex *multiplex;
    struct mux_config config = { .option = settings->option,
                                 .frame_max = settings->frame_max,
                                 .line_max = settings->line_max,
                                 .open = on_open,
                                 .close = on_close,
                                 .log = carrier->modem->config.log };

    assert(!multiplex_is_on(carrier) && !multiplex_is_line(carrier));
    assert(multiplex_lacks(carrier, settings->line_max) == 0);
    multiplex = calloc(1, sizeof(*multiplex));
    if (multiplex == NULL)
        return ERR_NO_MEMORY;
    *multiplex = (struct multiplex){ .carrier = carrier,
                                     .settings = *settings,
                                     .rate_due = settings->rate != 0,
                                     .idle_until_ms = CLOCK_NEVER };
    config.ctx = multiplex;
    multiplex->mux = mux_new(&config);
    if (multiplex->mux == NULL) {
        free(multiplex);
        return ERR_NO_MEMORY;
    }
    adopt(carrier, settings->line_max);
    carrier->multiplex = multiplex;
    at_yield(at); /* what follows are frames */
    return ERR_OK;
}

void multiplex_free(struct multiplex *multiplex)
{
    struct module_terminal *carrier;

    if (multiplex == NULL)
        return;
    carrier = multiplex->carrier;
    mux_free(multiplex->mux);
    carrier->multiplex = NULL;
    carrier->asleep = false;
    carrier->announced = 0;
    free(multiplex);
}

/* Once the command has answered. */
static bool run(struct multiplex *multiplex)
{
    struct module_terminal *carrier = multiplex->carrier;

    if (multiplex->running || at_is_engaged(carrier->at))
        return multiplex->running;
    multiplex->running = true;
    multiplex->plain_left = terminal_plain_waiting(carrier);
    if (multiplex->settings.idle_ms != 0)
        multiplex->idle_until_ms = module_now(carrier->modem) + multiplex->settings.idle_ms;
    log_say(carrier->modem->config.log, LOG_INFO,
            "port %zu is multiplexed: up to %zu terminals, frames of %zu bytes", carrier->index + 1,
            multiplex->settings.line_max, multiplex->settings.frame_max);
    return true;
}

static void end(struct multiplex *multiplex)
{
    struct module_terminal *carrier = multiplex->carrier;

    log_say(carrier->modem->config.log, LOG_INFO, "port %zu is one terminal again",
            carrier->index + 1);
    at_host_gone(carrier->at); /* nobody is to hear what it was told in its sleep */
    multiplex_free(multiplex);
}

/* ---- as a terminal ---- */

size_t multiplex_feed(struct module_terminal *terminal, struct span bytes)
{
    struct multiplex *multiplex = terminal->multiplex;

    return run(multiplex) ? mux_feed(multiplex->mux, module_now(terminal->modem), bytes) : 0;
}

bool multiplex_says_frames(const struct module_terminal *terminal)
{
    const struct multiplex *multiplex = terminal->multiplex;

    return multiplex != NULL && multiplex->running && multiplex->plain_left == 0;
}

struct span multiplex_peek(const struct module_terminal *terminal)
{
    const struct multiplex *multiplex = terminal->multiplex;
    struct span plain;

    if (multiplex_says_frames(terminal))
        return mux_peek(multiplex->mux);
    plain = terminal_plain_peek(terminal);
    if (multiplex->running && plain.len > multiplex->plain_left)
        plain.len = multiplex->plain_left;
    return plain;
}

void multiplex_consume(struct module_terminal *terminal, size_t count)
{
    struct multiplex *multiplex = terminal->multiplex;

    if (multiplex_says_frames(terminal)) {
        mux_consume(multiplex->mux, count);
        return;
    }
    assert(!multiplex->running || count <= multiplex->plain_left);
    terminal_plain_consume(terminal, count);
    if (multiplex->running)
        multiplex->plain_left -= count;
}

size_t multiplex_output_waiting(const struct module_terminal *terminal)
{
    const struct multiplex *multiplex = terminal->multiplex;

    if (!multiplex->running)
        return terminal_plain_waiting(terminal);
    return multiplex->plain_left + mux_peek(multiplex->mux).len;
}

bool multiplex_takes_input(const struct module_terminal *terminal)
{
    const struct multiplex *multiplex = terminal->multiplex;

    return multiplex->running && mux_has_room(multiplex->mux);
}

bool multiplex_is_busy(const struct module_terminal *terminal)
{
    for (size_t dlci = 1; dlci <= terminal->multiplex->settings.line_max; dlci++) {
        struct module_terminal *line = line_terminal(terminal, dlci);

        if (line != NULL && !line->asleep && line->base.ops->busy(&line->base))
            return true;
    }
    return false;
}

void multiplex_abort(struct module_terminal *terminal)
{
    for (size_t dlci = 1; dlci <= terminal->multiplex->settings.line_max; dlci++) {
        struct module_terminal *line = line_terminal(terminal, dlci);

        if (line != NULL && !line->asleep)
            line->base.ops->abort(&line->base);
    }
}

static void keep_silent(const struct module_terminal *terminal)
{
    if (at_output_waiting(terminal->at) > 0 && !at_is_online(terminal->at))
        at_host_gone(terminal->at);
}

bool multiplex_settle(struct module_terminal *terminal)
{
    struct multiplex *multiplex = terminal->multiplex;
    bool worked;

    if (terminal->asleep)
        keep_silent(terminal);
    if (multiplex == NULL || !run(multiplex))
        return false;
    worked = mux_work(multiplex->mux);
    if (multiplex->plain_left > 0)
        return worked;
    terminal->asleep = true;
    if (multiplex->rate_due && terminal->channel != NULL)
        terminal->channel->ops->set_rate(terminal->channel, multiplex->settings.rate);
    multiplex->rate_due = false;
    if (!mux_is_over(multiplex->mux))
        return worked;
    end(multiplex);
    return true;
}

int64_t multiplex_deadline(const struct module_terminal *terminal)
{
    const struct multiplex *multiplex = terminal->multiplex;
    int64_t deadline_ms = mux_deadline(multiplex->mux);

    if (!mux_was_opened(multiplex->mux))
        deadline_ms = time_earlier(deadline_ms, multiplex->idle_until_ms);
    return deadline_ms;
}

void multiplex_tick(struct module_terminal *terminal)
{
    struct multiplex *multiplex = terminal->multiplex;
    int64_t now_ms = module_now(terminal->modem);

    mux_tick(multiplex->mux, now_ms);
    if (!mux_was_opened(multiplex->mux) && now_ms >= multiplex->idle_until_ms)
        end(multiplex);
}
