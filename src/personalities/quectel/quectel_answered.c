/* quectel_answered.c: what hosts of these modules send at start-up and nothing follows from here.
 *
 * Source: docs/facts/quectel.md §5.2 and §8.
 */
#include "personalities/quectel/quectel.h"

static enum at_status answer(struct at_session *at, const char *text)
{
    at_info(at, "%s", text);
    return AT_OK;
}

static enum at_status read_message_store(struct at_session *at)
{
    return answer(at, "+CPMS: \"SM\",0,50,\"SM\",0,50,\"SM\",0,50");
}

#define ANSWERED(text, say)                                                                        \
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §5.2", .free_form = true,      \
    .coverage = AT_ANSWERED

static const struct at_command rows[] = {
    { ANSWERED("+QSCLK", "Sleep of the module.") },
    { ANSWERED("+QENG", "Engineering mode.") },
    { ANSWERED("+QAUDCH", "Audio channel.") },
    { ANSWERED("+CPMS", "Store of messages: empty."), .read = read_message_store },
    { ANSWERED("+CMGL", "Lists messages: none.") },
    { ANSWERED("+CMGR", "Reads a message: none.") },
    { ANSWERED("+CMGD", "Deletes messages: none.") },
    { ANSWERED("+CLCC", "Lists calls: none.") },
    { ANSWERED("+QSIMDET", "Detection of the SIM.") },
    { ANSWERED("+QREFUSECS", "Refusal of calls and messages.") },
    { ANSWERED("+QISERVER", "A socket that waits for peers; none will come.") },
    { ANSWERED("+QSRVC", "Kind of such a socket.") },
    { ANSWERED("+QCFG", "Settings of later firmware.") },
    { ANSWERED("+QINDRI", "Use of circuit RI.") },
    { ANSWERED("+QEXTUNSOL", "More unsolicited lines.") },
};
const struct at_commands quectel_answered = AT_GENERAL_COMMANDS(rows);
