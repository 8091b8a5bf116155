/* command_pattern.c: see command_pattern.h. */
#include "plan/command_pattern.h"

struct values {
    pattern_find_fn *find;
    void *ctx;
};

static bool is_digits(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
    }
    return true;
}

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    const struct values *values = ctx;

    if (!values->find(values->ctx, name, ret_value))
        return false;
    if (!span_equal(name, span_of("name")))
        return is_digits(*ret_value);
    *ret_value = span_of("${TLSMODEM_NAME}");
    return true;
}

bool command_pattern_expand(struct span pattern, pattern_find_fn *of_modem, void *ctx,
                            struct text *ret_command, struct text *error)
{
    struct values values = { of_modem, ctx };

    return pattern_expand(pattern, find, &values, ret_command, error);
}
