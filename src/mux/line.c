/* line.c: one DLCI: a terminal's channel made of frames. */
#include "base/wipe.h"
#include "iface/no_circuits.h"
#include "mux/state.h"

#include <stdlib.h>

/* How much of a DLCI is kept before all that the host sends is left to the port: more than can be
 * on its way when a host that obeys is told to wait. */
enum { KEPT_MAX_BYTES = 65536, MSC = 0xe1 };

static struct mux_line *line_from(struct channel *channel)
{
    return (struct mux_line *)channel;
}

static void on_news(struct channel *channel)
{
    line_from(channel)->mux->news = true;
}

static void on_lines(struct channel *channel, unsigned lines)
{
    struct mux_line *line = line_from(channel);

    line->lines = lines;
    line->status_due = true;
    line->mux->news = true;
}

static const struct channel_ops line_ops = { .output_ready = on_news,
                                             .input_room = on_news,
                                             .set_lines = on_lines,
                                             .set_rate = channel_no_rate };

bool mux_line_open(struct mux *mux, uint8_t dlci)
{
    struct mux_line *line = calloc(1, sizeof(*line));

    assert(mux->lines[dlci] == NULL);
    if (line == NULL)
        return false;
    *line = (struct mux_line){ .channel = { .ops = &line_ops },
                               .mux = mux,
                               .dlci = dlci,
                               .frame_max = mux->agreed[dlci] != 0 ? mux->agreed[dlci]
                                                                   : mux->config.frame_max };
    mux->lines[dlci] = line; /* the terminal may call the channel */
    line->terminal = mux->config.open(mux->config.ctx, dlci, &line->channel);
    if (line->terminal != NULL)
        return true;
    mux->lines[dlci] = NULL;
    mux_line_free(line);
    return false;
}

void mux_line_free(struct mux_line *line)
{
    bytes_free(&line->kept);
    free(line);
}

bool mux_line_is_full(const struct mux_line *line)
{
    return line->kept.len >= KEPT_MAX_BYTES;
}

void mux_line_feed(struct mux_line *line, struct span bytes)
{
    size_t taken = 0;

    if (line->kept.len == 0)
        taken = line->terminal->ops->feed(line->terminal, bytes);
    if (taken == bytes.len)
        return;
    if (!line->told_wait) {
        line->told_wait = true;
        line->status_due = true;
    }
    if (bytes_add(&line->kept, span_skip(bytes, taken), KEPT_MAX_BYTES + MUX_INFORMATION_MAX) !=
        ERR_OK)
        log_say(line->mux->config.log, LOG_ERROR,
                "out of memory: %zu bytes of the host on DLCI %u are lost", bytes.len - taken,
                line->dlci);
}

bool mux_line_pass(struct mux_line *line)
{
    size_t taken;

    if (line->kept.len == 0)
        return false;
    taken = line->terminal->ops->feed(line->terminal, bytes_span(&line->kept));
    bytes_drop(&line->kept, taken);
    if (line->kept.len == 0) {
        bytes_free(&line->kept);
        line->told_wait = false;
        line->status_due = true;
    }
    return taken > 0;
}

bool mux_line_tell(struct mux_line *line)
{
    uint8_t signals = SIGNAL_LAST | SIGNAL_RTR;
    uint8_t values[2] = { (uint8_t)(line->dlci << 2 | 0x03) };

    if (!line->status_due || !mux_may_answer(line->mux))
        return false;
    line->status_due = false;
    if (line->told_wait)
        signals |= SIGNAL_WAIT;
    if ((line->lines & LINE_DSR) != 0)
        signals |= SIGNAL_RTC;
    if ((line->lines & LINE_RI) != 0)
        signals |= SIGNAL_RING;
    if ((line->lines & LINE_DCD) != 0)
        signals |= SIGNAL_DATA;
    values[1] = signals;
    mux_say(line->mux, MSC, true, span_at(values, sizeof(values)));
    return true;
}
