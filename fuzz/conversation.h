/* conversation.h: what the engine's fuzzers type, and what they check in the end. */
#ifndef FUZZ_CONVERSATION_H
#define FUZZ_CONVERSATION_H

#include "world.h"

/* Types one line. */
void fuzz_type(struct world *world, const char *text);

/* A context that is up and secure socket 1 enabled, without echo. */
void fuzz_prepare(struct world *world);

/* #SSLCFG as most hosts have it. */
#define FUZZ_CONFIG "AT#SSLCFG=1,1,300,90,100,50,1\r"

enum { FUZZ_PORT = 443 };

/* The same, then `config` typed, then connected to a peer on FUZZ_PORT, which it returns. */
struct scripted_peer *fuzz_connect(struct world *world, const char *config, bool online);

/* After any input: time passes, a host leaves whatever state the port is in, and AT is answered
 * with OK.  Ends the program when it is not. */
void fuzz_check_it_answers(struct world *world);

#endif
