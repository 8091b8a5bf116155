/* messages.c: short messages: the store, what lists, reads, writes and deletes in it.
 *
 * Source: docs/facts/messages-calls-sim.md §1, §2; 3GPP TS 27.005.
 */
#include "module/messages.h"

#include "base/number.h"
#include "personalities/common/common.h"
#include "personalities/common/phone.h"

#include <stdio.h>
#include <string.h>

#define SHEET "docs/facts/messages-calls-sim.md "

const char *common_message_error_text(int code)
{
    switch (code) {
    case CMS_PDU_INVALID:
        return "invalid PDU mode parameter";
    case CMS_TEXT_INVALID:
        return "invalid text mode parameter";
    case CMS_MEMORY_FAILURE:
        return "memory failure";
    case CMS_INDEX_INVALID:
        return "invalid memory index";
    case CMS_MEMORY_FULL:
        return "memory full";
    default:
        return NULL;
    }
}

enum { LIST_ALL = 4, ENTRY_MAX = 2 * SMS_OCTETS_MAX + 120, PROMPT_TEXT_MAX = 400 };

static const char *const state_words[] = { "REC UNREAD", "REC READ", "STO UNSENT", "STO SENT",
                                           "ALL" };

enum { STATES = sizeof(state_words) / sizeof(state_words[0]) };

static bool is_text(struct at_session *at)
{
    return common_phone_settings(at).format == 1;
}

/* A <stat> as the format has it; STATES: there is none such. */
static size_t state_of(struct at_session *at, struct span typed)
{
    int32_t number;

    if (!is_text(at))
        return number_parse(typed, &number) && number < STATES ? (size_t)number : STATES;
    for (size_t i = 0; i < STATES; i++) {
        if (span_equal(typed, span_of(state_words[i])))
            return i;
    }
    return STATES;
}

/* ---- showing ---- */

static void add_service_centre(struct at_session *at, const struct sms *sms, struct text *out)
{
    struct phone phone = common_sim_settings(at);

    text_add(out, ",\"%s\",%d,%zu", phone.centre, (int)phone.centre_type, sms_tpdu_length(sms));
}

static const char *no_name(const struct at_session *at)
{
    const char *name = at_dialect_of(at)->no_name;

    return name != NULL ? name : "";
}

static void add_text_header(struct at_session *at, const struct message *message,
                            const struct sms_header *header, struct text *out)
{
    bool whole = common_phone_settings(at).header == 1;

    text_add(out, "\"%s\",\"%s\",%s", state_words[message->state], header->number, no_name(at));
    if (!header->submit)
        text_add(out, ",\"%s\"", header->time);
    if (!whole)
        return;
    text_add(out, ",%u,%u,%u,%u", header->number_type, header->first_octet, header->protocol,
             header->coding);
    if (header->submit)
        text_add(out, ",%u", header->validity);
    add_service_centre(at, &message->sms, out);
}

/* The header as +CMGR shows it, behind its name. */
static void add_header(struct at_session *at, const struct message *message, struct text *out)
{
    struct sms_header header;

    if (!is_text(at)) {
        text_add(out, "%d,%s,%zu", (int)message->state, no_name(at),
                 sms_tpdu_length(&message->sms));
        return;
    }
    if (sms_read(&message->sms, &header))
        add_text_header(at, message, &header, out);
}

static void add_body(struct at_session *at, const struct message *message, struct text *out)
{
    struct sms_header header;

    if (is_text(at)) {
        if (sms_read(&message->sms, &header))
            sms_show(&header, out);
        return;
    }
    for (size_t i = 0; i < message->sms.len; i++)
        text_add(out, "%02X", message->sms.octets[i]);
}

