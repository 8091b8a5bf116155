/* sms_text.h: a short message as octets (3GPP TS 23.040) and as text (23.038). */
#ifndef SERVICES_SMS_TEXT_H
#define SERVICES_SMS_TEXT_H

#include "base/span.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SMS_OCTETS_MAX = 12 + 164, /* service centre and TPDU */
    SMS_TEXT_MAX = 160,        /* characters of the default alphabet */
    SMS_NUMBER_CAP = 24,
    SMS_TIME_CAP = 24
};

/* Octets as +CMGR shows them: the service centre with its length in front, then the TPDU. */
struct sms {
    uint8_t octets[SMS_OCTETS_MAX];
    uint8_t len;
};

/* What the octets say. */
struct sms_header {
    bool submit;                 /* SMS-SUBMIT, else SMS-DELIVER */
    char number[SMS_NUMBER_CAP]; /* destination or originator: digits, and a + in front */
    uint8_t number_type;         /* 129, 145, … */
    uint8_t first_octet, protocol, coding;
    uint8_t reference;       /* of a submit */
    uint8_t validity;        /* of a submit with a relative period, else 0 */
    char time[SMS_TIME_CAP]; /* of a deliver: "yy/MM/dd,hh:mm:ss+zz" */
    uint8_t user_length;     /* septets or octets of user data */
    struct span user;        /* borrows from the message */
};

/* What +CSMP says, and the number a text goes to. */
struct sms_form {
    struct span number; /* digits, and a + in front */
    uint8_t first_octet, validity, protocol;
};

/* Octets of the TPDU alone, which <length> of +CMGR counts. */
size_t sms_tpdu_length(const struct sms *message);

/* Reads hexadecimal digits, of which `tpdu_length` octets follow the service centre's.  False: they
 * are no message. */
bool sms_from_hex(struct span hex, size_t tpdu_length, struct sms *ret_message);

/* Reads the octets; false where they end too early. */
bool sms_read(const struct sms *message, struct sms_header *ret_header);

/* Makes an SMS-SUBMIT of `text`, in septets of the default alphabet.  False: the text is longer
 * than SMS_TEXT_MAX septets, or the number is none. */
bool sms_submit(const struct sms_form *form, struct span text, struct sms *ret_message);

/* Writes the text of a message: characters, or hexadecimal digits where it is no text of the
 * default alphabet. */
void sms_show(const struct sms_header *header, struct text *out);

/* A text of IRA as septets, an octet each, at most `cap`: how many; SIZE_MAX: it has characters
 * that are none of the default alphabet, or is too long. */
size_t sms_septets(struct span text, uint8_t *septets, size_t cap);

#endif
