/* phone.h: rows of 27.005 and 27.007 for messages and calls in which makers differ by a list, a
 * factory value, or what is kept. */
#ifndef PERSONALITIES_COMMON_PHONE_H
#define PERSONALITIES_COMMON_PHONE_H

#include "module/phone.h"
#include "at/command.h"
#include "module/module.h"

/* The rows that are the same of all makers. */
extern const struct at_commands common_phone;

/* The same for calls. */
extern const struct at_commands common_calls;

/* The same for short messages. */
extern const struct at_commands common_messages;

/* The same for what hosts write and send. */
extern const struct at_commands common_message_writing;

/* The same for +CNMA. */
extern const struct at_commands common_acknowledging;

/* What all modules have and this program does not. */
extern const struct at_commands common_refused;

/* Removes messages of these states, a bit each of enum message_state: the result of a command. */
enum at_status common_remove_messages(struct at_session *at, unsigned states);

/* True of digits, at most PHONE_NUMBER_MAX, with a + in front of them or not. */
bool common_is_number(struct span text);

/* 27.005 3.2.5: what these rows' at_refuse() takes, as +CMS ERROR. */
enum cms {
    CMS_REJECTED = 21,
    CMS_NOT_ALLOWED = 302,
    CMS_NOT_SUPPORTED = 303,
    CMS_PDU_INVALID = 304,
    CMS_TEXT_INVALID = 305,
    CMS_SIM_ABSENT = 310,
    CMS_SIM_PIN = 311,
    CMS_SIM_PUK = 316,
    CMS_MEMORY_FAILURE = 320,
    CMS_INDEX_INVALID = 321,
    CMS_MEMORY_FULL = 322,
    CMS_CENTRE_UNKNOWN = 330,
    CMS_NO_NETWORK = 331,
    CMS_TIMEOUT = 332,
    CMS_NO_ACKNOWLEDGEMENT = 340
};

/* `message_error_text` of a dialect. */
const char *common_message_error_text(int code);

/* `set` of +CMGR, for a maker whose answer to an empty place is another. */
enum at_status common_set_read_message(struct at_session *at, const struct at_args *args);

enum { COMMON_READ_PARAMS = 1 };
extern const struct at_param common_read_params[COMMON_READ_PARAMS];

/* `set` and `read` of +CPMS: under each name it is the same store. */
enum at_status common_set_stores(struct at_session *at, const struct at_args *args);

/* As above. */
enum at_status common_read_stores(struct at_session *at);

/* `record` of rows that bind struct phone_settings of the port; `index` does not matter. */
void *common_phone_record(struct at_session *at, size_t index);

/* `make_record` of them. */
void *common_phone_make_record(struct at_session *at, size_t index);

/* Those settings as they are now. */
struct phone_settings common_phone_settings(struct at_session *at);

/* `record` of rows that bind struct phone of the modem; `index` does not matter. */
void *common_sim_record(struct at_session *at, size_t index);

/* `make_record` of them. */
void *common_sim_make_record(struct at_session *at, size_t index);

/* Those settings as they are now. */
struct phone common_sim_settings(struct at_session *at);

/* Both of a row. */
#define COMMON_PHONE_RECORD .record = common_phone_record, .make_record = common_phone_make_record
#define COMMON_SIM_RECORD   .record = common_sim_record, .make_record = common_sim_make_record

/* What LTE measures here: RSRP, below the strength that +CSQ shows, and RSRQ. */
enum { COMMON_LTE_POWER_DB = -20, COMMON_LTE_QUALITY_DB = -10 };

/* 27.007 <type> of a number: 145 with a + in front, else 129; 128 of none or NULL. */
int common_number_type(const char *number);

/* What comes in, for a personality's `phone`. */
extern const struct module_phone_ops common_phone_ops;

/* `run` of +CESQ: signal as LTE measures it, for the models that have that. */
enum at_status common_run_lte_signal(struct at_session *at);

/* `set` of +CCFC: nothing is forwarded here, so that can be asked and be ended. */
enum at_status common_set_forwarding(struct at_session *at, const struct at_args *args);

enum { COMMON_FORMAT_PARAMS = 1, COMMON_FORWARDING_PARAMS = 6, COMMON_PACKET_EVENT_PARAMS = 2 };
extern const struct at_param common_format_params[COMMON_FORMAT_PARAMS];
extern const struct at_param common_forwarding_params[COMMON_FORWARDING_PARAMS];
extern const struct at_param common_packet_event_params[COMMON_PACKET_EVENT_PARAMS];

/* +CSCS: `choices` without quotes, by comma, and `listed` as `=?` shows them; `factory` is the one
 * from the start. */
#define COMMON_CHARACTERS_PARAM(choices, listed, factory)                                          \
    {                                                                                              \
        .name = "chset", .type = AT_STRING, .min = 2, .max = PHONE_CHARACTERS_MAX,                 \
        .words = (choices), .values = (listed), .preset_text = (factory),                          \
        .bound = AT_BIND(phone_settings, characters)                                               \
    }