/* The message at a place, which is read now; `head` goes in front of its header. */
static void show(struct at_session *at, size_t place, const char *head, bool first)
{
    struct message *message = messages_at(module_of(at), place);
    char memory[ENTRY_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    text_add(&text, "%s", head);
    add_header(at, message, &text);
    if (first) {
        at_info(at, "%s", memory);
    } else {
        at_put(at, text_span(&text));
        at_put_line_end(at);
    }
    text_init(&text, memory, sizeof(memory));
    add_body(at, message, &text);
    at_put(at, text_span(&text));
    at_put_line_end(at);
    if (message->state == MESSAGE_UNREAD)
        message->state = MESSAGE_READ;
}

/* ---- +CMGL ---- */

/* Shows what is still to be listed, while there is room; true when nothing is left. */
static bool list_on(struct at_session *at)
{
    struct phone_task *listing = &terminal_of(at)->phone;

    for (; listing->place <= MESSAGE_PLACES; listing->place++) {
        const struct message *message = messages_at(module_of(at), listing->place);
        char head[24];

        if (message == NULL ||
            (listing->state != LIST_ALL && listing->state != (uint8_t)message->state))
            continue;
        if (listing->begun && at_answer_room(at) < ENTRY_MAX)
            return false;
        snprintf(head, sizeof(head), "+CMGL: %d,", (int)listing->place);
        show(at, listing->place, head, !listing->begun);
        listing->begun = true;
    }
    return true;
}

static void on_room(void *ctx)
{
    struct at_session *at = ctx;

    if (list_on(at))
        at_finish(at, AT_OK);
}

static enum at_status list(struct at_session *at, size_t state)
{
    terminal_of(at)->phone = (struct phone_task){ .place = 1, .state = (uint8_t)state };
    if (list_on(at))
        return AT_OK;
    at_long_answer(at, on_room, at);
    return AT_LATER;
}

static enum at_status run_list(struct at_session *at)
{
    return list(at, MESSAGE_UNREAD);
}

static enum at_status set_list(struct at_session *at, const struct at_args *args)
{
    size_t state = state_of(at, args->list[0].text);

    if (state == STATES)
        return at_refuse(at, is_text(at) ? CMS_TEXT_INVALID : CMS_PDU_INVALID,
                         "<stat> is \"REC UNREAD\", \"REC READ\", \"STO UNSENT\", \"STO SENT\" or "
                         "\"ALL\" with +CMGF=1, else 0 to 4");
    return list(at, state);
}

static enum at_status test_list(struct at_session *at)
{
    at_info(at, is_text(at)
                    ? "+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")"
                    : "+CMGL: (0-4)");
    return AT_OK;
}

/* ---- +CMGR, +CMGD ---- */

enum at_status common_set_read_message(struct at_session *at, const struct at_args *args)
{
    size_t place = (size_t)args->list[0].number;

    if (messages_at(module_of(at), place) == NULL)
        return at_refuse(at, CMS_INDEX_INVALID, "there is no message at this place");
    show(at, place, "+CMGR: ", true);
    return AT_OK;
}

enum { DELETE_ONE, DELETE_READ, DELETE_READ_AND_SENT, DELETE_ALL_BUT_UNREAD, DELETE_ALL };

static bool is_to_go(const struct message *message, int32_t flag)
{
    switch (message->state) {
    case MESSAGE_UNREAD:
        return flag == DELETE_ALL;
    case MESSAGE_READ:
        return flag >= DELETE_READ;
    case MESSAGE_SENT:
        return flag >= DELETE_READ_AND_SENT;
    case MESSAGE_UNSENT:
        return flag >= DELETE_ALL_BUT_UNREAD;
    }
    return false;
}

static enum at_status set_delete(struct at_session *at, const struct at_args *args)
{
    struct tlsmodem *modem = module_of(at);
    int32_t flag = args->list[1].given ? args->list[1].number : DELETE_ONE;

