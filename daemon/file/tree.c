/* tree.c: a YAML file as it is written, by libyaml's events. */
#include "file/tree.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <yaml.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct file_memory {
    struct file_memory *next;
    size_t used;
    alignas(max_align_t) unsigned char bytes[CHUNK_BYTES];
};

struct reading {
    yaml_parser_t parser;
    const char *name;
    struct file_report *report;
    struct file_tree tree;
    size_t nodes;
};

_Static_assert((int)FILE_TEXT_MAX < (int)CHUNK_BYTES, "a text fits into a piece of memory");

static void *take(struct reading *reading, size_t bytes)
{
    struct file_memory *memory = reading->tree.memory;
    size_t aligned =
        (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    void *taken;

    if (memory == NULL || CHUNK_BYTES - memory->used < aligned) {
        memory = calloc(1, sizeof(*memory));
        if (memory == NULL) {
            file_report_add(reading->report, &(struct file_place){ .file = reading->name },
                            "out of memory");
            return NULL;
        }
        memory->next = reading->tree.memory;
        reading->tree.memory = memory;
    }
    taken = memory->bytes + memory->used;
    memory->used += aligned;
    return taken;
}

static struct file_place place_of(const struct reading *reading, const yaml_mark_t *mark)
{
    return (struct file_place){ .file = reading->name,
                                .line = mark->line + 1,
                                .column = mark->column + 1 };
}

static bool refuse(struct reading *reading, const yaml_event_t *event, const char *what)
{
    struct file_place place = place_of(reading, &event->start_mark);

    file_report_add(reading->report, &place,
                    "%s; allowed: plain maps, lists and texts of YAML, without anchors, aliases, "
                    "merge keys and tags",
                    what);
    return false;
}

/* libyaml knows a line for its own mistakes, but only an offset for bytes that are no UTF-8. */
static bool refuse_yaml(struct reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    struct file_place place = place_of(reading, &parser->problem_mark);
    const char *problem = parser->problem != NULL ? parser->problem : "out of memory";

    if (parser->error == YAML_READER_ERROR)
        place = (struct file_place){ .file = reading->name };
    if (parser->error == YAML_READER_ERROR)
        file_report_add(reading->report, &place, "not YAML: %s (byte %zu); allowed: UTF-8", problem,
                        parser->problem_offset);
    else
        file_report_add(reading->report, &place,
                        "not YAML: %s; allowed: plain maps, lists and texts", problem);
    return false;
}

static bool next(struct reading *reading, yaml_event_t *ret_event)
{
    return yaml_parser_parse(&reading->parser, ret_event) != 0 || refuse_yaml(reading);
}

/* An anchor or a tag says what only YAML's friends expect. */
static bool is_plain(struct reading *reading, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    if (event->type == YAML_ALIAS_EVENT)
        return refuse(reading, event, "an alias");
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (anchor != NULL)
        return refuse(reading, event, "an anchor");
    return tag == NULL || refuse(reading, event, "a tag");
}

static struct file_node *add_node(struct reading *reading, const yaml_event_t *event,
                                  const char *key)
{
    struct file_node *node;

    if (++reading->nodes > FILE_NODES_MAX) {
        refuse(reading, event, "there is too much in it");
        return NULL;
    }
    node = take(reading, sizeof(*node));
    if (node == NULL)
        return NULL;
    node->key = key;
    node->place = node->key_place = place_of(reading, &event->start_mark);
    return node;
}

/* What a plain scalar is nothing by, says YAML 1.1's and 1.2's type of it. */
static bool is_nothing(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;

    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
            strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0);
}

static bool copy_text(struct reading *reading, const yaml_event_t *event, const char **ret_text)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    char *copy;

    if (len > FILE_TEXT_MAX)
        return refuse(reading, event, "a text of more than 4096 bytes");
    if (strlen(text) != len)
        return refuse(reading, event, "a text with a NUL in it");
    copy = take(reading, len + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, text, len + 1);
    *ret_text = copy;
    return true;
}

/* A node that is being read, and where its next child goes. */
struct open_node {
    struct file_node *node;
    struct file_node **end;
};

static bool key_is_new(struct reading *reading, const yaml_event_t *event,
                       const struct open_node *map, const char *key)
{
    const struct file_node *other = file_node_at(map->node, key);
    struct file_place place = place_of(reading, &event->start_mark);

    if (strcmp(key, "<<") == 0)
        return refuse(reading, event, "a merge key");
    if (other != NULL) {
        file_report_wrong(reading->report, &place, key, NULL,
                          "line %zu has this key already; allowed: each key once",
                          other->key_place.line);
        return false;
    }
    return map->node->count < FILE_KEYS_MAX ||
           refuse(reading, event, "a map of more than 200 keys");
}

/* The key that stands before a value in a map; ends the map where there is none. */
static bool read_key(struct reading *reading, const struct open_node *map, const char **ret_key,
                     struct file_place *ret_place, bool *ret_ends)
{
    yaml_event_t event;
    bool good;

    if (!next(reading, &event))
        return false;
    *ret_ends = event.type == YAML_MAPPING_END_EVENT;
    if (*ret_ends) {
        yaml_event_delete(&event);
        return true;
    }
    *ret_place = place_of(reading, &event.start_mark);
    good = is_plain(reading, &event) &&
           (event.type == YAML_SCALAR_EVENT || refuse(reading, &event, "a key that is no text")) &&
           copy_text(reading, &event, ret_key) && key_is_new(reading, &event, map, *ret_key);
    yaml_event_delete(&event);
    return good;
}

