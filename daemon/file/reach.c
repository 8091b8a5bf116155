/* reach.c: what stands between a modem and the network, and so decides where it comes to. */
#include "file/reach.h"

#include "wrap/guard_rules.h"
#include "wrap/map_rules.h"

#include <string.h>

enum { WHY_CAP = 500 };

/* A wrapper of the network, by its name. */
static bool take_wrapper(const struct file_subject *subject, const struct file_node *node,
                         const char *name, const char *words)
{
    char memory[WHY_CAP];
    struct text why;

    text_init(&why, memory, sizeof(memory));
    if (words == NULL)
        return false;
    if (stack_plan_add(&subject->plan->in_front, name, words, &why))
        return true;
    file_subject_wrong(subject, node, "%s", memory);
    return false;
}

static bool take_link(const struct file_subject *subject)
{
    struct file_value value = FILE_LAYER_TEXT(subject->layers, "link", link);

    return value.text == NULL || take_wrapper(subject, value.node, "link",
                                              file_subject_fill(subject, value.node, value.text));
}

/* Of one entry OLD: NEW; a comma would begin the next. */
static bool add_place(const struct file_subject *subject, const struct file_node *node,
                      struct text *words)
{
    const char *to = file_subject_fill(subject, node, node->text);
    char memory[WHY_CAP], one[WHY_CAP];
    struct text why, rule;

    if (to == NULL)
        return false;
    text_init(&why, memory, sizeof(memory));
    text_init(&rule, one, sizeof(one));
    text_add(&rule, "%s=%s", node->key, to);
    if (rule.cut || strchr(one, ',') != NULL || !map_rules_check(text_span(&rule), &why)) {
        file_subject_wrong(subject, node, "%s",
                           why.len > 0 ? memory : "it is no place; allowed: HOST, HOST:PORT");
        return false;
    }
    text_add(words, "%s%s", words->len > 0 ? "," : "", one);
    return true;
}

static bool take_map(const struct file_subject *subject)
{
    const struct file_node *map;
    struct text words;
    char *memory;
    bool good = true;

    file_layer_with(subject->layers, "map", &map);
    if (map == NULL || map->count == 0)
        return true;
    memory = file_subject_memory(subject, map->count * WHY_CAP);
    if (memory == NULL)
        return false;
    text_init(&words, memory, map->count * WHY_CAP);
    for (const struct file_node *node = map->first; node != NULL; node = node->next)
        good = add_place(subject, node, &words) && good;
    return good && take_wrapper(subject, map, "map", memory);
}

/* The entries of a list as rules of the guard; false: one is wrong, and each that is has been told.
 */
static bool add_rules(const struct file_subject *subject, const struct file_node *list,
                      struct text *words)
{
    bool good = true;

    for (const struct file_node *node = list->first; node != NULL; node = node->next) {
        const char *place = file_subject_fill(subject, node, node->text);
        char memory[WHY_CAP], one[WHY_CAP];
        struct text why, rule;

        if (place == NULL)
            return false;
        text_init(&why, memory, sizeof(memory));
        text_init(&rule, one, sizeof(one));
        text_add(&rule, "%s=%s", list->key, place);
        if (rule.cut || strchr(place, ',') != NULL || !guard_rules_check(text_span(&rule), &why)) {
            file_subject_wrong(subject, node,
                               "it is no place; allowed: machine, link-local, metadata, local, "
                               "private, an address, ADDRESS/BITS, *, NAME or *.NAME, with :PORT "
                               "or :FIRST-LAST behind it");
            good = false;
            continue;
        }
        text_add(words, "%s%s", words->len > 0 ? "," : "", one);
    }
    return good;
}

static bool take_guard(const struct file_subject *subject)
{
    const struct file_node *lists[2];
    struct text words;
    size_t count = 0;
    char *memory;
    bool good = true;

    file_layer_with(subject->layers, "allow", &lists[0]);
    file_layer_with(subject->layers, "deny", &lists[1]);
    for (size_t i = 0; i < 2; i++)
        count += lists[i] != NULL ? lists[i]->count : 0;
    if (count == 0)
        return true;
    memory = file_subject_memory(subject, count * WHY_CAP);
    if (memory == NULL)
        return false;
    text_init(&words, memory, count * WHY_CAP);
    for (size_t i = 0; i < 2; i++)
        good = (lists[i] == NULL || add_rules(subject, lists[i], &words)) && good;
    return good && take_wrapper(subject, lists[0] != NULL ? lists[0] : lists[1], "guard", memory);
}

bool file_reach(const struct file_subject *subject)
{
    bool good = take_guard(subject);

    good = take_map(subject) && good;
    return take_link(subject) && good;
}
