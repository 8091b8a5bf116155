/* telit_multiplex.c: +CMUX as this maker has it. */
#include "personalities/common/multiplex.h"

#include "personalities/telit/telit.h"

/* All but two are of later products, whose hosts send them here as well. */
static const struct at_param params[] = { COMMON_CMUX_VALUES(0, true) };
static const struct at_command rows[] = {
    { .name = "+CMUX",
      .help = "Has the port carry several terminals, in frames of 3GPP TS 27.010.",
      .source = "docs/facts/mqtt-mux-ppp.md §3",
      AT_PARAMS(params),
      .set = common_multiplex_set,
      .read = common_multiplex_read },
};
const struct at_commands telit_multiplex = AT_GENERAL_COMMANDS(rows);
