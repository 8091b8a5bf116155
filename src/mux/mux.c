/* mux.c: frames in and out, and what opens and closes a DLCI. */
#include "mux/mux.h"

#include "base/wipe.h"
#include "mux/state.h"

#include <stdlib.h>

/* A host that has begun a frame goes on at once: its rest is lost after this. */
enum { REST_MS = 1000 };

static bool has_memory(struct mux *mux)
{
    size_t answers = mux_answers_size(mux);

    mux->out_size = mux_frame_size(mux->config.option, mux->config.frame_max);
    mux->out = malloc(mux->out_size);
    ring_init(&mux->answers, malloc(answers), answers);
    return mux_reader_init(&mux->reader, mux->config.option, mux->config.frame_max) &&
           mux->out != NULL && mux->answers.memory != NULL;
}

struct mux *mux_new(const struct mux_config *config)
{
    struct mux *mux = calloc(1, sizeof(*mux));

    assert(config->frame_max >= 1 && config->frame_max <= MUX_INFORMATION_MAX);
    assert(config->line_max >= 1 && config->line_max <= MUX_DLCI_MAX);
    assert(config->open != NULL && config->close != NULL);
    if (mux == NULL)
        return NULL;
    mux->config = *config;
    mux->next = 1;
    mux->inside_from_ms = CLOCK_NEVER;
    if (has_memory(mux))
        return mux;
    mux_free(mux);
    return NULL;
}

static void wipe_and_free(uint8_t *memory, size_t size)
{
    if (memory != NULL)
        wipe(memory, size);
    free(memory);
}

static void close_line(struct mux *mux, size_t dlci)
{
    struct mux_line *line = mux->lines[dlci];

    if (line == NULL)
        return;
    mux->lines[dlci] = NULL; /* the terminal may still call the channel */
    mux->config.close(mux->config.ctx, dlci);
    mux_line_free(line);
}

static void close_all(struct mux *mux)
{
    for (size_t dlci = 1; dlci <= mux->config.line_max; dlci++)
        close_line(mux, dlci);
}

void mux_free(struct mux *mux)
{
    if (mux == NULL)
        return;
    close_all(mux);
    mux_reader_deinit(&mux->reader);
    wipe_and_free(mux->answers.memory, mux->answers.cap);
    wipe_and_free(mux->out, mux->out_size);
    free(mux);
}

/* ---- answers ---- */

static void answer_short(struct mux *mux, const struct mux_frame *to, enum mux_type type)
{
    mux_answer(mux, &(struct mux_frame){
                        .dlci = to->dlci, .command = true, .poll = to->poll, .type = type });
}

/* ---- frames of the host ---- */

static void open_line(struct mux *mux, const struct mux_frame *frame)
{
    bool known = frame->dlci == 0 || mux->lines[frame->dlci] != NULL;

    if (!known && frame->dlci <= mux->config.line_max)
        known = mux_line_open(mux, frame->dlci);
    mux->opened = mux->opened || known;
    answer_short(mux, frame, known ? MUX_UA : MUX_DM);
}

static void disconnect(struct mux *mux, const struct mux_frame *frame)
{
    bool open = frame->dlci == 0 || mux->lines[frame->dlci] != NULL;

    close_line(mux, frame->dlci);
    answer_short(mux, frame, open ? MUX_UA : MUX_DM);
    mux->closing = mux->closing || frame->dlci == 0;
}

static void on_frame(struct mux *mux, const struct mux_frame *frame)
{
    switch (frame->type) {
    case MUX_SABM:
        open_line(mux, frame);
        break;
    case MUX_DISC:
        disconnect(mux, frame);
        break;
    case MUX_UI:
    case MUX_UIH:
        if (frame->dlci == 0)
            mux_control(mux, frame->information);
        else if (mux->lines[frame->dlci] != NULL)
            mux_line_feed(mux->lines[frame->dlci], frame->information);
        else
            answer_short(mux, &(struct mux_frame){ .dlci = frame->dlci, .poll = true }, MUX_DM);
        break;
    case MUX_UA:
    case MUX_DM:
        break; /* we ask for none */
    }
}

/* The answers to a frame have room, and no DLCI holds the others up. */
static bool may_go_on(const struct mux *mux)
{
    if (mux->closing || !mux_may_answer(mux))
        return false;
    for (size_t dlci = 1; dlci <= mux->config.line_max; dlci++) {
        if (mux->lines[dlci] != NULL && mux_line_is_full(mux->lines[dlci]))
            return false;
    }
    return true;
}

