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

static enum at_status read_service_centre(struct at_session *at)
{
    return answer(at, "+CSCA: \"\",129");
}

static enum at_status read_message_store(struct at_session *at)
{
    return answer(at, "+CPMS: \"SM\",0,50,\"SM\",0,50,\"SM\",0,50");
}

static enum at_status read_message_format(struct at_session *at)
{
    return answer(at, "+CMGF: 0");
}

static enum at_status read_character_set(struct at_session *at)
{
    return answer(at, "+CSCS: \"GSM\"");
}

static enum at_status run_last_cause(struct at_session *at)
{
    return answer(at, "+CEER: No Error");
}

#define ANSWERED(text, say)                                                                        \
    .name = (text), .help = (say), .source = "docs/facts/quectel.md §5.2", .free_form = true,      \
    .coverage = AT_ANSWERED

static const struct at_command rows[] = {
    { ANSWERED("+QSCLK", "Sleep of the module.") },
    { ANSWERED("+QENG", "Engineering mode.") },
    { ANSWERED("+QAUDCH", "Audio channel.") },
    { ANSWERED("+CMGF", "Format of messages."), .read = read_message_format },
    { ANSWERED("+CSCS", "Character set."), .read = read_character_set },
    { ANSWERED("+CNMI", "Report of messages.") },
    { ANSWERED("+CSCA", "Service centre of messages."), .read = read_service_centre },
    { ANSWERED("+CPMS", "Store of messages: empty."), .read = read_message_store },
    { ANSWERED("+CMGL", "Lists messages: none.") },
    { ANSWERED("+CMGR", "Reads a message: none.") },
    { ANSWERED("+CMGD", "Deletes messages: none.") },
    { ANSWERED("+CLIP", "Number of a caller.") },
    { ANSWERED("+COLP", "Number that was reached.") },
    { ANSWERED("+CLCC", "Lists calls: none.") },
    { ANSWERED("+CGEREP", "Report of packet events.") },
    { ANSWERED("+QSIMDET", "Detection of the SIM.") },
    { ANSWERED("+CEER", "Cause of the last failure."), .run = run_last_cause },
    { ANSWERED("+CCFC", "Forwarding of calls.") },
    { ANSWERED("+QREFUSECS", "Refusal of calls and messages.") },
    { ANSWERED("+QISERVER", "A socket that waits for peers; none will come.") },
    { ANSWERED("+QSRVC", "Kind of such a socket.") },
    { ANSWERED("+QCFG", "Settings of later firmware.") },
    { ANSWERED("+QINDRI", "Use of circuit RI.") },
    { ANSWERED("+QEXTUNSOL", "More unsolicited lines.") },
};
const struct at_commands quectel_answered = AT_GENERAL_COMMANDS(rows);
