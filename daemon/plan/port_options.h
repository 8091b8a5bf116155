/* port_options.h: ports, as the command line or a file gives them. */
#ifndef DAEMON_PORT_OPTIONS_H
#define DAEMON_PORT_OPTIONS_H

#include "base/text.h"
#include "plan/doubts.h"
#include "posix/port.h"

/* What --help calls the value of --uart. */
#define PORT_OPTION_UART "DEVICE[,BAUD[,8N1][,rtscts|xonxoff]]"

/* Each reads one value of what `name` names ("--pty"); false: `error` says what is wrong and what
 * is allowed. */
bool port_option_pty(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error);
bool port_option_tcp(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error);
bool port_option_unix(const char *name, const char *value, struct port_spec *ret_spec,
                      struct text *error);
bool port_option_uart(const char *name, const char *value, struct port_spec *ret_spec,
                      struct text *error);
bool port_option_stdio(const char *name, const char *value, struct port_spec *ret_spec,
                       struct text *error);
bool port_option_rfc2217(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error);
bool port_option_tls(const char *name, const char *value, struct port_spec *ret_spec,
                     struct text *error);

/* Whether hosts can be met with these files, of which `cert` and `key` are there; false:
 * `*ret_member` is the one that something is wrong with, `why` says what, and what is allowed.
 * `doubts`, zeroed, gets what may be wrong. */
typedef bool door_trial_fn(const struct port_tls *files, const char **ret_member, struct text *why,
                           struct doubts *doubts);

/* The same of "[HOST:]PORT" with a port that is not 0, or "unix:PATH". */
bool port_option_tcp_or_unix(const char *name, const char *value, struct port_spec *ret_spec,
                             struct text *error);

/* True when hosts on other machines could reach the port. */
bool port_option_is_remote(const struct port_spec *spec);

/* Whether a port, whose `tls` is filled in, may be where it is: other machines reach it only as
 * `allow_remote` says, or with a certificate.  False: `error` says what is wrong and allowed,
 * without the option. */
bool port_option_check_reach(const struct port_spec *spec, bool allow_remote, struct text *error);

#endif
