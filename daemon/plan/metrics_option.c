/* metrics_option.c: where metrics are shown, as --metrics and a file have it. */
#include "plan/metrics_option.h"

#include "plan/port_options.h"

#include <string.h>

bool metrics_option_read(const char *name, const char *value, struct port_spec *ret_spec,
                         struct text *error)
{
    static const char unix_word[] = "unix:";

    if (strncmp(value, unix_word, strlen(unix_word)) == 0)
        return port_option_unix(name, value + strlen(unix_word), ret_spec, error);
    if (!port_option_tcp(name, value, ret_spec, error))
        return false;
    if (ret_spec->tcp_port != 0)
        return true;
    text_add(error,
             "%s: \"%s\" is wrong because nobody would know its port; allowed: [HOST:]PORT with "
             "PORT from 1 to 65535, or unix:PATH",
             name, value);
    return false;
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