static bool read_frames(struct mux *mux)
{
    struct mux_frame frame;
    bool any = false;

    while (may_go_on(mux) && mux_reader_next(&mux->reader, &frame)) {
        on_frame(mux, &frame);
        any = true;
    }
    if (mux->closing)
        close_all(mux);
    return any;
}

static void note_spoilt(struct mux *mux)
{
    if (mux->reader.spoilt == 0 || mux->told_spoilt != 0)
        return;
    mux->told_spoilt = mux->reader.spoilt;
    log_say(
        mux->config.log, LOG_WARNING,
        "the multiplexer has got bytes that are no frame, or a damaged one, and goes on without");
}

/* Whole frames may wait, too, while they may not go on. */
static void note_inside(struct mux *mux, int64_t now_ms)
{
    bool waits = may_go_on(mux) && mux_reader_is_inside(&mux->reader);

    mux->inside_from_ms = waits ? now_ms : CLOCK_NEVER;
}

size_t mux_feed(struct mux *mux, int64_t now_ms, struct span bytes)
{
    size_t taken = 0, part = 1;

    read_frames(mux);
    while (taken < bytes.len && part > 0 && may_go_on(mux)) {
        part = mux_reader_put(&mux->reader, span_skip(bytes, taken));
        taken += part;
        read_frames(mux);
    }
    note_inside(mux, now_ms);
    note_spoilt(mux);
    return taken;
}

bool mux_has_room(const struct mux *mux)
{
    return may_go_on(mux);
}

/* ---- to the host ---- */

static void give_data(struct mux *mux, struct mux_line *line)
{
    struct span bytes = line->terminal->ops->peek(line->terminal);

    if (bytes.len == 0)
        return;
    if (bytes.len > line->frame_max)
        bytes.len = line->frame_max;
    mux->out_len = mux_frame_write(
        mux->out, mux->config.option,
        &(struct mux_frame){ .dlci = line->dlci, .type = MUX_UIH, .information = bytes });
    line->terminal->ops->consume(line->terminal, bytes.len);
}

static void give_answers(struct mux *mux)
{
    while (mux->answers.len > 0 && mux->out_len < mux->out_size) {
        struct span piece = ring_peek(&mux->answers);

        if (piece.len > mux->out_size - mux->out_len)
            piece.len = mux->out_size - mux->out_len;
        memcpy(mux->out + mux->out_len, piece.data, piece.len);
        mux->out_len += piece.len;
        ring_drop(&mux->answers, piece.len);
    }
}

/* What the host is given next: answers first, then a frame of whose turn it is. */
static bool fill(struct mux *mux)
{
    if (mux->out_from < mux->out_len)
        return false;
    mux->out_from = mux->out_len = 0;
    give_answers(mux);
    for (size_t i = 0; i < mux->config.line_max && mux->out_len == 0 && !mux->all_wait; i++) {
        struct mux_line *line = mux->lines[mux->next];

        mux->next = mux->next % mux->config.line_max + 1;
        if (line != NULL && !line->waits)
            give_data(mux, line);
    }
    return mux->out_len > 0;
}

bool mux_work(struct mux *mux)
{
    bool worked = false;

    mux->news = false;
    for (size_t dlci = 1; dlci <= mux->config.line_max; dlci++) {
        struct mux_line *line = mux->lines[dlci];

        if (line == NULL)
            continue;
        worked = mux_line_pass(line) || worked;
        worked = mux_line_tell(line) || worked;
    }
    worked = read_frames(mux) || worked;
    return fill(mux) || worked;
}

struct span mux_peek(const struct mux *mux)
{
    return span_at(mux->out + mux->out_from, mux->out_len - mux->out_from);
}

void mux_consume(struct mux *mux, size_t count)
{
    assert(count <= mux->out_len - mux->out_from);
    mux->out_from += count;
    fill(mux);
}

bool mux_is_over(const struct mux *mux)
{
    return mux->closing && mux->answers.len == 0 && mux->out_from == mux->out_len;
}

bool mux_was_opened(const struct mux *mux)
{
    return mux->opened;
}

int64_t mux_deadline(const struct mux *mux)
{
    return mux->inside_from_ms == CLOCK_NEVER ? CLOCK_NEVER : mux->inside_from_ms + REST_MS;
}

void mux_tick(struct mux *mux, int64_t now_ms)
{
    if (now_ms < mux_deadline(mux))
        return;
    if (may_go_on(mux))
        mux_reader_give_up(&mux->reader);
    read_frames(mux);
    note_inside(mux, now_ms);
    note_spoilt(mux);
}
