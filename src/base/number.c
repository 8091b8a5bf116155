/* number.c: reading numbers that strangers wrote. */
#include "base/number.h"

#include <stdlib.h>

bool number_parse(struct span digits, int32_t *ret_value)
{
    int64_t value = 0;

    if (digits.len == 0)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        value = value * 10 + (digits.data[i] - '0');
        if (value > INT32_MAX)
            return false;
    }
    *ret_value = (int32_t)value;
    return true;
}

bool number_in_set(int32_t value, const char *set)
{
    while (*set != '\0') {
        char *end;
        long low = strtol(set, &end, 10);
        long high = *end == '-' ? strtol(end + 1, &end, 10) : low;

        if (value >= low && value <= high)
            return true;
        set = *end == ',' ? end + 1 : end;
    }
    return false;
}
