/* hand.h: what control has of one modem: its journal, a clock that can be put on, and how its
 * network was in the beginning. */
#ifndef CONTROL_HAND_H
#define CONTROL_HAND_H

#include "control/journal.h"
#include "runtime/modem.h"

struct hand;

/* Makes one for a modem that is about to be opened: the journal's config but for the clock. */
enum err hand_new(const struct journal_config *config, struct hand **ret_hand);

/* Frees it, after the modem.  NULL is nothing. */
void hand_free(struct hand *hand);

/* Puts clock, journal and observers into the modem's config, whose log the journal's config has. */
void hand_config(struct hand *hand, struct runtime_modem_config *config);

/* Any thread. */
struct journal *hand_journal(struct hand *hand);

/* Puts the modem's clock on; in its thread, from outside of its callbacks. */
void hand_advance(struct hand *hand, int64_t ms);

/* Remembers how the modem is, once: before the first change.  In its thread, as the next. */
void hand_remember(struct hand *hand, struct tlsmodem *modem);

/* Has the modem behind this radio, as tlsmodem_set_link() has it. */
enum err hand_set_link(struct hand *hand, struct tlsmodem *modem, const char *words, char *why,
                       size_t cap);

/* The words of its link; NULL: it is behind none. */
const char *hand_link(const struct hand *hand, const struct tlsmodem *modem);

/* Gives the modem the network, the SIM, the power and the link that were remembered, removes faults
 * and ends a call.  `registration`, where it is given, is in the place of the one remembered. */
void hand_restore(struct hand *hand, struct tlsmodem *modem,
                  const enum tlsmodem_registration *registration);

#endif
