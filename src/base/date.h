/* date.h: the date behind a count of seconds. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stddef.h>
#include <stdint.h>

enum { DATE_TEXT_MAX = 48 };

/* The text of `utc_s`, seconds since 1970-01-01T00:00:00Z, in a zone that is so many quarters of an
 * hour ahead: "Wed, 01 Jan 2025 13:00:00 +0100" (RFC 5322 §3.3).  Years 0 to 9999. */
void date_text(int64_t utc_s, int zone_quarters, char *text, size_t cap);

#endif
