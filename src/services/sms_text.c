/* sms_text.c: short messages as octets and as text.  Source: 3GPP TS 23.040 §9.2, 23.038 §6. */
#include "services/sms_text.h"

#include <string.h>

enum { TYPE_INTERNATIONAL = 145, TYPE_UNKNOWN = 129 };

enum {
    FIRST_MTI = 0x03,
    FIRST_SUBMIT = 0x01,
    FIRST_VALIDITY = 0x18,
    FIRST_RELATIVE = 0x10,
    FIRST_HEADER = 0x40
};

enum { ESCAPE = 0x1B };

/* IRA characters whose septet is another, and those behind an escape. */
static const struct {
    char character;
    uint8_t septet;
    bool escaped;
} others[] = {
    { '@', 0x00, false }, { '$', 0x02, false }, { '_', 0x11, false }, { '^', 0x14, true },
    { '{', 0x28, true },  { '}', 0x29, true },  { '\\', 0x2F, true }, { '[', 0x3C, true },
    { '~', 0x3D, true },  { ']', 0x3E, true },  { '|', 0x40, true },
};

enum { OTHERS = sizeof(others) / sizeof(others[0]) };

static bool is_same(uint8_t c)
{
    return c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x5A && c != '$' && c != '@') ||
           (c >= 'a' && c <= 'z');
}

size_t sms_septets(struct span text, uint8_t *septets, size_t cap)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        size_t k = 0;

        while (k < OTHERS && (uint8_t)others[k].character != c)
            k++;
        if ((k == OTHERS && !is_same(c)) || count + 2 > cap + (k == OTHERS || !others[k].escaped))
            return SIZE_MAX;
        if (k < OTHERS && others[k].escaped)
            septets[count++] = ESCAPE;
        septets[count++] = k < OTHERS ? others[k].septet : c;
    }
    return count;
}

/* The character of a septet; '?' where IRA has none. */
static char character_of(uint8_t septet, bool escaped)
{
    for (size_t k = 0; k < OTHERS; k++) {
        if (others[k].septet == septet && others[k].escaped == escaped)
            return others[k].character;
    }
    return !escaped && is_same(septet) ? (char)septet : '?';
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

static int digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool sms_from_hex(struct span hex, size_t tpdu_length, struct sms *ret_message)
{
    struct sms_header header;

    if (hex.len % 2 != 0 || hex.len < 2 || hex.len / 2 > SMS_OCTETS_MAX)
        return false;
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = digit_of(hex.data[i]), low = digit_of(hex.data[i + 1]);

        if (high < 0 || low < 0)
            return false;
        ret_message->octets[i / 2] = (uint8_t)(high * 16 + low);
    }
    ret_message->len = (uint8_t)(hex.len / 2);
    return sms_tpdu_length(ret_message) == tpdu_length && sms_read(ret_message, &header);
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
        int digit = digit_of(digits.data[i]);

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

bool sms_submit(const struct sms_form *form, struct span text, struct sms *ret_message)
{
    uint8_t septets[SMS_TEXT_MAX];
    size_t count = sms_septets(text, septets, sizeof(septets));
    uint8_t first = (uint8_t)((form->first_octet & ~FIRST_MTI) | FIRST_SUBMIT);
    uint8_t *o = ret_message->octets;
    size_t len = 0, size;

    if (count == SIZE_MAX)
        return false;
    first = (uint8_t)((first & ~(FIRST_VALIDITY | FIRST_HEADER)) | FIRST_RELATIVE);
    o[len++] = 0;
    o[len++] = first;
    o[len++] = 0;
    size = write_number(form->number, o + len);
    if (size == 0)
        return false;
    len += size;
    o[len++] = form->protocol;
    o[len++] = 0;
    o[len++] = form->validity;
    o[len++] = (uint8_t)count;
    pack(septets, count, o + len);
    ret_message->len = (uint8_t)(len + packed_size(count));
    return true;
}

void sms_show(const struct sms_header *header, struct text *out)
{
    bool escaped = false;

    if (!is_packed(header->coding) || (header->first_octet & FIRST_HEADER) != 0) {
        for (size_t i = 0; i < header->user.len; i++)
            text_add(out, "%02X", header->user.data[i]);
        return;
    }
    for (size_t i = 0; i < header->user_length; i++) {
        uint8_t septet = septet_at(header->user, i);

        if (septet == ESCAPE && !escaped) {
            escaped = true;
            continue;
        }
        text_add_char(out, character_of(septet, escaped));
        escaped = false;
    }
}
