/* sms_text.h: a short message as octets (3GPP TS 23.040) and as text (23.038). */
#ifndef SERVICES_SMS_TEXT_H
#define SERVICES_SMS_TEXT_H

#include "base/span.h"
#include "base/text.h"
#include "services/charset.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SMS_OCTETS_MAX = 12 + 164, /* service centre and TPDU */
    SMS_TEXT_MAX = 160,        /* septets of the default alphabet */
    SMS_UCS2_MAX = 70,
    SMS_DATA_MAX = 140,
    SMS_STAMP_SIZE = 7,
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
    uint8_t first_octet, validity, protocol, coding;
};

/* Octets of the TPDU alone, which <length> of +CMGR counts. */
size_t sms_tpdu_length(const struct sms *message);

/* Reads hexadecimal digits, of which `tpdu_length` octets follow the service centre's.  False: they
 * are no message. */
bool sms_from_hex(struct span hex, size_t tpdu_length, struct sms *ret_message);

/* The same, whatever length the TPDU has. */
bool sms_read_hex(struct span hex, struct sms *ret_message);

/* Reads the octets; false where they end too early. */
bool sms_read(const struct sms *message, struct sms_header *ret_header);

/* 23.038 class of a coding, 0 to 3; -1: none. */
int sms_class(uint8_t coding);

/* What a terminal of this set types a message of a coding in: octets of what is no text, characters
 * of UCS-2 as four digits. */
enum charset sms_typed_in(uint8_t coding, enum charset set);

/* Makes an SMS-SUBMIT of a text, or of octets where the coding is none of text.  False: it is too
 * long, it has characters that the coding does not have, or the number is none. */
bool sms_submit(const struct sms_form *form, const uint16_t *text, size_t count,
                struct sms *ret_message);

/* Makes an SMS-DELIVER of a text, in the default alphabet if that has it, else in UCS-2; `stamp` is
 * the service centre's time as 23.040 has it.  False: it is too long, or the number is none. */
bool sms_deliver(struct span from, const uint8_t stamp[SMS_STAMP_SIZE], const uint16_t *text,
                 size_t count, struct sms *ret_message);

/* Puts a reference into an SMS-SUBMIT that sms_read() takes. */
void sms_set_reference(struct sms *message, uint8_t reference);

/* The characters of a text: how many; SIZE_MAX: it is none, or has a header of its own. */
size_t sms_text(const struct sms_header *header, uint16_t characters[SMS_TEXT_MAX]);

/* Writes the text of a message: characters, or hexadecimal digits where it is no text of the
 * default alphabet. */
void sms_show(const struct sms_header *header, enum charset set, struct text *out);

#endif
