/* identity.c: who a modem is: its numbers, its name, its network. */
#include "file/identity.h"

#include "base/pattern.h"
#include "file/bytes.h"
#include "file/document.h"
#include "plan/identity_options.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    NUMBERS_BYTES_MAX = 16 * 1024 * 1024,
    TAC_DIGITS = 8,
    SERIAL_DIGITS = 6,
    SERIAL_MAX = 999999,
    WHY_CAP = 400,
    SIGNAL_MAX = 31,
    SIGNAL_UNKNOWN = 99
};

struct file_numbers {
    const struct file_node *node;
    size_t count;
    char *list; /* words of TLSMODEM_IMEI_CAP bytes */
};

/* The uppermost layer that says where the IMEI comes from; NULL: none does. */
static const struct file_layer *numbering_layer(const struct file_subject *subject)
{
    const struct file_layer *layer = subject->layers;

    while (layer != NULL && file_node_at(layer->node, "imei") == NULL &&
           file_node_at(layer->node, "imei-file") == NULL)
        layer = layer->below;
    return layer;
}

static bool take_number(const struct file_subject *subject, const struct file_node *node,
                        const char *word, size_t line, char *ret_imei)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (identity_option_imei("imei-file", word, ret_imei, &why))
        return true;
    text_add(&why, " (line %zu of the file)", line);
    file_subject_line(subject, node, memory);
    return false;
}

/* One number a line; blank lines, and what stands behind a #, do not count. */
static bool take_numbers(const struct file_subject *subject, struct file_numbers *numbers, char *at)
{
    size_t room = 0;

    for (size_t line = 1; *at != '\0'; line++) {
        size_t len = strcspn(at, "\n");
        bool is_last = at[len] == '\0';
        char *word = at, *end;

        at[len] = '\0';
        word[strcspn(word, "#")] = '\0';
        while (isspace((unsigned char)*word))
            word++;
        for (end = word + strlen(word); end > word && isspace((unsigned char)end[-1]);)
            *--end = '\0';
        if (*word != '\0') {
            if (numbers->count == room) {
                char *list = realloc(numbers->list, (room = 2 * room + 16) * TLSMODEM_IMEI_CAP);

                if (list == NULL)
                    return false;
                numbers->list = list;
            }
            if (!take_number(subject, numbers->node, word, line,
                             numbers->list + numbers->count * TLSMODEM_IMEI_CAP))
                return false;
            numbers->count++;
        }
        at += is_last ? len : len + 1;
    }
    return true;
}

bool file_numbers_read(const struct file_subject *subject, struct file_numbers **ret_numbers)
{
    const struct file_layer *layer = numbering_layer(subject);
    struct file_value value = { .text = NULL };
    struct file_numbers *numbers;
    char path[PATH_MAX];
    const char *why = "the path is too long";
    uint8_t *bytes = NULL;
    size_t len;
    bool good;

    *ret_numbers = NULL;
    if (layer == NULL || layer->modem->imei_file == NULL)
        return true;
    value = FILE_LAYER_TEXT(layer, "imei-file", imei_file);
    if (layer->modem->imei != NULL) {
        file_subject_wrong(subject, value.node, "there is an imei, too; allowed: one of the two");
        return false;
    }
    if (file_path(value.node->place.file, value.text, path, sizeof(path)))
        bytes = file_bytes_read(path, NUMBERS_BYTES_MAX, &len, &why);
    if (bytes == NULL) {
        file_subject_wrong(subject, value.node,
                           "it cannot be read: %s; allowed: a file of IMEIs, one a line", why);
        return false;
    }
    numbers = calloc(1, sizeof(*numbers));
    good = numbers != NULL;
    if (good) {
        numbers->node = value.node;
        good = take_numbers(subject, numbers, (char *)bytes);
    }
    free(bytes);
    if (good)
        *ret_numbers = numbers;
    else
        file_numbers_free(numbers);
    return good;
}

void file_numbers_free(struct file_numbers *numbers)
{
    if (numbers == NULL)
        return;
    free(numbers->list);
    free(numbers);
}

