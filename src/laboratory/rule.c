/* rule.c: what a laboratory may be told, one value at a time. */
#include "laboratory/rule.h"

#include "base/number.h"

#include <inttypes.h>

/* The place of a word among those of the rule; -1: it is none of them. */
static int32_t place_of(const struct lab_rule *rule, struct span word)
{
    for (int32_t place = 0; rule->words[place] != NULL; place++) {
        if (span_equal(word, span_of(rule->words[place])))
            return place;
    }
    return -1;
}

static bool read_number(const struct lab_rule *rule, struct span value, int32_t *ret_number)
{
    return number_parse(value, ret_number) &&
           (*ret_number <= rule->max || (rule->also != 0 && *ret_number == rule->also));
}

/* A C string of it; false: it is too long, or has a NUL. */
static bool copy(struct span value, char *ret_text)
{
    if (value.len == 0 || value.len > LAB_TEXT_MAX || memchr(value.data, '\0', value.len) != NULL)
        return false;
    memcpy(ret_text, value.data, value.len);
    ret_text[value.len] = '\0';
    return true;
}

bool lab_rule_read(const struct lab_rule *rule, struct span value, struct lab_value *ret_value)
{
    ret_value->is_given = value.len > 0;
    ret_value->text[0] = '\0';
    ret_value->number = 0;
    if (!ret_value->is_given)
        return rule->may_lack;
    if (!copy(value, ret_value->text))
        return false;
    switch (rule->kind) {
    case LAB_WORD:
    case LAB_FLAG:
        ret_value->number = place_of(rule, value);
        return ret_value->number >= 0;
    case LAB_NUMBER:
        return read_number(rule, value, &ret_value->number);
    case LAB_TEXT:
        return rule->is_good == NULL || rule->is_good(value);
    case LAB_TIME:
        return tlsmodem_time_read(ret_value->text, 0, &ret_value->time) == ERR_OK &&
               ret_value->time.from == TLSMODEM_TIME_GIVEN;
    }
    return false;
}

bool lab_rule_allows(const struct lab_rule *rule, struct span value)
{
    struct lab_value read;

    return lab_rule_read(rule, value, &read);
}

void lab_rule_describe(const struct lab_rule *rule, struct text *text)
{
    if (rule->form != NULL) {
        text_add(text, "%s", rule->form);
        return;
    }
    for (size_t i = 0; rule->words[i] != NULL; i++)
        text_add(text, "%s%s", i > 0 ? ", " : "", rule->words[i]);
    if (rule->kind == LAB_NUMBER)
        text_add(text, "0 to %" PRId32, rule->max);
    if (rule->also != 0)
        text_add(text, ", %" PRId32, rule->also);
}

enum err lab_rule_refuse(const struct lab_rule *rule, struct span value, struct text *why)
{
    text_add(why, "%s: \"", rule->name);
    text_add_span(why, value);
    text_add(why, "\" is wrong; allowed: ");
    lab_rule_describe(rule, why);
    return ERR_INVALID;
}