    if (flag == DELETE_ONE) {
        int32_t place = args->list[0].number;

        if (place < 1 || place > MESSAGE_PLACES)
            return at_refuse(at, CMS_INDEX_INVALID, "places are 1 to %d", MESSAGE_PLACES);
        messages_remove(modem, (size_t)place);
        return AT_OK;
    }
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        const struct message *message = messages_at(modem, place);

        if (message != NULL && is_to_go(message, flag))
            messages_remove(modem, place);
    }
    return AT_OK;
}

static enum at_status test_delete(struct at_session *at)
{
    char memory[64];
    const char *comma = "";
    struct text text;

    text_init(&text, memory, sizeof(memory));
    for (size_t place = 1; place <= MESSAGE_PLACES; place++) {
        if (messages_at(module_of(at), place) == NULL)
            continue;
        text_add(&text, "%s%zu", comma, place);
        comma = ",";
    }
    at_info(at, "+CMGD: (%s),(0-4)", memory);
    return AT_OK;
}

/* ---- +CMGW ---- */

enum { WRITE_WHAT, WRITE_TYPE, WRITE_STATE };

static enum at_status store(struct at_session *at, const struct sms *sms)
{
    const struct phone_task *writing = &terminal_of(at)->phone;
    size_t place;

    switch (messages_add(module_of(at), (enum message_state)writing->state, sms, &place)) {
    case ERR_OK:
        at_info(at, "+CMGW: %zu", place);
        return AT_OK;
    case ERR_FULL:
        return at_refuse(at, CMS_MEMORY_FULL, "all %d places are taken", MESSAGE_PLACES);
    default:
        return at_refuse_memory(at, CMS_MEMORY_FAILURE);
    }
}

static enum at_status on_text(struct at_session *at, struct span payload)
{
    struct phone phone = common_sim_settings(at);
    struct sms_form form = { .number = span_of(terminal_of(at)->phone.number),
                             .first_octet = (uint8_t)phone.first_octet,
                             .validity = (uint8_t)phone.validity,
                             .protocol = (uint8_t)phone.protocol };
    struct sms sms;

    if (!sms_submit(&form, payload, &sms))
        return at_refuse(at, CMS_TEXT_INVALID,
                         "the text has more than %d characters, or other than those of the default "
                         "alphabet; +CMGF=0 takes any message",
                         SMS_TEXT_MAX);
    return store(at, &sms);
}

static enum at_status on_pdu(struct at_session *at, struct span payload)
{
    size_t length = terminal_of(at)->phone.length;
    struct sms sms;

    while (payload.len > 0 &&
           (payload.data[payload.len - 1] == '\r' || payload.data[payload.len - 1] == '\n'))
        payload.len--;
    if (!sms_from_hex(payload, length, &sms))
        return at_refuse(at, CMS_PDU_INVALID,
                         "it is not the service centre and a TPDU of %zu octets in hexadecimal",
                         length);
    return store(at, &sms);
}

static enum at_status on_written(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    (void)ctx;
    if (end == AT_PROMPT_ABORTED)
        return AT_OK;
    if (end != AT_PROMPT_COMPLETE)
        return at_refuse_prompt(at, is_text(at) ? CMS_TEXT_INVALID : CMS_PDU_INVALID, end,
                                payload.len);
    return is_text(at) ? on_text(at, payload) : on_pdu(at, payload);
}

static enum at_status prompt(struct at_session *at)
{
    return at_prompt(
        at, &(struct at_prompt){
                .max = PROMPT_TEXT_MAX, .text = "\r\n> ", .edits = true, .on_done = on_written });
}

