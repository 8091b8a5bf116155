/* fact_text.c: facts as users write and read them. */
#include "base/fact.h"

#include "base/number.h"

#include <assert.h>
#include <string.h>

/* The numbers of errors end before this one. */
enum { ERRORS_END = 10000 };

static const char plain[] = "plain";

int32_t fact_of(const struct fact_table *table, const struct fact *fact)
{
    assert(fact >= table->list && fact < table->list + table->count);
    return FACT_FIRST + (int32_t)(fact - table->list);
}

const struct fact *fact_named(const struct fact_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->list[i].name, name) == 0)
            return &table->list[i];
    }
    return NULL;
}

/* How many letters have to be put in, left out or replaced (V. Levenshtein, 1966). */
static size_t distance(const char *a, const char *b)
{
    enum { NAME_MAX_BYTES = 64 };
    size_t row[NAME_MAX_BYTES + 1];
    size_t len = strlen(b) < NAME_MAX_BYTES ? strlen(b) : NAME_MAX_BYTES;

    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0' && i < NAME_MAX_BYTES; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < len; j++) {
            size_t least = diagonal + (a[i] != b[j]);

            diagonal = row[j + 1];
            least = least < row[j] + 1 ? least : row[j] + 1;
            row[j + 1] = least < diagonal + 1 ? least : diagonal + 1;
        }
    }
    return row[len];
}

const char *fact_nearest(const struct fact_table *table, const char *name)
{
    const char *nearest = table->list[0].name;

    for (size_t i = 1; i < table->count; i++) {
        if (distance(name, table->list[i].name) < distance(name, nearest))
            nearest = table->list[i].name;
    }
    return nearest;
}

/* ---- reading ---- */

static bool parse_number(const char *value, int32_t *ret)
{
    bool negative = value[0] == '-';

    if (!number_parse(span_of(value + negative), ret))
        return false;
    *ret = negative ? -*ret : *ret;
    return true;
}

static enum err take_number(const struct fact *fact, const char *value, int32_t *ret,
                            struct text *why)
{
    if (!parse_number(value, ret)) {
        text_add(why, "it is no number");
        return ERR_INVALID;
    }
    if (*ret < fact->min || *ret > fact->max) {
        text_add(why, "it is too %s", *ret < fact->min ? "small" : "large");
        return ERR_INVALID;
    }
    return ERR_OK;
}

/* The word of this place, and its length; 0: there is none. */
static size_t word_at(const char *words, int32_t place, const char **ret_word)
{
    for (; place > 0; place--) {
        words += strcspn(words, ",");
        words += *words == ',';
    }
    *ret_word = words;
    return strcspn(words, ",");
}

static enum err take_word(const struct fact *fact, const char *value, int32_t *ret,
                          struct text *why)
{
    const char *word;
    size_t len;

    for (*ret = 0; (len = word_at(fact->words, *ret, &word)) > 0; (*ret)++) {
        if (strlen(value) == len && memcmp(word, value, len) == 0)
            return ERR_OK;
    }
    text_add(why, "it is none of its words");
    return ERR_INVALID;
}

static enum err take_error(const struct fact_table *table, const char *value, int32_t *ret,
                           struct text *why)
{
    *ret = FACT_PLAIN_ERROR;
    if (strcmp(value, plain) == 0)
        return ERR_OK;
    if (number_parse(span_of(value), ret) && table->error_text(*ret) != NULL)
        return ERR_OK;
    for (*ret = 0; *ret < ERRORS_END; (*ret)++) {
        const char *words = table->error_text(*ret);

        if (words != NULL && strcmp(words, value) == 0)
            return ERR_OK;
    }
    text_add(why, "the module has no such error");
    return ERR_INVALID;
}

static enum err check_text(const struct fact *fact, const char *value, struct text *why)
{
    size_t len = strlen(value);

    if (len < (size_t)fact->min || len > (size_t)fact->max) {
        text_add(why, "it is too %s", len < (size_t)fact->min ? "short" : "long");
        return ERR_INVALID;
    }
    for (size_t i = 0; i < len; i++) {
        if (value[i] < 0x20 || value[i] > 0x7E) {
            text_add(why, "a character of it is not printable");
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

enum err fact_parse(const struct fact_table *table, const struct fact *fact, const char *value,
                    struct fact_value *ret_value, struct text *why)
{
    struct fact_value parsed = { .fact = fact_of(table, fact), .text = value };
    enum err err = ERR_INVALID;

    assert(fact != NULL && value != NULL);
    switch (fact->kind) {
    case FACT_IS_NUMBER:
        err = take_number(fact, value, &parsed.number, why);
        break;
    case FACT_IS_WORD:
        err = take_word(fact, value, &parsed.number, why);
        break;
    case FACT_IS_ERROR:
        err = take_error(table, value, &parsed.number, why);
        break;
    case FACT_IS_TEXT:
        err = check_text(fact, value, why);
        break;
    }
    if (err == ERR_OK)
        *ret_value = parsed;
    return err;
}

/* ---- printing ---- */

void fact_print_allowed(const struct fact_table *table, const struct fact *fact, struct text *out)
{
    const char *word, *comma = "";
    int32_t last = ERRORS_END;
    size_t len;

    switch (fact->kind) {
    case FACT_IS_NUMBER:
        text_add(out, "%d to %d", (int)fact->min, (int)fact->max);
        break;
    case FACT_IS_WORD:
        for (int32_t i = 0; (len = word_at(fact->words, i, &word)) > 0; i++, comma = ", ")
            text_add(out, "%s%.*s", comma, (int)len, word);
        break;
    case FACT_IS_ERROR:
        while (last > 0 && table->error_text(last) == NULL)
            last--;
        text_add(out, "%s, or an error of the module, up to %d", plain, (int)last);
        break;
    case FACT_IS_TEXT:
        text_add(out, "text of %d to %d characters", (int)fact->min, (int)fact->max);
        break;
    }
}

void fact_print_value(const struct facts *facts, int32_t fact, struct text *out)
{
    const struct fact *entry = &facts->table->list[fact - FACT_FIRST];
    const char *word;
    size_t len;

    switch (entry->kind) {
    case FACT_IS_NUMBER:
        text_add(out, "%d", (int)fact_number(facts, fact));
        break;
    case FACT_IS_WORD:
        len = word_at(entry->words, fact_number(facts, fact), &word);
        text_add(out, "%.*s", (int)len, word);
        break;
    case FACT_IS_ERROR:
        if (fact_number(facts, fact) == FACT_PLAIN_ERROR)
            text_add(out, "%s", plain);
        else
            text_add(out, "%d", (int)fact_number(facts, fact));
        break;
    case FACT_IS_TEXT:
        text_add(out, "%s", fact_text(facts, fact));
        break;
    }
}
