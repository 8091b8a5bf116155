/* sms_text.c: short messages as octets and as text.  Source: 3GPP TS 23.040 §9.2, 23.038 §6. */
#include "services/sms_text.h"

#include "base/hex.h"

#include <assert.h>
#include <string.h>

enum { TYPE_INTERNATIONAL = 145, TYPE_UNKNOWN = 129 };

enum {
    FIRST_MTI = 0x03,
    FIRST_SUBMIT = 0x01,
    FIRST_VALIDITY = 0x18,
    FIRST_RELATIVE = 0x10,
    FIRST_HEADER = 0x40,
    FIRST_NO_MORE = 0x04 /* no more messages wait */
};

enum { CODING_UCS2 = 0x08 };

/* Septets of a text, at most SMS_TEXT_MAX; SIZE_MAX: it is too long, or has other characters. */
static size_t septets_of(const uint16_t *text, size_t count, uint8_t septets[SMS_TEXT_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        uint8_t pair[2];
        size_t more = charset_septets(text[i], pair);

        if (more == 0 || len + more > SMS_TEXT_MAX)
            return SIZE_MAX;
        memcpy(septets + len, pair, more);
        len += more;
    }
    return len;
}

static size_t packed_size(size_t septets)
{
    return (septets * 7 + 7) / 8;
}

static void pack(const uint8_t *septets, size_t count, uint8_t *octets)
{
    memset(octets, 0, packed_size(count));
    for (size_t i = 0; i < count; i++) {
        size_t bit = i * 7;
        unsigned value = (unsigned)septets[i] << (bit % 8);

        octets[bit / 8] |= (uint8_t)value;
        if (value > 0xFF)
            octets[bit / 8 + 1] |= (uint8_t)(value >> 8);
    }
}

static uint8_t septet_at(struct span octets, size_t index)
{
    size_t bit = index * 7;
    unsigned value = octets.data[bit / 8];

    if (bit / 8 + 1 < octets.len)
        value |= (unsigned)octets.data[bit / 8 + 1] << 8;
    return (uint8_t)(value >> (bit % 8) & 0x7F);
}

size_t sms_tpdu_length(const struct sms *message)
{
    size_t centre = (size_t)message->octets[0] + 1;

    return message->len > centre ? message->len - centre : 0;
}

bool sms_read_hex(struct span hex, struct sms *ret_message)
{
    if (hex.len < 2 || hex.len / 2 > SMS_OCTETS_MAX || !hex_read(hex, ret_message->octets))
        return false;
    ret_message->len = (uint8_t)(hex.len / 2);
    return true;
}

bool sms_from_hex(struct span hex, size_t tpdu_length, struct sms *ret_message)
{
    struct sms_header header;

    return sms_read_hex(hex, ret_message) && sms_tpdu_length(ret_message) == tpdu_length &&
           sms_read(ret_message, &header);
}

/* ---- addresses and times, semi-octets ---- */

static void read_number(struct span digits, size_t count, uint8_t type, char *number)
{
    size_t len = 0;

    if ((type & 0x70) == 0x10)
        number[len++] = '+';
    for (size_t i = 0; i < count && len + 1 < SMS_NUMBER_CAP; i++) {
        unsigned digit = i % 2 == 0 ? digits.data[i / 2] & 0x0F : digits.data[i / 2] >> 4;

        number[len++] = "0123456789*#abc"[digit < 15 ? digit : 0];
    }
    number[len] = '\0';
}

static size_t write_number(struct span number, uint8_t *octets)
{
    bool international = number.len > 0 && number.data[0] == '+';
    struct span digits = international ? span_skip(number, 1) : number;

    if (digits.len == 0 || digits.len > 20)
        return 0;
    octets[0] = (uint8_t)digits.len;
    octets[1] = international ? TYPE_INTERNATIONAL : TYPE_UNKNOWN;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = hex_digit(digits.data[i]);

        if (digit < 0 || digit > 9)
            return 0;
        if (i % 2 == 0)
            octets[2 + i / 2] = (uint8_t)(0xF0 | digit);
        else
            octets[2 + i / 2] = (uint8_t)((octets[2 + i / 2] & 0x0F) | digit << 4);
    }
    return 2 + (digits.len + 1) / 2;
}

