/* multiplex.h: +CMUX (27.007 5.7): what a maker's row of it has. */
#ifndef PERSONALITIES_COMMON_MULTIPLEX_H
#define PERSONALITIES_COMMON_MULTIPLEX_H

#include "at/command.h"
#include "mux/frame.h"

/* <mode>, 0 to `mode_max`, and what follows it; makers show what is not `is_hidden`. */
#define COMMON_CMUX_VALUES(mode_max, is_hidden)                                                    \
    { .name = "mode", .min = 0, .max = (mode_max) },                                               \
        { .name = "subset", .optional = true, .min = 0, .max = 0 },                                \
        COMMON_CMUX_VALUE("port_speed", 1, 6, is_hidden),                                          \
        COMMON_CMUX_VALUE("N1", 1, MUX_INFORMATION_MAX, is_hidden),                                \
        COMMON_CMUX_VALUE("T1", 1, 255, is_hidden), COMMON_CMUX_VALUE("N2", 0, 100, is_hidden),    \
        COMMON_CMUX_VALUE("T2", 2, 255, is_hidden), COMMON_CMUX_VALUE("T3", 1, 255, is_hidden),    \
        COMMON_CMUX_VALUE("k", 1, 7, is_hidden)
#define COMMON_CMUX_VALUE(text, least, most, is_hidden)                                            \
    {                                                                                              \
        .name = (text), .optional = true, .hidden = (is_hidden), .min = (least), .max = (most)     \
    }

/* `set` of the row: multiplexes the port once it has answered. */
enum at_status common_multiplex_set(struct at_session *at, const struct at_args *args);

/* `read` of the row: the values that are not hidden, as they are on this port, or would be. */
enum at_status common_multiplex_read(struct at_session *at);

#endif
