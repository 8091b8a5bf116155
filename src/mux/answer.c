/* answer.c: frames that are no data wait here for the host. */
#include "mux/state.h"

/* Answers to a frame: one of the control channel may be full of messages of two octets, each of
 * which is answered by a frame. */
enum { ANSWERS = 5, SHORT_ANSWERS = 256, MESSAGE_HEADER = 3 };

static size_t longest_frame(const struct mux *mux)
{
    return mux_frame_size(mux->config.option, mux->config.frame_max);
}

size_t mux_answers_size(const struct mux *mux)
{
    return ANSWERS * longest_frame(mux) + SHORT_ANSWERS;
}

bool mux_may_answer(const struct mux *mux)
{
    return ring_room(&mux->answers) >= ANSWERS * longest_frame(mux);
}

void mux_answer(struct mux *mux, const struct mux_frame *frame)
{
    uint8_t bytes[2 * MUX_INFORMATION_MAX + 16];

    assert(mux_frame_size(mux->config.option, frame->information.len) <= ring_room(&mux->answers));
    ring_put(&mux->answers, span_at(bytes, mux_frame_write(bytes, mux->config.option, frame)));
}

void mux_say(struct mux *mux, uint8_t type, bool command, struct span values)
{
    uint8_t message[MUX_INFORMATION_MAX + MESSAGE_HEADER];
    size_t room = mux->config.frame_max, at = 0;

    message[at++] = (uint8_t)(type | (command ? 0x02 : 0));
    if (values.len <= 127) {
        message[at++] = (uint8_t)(values.len << 1 | 0x01);
    } else {
        message[at++] = (uint8_t)((values.len & 127) << 1);
        message[at++] = (uint8_t)((values.len >> 7) << 1 | 0x01);
    }
    if (at + values.len > room) /* cannot be said in one frame; it was not asked in one either */
        return;
    if (values.len > 0)
        memcpy(message + at, values.data, values.len);
    mux_answer(mux, &(struct mux_frame){ .type = MUX_UIH,
                                         .information = span_at(message, at + values.len) });
}
