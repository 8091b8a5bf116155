/* phone.c: settings for messages and calls, and what a module says of itself on a phone network.
 *
 * Source: docs/facts/messages-calls-sim.md; 3GPP TS 27.005 and 27.007.
 */
#include "personalities/common/phone.h"

#include "module/identity.h"
#include "module/record.h"
#include "personalities/common/common.h"

#include <string.h>

#define SHEET "docs/facts/messages-calls-sim.md "

static const struct module_record_kind of_port = { sizeof(struct phone_settings), true,
                                                   common_phone_record };
static const struct module_record_kind of_sim = { sizeof(struct phone), false, common_sim_record };

void *common_phone_record(struct at_session *at, size_t index)
{
    return module_record_if(at, &of_port, index);
}

void *common_phone_make_record(struct at_session *at, size_t index)
{
    return module_record(at, &of_port, index);
}

struct phone_settings common_phone_settings(struct at_session *at)
{
    struct phone_settings settings;

    module_record_read(at, &of_port, 0, &settings);
    return settings;
}

void *common_sim_record(struct at_session *at, size_t index)
{
    return module_record_if(at, &of_sim, index);
}

void *common_sim_make_record(struct at_session *at, size_t index)
{
    return module_record(at, &of_sim, index);
}

struct phone common_sim_settings(struct at_session *at)
{
    struct phone settings;

    module_record_read(at, &of_sim, 0, &settings);
    return settings;
}

enum { CENTRE_NUMBER, CENTRE_TYPE };

enum { TYPE_WITHHELD = 128, TYPE_UNKNOWN = 129, TYPE_INTERNATIONAL = 145 };

int common_number_type(const char *number)
{
    if (number == NULL || number[0] == '\0')
        return TYPE_WITHHELD;
    return number[0] == '+' ? TYPE_INTERNATIONAL : TYPE_UNKNOWN;
}

