/* metrics_option.c: where metrics are shown, as --metrics and a file have it. */
#include "plan/metrics_option.h"

#include "plan/port_options.h"

#include <string.h>

bool metrics_option_read(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error)
{
    return port_option_tcp_or_unix(name, value, ret_spec, error);
}

bool metrics_option_check_file(const char *name, const char *value, struct text *error)
{
    static const char end[] = ".prom";
    size_t len = strlen(value);

    if (len > strlen(end) && strcmp(value + len - strlen(end), end) == 0)
        return true;
    text_add(error,
             "%s: \"%s\" is wrong because nobody reads a file of this name; allowed: one that ends "
             "in %s",
             name, value, end);
    return false;
}
