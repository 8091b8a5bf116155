/* telit_errors.c: the words for Telit's error numbers. */
#include "personalities/telit/telit_errors.h"

#include <stddef.h>

const char *telit_error_text(int number)
{
    switch (number) {
#define TELIT_ERROR_CASE(name, value, text)                                                        \
    case (value):                                                                                  \
        return text;
        TELIT_ERRORS(TELIT_ERROR_CASE)
#undef TELIT_ERROR_CASE
    default:
        return NULL;
    }
}
