/* fault.c: the members of a fault, as text. */
#include "base/fault.h"

#include "base/letters.h"
#include "base/number.h"
#include "base/text.h"

#include <assert.h>

enum { SEED_MAX = INT32_MAX };

/* ---- values ---- */

/* A whole number with or without a sign. */
static bool read_number(struct span value, int32_t min, int32_t max, int32_t *ret_number)
{
    bool negative = value.len > 0 && value.data[0] == '-';
    int32_t number;

    if (!number_parse(span_skip(value, negative ? 1 : 0), &number))
        return false;
    *ret_number = negative ? -number : number;
    return *ret_number >= min && *ret_number <= max;
}

/* 0, 1, or a decimal fraction between them, in millionths. */
static bool read_toxicity(struct span value, uint32_t *ret_toxicity)
{
    uint32_t scale = FAULT_CERTAIN, sum = 0;

    for (size_t i = 0; i < value.len; i++) {
        if (i == 1 && value.data[i] == '.' && value.len > 2)
            continue;
        if (value.data[i] < '0' || value.data[i] > '9' || scale == 0 || (i == 1))
            return false;
        sum += scale * (uint32_t)(value.data[i] - '0');
        scale /= 10;
    }
    *ret_toxicity = sum;
    return value.len > 0 && sum <= FAULT_CERTAIN;
}

static bool is_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~' || text.data[i] == '"')
            return false;
    }
    return true;
}

/* Copies what is printable, has no quotes, and at most `max` bytes. */
static bool read_text(struct span value, size_t max, char *ret_text)
{
    if (value.len > max || !is_printable(value))
        return false;
    if (value.len > 0)
        memcpy(ret_text, value.data, value.len);
    ret_text[value.len] = '\0';
    return true;
}

/* ---- what is wrong ---- */

static bool refuse(struct text *why, struct span name, struct span value, const char *allowed)
{
    text_add(why, "%.*s: \"%.*s\" is wrong; allowed: %s", (int)name.len, (const char *)name.data,
             (int)(value.len < 80 ? value.len : 80), (const char *)value.data, allowed);
    return false;
}

/* The words of an attribute, with a blank behind each comma. */
static void add_words(struct text *text, const char *words)
{
    for (; *words != '\0'; words++) {
        text_add_char(text, *words);
        if (*words == ',')
            text_add_char(text, ' ');
    }
}

static bool refuse_attribute(struct text *why, const struct fault_attribute *attribute,
                             struct span value)
{
    char memory[2 * FAULT_WORDS_MAX];
    struct text allowed;

    text_init(&allowed, memory, sizeof(memory));
    if (attribute->words == NULL)
        text_add(&allowed, "%d to %d%s%s", (int)attribute->min, (int)attribute->max,
                 attribute->unit[0] != '\0' ? " " : "", attribute->unit);
    else if (attribute->words[0] != '\0')
        add_words(&allowed, attribute->words);
    else
        text_add(&allowed, "at most %d printable ASCII characters without quotes", FAULT_TEXT_MAX);
    return refuse(why, span_of(attribute->name), value, memory);
}

static bool refuse_name(struct text *why, const struct fault_kind *kind, struct span name)
{
    text_add(why, "%s has no \"%.*s\"; allowed: toxicity, after, count, every, seed", kind->name,
             (int)(name.len < 80 ? name.len : 80), (const char *)name.data);
    if ((kind->has & FAULT_HAS_STREAM) != 0)
        text_add(why, ", stream");
    if ((kind->has & FAULT_HAS_COMMAND) != 0)
        text_add(why, ", command");
    if ((kind->has & FAULT_HAS_SOCKET) != 0)
        text_add(why, ", socket, phase");
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++)
        text_add(why, ", %s", kind->attributes[i].name);
    return false;
}

/* ---- members ---- */

bool fault_begin(struct span name, struct fault *ret_fault, char *why, size_t cap)
{
    struct text text;
    size_t type = 0;

    text_init(&text, why, cap);
    while (type < FAULT_TYPE_COUNT && !span_equal(name, span_of(fault_kind_at(type)->name)))
        type++;
    if (type == FAULT_TYPE_COUNT) {
        text_add(&text,
                 "there is no fault \"%.*s\"; allowed:", (int)(name.len < 80 ? name.len : 80),
                 (const char *)name.data);
        for (size_t i = 0; i < FAULT_TYPE_COUNT; i++)
            text_add(&text, "%s %s", i > 0 ? "," : "", fault_kind_at(i)->name);
        return false;
    }
    *ret_fault = (struct fault){ .type = (enum fault_type)type,
                                 .toxicity = FAULT_CERTAIN,
                                 .socket = FAULT_ANY_SOCKET,
                                 .every = 1 };
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX; i++)
        ret_fault->attributes[i] = fault_kind_at(type)->attributes[i].preset;
    return true;
}

