/* fibocom_phone.c: settings for messages and calls in which these modules differ from other
 * makers'.
 *
 * Source: docs/facts/messages-calls-sim.md §1, §7.
 */
#include "personalities/fibocom/fibocom.h"

#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/phone.h"

static const struct at_param characters_l610_params[] = {
    COMMON_CHARACTERS_PARAM("GSM,HEX,PCCP936,UCS2,IRA",
                            "(\"GSM\",\"HEX\",\"PCCP936\",\"UCS2\",\"IRA\")", "IRA"),
};
static const struct at_param characters_params[] = {
    COMMON_CHARACTERS_PARAM("IRA,GSM,UCS2", "(\"IRA\",\"GSM\",\"UCS2\")", "IRA"),
};
static const struct at_param tell_l610_params[] = {
    COMMON_TELL_PARAMS("0-2", "0-3", "0-2", FACT_TELL_MODE_PRESET, FACT_TELL_MESSAGE_PRESET),
};

static const struct at_param tell_params[] = {
    COMMON_TELL_PARAMS("0,1,2", "0,1,2,3", "0,1,2", FACT_TELL_MODE_PRESET,
                       FACT_TELL_MESSAGE_PRESET),
};

static const struct at_param store_l610_params[] = {
    COMMON_STORE_PARAMS("SM,ME", "(\"SM\",\"ME\")"),
};
static const struct at_param store_params[] = {
    COMMON_STORE_PARAMS("ME,MT,SM,SR", "(\"ME\",\"MT\",\"SM\",\"SR\")"),
};

static const struct at_param hang_up_params[] = {
    { .name = "mode", .max = 2, .bound = AT_BIND(phone, hang_up) },
};

static const struct at_command rows[] = {
    COMMON_ACTIVITY_ROW("(0,3,4)"),
    COMMON_STORES_ROW(store_l610_params, FIBOCOM_L610),
    COMMON_STORES_ROW(store_params, FIBOCOM_NL668),
    COMMON_FORMAT_ROW(AT_KEEP_PROFILE),
    COMMON_CHARACTERS_ROW(characters_l610_params, FIBOCOM_L610),
    COMMON_CHARACTERS_ROW(characters_params, FIBOCOM_NL668),
    COMMON_TELL_ROW(tell_l610_params, FIBOCOM_L610),
    COMMON_TELL_ROW(tell_params, FIBOCOM_NL668),
    COMMON_PACKET_EVENTS_ROW,
    { .name = "+CVHU",
      .help = "Whether ATH ends a voice call: with 1 it does not, AT+CHUP does.",
      .source = "docs/facts/messages-calls-sim.md §5; 27.007 6.20",
      .only_on = FIBOCOM_NL668,
      AT_PARAMS(hang_up_params),
      COMMON_SIM_RECORD },
    COMMON_LTE_SIGNAL_ROW("(0-62,99),(0-7,99),(255),(255),(0-34,255),(0-97,255)", 0),
};
const struct at_commands fibocom_phone = AT_GENERAL_COMMANDS(rows);