static bool number_of_file(struct file_subject *subject, const struct file_numbers *numbers)
{
    uint32_t n = file_subject_number(subject);

    if (n >= numbers->count) {
        file_subject_wrong(subject, numbers->node,
                           "it has %zu numbers and modem %" PRIu32
                           " needs one, counted from 0; allowed: a longer file, a smaller count "
                           "or first",
                           numbers->count, n);
        return false;
    }
    strcpy(subject->imei, numbers->list + (size_t)n * TLSMODEM_IMEI_CAP);
    return true;
}

static bool is_tac(const char *text)
{
    return strlen(text) == TAC_DIGITS && strspn(text, "0123456789") == TAC_DIGITS;
}

/* The type's eight digits, six of first + index, and the check digit. */
static bool number_of_type(struct file_subject *subject, const struct file_value *value)
{
    uint64_t last = (uint64_t)subject->first + subject->count - 1;
    char digits[TAC_DIGITS + SERIAL_DIGITS + 1];

    if (last > SERIAL_MAX) {
        file_subject_wrong(subject, value->node,
                           "first and count make %" PRIu64
                           ", and a TAC has six digits for it; allowed: up to %d",
                           last, SERIAL_MAX);
        return false;
    }
    snprintf(digits, sizeof(digits), "%.8s%06" PRIu32, value->text,
             file_subject_number(subject) % (SERIAL_MAX + 1));
    return tlsmodem_imei(digits, subject->imei) == ERR_OK;
}

static bool number_as_given(struct file_subject *subject, const struct file_value *value)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (subject->count > 1) {
        file_subject_wrong(subject, value->node,
                           "%" PRIu32
                           " modems would have it; allowed: a TAC of 8 digits, or imei-file",
                           subject->count);
        return false;
    }
    if (identity_option_imei("imei", value->text, subject->imei, &why))
        return true;
    text_add(&why, ", or a TAC of 8 digits");
    file_subject_line(subject, value->node, memory);
    return false;
}

static bool take_imei(struct file_subject *subject, const struct file_numbers *numbers)
{
    struct file_value value = FILE_LAYER_TEXT(numbering_layer(subject), "imei", imei);

    if (numbers != NULL) {
        if (!number_of_file(subject, numbers))
            return false;
    } else if (value.text != NULL) {
        if (is_tac(value.text) ? !number_of_type(subject, &value)
                               : !number_as_given(subject, &value))
            return false;
    } else {
        return true;
    }
    subject->plan->identity.imei = modem_plan_text(subject->plan, subject->imei);
    return subject->plan->identity.imei != NULL;
}

/* A pattern of digits, and what they are. */
static bool take_digits(const struct file_subject *subject, const struct file_value *value,
                        bool (*read)(const char *name, const char *value, char *ret_whole,
                                     struct text *error),
                        const char **ret_digits)
{
    char memory[WHY_CAP], whole[TLSMODEM_ICCID_CAP];
    struct text why;
    const char *filled;

    if (value->text == NULL)
        return true;
    filled = file_subject_fill(subject, value->node, value->text);
    if (filled == NULL)
        return false;
    text_init(&why, memory, sizeof(memory));
    if (!read(value->node->key, filled, whole, &why)) {
        file_subject_line(subject, value->node, memory);
        return false;
    }
    *ret_digits = modem_plan_text(subject->plan, whole);
    return *ret_digits != NULL;
}

static bool is_operator_name(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++) {
        if (name[i] < ' ' || name[i] > '~' || name[i] == '"')
            return false;
    }
    return len >= 1 && len <= TLSMODEM_OPERATOR_MAX;
}

static bool is_operator_code(const char *code)
{
    return strspn(code, "0123456789") == strlen(code) && strlen(code) >= 5 && strlen(code) <= 6;
}

static bool take_operator_name(struct file_subject *subject, const struct file_node *node,
                               const char *name)
{
    struct tlsmodem_identity *identity = &subject->plan->identity;

    identity->operator_name = file_subject_fill(subject, node, name);
    if (identity->operator_name == NULL)
        return false;
    if (is_operator_name(identity->operator_name))
        return true;
    file_subject_wrong(subject, node,
                       "it is no name; allowed: 1 to %d printable ASCII characters without quotes",
                       TLSMODEM_OPERATOR_MAX);
    return false;
}

