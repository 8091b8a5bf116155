/* player.c: the module's side of a recording. */
#include "replay/player.h"

#include "check/patterns.h"
#include "check/wire.h"
#include "replay/sample.h"
#include "transcript/circuit.h"
#include "transcript/echo.h"
#include "transcript/fill.h"

#include <inttypes.h>

enum { MORE_MS = 200, LAST_MS = 300, DRAIN_MS = 10000 };

struct player {
    const struct replay_config *config;
    struct replay_line *line;   /* whose the steps are */
    struct values values;       /* that were typed, or said */
    uint64_t typed_at, said_at; /* where counted patterns stand */
    int64_t start_ms, last_ms;  /* when it began; when something was typed or said last */
    int64_t silent_ms;          /* before what the module says next */
    struct bytes text;          /* of the step */
    struct report why;
    bool is_wrong;
};

/* ---- texts ---- */

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    const struct player *player = ctx;

    return values_find(&player->values, name, ret_value) ||
           values_find(player->config->values, name, ret_value);
}

static bool fail(struct player *player, enum err err)
{
    player->is_wrong = true;
    report_add(&player->why, "  %s\n", err_text(err));
    return false;
}

/* What stands in a part; false: nobody knows its variable, or there is no memory, which is told. */
static bool fill_part(struct player *player, const struct script_part *part, uint64_t *position,
                      bool *ret_unknown)
{
    const struct script_text one = { part, 1 };
    const struct fill_variables variables = { find, player };
    struct span unknown;
    enum err err = fill_text(&one, &variables, position, &player->text, &unknown);

    *ret_unknown = err == ERR_NOT_FOUND;
    return err == ERR_OK || (!*ret_unknown && fail(player, err));
}

static bool refuse_variable(struct player *player, struct span name)
{
    player->is_wrong = true;
    report_add(&player->why, "  nobody knows ${");
    report_add_text(&player->why, name);
    report_add(&player->why, "}; allowed: --set ");
    report_add_text(&player->why, name);
    report_add(&player->why, "=VALUE\n");
    return false;
}

/* ---- what the host types ---- */

static void echo_typed(struct player *player, bool echoes)
{
    struct replay_line *line = player->line;
    struct span fresh = span_skip(bytes_span(&line->typed), line->echoed);

    if (echoes)
        (void)replay_line_say(line, fresh);
    line->echoed = line->typed.len;
}

/* One more piece of what it types; false: nothing more comes, which is told. */
static bool hear(struct player *player)
{
    if (player->line->typed.len >= REPLAY_TYPED_MAX) {
        report_add(&player->why, "  the host has typed %d bytes, and not this\n", REPLAY_TYPED_MAX);
        return false;
    }
    if (replay_line_hear(player->line, -1)) {
        player->last_ms = wire_now_ms();
        return true;
    }
    report_add(&player->why, "  the host has not typed this, and it is over\n");
    return false;
}

static bool differ(struct player *player, struct span expected)
{
    while (replay_line_hear(player->line, MORE_MS))
        continue;
    report_add(&player->why, "  the host typed something else than is recorded:\n");
    report_add_difference(&player->why, expected, bytes_span(&player->line->typed));
    return false;
}

/* Takes what was expected, of which no more than it is echoed: the rest is of the next step. */
static void take_typed(struct player *player, size_t count, bool echoes)
{
    struct replay_line *line = player->line;

    if (echoes && line->echoed < count)
        (void)replay_line_say(line, span_at(line->typed.data + line->echoed, count - line->echoed));
    line->echoed = line->echoed > count ? line->echoed - count : 0;
    bytes_drop(&line->typed, count);
}

/* As many of the typed bytes as there are must be those expected. */
static bool await(struct player *player, struct span expected, bool echoes)
{
    struct replay_line *line = player->line;

    for (;;) {
        size_t len = line->typed.len < expected.len ? line->typed.len : expected.len;

        if (len > 0 && memcmp(line->typed.data, expected.data, len) != 0)
            return differ(player, expected);
        if (line->typed.len >= expected.len)
            break;
        echo_typed(player, echoes);
        if (!hear(player))
            return false;
    }
    take_typed(player, expected.len, echoes);
    return true;
}

