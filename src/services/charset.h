/* charset.h: characters of messages: the GSM alphabet (3GPP TS 23.038), and the sets of +CSCS.
 *
 * A character is UCS-2; what lies beyond is a pair of surrogates.
 */
#ifndef SERVICES_CHARSET_H
#define SERVICES_CHARSET_H

#include "base/span.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHARSET_ESCAPE = 0x1B }; /* in front of a second septet */

/* What a terminal writes texts in. */
enum charset {
    CHARSET_IRA,
    CHARSET_GSM,  /* a septet a byte */
    CHARSET_UCS2, /* four hexadecimal digits a character */
    CHARSET_HEX,  /* two of a septet */
    CHARSET_LATIN1,
    CHARSET_437,   /* code page 437 */
    CHARSET_OCTETS /* two hexadecimal digits an octet: data */
};

/* The set of this name of +CSCS; IRA of those whose characters beyond it are not known here. */
enum charset charset_named(const char *name);

/* The character of a septet, which stood behind an escape or not. */
uint16_t charset_of_septet(uint8_t septet, bool escaped);

/* Its septets: how many; 0: the alphabet does not have it. */
size_t charset_septets(uint16_t character, uint8_t septets[2]);

/* Reads a text as a terminal writes it: how many characters; SIZE_MAX: it is none, or has more than
 * `cap`. */
size_t charset_read(enum charset set, struct span text, uint16_t *characters, size_t cap);

/* The same of UTF-8. */
size_t charset_read_utf8(struct span text, uint16_t *characters, size_t cap);

/* Writes a character; one that the set does not have is a question mark. */
void charset_add(enum charset set, uint16_t character, struct text *out);

/* The same for a text of ASCII. */
void charset_add_ascii(enum charset set, const char *ascii, struct text *out);

/* True for well-formed UTF-8 without U+0000; also when there is none. */
bool charset_is_utf8(struct span text);

/* Writes characters as UTF-8. */
void charset_add_utf8(const uint16_t *characters, size_t count, struct text *out);

#endif
