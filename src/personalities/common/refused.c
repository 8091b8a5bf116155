/* refused.c: commands of 27.005 and 27.007 that the modules have and this program does not.
 *
 * Source: docs/facts/messages-calls-sim.md.
 */
#include "personalities/common/phone.h"

#define SHEET "docs/facts/messages-calls-sim.md "

#define REFUSED(text, say, where)                                                                  \
    {                                                                                              \
        .name = (text), .help = (say), .source = (where), .coverage = AT_REFUSED                   \
    }

static const struct at_command rows[] = {
    REFUSED("+CSAS", "Keeps settings of messages: +CSCA is kept by each set.", SHEET "§1"),
    REFUSED("+CRES", "Restores what +CSAS has kept.", SHEET "§1"),
    REFUSED("+CIND", "Indicators: none is told.", SHEET "§9"),
    REFUSED("+CMER", "Report of indicators.", SHEET "§9"),
    REFUSED("+CUSD", "Asks a service of the network: there is none.", SHEET "§9"),
};
const struct at_commands common_refused = AT_GENERAL_COMMANDS(rows);
