/* layer.h: an entry of `modems:` on top of the `defaults:` that hold for it. */
#ifndef DAEMON_FILE_LAYER_H
#define DAEMON_FILE_LAYER_H

#include "file/schema.h"
#include "file/tree.h"

#include <stdbool.h>
#include <stddef.h>

/* What the same modem's keys say: libcyaml's values, and where they stand.  A key counts as a whole
 * in the uppermost layer that has it. */
struct file_layer {
    const struct file_modem *modem;
    const struct file_node *node;
    const struct file_layer *below; /* NULL: the program's own presets */
};

/* A text and its place; `text` is NULL where the key is in no layer, then `node` is NULL too. */
struct file_value {
    const char *text;
    const struct file_node *node;
};

/* The uppermost layer that has the key, and the key's node; NULL: none has. */
const struct file_layer *file_layer_with(const struct file_layer *top, const char *key,
                                         const struct file_node **ret_node);

/* The text of a key whose member is the char * at `offset` of struct file_modem. */
struct file_value file_layer_text(const struct file_layer *top, const char *key, size_t offset);

/* The number of a key whose member is the uint32_t * at `offset`; `preset` where it is nowhere. */
uint32_t file_layer_number(const struct file_layer *top, const char *key, size_t offset,
                           uint32_t preset);

#define FILE_LAYER_TEXT(top, key, member)                                                          \
    file_layer_text(top, key, offsetof(struct file_modem, member))
#define FILE_LAYER_NUMBER(top, key, member, preset)                                                \
    file_layer_number(top, key, offsetof(struct file_modem, member), preset)

#endif
