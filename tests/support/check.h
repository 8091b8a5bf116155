/* check.h: what tables of rows are tested with: comparisons that name the row and show bytes. */
#ifndef SUPPORT_CHECK_H
#define SUPPORT_CHECK_H

#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes as a C string literal without quotes; good for the next few calls. */
const char *show(struct span bytes);

/* Fail the test, naming `row`, unless both are the same. */
void check_bytes(const char *row, struct span got, struct span expected);
void check_text(const char *row, const char *got, const char *expected);
void check_int(const char *row, intmax_t got, intmax_t expected);

#endif