static unsigned swapped(uint8_t octet)
{
    return (octet & 0x0Fu) * 10 + (octet >> 4);
}

static void read_time(const uint8_t *o, char *time)
{
    uint8_t zone = o[6] & 0xF7;
    struct text text;

    text_init(&text, time, SMS_TIME_CAP);
    text_add(&text, "%02u/%02u/%02u,%02u:%02u:%02u%c%02u", swapped(o[0]), swapped(o[1]),
             swapped(o[2]), swapped(o[3]), swapped(o[4]), swapped(o[5]),
             (o[6] & 0x08) != 0 ? '-' : '+', swapped(zone));
}

/* ---- whole messages ---- */

struct reader {
    struct span rest;
    bool ended;
};

static const uint8_t *take(struct reader *reader, size_t count)
{
    static const uint8_t nothing[SMS_OCTETS_MAX];
    const uint8_t *from = reader->rest.data;

    if (count > reader->rest.len) {
        reader->ended = true;
        return nothing;
    }
    reader->rest = span_skip(reader->rest, count);
    return from;
}

static size_t validity_size(uint8_t first_octet)
{
    switch (first_octet & FIRST_VALIDITY) {
    case 0:
        return 0;
    case FIRST_RELATIVE:
        return 1;
    default:
        return 7;
    }
}

/* True of text in septets. */
static bool is_packed(uint8_t coding)
{
    return (coding & 0xC0) == 0 ? (coding & 0x0C) == 0 : (coding & 0xF4) == 0xF0;
}

bool sms_read(const struct sms *message, struct sms_header *ret_header)
{
    struct reader reader = { .rest = span_at(message->octets, message->len) };
    size_t digits, size;

    memset(ret_header, 0, sizeof(*ret_header));
    take(&reader, *take(&reader, 1));
    ret_header->first_octet = *take(&reader, 1);
    ret_header->submit = (ret_header->first_octet & FIRST_MTI) == FIRST_SUBMIT;
    if (ret_header->submit)
        ret_header->reference = *take(&reader, 1);
    digits = *take(&reader, 1);
    ret_header->number_type = *take(&reader, 1);
    if (digits > 20)
        return false;
    size = (digits + 1) / 2;
    read_number(span_at(take(&reader, size), size), digits, ret_header->number_type,
                ret_header->number);
    ret_header->protocol = *take(&reader, 1);
    ret_header->coding = *take(&reader, 1);
    if (ret_header->submit) {
        size = validity_size(ret_header->first_octet);
        if (size == 1)
            ret_header->validity = *take(&reader, 1);
        else
            take(&reader, size);
    } else {
        read_time(take(&reader, 7), ret_header->time);
    }
    ret_header->user_length = *take(&reader, 1);
    size = is_packed(ret_header->coding) ? packed_size(ret_header->user_length)
                                         : ret_header->user_length;
    ret_header->user = span_at(take(&reader, size), size);
    return !reader.ended;
}

/* True of text in UCS-2. */
static bool is_ucs2(uint8_t coding)
{
    return (coding & 0xC0) == 0 ? (coding & 0x0C) == CODING_UCS2 : (coding & 0xF0) == 0xE0;
}

static bool is_octets(uint8_t coding)
{
    return !is_packed(coding) && !is_ucs2(coding);
}

enum charset sms_typed_in(uint8_t coding, enum charset set)
{
    if (is_packed(coding))
        return set;
    return is_ucs2(coding) ? CHARSET_UCS2 : CHARSET_OCTETS;
}

int sms_class(uint8_t coding)
{
    enum { CLASS_MEANT = 0x10, CLASS = 0x03 };
    bool meant = (coding & 0xC0) == 0 ? (coding & CLASS_MEANT) != 0 : (coding & 0xF0) == 0xF0;

    return meant ? coding & CLASS : -1;
}

