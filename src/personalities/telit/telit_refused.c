/* telit_refused.c: commands of both guides that these modems answer as if they did not have them.
 */
#include "personalities/telit/telit.h"

#define REFUSED(text, say, where)                                                                  \
    {                                                                                              \
        .name = (text), .help = (say), .source = (where), .coverage = AT_REFUSED                   \
    }

static const struct at_command rows[] = {
    { .name = "#SSLFASTD",
      .help = "Resumption: not on this platform.",
      .source = "1vv0300989 r12 §5.3",
      .only_on = TELIT_3G | TELIT_4G,
      .coverage = AT_REFUSED },
    REFUSED("#GPIO", "Pins of the module: there are none.", "80617ST10991A r4"),
    REFUSED("#CBC", "Voltage of the battery: +CBC has its state.",
            "docs/facts/messages-calls-sim.md §7"),
    REFUSED("#BASE64", "Codes the data of a socket: no source says how.",
            "docs/facts/telit-plain-sockets.md §4"),
    REFUSED("#SMSMODE", "How long texts are typed: a message is one.",
            "docs/facts/messages-calls-sim.md §2"),
    REFUSED("#EXECSCR", "Runs a script: there is no interpreter.", "docs/facts/telit.md §4.2"),
};
const struct at_commands telit_refused = AT_GENERAL_COMMANDS(rows);