/* A value, of which the children are still to come when it is a list or a map. */
static struct file_node *make_node(struct reading *reading, const yaml_event_t *event,
                                   const char *key)
{
    struct file_node *node;

    if (!is_plain(reading, event))
        return NULL;
    node = add_node(reading, event, key);
    if (node == NULL)
        return NULL;
    node->kind = event->type == YAML_MAPPING_START_EVENT    ? FILE_MAP
                 : event->type == YAML_SEQUENCE_START_EVENT ? FILE_LIST
                                                            : FILE_TEXT;
    if (event->type == YAML_SCALAR_EVENT && !is_nothing(event) &&
        !copy_text(reading, event, &node->text))
        return NULL;
    return node;
}

static void put(struct open_node *parent, struct file_node *node)
{
    *parent->end = node;
    parent->end = &node->next;
    parent->node->count++;
}

/* One child of the innermost open node, or the end of that. */
static bool read_child(struct reading *reading, struct open_node *stack, size_t *depth)
{
    struct open_node *parent = &stack[*depth - 1];
    struct file_place key_place = { .line = 0 };
    const char *key = parent->node->key;
    struct file_node *node = NULL;
    yaml_event_t event;
    bool ends = false;

    if (parent->node->kind == FILE_MAP &&
        (!read_key(reading, parent, &key, &key_place, &ends) || ends)) {
        *depth -= ends;
        return ends;
    }
    if (!next(reading, &event))
        return false;
    if (event.type == YAML_SEQUENCE_END_EVENT) {
        (*depth)--;
    } else if (*depth == FILE_DEPTH_MAX && event.type != YAML_SCALAR_EVENT) {
        refuse(reading, &event, "it is too deep");
        yaml_event_delete(&event);
        return false;
    } else {
        node = make_node(reading, &event, key);
        ends = node == NULL;
    }
    yaml_event_delete(&event);
    if (node == NULL)
        return !ends;
    if (key_place.line > 0)
        node->key_place = key_place;
    put(parent, node);
    if (node->kind != FILE_TEXT)
        stack[(*depth)++] = (struct open_node){ node, &node->first };
    return true;
}

static bool read_root(struct reading *reading, const yaml_event_t *event)
{
    struct open_node stack[FILE_DEPTH_MAX];
    size_t depth = 1;

    reading->tree.root = make_node(reading, event, "file");
    if (reading->tree.root == NULL)
        return false;
    if (reading->tree.root->kind == FILE_TEXT && reading->tree.root->text == NULL)
        reading->tree.root->kind = FILE_MAP; /* "---" and nothing */
    else if (reading->tree.root->kind != FILE_MAP)
        return refuse(reading, event, "the file is no map");
    else
        stack[0] = (struct open_node){ reading->tree.root, &reading->tree.root->first };
    if (event->type != YAML_MAPPING_START_EVENT)
        return true;
    while (depth > 0) {
        if (!read_child(reading, stack, &depth))
            return false;
    }
    return true;
}

/* Everything of the stream, which has one document or none. */
static bool read_events(struct reading *reading)
{
    yaml_event_t event;
    bool good = true;

    while (good) {
        yaml_event_type_t type;

        if (!next(reading, &event))
            return false;
        type = event.type;
        if (type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT ||
            type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT)
            good = read_root(reading, &event);
        else if (type == YAML_DOCUMENT_START_EVENT && reading->tree.root != NULL)
            good = refuse(reading, &event, "a second document");
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            break;
    }
    if (good && reading->tree.root == NULL) {
        reading->tree.root = add_node(reading, &(yaml_event_t){ .type = YAML_NO_EVENT }, "file");
        good = reading->tree.root != NULL;
        if (good)
            reading->tree.root->kind = FILE_MAP;
    }
    return good;
}

bool file_tree_read(struct span bytes, const char *name, struct file_report *report,
                    struct file_tree *ret_tree)
{
    struct reading reading = { .name = name, .report = report };
    struct file_place whole = { .file = name };
    bool good;

    if (bytes.len > FILE_BYTES_MAX) {
        file_report_add(report, &whole, "the file is too large; allowed: 16 MiB");
        return false;
    }
    if (!yaml_parser_initialize(&reading.parser)) {
        file_report_add(report, &whole, "out of memory");
        return false;
    }
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reading.parser, bytes.data, bytes.len);
    good = read_events(&reading);
    yaml_parser_delete(&reading.parser);
    if (!good) {
        file_tree_free(&reading.tree);
        return false;
    }
    *ret_tree = reading.tree;
    return true;
}

void file_tree_free(struct file_tree *tree)
{
    while (tree->memory != NULL) {
        struct file_memory *memory = tree->memory;

        tree->memory = memory->next;
        free(memory);
    }
    tree->root = NULL;
}

const struct file_node *file_node_at(const struct file_node *map, const char *key)
{
    const struct file_node *child = NULL;

    assert(key != NULL);
    if (map != NULL && map->kind == FILE_MAP)
        child = map->first;
    while (child != NULL && strcmp(child->key, key) != 0)
        child = child->next;
    return child;
}
