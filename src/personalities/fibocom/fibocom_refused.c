/* fibocom_refused.c: commands that these modems answer as if they did not have them. */
#include "personalities/fibocom/fibocom.h"

#define REFUSED(text, say)                                                                         \
    {                                                                                              \
        .name = (text), .help = (say), .source = "docs/facts/fibocom.md §3",                       \
        .coverage = AT_REFUSED                                                                     \
    }

static const struct at_command rows[] = {
    REFUSED("+GTRNDIS", "There is no USB network here."),
};
const struct at_commands fibocom_refused = AT_GENERAL_COMMANDS(rows);
