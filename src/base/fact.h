/* fact.h: what a maker's modules do, as data: for each fact a name, what it may be, our choice, and
 * where it comes from.
 *
 * A fact stands where its number would: as a bound or factory value of a row, a limit of a model, a
 * number of a dialect, an error.  Whoever reads such a number asks fact_number() or fact_use().
 */
#ifndef BASE_FACT_H
#define BASE_FACT_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A maker's facts are an enum from FACT_FIRST up, where nobody has another number. */
#define FACT_FIRST INT32_MIN

enum { FACTS_MAX = 254 };

enum fact_kind {
    FACT_IS_NUMBER, /* from `min` to `max` */
    FACT_IS_WORD,   /* one of `words`; its number is its place among them, from 0 */
    FACT_IS_ERROR,  /* a number of the maker's errors, or FACT_PLAIN_ERROR */
    FACT_IS_TEXT    /* of `min` to `max` printable characters */
};

/* The ERROR without a number; users write "plain". */
enum { FACT_PLAIN_ERROR = -1 };

/* Constant. */
struct fact {
    const char *name;    /* as users write it: lower case with dashes */
    const char *meaning; /* one line */
    const char *source;  /* a page of docs/facts and its sections */
    bool confirmed;      /* the source says so; else it is our choice */
    enum fact_kind kind;
    const char *words; /* the allowed ones, by comma */
    int32_t min, max;
    int32_t number;   /* our choice */
    const char *text; /* of FACT_IS_TEXT */
};

/* What a fact is instead of our choice: of one model, or for one modem. */
struct fact_value {
    int32_t fact;
    int32_t number;
    const char *text;
    bool confirmed;
};

/* A maker's facts, the first of them FACT_FIRST. */
struct fact_table {
    const struct fact *list;
    size_t count; /* at most FACTS_MAX */
    /* The words of an error; NULL: there is none of that number. */
    const char *(*error_text)(int number);
};

/* The facts that a model goes by, or a modem. */
struct facts {
    const struct fact_table *table;
    const struct fact_value *of_model; /* where the model differs */
    size_t of_model_count;
    struct fact_value *given; /* where the modem differs from its model */
    size_t given_count;
    uint8_t *marks; /* fact_marks_size() bytes, zeroed at first; NULL: nothing is noted */
};

/* ---- tables ---- */

/* Entries of a table, which may end with `.confirmed = true`. */
#define NUMBER_FACT(id, text, choice, least, most, from, ...)                                      \
    [(id)-FACT_FIRST] = { .name = (text),                                                          \
                          .kind = FACT_IS_NUMBER,                                                  \
                          .number = (choice),                                                      \
                          .min = (least),                                                          \
                          .max = (most),                                                           \
                          .source = (from),                                                        \
                          .meaning = __VA_ARGS__ }
#define WORD_FACT(id, text, choice, allowed, from, ...)                                            \
    [(id)-FACT_FIRST] = { .name = (text),                                                          \
                          .kind = FACT_IS_WORD,                                                    \
                          .number = (choice),                                                      \
                          .words = (allowed),                                                      \
                          .source = (from),                                                        \
                          .meaning = __VA_ARGS__ }
#define SWITCH_FACT(id, text, choice, from, ...)                                                   \
    WORD_FACT(id, text, choice, "no,yes", from, __VA_ARGS__)
#define ERROR_FACT(id, text, choice, from, ...)                                                    \
    [(id)-FACT_FIRST] = { .name = (text),                                                          \
                          .kind = FACT_IS_ERROR,                                                   \
                          .number = (choice),                                                      \
                          .source = (from),                                                        \
                          .meaning = __VA_ARGS__ }
#define TEXT_FACT(id, words_of_it, choice, shortest, longest, from, ...)                           \
    [(id)-FACT_FIRST] = { .name = (words_of_it),                                                   \
                          .kind = FACT_IS_TEXT,                                                    \
                          .text = (choice),                                                        \
                          .min = (shortest),                                                       \
                          .max = (longest),                                                        \
                          .source = (from),                                                        \
                          .meaning = __VA_ARGS__ }

/* ---- what a modem goes by ---- */

/* True when the number stands for a fact. */
static inline bool fact_is_one(int32_t number)
{
    return number < FACT_FIRST + FACTS_MAX;
}

/* The number that a fact of the table is; it must not be a text. */
int32_t fact_value(const struct facts *facts, int32_t fact);

/* The number itself, or that of the fact that it stands for.  For what decides nothing yet: notes
 * nothing.  `facts` may be NULL where no fact can come. */
static inline int32_t fact_number(const struct facts *facts, int32_t number)
{
    return fact_is_one(number) ? fact_value(facts, number) : number;
}

/* Notes that the fact was used which the number stands for, if it is one. */
void fact_note(const struct facts *facts, int32_t number);

/* fact_number() of what a host or a peer sees now. */
static inline int32_t fact_use(const struct facts *facts, int32_t number)
{
    if (!fact_is_one(number))
        return number;
    fact_note(facts, number);
    return fact_value(facts, number);
}

/* The value of a FACT_IS_TEXT, good as long as the facts. */
const char *fact_text(const struct facts *facts, int32_t fact);

/* The same, noted. */
const char *fact_use_text(const struct facts *facts, int32_t fact);

/* A factory value, if it is a fact: a host has set another in its place, or the same. */
void fact_replace(const struct facts *facts, int32_t number);

/* It is there again. */
void fact_restore(const struct facts *facts, int32_t number);

/* Notes a factory value that a host sees or relies on, unless one has set another. */
void fact_note_preset(const struct facts *facts, int32_t number);

/* ---- what was noted ---- */

/* How many bytes of marks a table needs. */
size_t fact_marks_size(const struct fact_table *table);

/* True when the fact was used. */
bool fact_was_used(const struct facts *facts, int32_t fact);

/* True when no source says what the fact is, and nobody who made the modem did. */
bool fact_is_guess(const struct facts *facts, int32_t fact);

/* ---- as texts (fact_text.c) ---- */

/* The entry of this name; NULL: there is none. */
const struct fact *fact_named(const struct fact_table *table, const char *name);

/* The name that is most like it: never NULL. */
const char *fact_nearest(const struct fact_table *table, const char *name);

/* The number that stands for an entry of the table. */
int32_t fact_of(const struct fact_table *table, const struct fact *fact);

/* Reads a value as users write it.  ERR_INVALID: `why` gets the words behind "because". The text of
 * a FACT_IS_TEXT is borrowed. */
enum err fact_parse(const struct fact_table *table, const struct fact *fact, const char *value,
                    struct fact_value *ret_value, struct text *why);

/* What may be written, in words. */
void fact_print_allowed(const struct fact_table *table, const struct fact *fact, struct text *out);

/* The present value, as users write it. */
void fact_print_value(const struct facts *facts, int32_t fact, struct text *out);

#endif
