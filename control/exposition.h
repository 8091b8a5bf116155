/* exposition.h: the text format of Prometheus, version 0.0.4, written by hand.
 *
 * Source: Prometheus, "Exposition formats".  A family is begun, then its samples are added.
 */
#ifndef CONTROL_EXPOSITION_H
#define CONTROL_EXPOSITION_H

#include "base/bytes.h"
#include "wrap/count_sums.h"

#include <stdbool.h>

/* Zeroed: nothing is written. */
struct exposition {
    struct bytes out;
    const char *family;
    bool failed; /* without memory; then `out` is not whole */
};

/* A label of a sample. */
struct exposition_label {
    const char *name, *value; /* the value in UTF-8, of any characters */
};

enum { EXPOSITION_LABELS_MAX = 4 };

/* Begins a family, whose name and help are borrowed until the next one: `type` is counter, gauge or
 * histogram. */
void exposition_family(struct exposition *exposition, const char *name, const char *type,
                       const char *help);

/* A sample of the family, with up to EXPOSITION_LABELS_MAX labels, of which the first without a
 * name is the end; NULL: none. */
void exposition_sample(struct exposition *exposition, const struct exposition_label *labels,
                       uint64_t value);

/* The samples of a histogram in seconds that adds up `count` lists of times. */
void exposition_times(struct exposition *exposition, const struct count_times *const *list,
                      size_t count);

/* Gives back its memory. */
void exposition_free(struct exposition *exposition);

#endif
