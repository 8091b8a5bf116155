/* fact_cases.h: what a fact decides, shown: a conversation with our choice, and with another. */
#ifndef TESTS_FACT_CASES_H
#define TESTS_FACT_CASES_H

#include <stdbool.h>
#include <stddef.h>

struct world;

enum { FACT_STEPS_MAX = 12, FACT_CASE_PORT = 80, FACT_CASE_HANGS = 81 };

/* A step is a line that a host types, or
 *   "wait MS"                        time goes on
 *   "type BYTES"                     bytes without a CR
 *   "peer calls PORT"                connects to a port that the module listens on
 *   "peer sends TEXT", "peer sends hex DIGITS",
 *   "peer closes"                    on FACT_CASE_PORT of 127.0.0.1, which accepts; nobody answers
 *                                    on FACT_CASE_HANGS
 *   "ring NUMBER"                    a call comes in
 *   "peer gets"                      what it has got counts as heard
 * What is heard in the last step is compared. */
enum fact_use { USED, USED_BEFORE, UNUSED };

struct fact_case {
    const char *fact, *value;
    const char *steps[FACT_STEPS_MAX];
    const char *heard; /* with our choice */
    const char *other; /* with `value` */
    enum fact_use use; /* of our choice: noted in the last step, before it, or not */
};

/* Plays all of them on a model, each in a world of its own, after `lines` (ended by NULL). */
void fact_cases_play(const char *model, const char *const *lines, const struct fact_case *cases,
                     size_t count);

/* True when the world's modem, which is of this model, relies on the fact. */
bool fact_is_relied_on(const struct world *world, const char *model, const char *name);

#endif
