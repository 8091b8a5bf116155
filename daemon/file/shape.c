/* shape.c: holds a file's tree against the tables of file/schema.c.
 *
 * libcyaml would stop at the first mistake and name keys without their values; here all are found.
 */
#include "file/shape.h"

#include "plan/module_name.h"
#include "plan/near_name.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>

enum { WORDS_CAP = 700 };

static const cyaml_schema_field_t *field_named(const cyaml_schema_field_t *fields, const char *key)
{
    while (fields->key != NULL && strcmp(fields->key, key) != 0)
        fields++;
    return fields->key != NULL ? fields : NULL;
}

/* "did you mean count? " or nothing. */
static void add_near(struct text *words, const cyaml_schema_field_t *fields, const char *key)
{
    size_t len = strlen(key);
    size_t nearest = near_name_limit(len) + 1;
    const char *found = NULL;

    if (len > NEAR_NAME_MAX)
        return;
    for (; fields->key != NULL; fields++) {
        size_t distance = near_name_distance(span_of(key), span_of(fields->key));

        if (distance < nearest) {
            nearest = distance;
            found = fields->key;
        }
    }
    if (found != NULL)
        text_add(words, "did you mean %s? ", found);
}

static void say_unknown(const struct file_node *node, const cyaml_schema_field_t *fields,
                        struct file_report *report)
{
    char memory[WORDS_CAP];
    struct text words;
    const char *mark = "";

    text_init(&words, memory, sizeof(memory));
    add_near(&words, fields, node->key);
    text_add(&words, "allowed: ");
    for (; fields->key != NULL; fields++) {
        text_add(&words, "%s%s", mark, fields->key);
        mark = ", ";
    }
    file_report_wrong(report, &node->key_place, node->key, node->key, "there is no such key; %s",
                      memory);
}

static bool wrong_kind(const struct file_node *node, const char *allowed,
                       struct file_report *report)
{
    static const char *const kinds[] = { "a text", "a list", "a map" };
    const char *kind = kinds[node->kind];

    if (node->kind == FILE_TEXT && node->text == NULL)
        kind = "nothing";
    else if (node->kind == FILE_TEXT && node->text[0] == '\0')
        kind = "empty";

    file_report_wrong(report, &node->place, node->key, node->text, "it is %s; allowed: %s", kind,
                      allowed);
    return false;
}

static bool check_text(const struct file_node *node, struct file_report *report)
{
    if (node->kind != FILE_TEXT || node->text == NULL || node->text[0] == '\0')
        return wrong_kind(node, "a text of 1 to 4096 bytes", report);
    return true;
}

/* What a number may be, in words; its meaning is checked later. */
static const char *range_of(const char *key)
{
    static const char *const ranges[][2] = {
        { "signal", "0 to 31, or 99" }, { "count", "1 to 100000" },
        { "first", "0 to 4294967295" }, { "delay", "0 to 600000" },
        { "seed", "0 to 4294967295" },
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (strcmp(ranges[i][0], key) == 0)
            return ranges[i][1];
    }
    return "a number";
}

/* Only what everybody reads in the same way: no 010, no 0x10, no 1e3. */
static bool check_number(const struct file_node *node, struct file_report *report)
{
    uint64_t value = 0;
    const char *digits;

    if (node->kind != FILE_TEXT || node->text == NULL)
        return wrong_kind(node, "a number", report);
    for (digits = node->text; isdigit((unsigned char)*digits) && value <= UINT32_MAX; digits++)
        value = value * 10 + (uint64_t)(*digits - '0');
    if (digits != node->text && *digits == '\0' && value <= UINT32_MAX &&
        (node->text[0] != '0' || node->text[1] == '\0'))
        return true;
    file_report_wrong(report, &node->place, node->key, node->text,
                      "it is no number; allowed: %s, digits without a 0 before them",
                      range_of(node->key));
    return false;
}

static bool check_truth(const struct file_node *node, struct file_report *report)
{
    if (node->kind == FILE_TEXT && node->text != NULL &&
        (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0))
        return true;
    return wrong_kind(node, "true, false", report);
}

/* The one enum there is: a module's name. */
static bool check_module(const struct file_node *node, struct file_report *report)
{
    char memory[WORDS_CAP];
    struct text words;
    const char *successor;

    if (!check_text(node, report))
        return false;
    if (module_name_find(node->text) != NULL)
        return true;
    successor = module_name_successor(node->text);
    text_init(&words, memory, sizeof(memory));
    if (successor == NULL)
        module_name_suggest(node->text, &words);
    else
        text_add(&words, "%s has taken its place; ", successor);
    file_report_wrong(report, &node->place, node->key, node->text,
                      "there is no such module; %sallowed: what --list-modules shows", memory);
    return false;
}

/* A map with keys of the user's own. */
static bool check_own_keys(const struct file_node *node, struct file_report *report)
{
    bool good = true;

    if (node->kind == FILE_TEXT && strcmp(node->key, "credentials") == 0)
        return check_text(node, report); /* a folder */
    if (node->kind != FILE_MAP)
        return wrong_kind(node, "a map of texts", report);
    for (const struct file_node *child = node->first; child != NULL; child = child->next)
        good = check_text(child, report) && good;
    return good;
}

static bool check_value(const struct file_node *node, const cyaml_schema_value_t *value,
                        struct file_report *report);

static bool check_map(const struct file_node *node, const cyaml_schema_value_t *value,
                      struct file_report *report)
{
    bool good = true;

    if (node->kind != FILE_MAP)
        return wrong_kind(node, "a map", report);
    for (const struct file_node *child = node->first; child != NULL; child = child->next) {
        const cyaml_schema_field_t *field = field_named(value->mapping.fields, child->key);

        if (field == NULL) {
            say_unknown(child, value->mapping.fields, report);
            good = false;
        } else {
            good = check_value(child, &field->value, report) && good;
        }
    }
    return good;
}

static bool check_list(const struct file_node *node, const cyaml_schema_value_t *value,
                       struct file_report *report)
{
    bool good = true;

    if (node->kind != FILE_LIST)
        return wrong_kind(node, "a list", report);
    if (node->count < value->sequence.min || node->count > value->sequence.max) {
        file_report_wrong(report, &node->place, node->key, NULL,
                          "it has %zu entries; allowed: %" PRIu32 " to %" PRIu32, node->count,
                          value->sequence.min, value->sequence.max);
        return false;
    }
    for (const struct file_node *child = node->first; child != NULL; child = child->next)
        good = check_value(child, value->sequence.entry, report) && good;
    return good;
}

static bool check_value(const struct file_node *node, const cyaml_schema_value_t *value,
                        struct file_report *report)
{
    switch (value->type) {
    case CYAML_STRING:
        return check_text(node, report);
    case CYAML_UINT:
        return check_number(node, report);
    case CYAML_BOOL:
        return check_truth(node, report);
    case CYAML_ENUM:
        return check_module(node, report);
    case CYAML_MAPPING:
        return check_map(node, value, report);
    case CYAML_SEQUENCE:
        return check_list(node, value, report);
    case CYAML_IGNORE:
        return check_own_keys(node, report);
    default: /* a later libcyaml has more */
        break;
    }
    assert(false); /* no field of ours is one */
    return false;
}

bool file_shape_check(const struct file_node *root, struct file_report *report)
{
    return check_value(root, file_schema(), report);
}
