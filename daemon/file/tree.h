/* tree.h: a YAML file as it is written: what stands where, before anybody says what it means.
 *
 * Plain maps, lists and scalars of one document, by libyaml.  Anchors, aliases, merge keys, tags
 * and keys that come twice are refused, and so is what has no end: sizes, depth and numbers are
 * bounded.
 */
#ifndef DAEMON_FILE_TREE_H
#define DAEMON_FILE_TREE_H

#include "base/span.h"
#include "file/report.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    FILE_BYTES_MAX = 16 * 1024 * 1024,
    FILE_DEPTH_MAX = 8,
    FILE_NODES_MAX = 1000 * 1000,
    FILE_KEYS_MAX = 200, /* of one map */
    FILE_TEXT_MAX = 4096 /* bytes of a scalar */
};

enum file_kind { FILE_TEXT, FILE_LIST, FILE_MAP };

struct file_node {
    enum file_kind kind;
    const char *key;  /* in its map; in a list the list's */
    const char *text; /* of FILE_TEXT; NULL for what YAML takes for nothing */
    struct file_place place;
    struct file_place key_place;
    struct file_node *first, *next; /* children, in the file's order */
    size_t count;                   /* of children */
};

struct file_tree {
    struct file_node *root; /* a map; of an empty file one without keys */
    struct file_memory *memory;
};

/* Reads `bytes`, which were in the file that `name` names; the name is borrowed until
 * file_tree_free().  False: the report has at least one more line, and there is nothing to free. */
bool file_tree_read(struct span bytes, const char *name, struct file_report *report,
                    struct file_tree *ret_tree);

/* Gives everything back; of a zeroed one nothing. */
void file_tree_free(struct file_tree *tree);

/* The member of a map with this key; NULL: there is none, or it is no map. */
const struct file_node *file_node_at(const struct file_node *map, const char *key);

#endif