/* Where `end` stands in what was typed, from `from` on; SIZE_MAX: nowhere yet. */
static size_t find_end(const struct replay_line *line, struct span end, size_t from)
{
    for (size_t i = from; i + end.len <= line->typed.len; i++) {
        if (memcmp(line->typed.data + i, end.data, end.len) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* Whatever the host types up to what is recorded behind it. */
static bool await_variable(struct player *player, struct span name, struct span end, bool echoes)
{
    size_t at, from = 0;

    while ((at = find_end(player->line, end, from)) == SIZE_MAX) {
        if (player->line->typed.len >= end.len)
            from = player->line->typed.len - end.len + 1;
        echo_typed(player, echoes);
        if (!hear(player))
            return false;
    }
    if (values_set(&player->values, name, span_at(player->line->typed.data, at)) != ERR_OK)
        return fail(player, ERR_NO_MEMORY);
    take_typed(player, at, echoes);
    return true;
}

static bool is_unknown(struct player *player, const struct script_part *part)
{
    struct span value;

    return part->kind == SCRIPT_VARIABLE && !find(player, part->text, &value);
}

/* The parts from `first` up to a variable that nobody knows, as one text. */
static bool fill_known(struct player *player, const struct script_text *text, size_t *first)
{
    bool unknown;

    bytes_drop(&player->text, player->text.len);
    for (; *first < text->count && !is_unknown(player, &text->parts[*first]); (*first)++) {
        if (!fill_part(player, &text->parts[*first], &player->typed_at, &unknown))
            return false;
    }
    return true;
}

static bool type(struct player *player, const struct script_step *step)
{
    bool echoes = player->line->echo && step->typing != SCRIPT_TYPE_RAW;
    struct bytes whole = { .data = NULL };
    size_t at = 0;
    bool good = true;

    player->silent_ms = 0; /* whose it was */
    while (good && at < step->text.count) {
        struct span unknown = span_at(NULL, 0);

        if (is_unknown(player, &step->text.parts[at]))
            unknown = step->text.parts[at++].text;
        good = fill_known(player, &step->text, &at);
        if (good && unknown.data != NULL && player->text.len == 0)
            good = refuse_variable(player, unknown);
        else if (good && unknown.data != NULL)
            good = await_variable(player, unknown, bytes_span(&player->text), echoes);
        good = good && await(player, bytes_span(&player->text), echoes) &&
               (bytes_add(&whole, bytes_span(&player->text), UINT32_MAX) == ERR_OK ||
                fail(player, ERR_NO_MEMORY));
    }
    if (good && step->typing == SCRIPT_TYPE_LINE)
        player->line->echo = echo_after(bytes_span(&whole), player->line->echo);
    bytes_free(&whole);
    return good;
}

/* ---- what the module says ---- */

/* What the host types meanwhile is for later steps; it is echoed then. */
static bool be_silent(struct player *player)
{
    int64_t until_ms = player->last_ms + player->silent_ms;
    int64_t left_ms;

    player->silent_ms = 0;
    while ((left_ms = until_ms - wire_now_ms()) > 0 && !replay_is_over())
        (void)replay_line_hear(player->line, (int)left_ms);
    return !replay_is_over();
}

static bool say(struct player *player, struct span bytes)
{
    if (be_silent(player) && replay_line_say(player->line, bytes)) {
        player->last_ms = wire_now_ms();
        return true;
    }
    report_add(&player->why, "  it was not said, and it is over\n");
    return false;
}

static bool say_text(struct player *player, const struct script_step *step)
{
    bool unknown;

    bytes_drop(&player->text, player->text.len);
    for (size_t i = 0; i < step->text.count; i++) {
        if (!fill_part(player, &step->text.parts[i], &player->said_at, &unknown))
            return unknown ? refuse_variable(player, step->text.parts[i].text) : false;
    }
    return say(player, bytes_span(&player->text));
}

static void on_group(void *ctx, struct span name, struct span value)
{
    struct player *player = ctx;

    (void)values_set(&player->values, name, value);
}

/* A line as the pattern has it, framed as the step has it. */
static bool say_sample(struct player *player, const struct script_step *step)
{
    const struct play_patterns patterns = patterns_iface();
    struct bytes line = { .data = NULL };
    bool good = sample_pattern(step->pattern, &line) == ERR_OK || fail(player, ERR_NO_MEMORY);

    if (good && !patterns.match(patterns.ctx, step->pattern, bytes_span(&line), on_group, player,
                                &player->why)) {
        player->is_wrong = true;
        report_add(&player->why, "  what the module said is not known; allowed: the line itself, "
                                 "behind < or <|\n");
        good = false;
    }
    good = good && (step->is_further || say(player, span_of("\r\n"))) &&
           say(player, bytes_span(&line)) && say(player, span_of("\r\n"));
    bytes_free(&line);
    return good;
}

/* ---- steps ---- */

static void all_echo(struct player *player)
{
    for (unsigned i = 0; i < reader_header(player->config->reader)->ports; i++)
        player->config->lines[i].echo = true;
}

static bool refuse_loop(struct player *player)
{
    player->is_wrong = true;
    report_add(&player->why, "  this is for hosts inside (docs/load.md); allowed: a conversation "
                             "step by step, as recordings are\n");
    return false;
}

/* The silence of a host is its own; that of the module counts. */
static bool wait_or_change(struct player *player, const struct script_step *step)
{
    int64_t since_ms = player->last_ms - player->start_ms;

    switch (step->kind) {
    case SCRIPT_NOTHING:
    case SCRIPT_WAIT:
        player->silent_ms += step->duration_ms;
        break;
    case SCRIPT_AT:
        if (player->silent_ms < step->duration_ms - since_ms)
            player->silent_ms = step->duration_ms - since_ms;
        break;
    case SCRIPT_ECHO:
        player->line->echo = step->on;
        break;
    case SCRIPT_ON_PORT:
        player->line = &player->config->lines[step->port - 1];
        break;
    case SCRIPT_CYCLE:
        all_echo(player);
        break;
    case SCRIPT_ACT:
        if (step->act->restarts)
            all_echo(player);
        break;
    case SCRIPT_REPEAT:
    case SCRIPT_END:
    case SCRIPT_LET:
        return refuse_loop(player);
    default:
        break; /* what peers and the world do is not seen at a port */
    }
    return true;
}

/* Where nobody can see a circuit it is passed over. */
static bool turn(struct player *player, const struct script_step *step)
{
    if (circuit_is_of_host(step->circuit)) {
        player->silent_ms = 0;
        if (replay_line_await(player->line, step->circuit, step->on)) {
            player->last_ms = wire_now_ms();
            return true;
        }
        report_add(&player->why, "  the host has not turned %s %s, and it is over\n",
                   circuit_word(step->circuit), step->on ? "on" : "off");
        return false;
    }
    if (!be_silent(player)) {
        report_add(&player->why, "  %s was not turned %s, and it is over\n",
                   circuit_word(step->circuit), step->on ? "on" : "off");
        return false;
    }
    replay_line_drive(player->line, step->circuit, step->on);
    player->last_ms = wire_now_ms();
    return true;
}

static bool play_step(struct player *player, const struct script_step *step)
{
    switch (step->kind) {
    case SCRIPT_TYPE:
        return type(player, step);
    case SCRIPT_ESCAPE:
        player->silent_ms = 0;
        return await(player, span_of("+++"), false);
    case SCRIPT_EXPECT:
        return say_text(player, step);
    case SCRIPT_CIRCUIT:
        return turn(player, step);
    case SCRIPT_MATCH:
        return say_sample(player, step);
    default:
        return wait_or_change(player, step);
    }
}

/* Whatever the host types behind the end. */
static bool is_quiet(struct player *player)
{
    bool quiet = true;

    for (unsigned i = 0; i < reader_header(player->config->reader)->ports; i++) {
        struct replay_line *line = &player->config->lines[i];

        /* What was just written the system may not count as unread yet. */
        while (replay_line_hear(line, LAST_MS))
            continue;
        replay_line_drain(line, DRAIN_MS);
        while (replay_line_hear(line, LAST_MS))
            continue;
        if (line->typed.len == 0)
            continue;
        report_add(&player->why, "  the host types more than is recorded:\n");
        report_add_lines(&player->why, "    ", bytes_span(&line->typed));
        quiet = false;
    }
    return quiet;
}

static enum replay_end explain(struct player *player, const struct script_step *step,
                               struct report *report)
{
    if (step != NULL) {
        report_add(report, "%s:%" PRIu32 ": ", step->file, step->line);
        report_add_text(report, step->source);
        report_add(report, "\n");
    } else {
        report_add(report, "at the end:\n");
    }
    report_add_span(report, bytes_span(&player->why.text));
    return player->is_wrong ? REPLAY_WRONG : REPLAY_OTHERWISE;
}

enum replay_end replay_play(const struct replay_config *config, struct report *report)
{
    struct player player = { .config = config,
                             .line = &config->lines[0],
                             .start_ms = wire_now_ms(),
                             .last_ms = wire_now_ms() };
    const struct script_step *step = NULL;
    enum replay_end end = REPLAY_AS_RECORDED;
    enum err err;

    while (end == REPLAY_AS_RECORDED && (err = reader_next(config->reader, &step)) == ERR_OK) {
        if (!play_step(&player, step))
            end = explain(&player, step, report);
    }
    if (end == REPLAY_AS_RECORDED && err != ERR_NOT_FOUND) {
        (void)fail(&player, err);
        end = explain(&player, NULL, report);
    } else if (end == REPLAY_AS_RECORDED && !is_quiet(&player)) {
        end = explain(&player, NULL, report);
    }
    values_free(&player.values);
    bytes_free(&player.text);
    report_free(&player.why);
    return end;
}
