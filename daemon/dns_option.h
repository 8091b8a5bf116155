/* dns_option.h: the value of --dns. */
#ifndef DAEMON_DNS_OPTION_H
#define DAEMON_DNS_OPTION_H

#include "base/text.h"
#include "dns/dns.h"

#include <stdbool.h>

/* Reads "system" (no servers), "module" (no servers, and `ret_of_module`), or ADDR[:PORT].  False:
 * `error` has one line that says what is allowed. */
bool dns_option_read(const char *value, bool *ret_of_module, struct dns_servers *ret_servers,
                     struct text *error);

#endif
