/* hello.h: what a ClientHello says (RFC 5246 §7.4.1.2). */
#ifndef DAEMON_CHECK_HELLO_H
#define DAEMON_CHECK_HELLO_H

#include "base/span.h"
#include "base/text.h"

/* Adds `max=0303 sni=0 suites=0035,002f` of the message's body, without the values of suites that
 * only signal; nothing of one that is cut off. */
void hello_describe(struct span body, struct text *words);

#endif