/* +CNMI: the values of <mode>, <mt> and <ds>, and facts that are the factory values of the first
 * two. */
#define COMMON_TELL_PARAMS(modes, messages, reports, mode_factory, message_factory)                \
    { .name = "mode",                                                                              \
      .values = (modes),                                                                           \
      .preset = (mode_factory),                                                                    \
      .bound = AT_BIND(phone_settings, tell_mode) },                                               \
        { .name = "mt",                                                                            \
          .optional = true,                                                                        \
          .values = (messages),                                                                    \
          .preset = (message_factory),                                                             \
          .bound = AT_BIND(phone_settings, tell_message) },                                        \
        { .name = "bm",                                                                            \
          .optional = true,                                                                        \
          .values = "0,2",                                                                         \
          .bound = AT_BIND(phone_settings, tell_broadcast) },                                      \
        { .name = "ds",                                                                            \
          .optional = true,                                                                        \
          .values = (reports),                                                                     \
          .bound = AT_BIND(phone_settings, tell_report) },                                         \
    {                                                                                              \
        .name = "bfr", .optional = true, .values = "0,1",                                          \
        .bound = AT_BIND(phone_settings, tell_waiting)                                             \
    }

/* +CPMS of the models with these features, 0: of all: the names without quotes, and as `=?` shows
 * them. */
#define COMMON_STORE_PARAM(text, choices, listed, left_out, member)                                \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .optional = (left_out), .min = 2,                       \
        .max = PHONE_STORE_MAX, .words = (choices), .values = (listed), .preset_text = "SM",       \
        .bound = AT_BIND(phone_settings, member)                                                   \
    }
#define COMMON_STORE_PARAMS(choices, listed)                                                       \
    COMMON_STORE_PARAM("mem1", choices, listed, false, store_read),                                \
        COMMON_STORE_PARAM("mem2", choices, listed, true, store_write),                            \
        COMMON_STORE_PARAM("mem3", choices, listed, true, store_receive)
#define COMMON_STORES_ROW(parameters, features)                                                    \
    {                                                                                              \
        .name = "+CPMS", .help = "Store of messages: ten places here.",                            \
        .source = "docs/facts/messages-calls-sim.md §1", .only_on = (features),                    \
        .message_error = CMS_TEXT_INVALID, AT_PARAMS(parameters), COMMON_PHONE_RECORD,             \
        .set = common_set_stores, .read = common_read_stores                                       \
    }

/* A row that keeps values of the port by &W, or not: `kept` is an enum at_keep. */
#define COMMON_PHONE_ROW(text, say, where, parameters, kept)                                       \
    {                                                                                              \
        .name = (text), .help = (say), .source = (where), AT_PARAMS(parameters), .keep = (kept),   \
        COMMON_PHONE_RECORD                                                                        \
    }

/* +CMGF, +CNMI (of the models with these features, 0: of all) and +CGEREP. */
#define COMMON_FORMAT_ROW(kept)                                                                    \
    COMMON_PHONE_ROW("+CMGF", "Format of messages: PDU or text.",                                  \
                     "docs/facts/messages-calls-sim.md §1", common_format_params, kept)
#define COMMON_TELL_ROW(parameters, features)                                                      \
    {                                                                                              \
        .name = "+CNMI", .help = "How messages that come in are told.",                            \
        .source = "docs/facts/messages-calls-sim.md §1", .only_on = (features),                    \
        AT_PARAMS(parameters), .keep = AT_KEEP_PROFILE, COMMON_PHONE_RECORD,                       \
        .changed = message_tell_changed                                                            \
    }
#define COMMON_PACKET_EVENTS_ROW                                                                   \
    {                                                                                              \
        .name = "+CGEREP", .help = "Report of packet events; none is told.",                       \
        .source = "27.007 10.1.19", .coverage = AT_ANSWERED,                                       \
        AT_PARAMS(common_packet_event_params), COMMON_PHONE_RECORD                                 \
    }

/* +CSCS and +CESQ of the models with these features; 0: of all. */
#define COMMON_CHARACTERS_ROW(parameters, features)                                                \
    {                                                                                              \
        .name = "+CSCS", .help = "Character set of texts and numbers.",                            \
        .source = "docs/facts/messages-calls-sim.md §1", .only_on = (features),                    \
        AT_PARAMS(parameters), .keep = AT_KEEP_PROFILE, COMMON_PHONE_RECORD                        \
    }
#define COMMON_LTE_SIGNAL_ROW(ranges, features)                                                    \
    {                                                                                              \
        .name = "+CESQ", .help = "Signal quality of LTE.",                                         \
        .source = "docs/facts/messages-calls-sim.md §7", .only_on = (features),                    \
        .test_text = (ranges), .run = common_run_lte_signal                                        \
    }

#endif
