/* identity_options.c: a modem's numbers, as the command line or a file gives them. */
#include "plan/identity_options.h"

#include <string.h>

struct number {
    enum err (*read)(const char *digits, char *ret_whole);
    const char *form;    /* what it is not when it is none */
    const char *allowed; /* all that may be given */
};

/* What the check digit should have been. */
static char right_digit(const struct number *number, const char *value)
{
    char whole[TLSMODEM_ICCID_CAP];
    size_t body = strlen(value) - 1;

    memcpy(whole, value, body);
    whole[body] = '\0';
    return number->read(whole, whole) == ERR_OK ? whole[body] : '?';
}

static bool take(const struct number *number, const char *name, const char *value, char *ret_whole,
                 struct text *error)
{
    enum err err = number->read(value, ret_whole);

    if (err == ERR_OK)
        return true;
    text_add(error, "%s: \"%s\" is wrong because ", name, value);
    if (err == ERR_CORRUPT)
        text_add(error, "its last digit, the check digit, would be %c", right_digit(number, value));
    else
        text_add(error, "it is not %s", number->form);
    text_add(error, "; allowed: %s", number->allowed);
    return false;
}

bool identity_option_imei(const char *name, const char *value, char *ret_imei, struct text *error)
{
    static const struct number imei = { tlsmodem_imei, "14 or 15 digits",
                                        "14 digits, the check digit is added, or 15 with it" };

    return take(&imei, name, value, ret_imei, error);
}

bool identity_option_imsi(const char *name, const char *value, char *ret_imsi, struct text *error)
{
    static const struct number imsi = { tlsmodem_imsi, "a number of that length",
                                        "6 to 15 digits" };

    return take(&imsi, name, value, ret_imsi, error);
}

bool identity_option_iccid(const char *name, const char *value, char *ret_iccid, struct text *error)
{
    static const struct number iccid = {
        tlsmodem_iccid, "18 to 20 digits that begin with 89",
        "18 digits from 89 on, the check digit is added, 19 with it, or 20, which are not checked"
    };

    return take(&iccid, name, value, ret_iccid, error);
}