static bool take_operator(struct file_subject *subject)
{
    const struct file_node *node;
    const struct file_layer *layer = file_layer_with(subject->layers, "operator", &node);
    struct tlsmodem_identity *identity = &subject->plan->identity;
    const struct file_operator *given;
    bool good;

    if (layer == NULL)
        return true;
    given = layer->modem->network_operator;
    good =
        given->name == NULL || take_operator_name(subject, file_node_at(node, "name"), given->name);
    if (given->code == NULL)
        return good;
    if (!is_operator_code(given->code)) {
        file_subject_wrong(subject, file_node_at(node, "code"),
                           "it is no code; allowed: MCC and MNC, 5 or 6 digits");
        return false;
    }
    identity->operator_code = modem_plan_text(subject->plan, given->code);
    return identity->operator_code != NULL && good;
}

static bool take_signal(struct file_subject *subject)
{
    const struct file_node *node;
    const struct file_layer *layer = file_layer_with(subject->layers, "signal", &node);

    if (layer == NULL)
        return true;
    if (*layer->modem->signal > SIGNAL_MAX && *layer->modem->signal != SIGNAL_UNKNOWN) {
        file_subject_wrong(subject, node,
                           "+CSQ has no such strength; allowed: 0 to %d, or %d: not known",
                           SIGNAL_MAX, SIGNAL_UNKNOWN);
        return false;
    }
    subject->plan->identity.has_signal = true;
    subject->plan->identity.signal = (int)*layer->modem->signal;
    return true;
}

/* What a store, a log line and a path can hold. */
static bool is_name(const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++) {
        if (name[i] <= ' ' || name[i] > '~' || strchr("/\\\"'", name[i]) != NULL)
            return false;
    }
    return strlen(name) <= NVM_MODEM_NAME_MAX && name[0] != '.';
}

static bool take_name(struct file_subject *subject)
{
    struct file_value value = FILE_LAYER_TEXT(subject->layers, "name", name);
    const struct file_node *count;

    subject->name = subject->plan->model;
    if (value.text == NULL && subject->count > 1) {
        file_layer_with(subject->layers, "count", &count);
        file_subject_wrong(subject, count,
                           "that many modems have no names; allowed: 1, or a name with ${n} in it");
        return false;
    }
    if (value.text == NULL)
        return true;
    subject->name = NULL; /* is no part of itself */
    subject->plan->name = file_subject_fill(subject, value.node, value.text);
    if (subject->plan->name == NULL)
        return false;
    if (subject->count > 1 && !pattern_names(span_of(value.text), "n") &&
        !pattern_names(span_of(value.text), "imei")) {
        file_subject_wrong(subject, value.node,
                           "%" PRIu32 " modems would have it; allowed: a name with ${n} in it",
                           subject->count);
        return false;
    }
    if (!is_name(subject->plan->name)) {
        file_subject_wrong(subject, value.node,
                           "\"%.80s\" is no name; allowed: 1 to %d printable ASCII characters "
                           "without blanks, quotes and slashes, not beginning with a dot",
                           subject->plan->name, NVM_MODEM_NAME_MAX);
        return false;
    }
    subject->name = subject->plan->name;
    return true;
}

bool file_identity(struct file_subject *subject, const struct file_numbers *numbers)
{
    struct tlsmodem_identity *identity = &subject->plan->identity;
    static const char stand_in[] = "000000000000000";
    struct file_value imsi, iccid;
    bool good;

    subject->plan->number = file_subject_number(subject);
    subject->imei[0] = '\0';
    subject->name = NULL;
    good = take_imei(subject, numbers);
    if (!good)
        strcpy(subject->imei, stand_in); /* for patterns, whose mistakes are told as well */
    if (!take_name(subject)) {
        subject->name = subject->plan->model;
        good = false;
    }
    imsi = FILE_LAYER_TEXT(subject->layers, "imsi", imsi);
    iccid = FILE_LAYER_TEXT(subject->layers, "iccid", iccid);
    good = take_digits(subject, &imsi, identity_option_imsi, &identity->imsi) && good;
    good = take_digits(subject, &iccid, identity_option_iccid, &identity->iccid) && good;
    good = take_operator(subject) && good;
    return take_signal(subject) && good;
}
