/* fibocom_phone.c: settings for messages and calls in which these modules differ from other
 * makers'.
 *
 * Source: docs/facts/messages-calls-sim.md §1, §7.
 */
#include "personalities/fibocom/fibocom.h"

#include "personalities/common/common.h"
#include "personalities/common/phone.h"

#define SHEET "docs/facts/messages-calls-sim.md "

static const struct at_param characters_l610_params[] = {
    COMMON_CHARACTERS_PARAM("GSM,HEX,PCCP936,UCS2,IRA",
                            "(\"GSM\",\"HEX\",\"PCCP936\",\"UCS2\",\"IRA\")", "IRA"),
};
static const struct at_param characters_params[] = {
    COMMON_CHARACTERS_PARAM("IRA,GSM,UCS2", "(\"IRA\",\"GSM\",\"UCS2\")", "IRA"),
};
static const struct at_param tell_params[] = {
    COMMON_TELL_PARAMS("0-2", FACT_TELL_MODE_PRESET, FACT_TELL_MESSAGE_PRESET),
};

#define CHARACTERS_ROW(parameters, family)                                                         \
    {                                                                                              \
        .name = "+CSCS", .help = "Character set of texts and numbers.", .source = SHEET "§1",      \
        .only_on = (family), AT_PARAMS(parameters), .keep = AT_KEEP_PROFILE, COMMON_PHONE_RECORD   \
    }

static const struct at_param store_params[] = {
    COMMON_STORE_PARAMS("SM,ME", "(\"SM\",\"ME\")"),
};

static const struct at_command rows[] = {
    COMMON_STORES_ROW(store_params),
    COMMON_PHONE_ROW("+CMGF", "Format of messages: PDU or text.", SHEET "§1", common_format_params,
                     AT_KEEP_PROFILE),
    CHARACTERS_ROW(characters_l610_params, FIBOCOM_L610),
    CHARACTERS_ROW(characters_params, FIBOCOM_NL668),
    COMMON_PHONE_ROW("+CNMI", "How new messages are told.", SHEET "§1", tell_params,
                     AT_KEEP_PROFILE),
    { .name = "+CGEREP",
      .help = "Report of packet events; none is told.",
      .source = "27.007 10.1.19",
      .coverage = AT_ANSWERED,
      AT_PARAMS(common_packet_event_params),
      COMMON_PHONE_RECORD },
    { .name = "+CESQ",
      .help = "Signal quality of LTE.",
      .source = SHEET "§7",
      .test_text = "(0-62,99),(0-7,99),(255),(255),(0-34,255),(0-97,255)",
      .run = common_run_lte_signal },
};
const struct at_commands fibocom_phone = AT_GENERAL_COMMANDS(rows);
