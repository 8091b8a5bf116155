/* charset.c: characters of messages as the GSM alphabet and a terminal's sets have them.
 *
 * Sources: 3GPP TS 23.038 §6.2.1; 27.007 5.5.
 */
#include "services/charset.h"

#include "base/hex.h"

#include <string.h>

/* UCS-2 of each septet of the default alphabet. */
static const uint16_t alphabet[128] = {
    0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, 0x00F2, 0x00C7, 0x000A, 0x00D8,
    0x00F8, 0x000D, 0x00C5, 0x00E5, 0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,
    0x03A3, 0x0398, 0x039E, 0x001B, 0x00C6, 0x00E6, 0x00DF, 0x00C9, 0x0020, 0x0021, 0x0022, 0x0023,
    0x00A4, 0x0025, 0x0026, 0x0027, 0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,
    0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003A, 0x003B,
    0x003C, 0x003D, 0x003E, 0x003F, 0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,
    0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F, 0x0050, 0x0051, 0x0052, 0x0053,
    0x0054, 0x0055, 0x0056, 0x0057, 0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
    0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067, 0x0068, 0x0069, 0x006A, 0x006B,
    0x006C, 0x006D, 0x006E, 0x006F, 0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,
    0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

/* Those behind an escape. */
static const struct {
    uint8_t septet;
    uint16_t character;
} extension[] = {
    { 0x0A, 0x000C }, { 0x14, 0x005E }, { 0x28, 0x007B }, { 0x29, 0x007D }, { 0x2F, 0x005C },
    { 0x3C, 0x005B }, { 0x3D, 0x007E }, { 0x3E, 0x005D }, { 0x40, 0x007C }, { 0x65, 0x20AC },
};

/* Code page 437 from 0x80 on. */
static const uint16_t page_437[128] = {
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF,
    0x00EE, 0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9,
    0x00FF, 0x00D6, 0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA,
    0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
    0x255D, 0x255C, 0x255B, 0x2510, 0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F,
    0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
    0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
    0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4, 0x03A6, 0x0398, 0x03A9, 0x03B4,
    0x221E, 0x03C6, 0x03B5, 0x2229, 0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248,
    0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

enum {
    EXTENSIONS = sizeof(extension) / sizeof(extension[0]),
    HALF = 128,
    SURROGATE_FIRST = 0xD800,
    SURROGATE_LOW = 0xDC00,
    SURROGATE_LAST = 0xDFFF,
    UTF16_FROM = 0x10000,
    UNICODE_LAST = 0x10FFFF
};

uint16_t charset_of_septet(uint8_t septet, bool escaped)
{
    for (size_t i = 0; escaped && i < EXTENSIONS; i++) {
        if (extension[i].septet == septet)
            return extension[i].character;
    }
    return alphabet[septet & 0x7F]; /* an unknown one is shown as without the escape */
}

size_t charset_septets(uint16_t character, uint8_t septets[2])
{
    for (size_t i = 0; i < HALF; i++) {
        if (alphabet[i] == character && i != CHARSET_ESCAPE) {
            septets[0] = (uint8_t)i;
            return 1;
        }
    }
    for (size_t i = 0; i < EXTENSIONS; i++) {
        if (extension[i].character == character) {
            septets[0] = CHARSET_ESCAPE;
            septets[1] = extension[i].septet;
            return 2;
        }
    }
    return 0;
}

enum charset charset_named(const char *name)
{
    static const struct {
        const char *name;
        enum charset set;
    } names[] = {
        { "GSM", CHARSET_GSM },       { "UCS2", CHARSET_UCS2 },   { "HEX", CHARSET_HEX },
        { "8859-1", CHARSET_LATIN1 }, { "PCCP437", CHARSET_437 }, { "PCCP", CHARSET_437 },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, name) == 0)
            return names[i].set;
    }
    return CHARSET_IRA;
}

/* ---- reading ---- */

