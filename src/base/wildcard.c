/* wildcard.c: patterns of which each * stands for anything. */
#include "base/wildcard.h"

#include "base/letters.h"

bool wildcard_fits(struct span pattern, struct span text)
{
    size_t at = 0, from = 0, star = SIZE_MAX, i = 0;

    while (i < text.len) {
        if (at < pattern.len && pattern.data[at] == '*') {
            star = at++;
            from = i;
        } else if (at < pattern.len &&
                   letter_upper(pattern.data[at]) == letter_upper(text.data[i])) {
            at++;
            i++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    while (at < pattern.len && pattern.data[at] == '*')
        at++;
    return at == pattern.len;
}
