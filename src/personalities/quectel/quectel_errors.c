/* quectel_errors.c: the words for Quectel's error numbers. */
#include "personalities/quectel/quectel_errors.h"

#include <stddef.h>

const char *quectel_error_text(int number)
{
    switch (number) {
#define QUECTEL_ERROR_CASE(name, value, text)                                                      \
    case (value):                                                                                  \
        return text;
        QUECTEL_ERRORS(QUECTEL_ERROR_CASE)
#undef QUECTEL_ERROR_CASE
    default:
        return NULL;
    }
}