bool common_is_number(struct span text)
{
    size_t from = text.len > 0 && text.data[0] == '+' ? 1 : 0;

    for (size_t i = from; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.len > from && text.len - from <= PHONE_NUMBER_MAX;
}

/* The type follows from the number where it is not given. */
static enum at_status set_centre(struct at_session *at, const struct at_args *args)
{
    struct at_args all = *args;
    struct at_arg *type = &all.list[CENTRE_TYPE];
    struct span number = args->list[CENTRE_NUMBER].text;

    if (number.len > 0 && !common_is_number(number))
        return at_refuse(at, CME_NOT_ALLOWED, "<sca> has digits only, and a + in front of them");
    if (!type->given) {
        type->given = true;
        type->number = number.len > 0 && number.data[0] == '+' ? TYPE_INTERNATIONAL : TYPE_UNKNOWN;
    }
    return at_bind(at, &all);
}

/* 27.005 3.2.1: received, sent and broadcast messages are there. */
#define SERVICES "1,1,1"

static enum at_status set_service(struct at_session *at, const struct at_args *args)
{
    enum at_status status = at_bind(at, args);

    if (status == AT_OK)
        at_info(at, "+CSMS: %s", SERVICES);
    return status;
}

static enum at_status read_service(struct at_session *at)
{
    at_info(at, "+CSMS: %d,%s", (int)common_sim_settings(at).service, SERVICES);
    return AT_OK;
}

/* 27.007 8.5, 8.69: in steps of 2 dB from -113, of 0.5 dB from -20, and of 1 dB from -141. */
enum { SIGNAL_UNKNOWN = 99, LTE_UNKNOWN = 255 };

enum { LTE_QUALITY = 2 * (COMMON_LTE_QUALITY_DB + 20), LTE_POWER_0 = 141 - 113 };

enum at_status common_run_lte_signal(struct at_session *at)
{
    int signal = identity_signal(at);
    bool is_known = network_is_registered(&module_of(at)->network) && signal != SIGNAL_UNKNOWN;

    at_info(at, "+CESQ: 99,99,255,255,%d,%d", is_known ? LTE_QUALITY : LTE_UNKNOWN,
            is_known ? LTE_POWER_0 + COMMON_LTE_POWER_DB + 2 * signal : LTE_UNKNOWN);
    return AT_OK;
}

static enum at_status run_battery(struct at_session *at)
{
    at_info(at, "+CBC: 0,75");
    return AT_OK;
}

static enum at_status run_cause(struct at_session *at)
{
    at_info(at, "+CEER: No Error");
    return AT_OK;
}

/* The network's answer, which nobody asks for a call. */
static enum at_status read_caller(struct at_session *at)
{
    at_info(at, "+CLIP: %d,1", (int)common_phone_settings(at).caller);
    return AT_OK;
}

static enum at_status read_reached(struct at_session *at)
{
    at_info(at, "+COLP: %d,1", (int)common_phone_settings(at).reached);
    return AT_OK;
}

enum { FORWARDING_REASON, FORWARDING_MODE };

enum { FORWARDING_ENDS = 0, FORWARDING_IS_ASKED = 2, FORWARDING_IS_ERASED = 4 };

enum at_status common_set_forwarding(struct at_session *at, const struct at_args *args)
{
    switch (args->list[FORWARDING_MODE].number) {
    case FORWARDING_IS_ASKED:
        at_info(at, "+CCFC: 0,7");
        return AT_OK;
    case FORWARDING_ENDS:
    case FORWARDING_IS_ERASED:
        return AT_OK;
    default:
        return at_refuse(at, CME_NOT_SUPPORTED,
                         "the network here forwards no calls; allowed: 0, "
                         "2, 4");
    }
}

#define PORT(field) AT_BIND(phone_settings, field)
#define SIM(field)  AT_BIND(phone, field)

const struct at_param common_format_params[COMMON_FORMAT_PARAMS] = {
    { .name = "mode", .max = 1, .bound = PORT(format) },
};
const struct at_param common_forwarding_params[COMMON_FORWARDING_PARAMS] = {
    { .name = "reason", .max = 5 },
    { .name = "mode", .max = 4 },
    { .name = "number",
      .type = AT_STRING,
      .optional = true,
      .hidden = true,
      .max = PHONE_NUMBER_MAX },
    { .name = "type", .optional = true, .hidden = true, .max = 255 },
    { .name = "class", .optional = true, .hidden = true, .max = 255 },
    { .name = "subaddr",
      .type = AT_STRING,
      .optional = true,
      .hidden = true,
      .max = PHONE_NUMBER_MAX },
};
const struct at_param common_packet_event_params[COMMON_PACKET_EVENT_PARAMS] = {
    { .name = "mode", .max = 2, .bound = PORT(packet_events) },
    { .name = "bfr", .optional = true, .max = 1, .bound = PORT(packet_waited) },
};
static const struct at_param header_params[] = {
    { .name = "show", .max = 1, .bound = PORT(header) },
};
static const struct at_param caller_params[] = {
    { .name = "n", .max = 1, .bound = PORT(caller) },
};
static const struct at_param reached_params[] = {
    { .name = "n", .max = 1, .bound = PORT(reached) },
};
static const struct at_param kind_params[] = {
    { .name = "mode", .max = 1, .bound = PORT(kind) },
};
static const struct at_param class_params[] = {
    { .name = "class", .max = 0, .bound = PORT(fax_class) },
};
static const struct at_param centre_params[] = {
    { .name = "sca", .type = AT_STRING, .max = PHONE_NUMBER_MAX, .bound = SIM(centre) },
    { .name = "tosca",
      .optional = true,
      .values = "129,145",
      .preset = TYPE_UNKNOWN,
      .bound = SIM(centre_type) },
};
static const struct at_param service_params[] = {
    { .name = "service", .max = 1, .bound = SIM(service) },
};
static const struct at_param message_params[] = {
    { .name = "fo", .max = 255, .preset = 17, .bound = SIM(first_octet) },
    { .name = "vp", .optional = true, .max = 255, .preset = 167, .bound = SIM(validity) },
    { .name = "pid", .optional = true, .max = 255, .bound = SIM(protocol) },
    { .name = "dcs", .optional = true, .max = 255, .bound = SIM(coding) },
};

static const struct at_command rows[] = {
    COMMON_PHONE_ROW("+CSDH", "Whether messages in text form are shown with their whole header.",
                     SHEET "§1", header_params, AT_KEEP_PROFILE),
    COMMON_PHONE_ROW("+CRC", "Whether a call rings with its kind.", SHEET "§5", kind_params,
                     AT_KEEP_NOT),
    COMMON_PHONE_ROW("+FCLASS", "Kind of calls: data, and no fax.", "V.250 6.1.1", class_params,
                     AT_KEEP_NOT),
    { .name = "+CLIP",
      .help = "Whether a call rings with its number.",
      .source = SHEET "§5",
      AT_PARAMS(caller_params),
      .keep = AT_KEEP_PROFILE,
      COMMON_PHONE_RECORD,
      .read = read_caller },
    { .name = "+COLP",
      .help = "Whether a call tells the number that it has reached; no call reaches one here.",
      .source = "27.007 7.8",
      .coverage = AT_ANSWERED,
      AT_PARAMS(reached_params),
      COMMON_PHONE_RECORD,
      .read = read_reached },
    { .name = "+CSCA",
      .help = "Service centre of messages.",
      .source = SHEET "§1",
      AT_PARAMS(centre_params),
      .test_text = "",
      .keep = AT_KEEP_NVM,
      COMMON_SIM_RECORD,
      .set = set_centre },
    { .name = "+CSMP",
      .help = "What messages that are sent in text form have in their header.",
      .source = SHEET "§1",
      AT_PARAMS(message_params),
      .test_text = "",
      COMMON_SIM_RECORD },
    { .name = "+CSMS",
      .help = "Which services of messages there are; with 1 what +CMT shows wants +CNMA.",
      .source = SHEET "§1",
      .message_error = CMS_NOT_SUPPORTED,
      AT_PARAMS(service_params),
      COMMON_SIM_RECORD,
      .set = set_service,
      .read = read_service },
    { .name = "+CBC",
      .help = "State of the battery.",
      .source = SHEET "§7",
      .test_text = "(0-3),(0-100)",
      .run = run_battery,
      .read = run_battery },
    { .name = "+CEER",
      .help = "Cause of the last failure.",
      .source = SHEET "§5",
      .run = run_cause },
};
const struct at_commands common_phone = AT_GENERAL_COMMANDS(rows);
