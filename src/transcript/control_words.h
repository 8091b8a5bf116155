/* control_words.h: what `set NAME=VALUE` and `power WORD` of a transcript or a scenario do to a
 * modem (tlsmodem_control.h). */
#ifndef TRANSCRIPT_CONTROL_WORDS_H
#define TRANSCRIPT_CONTROL_WORDS_H

#include "base/span.h"
#include "base/text.h"
#include "tlsmodem_control.h"

enum { CONTROL_WORDS_VALUE_MAX = 63 };

/* Does it; `port` from 0 is whose circuits are meant.  ERR_INVALID: there is no such name, or not
 * this value, and `why` gets one sentence, with what is allowed; the errors of the call that it is,
 * and then `why` gets its words. */
enum err control_words_set(struct tlsmodem *modem, size_t port, struct span name, struct span value,
                           struct text *why);

/* `off`, `on`, `reset`, `brown-out`; errors as above. */
enum err control_words_power(struct tlsmodem *modem, struct span word, struct text *why);

#endif
