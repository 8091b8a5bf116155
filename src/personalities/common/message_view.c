/* message_view.c: a short message as a host reads it: header, and text or octets.
 *
 * Source: docs/facts/messages-calls-sim.md §2, §3; 3GPP TS 27.005 3.4.3, 4.4.
 */
#include "personalities/common/message_view.h"

#include "base/number.h"
#include "personalities/common/phone.h"

const char *const message_state_words[MESSAGE_STATES] = { "REC UNREAD", "REC READ", "STO UNSENT",
                                                          "STO SENT", "ALL" };

bool message_is_text(struct at_session *at)
{
    return common_phone_settings(at).format == 1;
}

enum charset message_charset(struct at_session *at)
{
    struct phone_settings settings = common_phone_settings(at);

    return charset_named(settings.characters);
}

size_t message_state_typed(struct at_session *at, struct span typed)
{
    int32_t number;

    if (!message_is_text(at))
        return number_parse(typed, &number) && number < MESSAGE_STATES ? (size_t)number
                                                                       : MESSAGE_STATES;
    for (size_t i = 0; i < MESSAGE_STATES; i++) {
        if (span_equal(typed, span_of(message_state_words[i])))
            return i;
    }
    return MESSAGE_STATES;
}

static const char *no_name(const struct at_session *at)
{
    const char *name = at_dialect_of(at)->no_name;

    return name != NULL ? name : "";
}

/* Between quotes, in the terminal's set. */
static void add_number(struct at_session *at, const char *number, struct text *out)
{
    text_add_char(out, '"');
    charset_add_ascii(message_charset(at), number, out);
    text_add_char(out, '"');
}

/* Of the body: characters, or octets of what is no text (27.005 3.1). */
static size_t body_length(const struct sms_header *header)
{
    uint16_t characters[SMS_TEXT_MAX];
    size_t count = sms_text(header, characters);

    return count != SIZE_MAX ? count : header->user.len;
}

static void add_details(struct at_session *at, const struct sms_header *header, struct text *out)
{
    struct phone phone = common_sim_settings(at);

    if (common_phone_settings(at).header == 0)
        return;
    text_add(out, ",%u,%u,%u,%u", header->number_type, header->first_octet, header->protocol,
             header->coding);
    if (header->submit)
        text_add(out, ",%u", header->validity);
    text_add(out, ",\"%s\",%d,%zu", phone.centre, (int)phone.centre_type, body_length(header));
}

static void add_party(struct at_session *at, const struct sms_header *header, struct text *out)
{
    add_number(at, header->number, out);
    text_add(out, ",%s", no_name(at));
    if (!header->submit)
        text_add(out, ",\"%s\"", header->time);
}

void message_add_header(struct at_session *at, const struct message *message, struct text *out)
{
    struct sms_header header;

    if (!message_is_text(at)) {
        text_add(out, "%d,%s,%zu", (int)message->state, no_name(at),
                 sms_tpdu_length(&message->sms));
    } else if (sms_read(&message->sms, &header)) {
        text_add(out, "\"%s\",", message_state_words[message->state]);
        add_party(at, &header, out);
        add_details(at, &header, out);
    }
}

void message_add_arrival(struct at_session *at, const struct sms *sms, struct text *out)
{
    struct sms_header header;

    if (!message_is_text(at)) {
        text_add(out, "%s,%zu", no_name(at), sms_tpdu_length(sms));
    } else if (sms_read(sms, &header)) {
        add_party(at, &header, out);
        add_details(at, &header, out);
    }
}

void message_add_body(struct at_session *at, const struct sms *sms, struct text *out)
{
    struct sms_header header;

    if (message_is_text(at)) {
        if (sms_read(sms, &header))
            sms_show(&header, message_charset(at), out);
        return;
    }
    for (size_t i = 0; i < sms->len; i++)
        text_add(out, "%02X", sms->octets[i]);
}
