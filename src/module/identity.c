/* identity.c: who a modem is, and what network it finds: as its config says, else presets.
 *
 * Check digits are by Luhn: an IMEI's (3GPP TS 23.003 annex B) and an ICCID's (ITU-T E.118 §4).
 */
#include "module/identity.h"

#include "base/span.h"
#include "module/module.h"

#include <string.h>

enum {
    IMEI_BODY = 14,
    IMSI_MIN = 6,
    IMSI_MAX = 15,
    ICCID_BODY = 18, /* E.118: at most 19 with the check digit */
    CODE_MIN = 5,
    CODE_MAX = 6,
    CELL_MAX = 0xFFFFFFF,
    SIGNAL_PRESET = 20,
    SIGNAL_MAX = 31,
    SIGNAL_UNKNOWN = 99
};

static bool is_number(struct span text, size_t min, size_t max)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len >= min && text.len <= max;
}

/* The digit that goes behind these: every second from the right counts twice, digit by digit. */
static char check_digit(struct span digits)
{
    int sum = 0;

    for (size_t i = 0; i < digits.len; i++) {
        int digit = digits.data[digits.len - 1 - i] - '0';

        if (i % 2 == 0)
            digit = digit < 5 ? digit * 2 : digit * 2 - 9;
        sum += digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

/* `body` digits get theirs, one more must end with it, others are as they are. */
static enum err complete(const char *digits, size_t body, char *ret_whole)
{
    size_t len = strlen(digits);
    char check = check_digit(span_at(digits, body));

    if (len == body + 1 && digits[body] != check)
        return ERR_CORRUPT;
    memcpy(ret_whole, digits, len + 1);
    if (len == body) {
        ret_whole[body] = check;
        ret_whole[body + 1] = '\0';
    }
    return ERR_OK;
}

enum err tlsmodem_imei(const char *digits, char *ret_imei)
{
    if (!is_number(span_of(digits), IMEI_BODY, IMEI_BODY + 1))
        return ERR_INVALID;
    return complete(digits, IMEI_BODY, ret_imei);
}

enum err tlsmodem_imsi(const char *digits, char *ret_imsi)
{
    if (!is_number(span_of(digits), IMSI_MIN, IMSI_MAX))
        return ERR_INVALID;
    memcpy(ret_imsi, digits, strlen(digits) + 1);
    return ERR_OK;
}

enum err tlsmodem_iccid(const char *digits, char *ret_iccid)
{
    if (!is_number(span_of(digits), ICCID_BODY, ICCID_BODY + 2) || strncmp(digits, "89", 2) != 0)
        return ERR_INVALID;
    return complete(digits, ICCID_BODY, ret_iccid);
}

/* Whole already, as the functions above make it. */
static bool is_whole(const char *digits, enum err (*read)(const char *digits, char *ret_whole))
{
    char whole[TLSMODEM_ICCID_CAP];

    return digits == NULL || (read(digits, whole) == ERR_OK && strcmp(whole, digits) == 0);
}

/* It goes into answers between quotes. */
static bool is_name(const char *name)
{
    if (name == NULL)
        return true;
    for (const char *c = name; *c != '\0'; c++)
        if (*c < ' ' || *c > '~' || *c == '"')
            return false;
    return name[0] != '\0' && strlen(name) <= TLSMODEM_OPERATOR_MAX;
}

const char *identity_fault(const struct tlsmodem_identity *identity)
{
    if (!is_whole(identity->imei, tlsmodem_imei))
        return "the IMEI; allowed: what tlsmodem_imei() gives";
    if (!is_whole(identity->imsi, tlsmodem_imsi))
        return "the IMSI; allowed: 6 to 15 digits";
    if (!is_whole(identity->iccid, tlsmodem_iccid))
        return "the ICCID; allowed: what tlsmodem_iccid() gives";
    if (!is_name(identity->operator_name))
        return "the operator's name; allowed: 1 to 23 ASCII characters, no quotes";
    if (identity->operator_code != NULL &&
        !is_number(span_of(identity->operator_code), CODE_MIN, CODE_MAX))
        return "the operator's code; allowed: 5 or 6 digits";
    if (identity->cell > CELL_MAX)
        return "the cell; allowed: 28 bits";
    if (identity->has_signal && (identity->signal < 0 || identity->signal > SIGNAL_MAX) &&
        identity->signal != SIGNAL_UNKNOWN)
        return "the signal; allowed: 0 to 31, 99";
    return NULL;
}

enum err identity_check(const struct tlsmodem *modem)
{
    const char *fault = identity_fault(&modem->config.identity);

    if (fault == NULL)
        return ERR_OK;
    log_say(modem->config.log, LOG_ERROR, "the modem's identity is wrong in %s", fault);
    return ERR_INVALID;
}

static const struct tlsmodem_identity *identity_of(const struct at_session *at)
{
    return &module_of(at)->config.identity;
}

static const char *or_preset(const char *given, const char *preset)
{
    return given != NULL ? given : preset;
}

const char *identity_imei(const struct at_session *at)
{
    return or_preset(identity_of(at)->imei, "004999010640000");
}

const char *identity_imsi(const struct at_session *at)
{
    return or_preset(identity_of(at)->imsi, "001010123456789");
}

const char *identity_iccid(const struct at_session *at)
{
    return or_preset(identity_of(at)->iccid, "89882110000000000119");
}

const char *identity_operator_name(const struct at_session *at)
{
    return or_preset(identity_of(at)->operator_name, "Test Network");
}

const char *identity_operator_code(const struct at_session *at)
{
    return or_preset(identity_of(at)->operator_code, "00101");
}

unsigned identity_area_code(const struct at_session *at)
{
    return identity_of(at)->area_code != 0 ? identity_of(at)->area_code : 1;
}

unsigned long identity_cell(const struct at_session *at)
{
    return identity_of(at)->cell != 0 ? identity_of(at)->cell : 1;
}

int identity_signal(const struct at_session *at)
{
    return identity_of(at)->has_signal ? identity_of(at)->signal : SIGNAL_PRESET;
}
