/* quectel_phone.c: settings for messages and calls in which these modules differ from other
 * makers'.
 *
 * Source: docs/facts/messages-calls-sim.md §1.
 */
#include "personalities/quectel/quectel.h"

#include "module/messages.h"
#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/phone.h"

#define SHEET "docs/facts/messages-calls-sim.md "

static const struct at_param characters_params[] = {
    COMMON_CHARACTERS_PARAM("GSM,HEX,IRA,PCCP,UCS2,8859-1",
                            "(\"GSM\",\"HEX\",\"IRA\",\"PCCP\",\"UCS2\",\"8859-1\")", "GSM"),
};
static const struct at_param tell_params[] = {
    COMMON_TELL_PARAMS("0-2", "0-3", "0-2", FACT_TELL_MODE_PRESET, FACT_TELL_MESSAGE_PRESET),
};

static const struct at_param store_params[] = {
    COMMON_STORE_PARAMS("SM,ME,MT", "(\"SM\",\"ME\",\"MT\")"),
};

static enum at_status read_message(struct at_session *at, const struct at_args *args)
{
    bool is_empty = messages_at(module_of(at), (size_t)args->list[0].number) == NULL;

    return is_empty ? AT_OK : common_set_read_message(at, args);
}

/* What is deleted, in words of text mode and as its number. */
static const struct {
    const char *words, *number;
    unsigned states;
} deletions[] = {
    { "DEL READ", "1", 1 << MESSAGE_READ },
    { "DEL UNREAD", "2", 1 << MESSAGE_UNREAD },
    { "DEL SENT", "3", 1 << MESSAGE_SENT },
    { "DEL UNSENT", "4", 1 << MESSAGE_UNSENT },
    { "DEL INBOX", "5", 1 << MESSAGE_READ | 1 << MESSAGE_UNREAD },
    { "DEL ALL", "6",
      1 << MESSAGE_READ | 1 << MESSAGE_UNREAD | 1 << MESSAGE_SENT | 1 << MESSAGE_UNSENT },
};

enum { DELETIONS = sizeof(deletions) / sizeof(deletions[0]) };

static enum at_status set_delete_all(struct at_session *at, const struct at_args *args)
{
    bool is_text = common_phone_settings(at).format == 1;

    for (size_t i = 0; i < DELETIONS; i++) {
        if (span_equal(args->list[0].text,
                       span_of(is_text ? deletions[i].words : deletions[i].number)))
            return common_remove_messages(at, deletions[i].states);
    }
    return at_refuse(at, is_text ? CMS_TEXT_INVALID : CMS_PDU_INVALID,
                     "with +CMGF=1 it takes \"DEL READ\", \"DEL UNREAD\", \"DEL SENT\", "
                     "\"DEL UNSENT\", \"DEL INBOX\", \"DEL ALL\", else 1 to 6");
}

static enum at_status test_delete_all(struct at_session *at)
{
    at_info(at, common_phone_settings(at).format == 1
                    ? "+QMGDA: (\"DEL READ\",\"DEL UNREAD\",\"DEL SENT\",\"DEL UNSENT\","
                      "\"DEL INBOX\",\"DEL ALL\")"
                    : "+QMGDA: (1-6)");
    return AT_OK;
}

static const struct at_param delete_all_params[] = {
    { .name = "type", .type = AT_STRING, .min = 1, .max = 10 },
};

static const struct at_command rows[] = {
    { .name = "+QMGDA",
      .help = "Deletes all messages of a kind.",
      .source = SHEET "§2",
      .message_error = CMS_TEXT_INVALID,
      AT_PARAMS(delete_all_params),
      .set = set_delete_all,
      .test = test_delete_all },
    { .name = "+CMGR",
      .help = "Reads a message; an empty place is OK alone.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(common_read_params),
      .test_text = "",
      .set = read_message },
    COMMON_ACTIVITY_ROW("(0,2,3,4)"),
    COMMON_STORES_ROW(store_params, 0),
    COMMON_FORMAT_ROW(AT_KEEP_PROFILE),
    COMMON_CHARACTERS_ROW(characters_params, 0),
    COMMON_TELL_ROW(tell_params, 0),
    COMMON_PACKET_EVENTS_ROW,
    { .name = "+CCFC",
      .help = "Forwarding of calls: none.",
      .source = "27.007 7.11",
      AT_PARAMS(common_forwarding_params),
      .test_text = "(0-5)",
      .set = common_set_forwarding },
};
const struct at_commands quectel_phone = AT_GENERAL_COMMANDS(rows);
