/* quectel_phone.c: settings for messages and calls in which these modules differ from other
 * makers'.
 *
 * Source: docs/facts/messages-calls-sim.md §1.
 */
#include "personalities/quectel/quectel.h"

#include "module/messages.h"
#include "personalities/common/common.h"
#include "personalities/common/phone.h"

#define SHEET "docs/facts/messages-calls-sim.md "

static const struct at_param characters_params[] = {
    COMMON_CHARACTERS_PARAM("GSM,HEX,IRA,PCCP,UCS2,8859-1",
                            "(\"GSM\",\"HEX\",\"IRA\",\"PCCP\",\"UCS2\",\"8859-1\")", "GSM"),
};
static const struct at_param tell_params[] = {
    COMMON_TELL_PARAMS("0-2", FACT_TELL_MODE_PRESET, FACT_TELL_MESSAGE_PRESET),
};

static const struct at_param store_params[] = {
    COMMON_STORE_PARAMS("SM,ME,MT", "(\"SM\",\"ME\",\"MT\")"),
};

static enum at_status read_message(struct at_session *at, const struct at_args *args)
{
    bool is_empty = messages_at(module_of(at), (size_t)args->list[0].number) == NULL;

    return is_empty ? AT_OK : common_set_read_message(at, args);
}

static const struct at_command rows[] = {
    { .name = "+CMGR",
      .help = "Reads a message; an empty place is OK alone.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(common_read_params),
      .test_text = "",
      .set = read_message },
    COMMON_STORES_ROW(store_params),
    COMMON_FORMAT_ROW(AT_KEEP_PROFILE),
    COMMON_CHARACTERS_ROW(characters_params, 0),
    COMMON_TELL_ROW(tell_params),
    COMMON_PACKET_EVENTS_ROW,
    { .name = "+CCFC",
      .help = "Forwarding of calls: none.",
      .source = "27.007 7.11",
      AT_PARAMS(common_forwarding_params),
      .test_text = "(0-5)",
      .set = common_set_forwarding },
};
const struct at_commands quectel_phone = AT_GENERAL_COMMANDS(rows);
