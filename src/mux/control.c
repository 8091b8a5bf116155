/* control.c: the messages of DLCI 0 (27.010 5.4.6.3). */
#include "mux/state.h"

/* Without the C/R bit. */
enum message {
    PARAMETERS = 0x81,
    CLOSE_DOWN = 0xc1,
    POWER_SAVING = 0x41,
    TEST = 0x21,
    FLOW_ON = 0xa1,
    FLOW_OFF = 0x61,
    MODEM_STATUS = 0xe1,
    NOT_SUPPORTED = 0x11,
    SERVICE = 0xd1
};

enum { COMMAND = 0x02, LAST = 0x01, PARAMETERS_LEN = 8, LENGTH_OCTETS_MAX = 2 };

/* DLCI, convergence layer, priority, T1, N1 in two octets, N2, window (5.4.6.3.1).  The smaller N1
 * holds, for the DLCI's next opening. */
static void negotiate(struct mux *mux, struct span values)
{
    uint8_t answer[PARAMETERS_LEN];
    size_t dlci, asked;

    if (values.len != PARAMETERS_LEN)
        return;
    memcpy(answer, values.data, PARAMETERS_LEN);
    dlci = answer[0] & MUX_DLCI_MAX;
    asked = (size_t)answer[4] | (size_t)answer[5] << 8;
    if (asked == 0 || asked > mux->config.frame_max)
        asked = mux->config.frame_max;
    mux->agreed[dlci] = asked;
    answer[4] = (uint8_t)asked;
    answer[5] = (uint8_t)(asked >> 8);
    mux_say(mux, PARAMETERS, false, span_at(answer, sizeof(answer)));
}

/* The circuits of one DLCI as the host drives them. */
static void take_status(struct mux *mux, struct span values)
{
    struct mux_line *line;
    size_t dlci;

    if (values.len < 2)
        return;
    dlci = values.data[0] >> 2;
    line = mux->lines[dlci];
    mux_say(mux, MODEM_STATUS, false, values);
    if (line == NULL)
        return;
    line->waits = (values.data[1] & SIGNAL_WAIT) != 0;
    line->terminal->ops->set_dtr(line->terminal, (values.data[1] & SIGNAL_RTC) != 0);
}

static void take(struct mux *mux, uint8_t type, struct span values)
{
    uint8_t command = type | COMMAND;

    switch (type) {
    case PARAMETERS:
        negotiate(mux, values);
        return;
    case MODEM_STATUS:
        take_status(mux, values);
        return;
    case CLOSE_DOWN:
        mux->closing = true;
        break;
    case FLOW_ON:
        mux->all_wait = false;
        break;
    case FLOW_OFF:
        mux->all_wait = true;
        break;
    case TEST:
    case POWER_SAVING:
    case SERVICE:
        break;
    default:
        mux_say(mux, NOT_SUPPORTED, false, span_at(&command, 1));
        return;
    }
    mux_say(mux, type, false, values);
}

/* Of a message's length, which some hosts leave out where it is 0. */
static bool read_length(struct span *information, size_t *ret_len)
{
    size_t len = 0;

    for (unsigned i = 0; i < LENGTH_OCTETS_MAX && information->len > 0; i++) {
        uint8_t octet = information->data[0];

        *information = span_skip(*information, 1);
        len |= (size_t)(octet >> 1) << (7 * i);
        if ((octet & LAST) != 0) {
            *ret_len = len;
            return len <= information->len;
        }
    }
    *ret_len = 0;
    return len == 0;
}

void mux_control(struct mux *mux, struct span information)
{
    while (information.len > 0) {
        uint8_t type = information.data[0];
        size_t len;

        information = span_skip(information, 1);
        if (!read_length(&information, &len))
            return;
        if ((type & COMMAND) != 0) /* else it answers ours */
            take(mux, type & (uint8_t)~COMMAND, span_at(information.data, len));
        information = span_skip(information, len);
    }
}