/* A number of so many hexadecimal digits, which are dropped; -1: they are not there. */
static long take_hex(struct span *text, size_t digits)
{
    long value = 0;

    if (text->len < digits)
        return -1;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(text->data[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    *text = span_skip(*text, digits);
    return value;
}

static uint8_t take_byte(struct span *text)
{
    uint8_t byte = text->data[0];

    *text = span_skip(*text, 1);
    return byte;
}

static long of_gsm(uint8_t byte, struct span *rest, bool hex)
{
    long next;

    if (byte != CHARSET_ESCAPE || rest->len == 0)
        return byte < HALF ? charset_of_septet(byte, false) : -1;
    next = hex ? take_hex(rest, 2) : take_byte(rest);
    return next >= 0 && next < HALF ? charset_of_septet((uint8_t)next, true) : -1;
}

static long take_character(enum charset set, struct span *text)
{
    long value;

    switch (set) {
    case CHARSET_UCS2:
        return take_hex(text, 4);
    case CHARSET_HEX:
        value = take_hex(text, 2);
        return value < 0 ? -1 : of_gsm((uint8_t)value, text, true);
    case CHARSET_GSM:
        return of_gsm(take_byte(text), text, false);
    case CHARSET_OCTETS:
        return take_hex(text, 2);
    case CHARSET_LATIN1:
        return take_byte(text);
    case CHARSET_437:
        value = take_byte(text);
        return value < HALF ? value : page_437[value - HALF];
    case CHARSET_IRA:
        value = take_byte(text);
        return value < HALF ? value : -1;
    }
    return -1;
}

size_t charset_read(enum charset set, struct span text, uint16_t *characters, size_t cap)
{
    size_t count = 0;

    while (text.len > 0) {
        long character = take_character(set, &text);

        if (character < 0 || count == cap)
            return SIZE_MAX;
        characters[count++] = (uint16_t)character;
    }
    return count;
}

/* One character of UTF-8; -1: it is none. */
static long take_utf8(struct span *text)
{
    static const long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t first = take_byte(text);
    size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    long value = more == 0 ? first : first & (0x3F >> more);

    if ((first >= 0x80 && more == 0) || first > 0xF4 || text->len < more)
        return -1;
    for (size_t i = 0; i < more; i++) {
        uint8_t next = take_byte(text);

        if ((next & 0xC0) != 0x80)
            return -1;
        value = value << 6 | (next & 0x3F);
    }
    if (value < least[more + 1] || value > UNICODE_LAST ||
        (value >= SURROGATE_FIRST && value <= SURROGATE_LAST))
        return -1;
    return value;
}

bool charset_is_utf8(struct span text)
{
    while (text.len > 0) {
        if (take_utf8(&text) <= 0)
            return false;
    }
    return true;
}

size_t charset_read_utf8(struct span text, uint16_t *characters, size_t cap)
{
    size_t count = 0;

    while (text.len > 0) {
        long value = take_utf8(&text);

        if (value < 0 || count + (value >= UTF16_FROM ? 2 : 1) > cap)
            return SIZE_MAX;
        if (value >= UTF16_FROM) {
            value -= UTF16_FROM;
            characters[count++] = (uint16_t)(SURROGATE_FIRST + (value >> 10));
            value = SURROGATE_LOW + (value & 0x3FF);
        }
        characters[count++] = (uint16_t)value;
    }
    return count;
}

/* ---- writing ---- */

static void add_gsm(uint16_t character, bool hex, struct text *out)
{
    uint8_t septets[2];
    size_t count = charset_septets(character, septets);

    if (count == 0) {
        septets[0] = '?';
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (hex)
            text_add(out, "%02X", septets[i]);
        else
            text_add_char(out, (char)septets[i]);
    }
}

static char of_437(uint16_t character)
{
    for (size_t i = 0; i < HALF; i++) {
        if (page_437[i] == character)
            return (char)(HALF + i);
    }
    return '?';
}

void charset_add(enum charset set, uint16_t character, struct text *out)
{
    switch (set) {
    case CHARSET_UCS2:
        text_add(out, "%04X", character);
        break;
    case CHARSET_HEX:
        add_gsm(character, true, out);
        break;
    case CHARSET_GSM:
        add_gsm(character, false, out);
        break;
    case CHARSET_OCTETS:
        text_add(out, "%02X", character & 0xFFU);
        break;
    case CHARSET_LATIN1:
        text_add_char(out, character <= UINT8_MAX ? (char)character : '?');
        break;
    case CHARSET_437:
        text_add_char(out, character < HALF ? (char)character : of_437(character));
        break;
    case CHARSET_IRA:
        text_add_char(out, character < HALF ? (char)character : '?');
        break;
    }
}

void charset_add_ascii(enum charset set, const char *ascii, struct text *out)
{
    for (; *ascii != '\0'; ascii++)
        charset_add(set, (uint8_t)*ascii, out);
}

void charset_add_utf8(const uint16_t *characters, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t value = characters[i];

        if (value >= SURROGATE_FIRST && value < SURROGATE_LOW && i + 1 < count) {
            value = UTF16_FROM + ((value - SURROGATE_FIRST) << 10) +
                    (uint32_t)(characters[++i] & 0x3FF);
            text_add(out, "%c%c", (int)(0xF0 | value >> 18), (int)(0x80 | (value >> 12 & 0x3F)));
            text_add(out, "%c%c", (int)(0x80 | (value >> 6 & 0x3F)), (int)(0x80 | (value & 0x3F)));
        } else if (value >= 0x800) {
            text_add(out, "%c%c%c", (int)(0xE0 | value >> 12), (int)(0x80 | (value >> 6 & 0x3F)),
                     (int)(0x80 | (value & 0x3F)));
        } else if (value >= 0x80) {
            text_add(out, "%c%c", (int)(0xC0 | value >> 6), (int)(0x80 | (value & 0x3F)));
        } else {
            text_add_char(out, (char)value);
        }
    }
}
