/* telit_phone.c: settings for messages and calls in which these modules differ from other makers'.
 *
 * Source: docs/facts/messages-calls-sim.md §1, §7.
 */
#include "personalities/telit/telit.h"

#include "personalities/common/call.h"
#include "personalities/common/common.h"
#include "personalities/common/message_arrival.h"
#include "personalities/common/phone.h"

static const struct at_param characters_params[] = {
    COMMON_CHARACTERS_PARAM("GSM,IRA,8859-1,PCCP437,UCS2",
                            "(\"GSM\",\"IRA\",\"8859-1\",\"PCCP437\",\"UCS2\")", "IRA"),
};
static const struct at_param tell_params[] = {
    COMMON_TELL_PARAMS("0-3", "0-3", "0-2", FACT_TELL_MODE_PRESET, FACT_TELL_MESSAGE_PRESET),
};

/* 27.007 5.9: 12 GSM, 22 UTRAN, 25 all of them, 28 E-UTRAN. */
enum { RADIO_GSM = 12, RADIO_ALL = 25 };

#define RADIO(choices, factory)                                                                    \
    {                                                                                              \
        {                                                                                          \
            .name = "n", .values = (choices), .preset = (factory), .bound = AT_BIND(phone, radio)  \
        }                                                                                          \
    }
static const struct at_param radio_2g_params[] = RADIO("12", RADIO_GSM);
static const struct at_param radio_3g_params[] = RADIO("12,22,25", RADIO_ALL);
static const struct at_param radio_4g_params[] = RADIO("12,22,25,28", RADIO_ALL);

#define RADIO_ROW(parameters, generation)                                                          \
    {                                                                                              \
        .name = "+WS46", .help = "Radio access technology that the module looks for.",             \
        .source = "27.007 5.9", .coverage = AT_ANSWERED, .only_on = (generation),                  \
        AT_PARAMS(parameters), .keep = AT_KEEP_NVM, COMMON_SIM_RECORD                              \
    }

static const struct at_param store_params[] = {
    COMMON_STORE_PARAMS("SM", "(\"SM\")"),
};

static const struct at_command rows[] = {
    COMMON_ACTIVITY_ROW("(0-4)"),
    COMMON_STORES_ROW(store_params, 0),
    COMMON_FORMAT_ROW(AT_KEEP_NOT),
    COMMON_CHARACTERS_ROW(characters_params, 0),
    COMMON_TELL_ROW(tell_params, 0),
    RADIO_ROW(radio_2g_params, TELIT_2G),
    RADIO_ROW(radio_3g_params, TELIT_3G),
    RADIO_ROW(radio_4g_params, TELIT_4G),
    COMMON_LTE_SIGNAL_ROW("(0-63,99),(0-7,99),(0-96,255),(0-34,255),(0-97,255)", TELIT_4G),
};
const struct at_commands telit_phone = AT_GENERAL_COMMANDS(rows);
