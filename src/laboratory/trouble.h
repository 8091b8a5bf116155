/* trouble.h: faults and links of a modem by words, as `fault …` and `link …` of a transcript or a
 * scenario have them (tlsmodem_control.h). */
#ifndef LABORATORY_TROUBLE_H
#define LABORATORY_TROUBLE_H

#include "base/text.h"
#include "tlsmodem_control.h"

/* Whether these are words of a fault: those of fault_read(), or `none`.  False: `why` gets one
 * sentence. */
bool lab_fault_allows(struct span words, struct text *why);

/* Adds the fault, or removes all for `none`.  ERR_INVALID: they are no words of one; or the error
 * of the call that it is.  Then nothing has changed, and `why` gets one sentence. */
enum err lab_fault_do(struct tlsmodem *modem, struct span words, struct text *why);

/* Whether these are words of a link: those of the option --link, with blanks or commas between
 * them, or `none`.  False as above. */
bool lab_link_allows(struct span words, struct text *why);

/* Makes the link this one, or none.  Errors as above. */
enum err lab_link_do(struct tlsmodem *modem, struct span words, struct text *why);

#endif