static bool set_attribute(struct fault *fault, size_t index, struct span value, struct text *why)
{
    const struct fault_attribute *attribute = &fault_kind_at(fault->type)->attributes[index];
    int32_t *number = &fault->attributes[index];
    bool good;

    fault->given |= 1U << index;
    if (attribute->words == NULL) {
        good = read_number(value, attribute->min, attribute->max, number);
    } else if (attribute->words[0] == '\0') {
        good = read_text(value, FAULT_TEXT_MAX, fault->text);
    } else {
        int32_t place = fault_word_place(attribute->words, value);

        good = place >= 0;
        *number = good ? place : *number;
    }
    return good || refuse_attribute(why, attribute, value);
}

/* The members that count; false: `name` is none of them. */
static bool counter_of(struct fault *fault, struct span name, uint32_t **ret_counter)
{
    const struct {
        const char *name;
        uint32_t *counter;
    } counters[] = { { "after", &fault->after },
                     { "count", &fault->count },
                     { "every", &fault->every },
                     { "seed", &fault->seed } };

    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        *ret_counter = counters[i].counter;
        if (span_equal(name, span_of(counters[i].name)))
            return true;
    }
    return false;
}

static bool set_counter(struct span name, struct span value, uint32_t *counter, struct text *why)
{
    int32_t min = span_equal(name, span_of("every")) ? 1 : 0;
    int32_t number;

    if (!read_number(value, min, SEED_MAX, &number))
        return refuse(why, name, value, min > 0 ? "1 to 2147483647" : "0 to 2147483647");
    *counter = (uint32_t)number;
    return true;
}

static bool set_phase(struct fault *fault, struct span name, struct span value, struct text *why)
{
    char memory[FAULT_WORDS_MAX];
    struct text allowed;

    text_init(&allowed, memory, sizeof(memory));
    for (size_t i = 0; fault_phase_word(i) != NULL; i++) {
        if (span_equal(value, span_of(fault_phase_word(i)))) {
            fault->phase = (enum fault_phase)i;
            return true;
        }
        text_add(&allowed, "%s%s", i > 0 ? ", " : "", fault_phase_word(i));
    }
    return refuse(why, name, value, memory);
}

/* The members that only some types have. */
static bool set_when(struct fault *fault, struct span name, struct span value, struct text *why)
{
    const struct fault_kind *kind = fault_kind_at(fault->type);

    if ((kind->has & FAULT_HAS_STREAM) != 0 && span_equal(name, span_of("stream"))) {
        int32_t place = fault_word_place("downstream,upstream", value);

        fault->stream = place == 1 ? FAULT_UPSTREAM : FAULT_DOWNSTREAM;
        return place >= 0 || refuse(why, name, value, "downstream, upstream");
    }
    if ((kind->has & FAULT_HAS_COMMAND) != 0 && span_equal(name, span_of("command")))
        return read_text(value, FAULT_COMMAND_MAX, fault->command) ||
               refuse(why, name, value, "at most 79 printable characters, * is anything");
    if ((kind->has & FAULT_HAS_SOCKET) != 0 && span_equal(name, span_of("socket")))
        return read_number(value, 0, UINT8_MAX, &fault->socket) ||
               refuse(why, name, value, "0 to 255");
    if ((kind->has & FAULT_HAS_SOCKET) != 0 && span_equal(name, span_of("phase")))
        return set_phase(fault, name, value, why);
    return refuse_name(why, kind, name);
}

bool fault_set(struct fault *fault, struct span name, struct span value, char *why, size_t cap)
{
    const struct fault_kind *kind = fault_kind_at(fault->type);
    uint32_t *counter;
    struct text text;

    assert(kind != NULL);
    text_init(&text, why, cap);
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++) {
        if (span_equal(name, span_of(kind->attributes[i].name)))
            return set_attribute(fault, i, value, &text);
    }
    if (span_equal(name, span_of("toxicity")))
        return read_toxicity(value, &fault->toxicity) ||
               refuse(&text, name, value, "0 to 1, with six decimals at most");
    if (counter_of(fault, name, &counter))
        return set_counter(name, value, counter, &text);
    return set_when(fault, name, value, &text);
}

static bool check_phase(const struct fault *fault, struct text *why)
{
    const char *list = fault_phases_of(fault->type);

    if (fault_word_place(list, span_of(fault_phase_word(fault->phase))) >= 0)
        return true;
    text_add(why, "%s has no phase \"%s\"; allowed: ", fault_kind_at(fault->type)->name,
             fault_phase_word(fault->phase));
    add_words(why, list);
    return false;
}

bool fault_check(const struct fault *fault, char *why, size_t cap)
{
    const struct fault_kind *kind = fault_kind_at(fault->type);
    struct text text;

    assert(kind != NULL);
    text_init(&text, why, cap);
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++) {
        if (kind->attributes[i].needed && (fault->given & 1U << i) == 0) {
            text_add(&text, "%s needs %s", kind->name, kind->attributes[i].name);
            return false;
        }
    }
    return check_phase(fault, &text);
}
