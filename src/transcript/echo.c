/* echo.c: what a host knows of the module's echo by what it has typed. */
#include "transcript/echo.h"

#include "base/letters.h"

static uint8_t letter_at(struct span line, size_t at)
{
    return at < line.len ? letter_upper(line.data[at]) : 0;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the basic command ends that begins at `at`, its number with it. */
static size_t skip_number(struct span line, size_t at)
{
    while (at < line.len && line.data[at] >= '0' && line.data[at] <= '9')
        at++;
    return at;
}

bool echo_after(struct span line, bool echo)
{
    size_t at = 0;

    while (at < line.len && is_blank(line.data[at]))
        at++;
    if (letter_at(line, at) != 'A' || letter_at(line, at + 1) != 'T')
        return echo;
    for (at += 2; at < line.len;) {
        uint8_t first = letter_at(line, at), second = letter_at(line, at + 1);

        if (first == 'E')
            return second == '1';
        if (first == 'Z' || (first == '&' && second == 'F'))
            return true;
        if (first >= 'A' && first <= 'Y')
            at = skip_number(line, at + 1);
        else if (first == '&' && second >= 'A' && second <= 'Z')
            at = skip_number(line, at + 2);
        else
            return echo;
    }
    return echo;
}
