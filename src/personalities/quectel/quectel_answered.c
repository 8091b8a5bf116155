/* quectel_answered.c: what hosts of these modules send at start-up and nothing follows from here.
 *
 * Source: docs/facts/quectel.md §5.2 and §8.
 */
#include "personalities/quectel/quectel.h"

#define ANSWERED(text, say)                                                                        \
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §5.2", .free_form = true,      \
    .coverage = AT_ANSWERED

static const struct at_command rows[] = {
    { ANSWERED("+QSCLK", "Sleep of the module.") },
    { ANSWERED("+QENG", "Engineering mode.") },
    { ANSWERED("+QAUDCH", "Audio channel.") },
    { ANSWERED("+QSIMDET", "Detection of the SIM.") },
    { ANSWERED("+QREFUSECS", "Refusal of calls and messages.") },
    { ANSWERED("+QISERVER", "A socket that waits for peers; none will come.") },
    { ANSWERED("+QSRVC", "Kind of such a socket.") },
    { ANSWERED("+QCFG", "Settings of later firmware.") },
    { ANSWERED("+QINDRI", "Use of circuit RI.") },
    { ANSWERED("+QEXTUNSOL", "More unsolicited lines.") },
};
const struct at_commands quectel_answered = AT_GENERAL_COMMANDS(rows);