/* User data with its length in front, by a coding; false: it is no such text, or too long. */
static bool add_user(uint8_t coding, const uint16_t *text, size_t count, struct sms *message)
{
    uint8_t septets[SMS_TEXT_MAX];
    uint8_t *o = message->octets + message->len;
    size_t len = is_packed(coding) ? septets_of(text, count, septets) : count;

    if (is_packed(coding) && len != SIZE_MAX) {
        o[0] = (uint8_t)len;
        pack(septets, len, o + 1);
        message->len = (uint8_t)(message->len + 1 + packed_size(len));
        return true;
    }
    if (is_packed(coding) || count > (is_ucs2(coding) ? SMS_UCS2_MAX : SMS_DATA_MAX))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (is_ucs2(coding)) {
            o[1 + 2 * i] = (uint8_t)(text[i] >> 8);
            o[2 + 2 * i] = (uint8_t)text[i];
        } else if (text[i] <= UINT8_MAX) {
            o[1 + i] = (uint8_t)text[i];
        } else {
            return false;
        }
    }
    len = is_ucs2(coding) ? 2 * count : count;
    o[0] = (uint8_t)len;
    message->len = (uint8_t)(message->len + 1 + len);
    return true;
}

bool sms_submit(const struct sms_form *form, const uint16_t *text, size_t count,
                struct sms *ret_message)
{
    uint8_t first = (uint8_t)((form->first_octet & ~FIRST_MTI) | FIRST_SUBMIT);
    uint8_t *o = ret_message->octets;
    size_t len = 0, size;

    first = (uint8_t)((first & ~FIRST_VALIDITY) | FIRST_RELATIVE);
    if (!is_octets(form->coding))
        first &= (uint8_t)~FIRST_HEADER;
    o[len++] = 0;
    o[len++] = first;
    o[len++] = 0;
    size = write_number(form->number, o + len);
    if (size == 0)
        return false;
    len += size;
    o[len++] = form->protocol;
    o[len++] = form->coding;
    o[len++] = form->validity;
    ret_message->len = (uint8_t)len;
    return add_user(form->coding, text, count, ret_message);
}

bool sms_deliver(struct span from, const uint8_t stamp[SMS_STAMP_SIZE], const uint16_t *text,
                 size_t count, struct sms *ret_message)
{
    uint8_t septets[SMS_TEXT_MAX];
    uint8_t coding = septets_of(text, count, septets) != SIZE_MAX ? 0 : CODING_UCS2;
    uint8_t *o = ret_message->octets;
    size_t len = 0, size;

    o[len++] = 0;
    o[len++] = FIRST_NO_MORE;
    size = write_number(from, o + len);
    if (size == 0)
        return false;
    len += size;
    o[len++] = 0;
    o[len++] = coding;
    memcpy(o + len, stamp, SMS_STAMP_SIZE);
    ret_message->len = (uint8_t)(len + SMS_STAMP_SIZE);
    return add_user(coding, text, count, ret_message);
}

void sms_set_reference(struct sms *message, uint8_t reference)
{
    size_t at = (size_t)message->octets[0] + 2;

    assert(at < message->len);
    message->octets[at] = reference;
}

size_t sms_text(const struct sms_header *header, uint16_t characters[SMS_TEXT_MAX])
{
    bool escaped = false;
    size_t count = 0;

    if ((header->first_octet & FIRST_HEADER) != 0 || is_octets(header->coding))
        return SIZE_MAX;
    if (is_ucs2(header->coding)) {
        for (; count < header->user.len / 2 && count < SMS_TEXT_MAX; count++)
            characters[count] =
                (uint16_t)(header->user.data[2 * count] << 8 | header->user.data[2 * count + 1]);
        return count;
    }
    for (size_t i = 0; i < header->user_length && i < SMS_TEXT_MAX; i++) {
        uint8_t septet = septet_at(header->user, i);

        if (septet == CHARSET_ESCAPE && !escaped) {
            escaped = true;
            continue;
        }
        characters[count++] = charset_of_septet(septet, escaped);
        escaped = false;
    }
    return count;
}

void sms_show(const struct sms_header *header, enum charset set, struct text *out)
{
    uint16_t characters[SMS_TEXT_MAX];
    size_t count = sms_text(header, characters);

    if (count == SIZE_MAX || is_ucs2(header->coding)) {
        for (size_t i = 0; i < header->user.len; i++)
            text_add(out, "%02X", header->user.data[i]);
        return;
    }
    for (size_t i = 0; i < count; i++)
        charset_add(set, characters[i], out);
}
