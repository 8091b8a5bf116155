/* message_write.c: messages that hosts write: +CMGW stores, +CMGS and +CMSS send.
 *
 * Source: docs/facts/messages-calls-sim.md §2, §4; 3GPP TS 27.005 3.5, 4.3, 4.4.
 */
#include "personalities/common/message_write.h"

#include "base/number.h"
#include "personalities/common/common.h"
#include "personalities/common/message_view.h"
#include "personalities/common/phone.h"

#include <assert.h>
#include <string.h>

#define SHEET "docs/facts/messages-calls-sim.md "

enum {
    TEXT_TYPED_MAX = 800, /* 160 characters in UCS2, with what an editing host wastes */
    UTF8_MAX = 3 * SMS_TEXT_MAX,
    DECIDED_MS = 60000 /* as long as a host waits for the network */
};

/* ---- sending ---- */

/* A command that waits for the network's decision: one a port. */
struct sending {
    struct at_session *at; /* NULL: nobody waits */
    const char *name;      /* of the command */
    uint32_t ticket;
    int reference;
    size_t place; /* in the store; 0: it is not there */
    int64_t until_ms;
};

static enum at_status accepted(struct at_session *at, const struct sending *sending)
{
    at_info(at, "%s: %d", sending->name, sending->reference);
    if (sending->place != 0 && messages_at(module_of(at), sending->place) != NULL)
        messages_mark(module_of(at), sending->place, MESSAGE_SENT);
    return AT_OK;
}

static enum at_status refused(struct at_session *at)
{
    return at_refuse(at, CMS_REJECTED, "the network takes no message: %s",
                     module_of(at)->config.send_message == NULL
                         ? "nobody is there for them, by send_message or the file's sms"
                         : "whoever takes them has refused it");
}

/* Nobody takes messages: what a module says that has no service centre, or gets none through. */
static enum at_status nobody(struct at_session *at, const struct sms *sms)
{
    bool has_centre = sms->octets[0] != 0 || common_sim_settings(at).centre[0] != '\0';

    if (has_centre)
        return refused(at);
    return at_refuse(at, CMS_CENTRE_UNKNOWN,
                     "there is no service centre, by AT+CSCA, and nobody takes messages, by "
                     "send_message or the file's sms");
}

/* The command ends, as its host has gone. */
static void give_up(struct at_session *at, void *ctx)
{
    struct sending *sending = ctx;

    sending->at = NULL;
    at_finish(at, at_refuse(at, CMS_TIMEOUT, "the host has given it up"));
}

/* What the hook gets. */
static enum tlsmodem_sent ask(struct tlsmodem *modem, const struct sms *sms,
                              const struct sending *sending)
{
    uint16_t characters[SMS_TEXT_MAX];
    char text_memory[UTF8_MAX + 1], pdu_memory[2 * SMS_OCTETS_MAX + 1];
    struct tlsmodem_sending message = { .reference = sending->reference,
                                        .ticket = sending->ticket };
    struct sms_header header;
    struct text text, pdu;
    size_t count;
    bool is_message = sms_read(sms, &header);

    assert(is_message);
    (void)is_message;
    text_init(&text, text_memory, sizeof(text_memory));
    text_init(&pdu, pdu_memory, sizeof(pdu_memory));
    count = sms_text(&header, characters);
    if (count != SIZE_MAX)
        charset_add_utf8(characters, count, &text);
    for (size_t i = 0; i < sms->len; i++)
        text_add(&pdu, "%02X", sms->octets[i]);
    message.to = header.number;
    message.text = count != SIZE_MAX ? text_memory : NULL;
    message.pdu = pdu_memory;
    return modem->config.send_message(modem->config.send_message_ctx, &message);
}

/* An SMS-SUBMIT; `place` 0: it is not in the store. */
static enum at_status send(struct at_session *at, struct sms *sms, size_t place)
{
    struct tlsmodem *modem = module_of(at);
    struct sending *sending;

