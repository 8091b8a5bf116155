/* rule.h: what a laboratory may be told, one value at a time: its name, its kind, its range.
 *
 * Transcripts, scenarios, and who takes such values from elsewhere have them from the same tables
 * (setting.h, act.h), so that a name, a range and the sentence about a wrong value are one.
 */
#ifndef LABORATORY_RULE_H
#define LABORATORY_RULE_H

#include "base/span.h"
#include "base/text.h"
#include "tlsmodem.h"

enum lab_kind {
    LAB_WORD,   /* one of `words` */
    LAB_FLAG,   /* the same, of two: what means no, then what means yes */
    LAB_NUMBER, /* 0 to `max`, and `also` */
    LAB_TEXT,   /* 1 to LAB_TEXT_MAX bytes, as `is_good` has them */
    LAB_TIME    /* as tlsmodem_time_read() has one, but no word */
};

enum { LAB_WORDS_MAX = 5, LAB_TEXT_MAX = 999 };

/* Static. */
struct lab_rule {
    const char *name;
    enum lab_kind kind;
    const char *words[LAB_WORDS_MAX + 1]; /* the last is NULL */
    int32_t max;
    int32_t also; /* 0: none besides */
    bool (*is_good)(struct span text);
    const char *form; /* of texts and times, in words: what is allowed */
    bool may_lack;    /* it need not be said */
};

/* A value as it was read. */
struct lab_value {
    bool is_given;
    char text[LAB_TEXT_MAX + 1]; /* a C string */
    int32_t number;              /* of words and flags: the place, from 0 */
    struct tlsmodem_time time;
};

/* Reads a value, an empty one being none; false: it is not allowed, and `ret_value` is
 * undefined. */
bool lab_rule_read(const struct lab_rule *rule, struct span value, struct lab_value *ret_value);

/* True when the value is allowed. */
bool lab_rule_allows(const struct lab_rule *rule, struct span value);

/* Adds what is allowed: "home, roaming, lost", "0 to 31, 99". */
void lab_rule_describe(const struct lab_rule *rule, struct text *text);

/* Adds the sentence about a value that is not allowed: `signal: "32" is wrong; allowed: …`, and
 * is ERR_INVALID. */
enum err lab_rule_refuse(const struct lab_rule *rule, struct span value, struct text *why);

#endif