static bool is_number(struct span text)
{
    size_t from = text.len > 0 && text.data[0] == '+' ? 1 : 0;

    for (size_t i = from; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.len > from && text.len <= PHONE_NUMBER_MAX;
}

/* =<da>[,<toda>[,<stat>]] with +CMGF=1, =<length>[,<stat>] else. */
static enum at_status set_write(struct at_session *at, const struct at_args *args)
{
    struct phone_task *writing = &terminal_of(at)->phone;
    const struct at_arg *state = &args->list[is_text(at) ? WRITE_STATE : WRITE_TYPE];
    struct span what = args->list[WRITE_WHAT].text;
    size_t chosen = state->given ? state_of(at, state->text) : MESSAGE_UNSENT;
    int32_t length;

    if (chosen >= LIST_ALL)
        return at_refuse(at, is_text(at) ? CMS_TEXT_INVALID : CMS_PDU_INVALID,
                         "<stat> is one of +CMGL=?, but for all");
    writing->state = (uint8_t)chosen;
    if (!is_text(at)) {
        if (!number_parse(what, &length) || length < 7 || length > 164)
            return at_refuse(at, CMS_PDU_INVALID, "<length> is 7 to 164 octets");
        writing->length = (uint8_t)length;
        return prompt(at);
    }
    if (!is_number(what))
        return at_refuse(at, CMS_TEXT_INVALID, "<da> has 1 to 20 digits, and a + in front");
    memcpy(writing->number, what.data, what.len);
    writing->number[what.len] = '\0';
    return prompt(at);
}

/* ---- +CPMS ---- */

enum at_status common_set_stores(struct at_session *at, const struct at_args *args)
{
    size_t count = messages_count(module_of(at));
    enum at_status status = at_bind(at, args);

    if (status == AT_OK)
        at_info(at, "+CPMS: %zu,%d,%zu,%d,%zu,%d", count, MESSAGE_PLACES, count, MESSAGE_PLACES,
                count, MESSAGE_PLACES);
    return status;
}

enum at_status common_read_stores(struct at_session *at)
{
    struct phone_settings phone = common_phone_settings(at);
    size_t count = messages_count(module_of(at));

    at_info(at, "+CPMS: \"%s\",%zu,%d,\"%s\",%zu,%d,\"%s\",%zu,%d", phone.store_read, count,
            MESSAGE_PLACES, phone.store_write, count, MESSAGE_PLACES, phone.store_receive, count,
            MESSAGE_PLACES);
    return AT_OK;
}

static const struct at_param list_params[] = {
    { .name = "stat", .type = AT_STRING, .min = 1, .max = 10 },
};
const struct at_param common_read_params[COMMON_READ_PARAMS] = {
    { .name = "index", .min = 1, .max = MESSAGE_PLACES },
};
static const struct at_param delete_params[] = {
    { .name = "index", .max = 255 },
    { .name = "delflag", .optional = true, .max = 4 },
};
static const struct at_param write_params[] = {
    { .name = "da", .type = AT_STRING, .min = 1, .max = PHONE_NUMBER_MAX + 1 },
    { .name = "toda", .type = AT_STRING, .optional = true, .max = 10 },
    { .name = "stat", .type = AT_STRING, .optional = true, .max = 10 },
};

static const struct at_command rows[] = {
    { .name = "+CMGL",
      .help = "Lists messages.",
      .source = SHEET "§2",
      .message_error = CMS_TEXT_INVALID,
      AT_PARAMS(list_params),
      .acts = true, /* lists, and then they are read */
      .run = run_list,
      .set = set_list,
      .test = test_list },
    { .name = "+CMGR",
      .help = "Reads a message.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(common_read_params),
      .test_text = "",
      .set = common_set_read_message },
    { .name = "+CMGD",
      .help = "Deletes messages.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(delete_params),
      .set = set_delete,
      .test = test_delete },
    { .name = "+CMGW",
      .help = "Stores a message that was not sent.",
      .source = SHEET "§2",
      .message_error = CMS_TEXT_INVALID,
      AT_PARAMS(write_params),
      .test_text = "",
      .set = set_write },
    { .name = "+CMGS",
      .help = "Sends a message: no network takes one here.",
      .source = SHEET "§2",
      .coverage = AT_REFUSED },
};
const struct at_commands common_messages = AT_GENERAL_COMMANDS(rows);
