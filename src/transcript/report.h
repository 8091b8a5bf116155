/* report.h: what a person reads about a difference: lines that grow as long as there is memory. */
#ifndef TRANSCRIPT_REPORT_H
#define TRANSCRIPT_REPORT_H

#include "base/bytes.h"

/* All zero is an empty one. */
struct report {
    struct bytes text;
    bool cut; /* there was no memory for all of it */
};

enum { REPORT_LINE_MAX = 1000 };

/* Appends, printf style, up to REPORT_LINE_MAX bytes. */
void report_add(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends bytes as they are. */
void report_add_span(struct report *report, struct span bytes);

/* Appends a text: printable UTF-8 as it is, any other byte as an escape. */
void report_add_text(struct report *report, struct span text);

/* Appends bytes with escapes, as transcripts write them. */
void report_add_bytes(struct report *report, struct span bytes);

/* The same, a line of its own behind each LF, each behind `indent`; of very many bytes the first
 * ones. */
void report_add_lines(struct report *report, const char *indent, struct span bytes);

/* Appends expected and received bytes, and where they part, as lines that end. */
void report_add_difference(struct report *report, struct span expected, struct span received);

/* Frees it; then it is an empty one. */
void report_free(struct report *report);

#endif
