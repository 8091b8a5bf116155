/* fibocom_errors.c: the words for Fibocom's error numbers. */
#include "personalities/fibocom/fibocom_errors.h"

#include <stddef.h>

const char *fibocom_error_text(int number)
{
    switch (number) {
#define FIBOCOM_ERROR_CASE(name, value, text)                                                      \
    case (value):                                                                                  \
        return text;
        FIBOCOM_ERRORS(FIBOCOM_ERROR_CASE)
#undef FIBOCOM_ERROR_CASE
    default:
        return NULL;
    }
}
