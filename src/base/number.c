/* number.c: reading numbers that strangers wrote. */
#include "base/number.h"

#include <assert.h>

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

static int32_t take_number(const char **at)
{
    int32_t number = 0;

    for (; **at >= '0' && **at <= '9'; (*at)++)
        number = number * 10 + (**at - '0');
    return number;
}

bool number_in_set(int32_t value, const char *set)
{
    while (*set != '\0') {
        int32_t low = take_number(&set), high = low;

        if (*set == '-') {
            set++;
            high = take_number(&set);
        }
        if (value >= low && value <= high)
            return true;
        assert(*set == ',' || *set == '\0');
        set += *set == ',';
    }
    return false;
}
