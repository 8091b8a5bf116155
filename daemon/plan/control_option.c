/* control_option.c: where a run is controlled, as --control and a file have it. */
#include "plan/control_option.h"

#include "plan/metrics_option.h"
#include "plan/port_options.h"

bool control_option_read(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error)
{
    if (!metrics_option_read(name, value, ret_spec, error))
        return false;
    if (!port_option_is_remote(ret_spec))
        return true;
    text_add(error,
             "%s: \"%s\" is wrong because other machines can reach it; allowed: 127.0.0.1, [::1] "
             "or localhost, and unix:PATH",
             name, value);
    return false;
}

bool control_option_check(const char *name, const struct port_spec *spec, const char *file_name,
                          const char *token_file, struct text *error)
{
    if (spec->kind == PORT_UNIX && token_file != NULL)
        text_add(error,
                 "%s: a Unix socket is its owner's alone and has no token; allowed: with %s "
                 "[HOST:]PORT",
                 file_name, name);
    else if (spec->kind == PORT_TCP && token_file == NULL)
        text_add(error,
                 "%s: a TCP port needs a token, as all users of this machine can reach it; "
                 "allowed: %s FILE beside it, or unix:PATH",
                 name, file_name);
    else
        return true;
    return false;
}