    if (!network_is_registered(&modem->network))
        return at_refuse(at, CMS_NO_NETWORK, "there is no network: +CREG: %d",
                         network_stat(&modem->network));
    if (modem->config.send_message == NULL)
        return nobody(at, sms);
    sending = module_part(modem, &common_sending_part, terminal_of(at)->index);
    if (sending == NULL)
        return at_refuse_memory(at, CMS_MEMORY_FAILURE);
    *sending = (struct sending){ .name = at_row_name(at),
                                 .reference = modem->message_reference++,
                                 .ticket = ++modem->message_ticket,
                                 .place = place,
                                 .until_ms = module_now(modem) + DECIDED_MS };
    sms_set_reference(sms, (uint8_t)sending->reference);
    switch (ask(modem, sms, sending)) {
    case TLSMODEM_ACCEPTED:
        return accepted(at, sending);
    case TLSMODEM_REFUSED:
        return refused(at);
    case TLSMODEM_UNDECIDED:
        break;
    }
    sending->at = at;
    at_await(at, give_up, sending);
    return AT_LATER;
}

enum err message_decided(struct tlsmodem *modem, uint32_t ticket, bool is_accepted)
{
    for (size_t i = 0; i < modem->terminal_count; i++) {
        struct sending *sending = module_part_if(modem, &common_sending_part, i);
        struct at_session *at;

        if (sending == NULL || sending->at == NULL || sending->ticket != ticket)
            continue;
        at = sending->at;
        sending->at = NULL;
        at_finish(at, is_accepted ? accepted(at, sending) : refused(at));
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

static int64_t deadline(const struct tlsmodem *modem, const void *state)
{
    const struct sending *sending = state;

    (void)modem;
    return sending->at != NULL ? sending->until_ms : CLOCK_NEVER;
}

static void tick(struct tlsmodem *modem, void *state)
{
    struct sending *sending = state;
    struct at_session *at = sending->at;

    if (at == NULL || module_now(modem) < sending->until_ms)
        return;
    sending->at = NULL;
    at_finish(at, at_refuse(at, CMS_TIMEOUT, "whoever takes messages has not decided in time"));
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    (void)modem;
    return ((const struct sending *)state)->at == NULL;
}

const struct module_part common_sending_part = {
    .size = sizeof(struct sending),
    .units = MODULE_TERMINALS_MAX,
    .is_idle = is_idle,
    .deadline = deadline,
    .tick = tick,
};

/* ---- writing ---- */

static enum at_status store(struct at_session *at, const struct sms *sms)
{
    const struct phone_task *writing = &terminal_of(at)->phone;
    enum err err;
    size_t place;

    err = messages_add(module_of(at), (enum message_state)writing->state, sms, &place);
    switch (err) {
    case ERR_OK:
        at_info(at, "%s: %zu", at_row_name(at), place);
        return AT_OK;
    case ERR_FULL:
        return at_refuse(at, CMS_MEMORY_FULL, "all %d places are taken", MESSAGE_PLACES);
    case ERR_NO_MEMORY:
        return at_refuse_memory(at, CMS_MEMORY_FAILURE);
    default:
        return at_refuse_storage(at, CMS_MEMORY_FAILURE, err);
    }
}

static enum at_status finish(struct at_session *at, struct sms *sms)
{
    return terminal_of(at)->phone.sends ? send(at, sms, 0) : store(at, sms);
}

static enum at_status on_text(struct at_session *at, struct span payload)
{
    struct phone phone = common_sim_settings(at);
    struct sms_form form = { .number = span_of(terminal_of(at)->phone.number),
                             .first_octet = (uint8_t)phone.first_octet,
                             .validity = (uint8_t)phone.validity,
                             .protocol = (uint8_t)phone.protocol,
                             .coding = (uint8_t)phone.coding };
    uint16_t characters[SMS_TEXT_MAX];
    enum charset set = sms_typed_in(form.coding, message_charset(at));
    size_t count = charset_read(set, payload, characters, SMS_TEXT_MAX);
    struct sms sms;

    if (count == SIZE_MAX || !sms_submit(&form, characters, count, &sms))
        return at_refuse(
            at, CMS_TEXT_INVALID,
            "the text is longer than a message (%d characters of the default alphabet, "
            "%d of UCS-2), or is none of +CSCS and of the coding of +CSMP, %d",
            SMS_TEXT_MAX, SMS_UCS2_MAX, (int)phone.coding);
    return finish(at, &sms);
}

static enum at_status on_pdu(struct at_session *at, struct span payload)
{
    size_t length = terminal_of(at)->phone.length;
    struct sms_header header;
    struct sms sms;

    while (payload.len > 0 &&
           (payload.data[payload.len - 1] == '\r' || payload.data[payload.len - 1] == '\n'))
        payload.len--;
    if (!sms_from_hex(payload, length, &sms))
        return at_refuse(at, CMS_PDU_INVALID,
                         "it is not the service centre and a TPDU of %zu octets in hexadecimal",
                         length);
    if (terminal_of(at)->phone.sends && sms_read(&sms, &header) && !header.submit)
        return at_refuse(at, CMS_PDU_INVALID, "it is no SMS-SUBMIT");
    return finish(at, &sms);
}

static enum at_status on_written(struct at_session *at, void *ctx, enum at_prompt_end end,
                                 struct span payload)
{
    bool is_text = message_is_text(at);

    (void)ctx;
    if (end == AT_PROMPT_ABORTED)
        return AT_OK;
    if (end != AT_PROMPT_COMPLETE)
        return at_refuse_prompt(at, is_text ? CMS_TEXT_INVALID : CMS_PDU_INVALID, end, payload.len);
    return is_text ? on_text(at, payload) : on_pdu(at, payload);
}

static enum at_status prompt(struct at_session *at)
{
    return at_prompt(at, &(struct at_prompt){ .max = TEXT_TYPED_MAX,
                                              .text = "\r\n> ",
                                              .asks_each_line = message_is_text(at) &&
                                                                at_dialect_of(at)->asks_each_line,
                                              .edits = true,
                                              .echo = AT_ECHO_ON,
                                              .on_done = on_written });
}

/* A number as a host types it: plain, or in the terminal's set. */
static bool read_number(struct at_session *at, struct span typed, char number[])
{
    uint16_t characters[PHONE_NUMBER_MAX + 1];
    struct span plain = typed;
    char memory[PHONE_NUMBER_MAX + 1];
    size_t count;

    if (!common_is_number(plain)) {
        count = charset_read(message_charset(at), typed, characters, PHONE_NUMBER_MAX + 1);
        for (size_t i = 0; count != SIZE_MAX && i < count; i++)
            memory[i] = (char)(characters[i] < 0x80 ? characters[i] : 0);
        plain = span_at(memory, count != SIZE_MAX ? count : 0);
    }
    if (!common_is_number(plain))
        return false;
    memcpy(number, plain.data, plain.len);
    number[plain.len] = '\0';
    return true;
}

static enum at_status refuse_number(struct at_session *at)
{
    return at_refuse(at, CMS_TEXT_INVALID, "<da> has 1 to 20 digits, and a + in front");
}

/* <length> of +CMGF=0, or <da>. */
static enum at_status begin(struct at_session *at, struct span what)
{
    struct phone_task *writing = &terminal_of(at)->phone;
    int32_t length;

    if (message_is_text(at))
        return read_number(at, what, writing->number) ? prompt(at) : refuse_number(at);
    if (!number_parse(what, &length) || length < 7 || length > 164)
        return at_refuse(at, CMS_PDU_INVALID, "<length> is 7 to 164 octets");
    writing->length = (uint8_t)length;
    return prompt(at);
}

enum { WRITE_WHAT, WRITE_TYPE, WRITE_STATE };

/* =<da>[,<toda>[,<stat>]] with +CMGF=1, =<length>[,<stat>] else. */
static enum at_status set_write(struct at_session *at, const struct at_args *args)
{
    struct phone_task *writing = &terminal_of(at)->phone;
    bool is_text = message_is_text(at);
    const struct at_arg *state = &args->list[is_text ? WRITE_STATE : WRITE_TYPE];
    size_t chosen = state->given ? message_state_typed(at, state->text) : MESSAGE_UNSENT;

    if (chosen > MESSAGE_SENT)
        return at_refuse(at, is_text ? CMS_TEXT_INVALID : CMS_PDU_INVALID,
                         "<stat> is one of +CMGL=?, but for all");
    *writing = (struct phone_task){ .state = (uint8_t)chosen };
    return begin(at, args->list[WRITE_WHAT].text);
}

/* =<da>[,<toda>] with +CMGF=1, =<length> else. */
static enum at_status set_send(struct at_session *at, const struct at_args *args)
{
    terminal_of(at)->phone = (struct phone_task){ .sends = true };
    return begin(at, args->list[WRITE_WHAT].text);
}

/* ---- +CMSS ---- */

/* The same message to another number. */
static bool readdress(const struct sms_header *header, const char *number, struct sms *sms)
{
    const struct sms_form form = { .number = span_of(number),
                                   .first_octet = header->first_octet,
                                   .validity = header->validity,
                                   .protocol = header->protocol,
                                   .coding = header->coding };
    uint16_t characters[SMS_TEXT_MAX];
    size_t count = sms_text(header, characters);
    struct sms other;

    if (count == SIZE_MAX) {
        count = header->user.len;
        for (size_t i = 0; i < count; i++)
            characters[i] = header->user.data[i];
    }
    if (!sms_submit(&form, characters, count, &other))
        return false;
    *sms = other;
    return true;
}

static enum at_status set_send_stored(struct at_session *at, const struct at_args *args)
{
    size_t place = (size_t)args->list[0].number;
    const struct message *message = messages_at(module_of(at), place);
    char number[PHONE_NUMBER_MAX + 2];
    struct sms_header header;
    struct sms sms;

    if (message == NULL)
        return at_refuse(at, CMS_INDEX_INVALID, "there is no message at this place");
    if (!sms_read(&message->sms, &header) || !header.submit)
        return at_refuse(at, CMS_NOT_ALLOWED, "it was received: only what +CMGW stored is sent");
    sms = message->sms;
    if (args->list[1].given && !read_number(at, args->list[1].text, number))
        return refuse_number(at);
    if (args->list[1].given && !readdress(&header, number, &sms))
        return at_refuse(at, CMS_TEXT_INVALID, "it cannot be sent to another number");
    return send(at, &sms, place);
}

#define NUMBER_PARAM(text, optionally)                                                             \
    {                                                                                              \
        .name = (text), .type = AT_STRING, .optional = (optionally), .min = 1,                     \
        .max = 4 * (PHONE_NUMBER_MAX + 1)                                                          \
    }

static const struct at_param write_params[] = {
    NUMBER_PARAM("length/da", false),
    { .name = "stat/toda", .type = AT_STRING, .optional = true, .max = 10 },
    { .name = "stat", .type = AT_STRING, .optional = true, .max = 10 },
};
static const struct at_param send_params[] = {
    NUMBER_PARAM("length/da", false),
    { .name = "toda", .type = AT_STRING, .optional = true, .max = 10 },
};
static const struct at_param send_stored_params[] = {
    { .name = "index", .min = 1, .max = MESSAGE_PLACES },
    NUMBER_PARAM("da", true),
    { .name = "toda", .type = AT_STRING, .optional = true, .max = 10 },
};

static const struct at_command rows[] = {
    { .name = "+CMGW",
      .help = "Stores a message: by <length> with +CMGF=0, to <da> with +CMGF=1.",
      .source = SHEET "§2",
      .message_error = CMS_TEXT_INVALID,
      AT_PARAMS(write_params),
      .test_text = "",
      .set = set_write },
    { .name = "+CMGS",
      .help = "Sends a message to who takes them, in a file sms: {send: COMMAND}; else the network "
              "refuses it. By <length> with +CMGF=0, to <da> with +CMGF=1.",
      .source = SHEET "§2",
      .message_error = CMS_TEXT_INVALID,
      AT_PARAMS(send_params),
      .test_text = "",
      .set = set_send },
    { .name = "+CMSS",
      .help = "Sends a message that is stored.",
      .source = SHEET "§2",
      .message_error = CMS_INDEX_INVALID,
      AT_PARAMS(send_stored_params),
      .test_text = "",
      .set = set_send_stored },
};
const struct at_commands common_message_writing = AT_GENERAL_COMMANDS(rows);
