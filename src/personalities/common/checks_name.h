/* checks_name.h: the fact "checks-name" of several makers: what a server's certificate must be for.
 */
#ifndef PERSONALITIES_CHECKS_NAME_H
#define PERSONALITIES_CHECKS_NAME_H

#include "iface/tls.h"

/* Its words, in this order. */
#define CHECKS_NAME_WORDS "none,names,all"
enum checks_name { CHECKS_NOTHING, CHECKS_NAMES, CHECKS_ALL };

/* Puts it into a config that verifies. */
static inline void checks_name_put(enum checks_name checks, struct tls_config *config)
{
    config->ignore_name = checks == CHECKS_NOTHING;
    config->ignore_address = checks == CHECKS_NAMES;
}

#endif
