/* fibocom_refused.c: commands that these modems answer as if they did not have them. */
#include "personalities/fibocom/fibocom.h"

#define REFUSED(text, say)                                                                         \
    {                                                                                              \
        .name = (text), .help = (say), .source = "docs/facts/fibocom.md §3",                       \
        .coverage = AT_REFUSED                                                                     \
    }

static const struct at_command rows[] = {
    REFUSED("+GTRNDIS", "There is no USB network here."),
    { .name = "+HMPKS",
      .help = "Certificates for Huawei's cloud: +GTSSLFILE takes them.",
      .source = "docs/facts/mqtt-mux-ppp.md §1.1",
      .only_on = FIBOCOM_L610,
      .coverage = AT_REFUSED,
      .secret = true },
};
const struct at_commands fibocom_refused = AT_GENERAL_COMMANDS(rows);
