/* quectel_refused.c: commands that these modules answer as if they did not have them. */
#include "personalities/quectel/quectel.h"

#define REFUSED(text, say, where)                                                                  \
    {                                                                                              \
        .name = (text), .help = (say), .source = (where), .coverage = AT_REFUSED                   \
    }

static const struct at_command rows[] = {
    REFUSED("+QSRVC", "Another name of +QISRVC, which hosts of these modules do not need.",
            "docs/facts/quectel.md §2.2"),
    REFUSED("+QENG", "Engineering mode: there are no cells to tell of.",
            "docs/facts/quectel.md §5.2"),
    REFUSED("+QMOSTAT", "Lines of a call that is dialled: there is nobody to call.",
            "docs/facts/messages-calls-sim.md §5"),
    REFUSED("+QCFG", "Settings of later firmware.", "docs/facts/quectel.md §2.2"),
    REFUSED("+QEXTUNSOL", "More unsolicited lines: none of them would come.",
            "docs/facts/quectel.md §2.2"),
    REFUSED("+QIGETERROR", "Not of this family.", "docs/facts/quectel.md §6"),
    REFUSED("+QLOCCFG", "No location service.", "docs/facts/quectel.md §2.1"),
    REFUSED("+QCELLLOC", "No location service.", "docs/facts/quectel.md §2.1"),
};
const struct at_commands quectel_refused = AT_GENERAL_COMMANDS(rows);
