/* layer.c: an entry of `modems:` on top of the `defaults:` that hold for it. */
#include "file/layer.h"

#include <assert.h>

const struct file_layer *file_layer_with(const struct file_layer *top, const char *key,
                                         const struct file_node **ret_node)
{
    *ret_node = NULL;
    for (; top != NULL; top = top->below) {
        *ret_node = file_node_at(top->node, key);
        if (*ret_node != NULL)
            break;
    }
    return top;
}

/* The member of the layer's struct. */
static void *member(const struct file_layer *layer, size_t offset)
{
    void *value;

    memcpy(&value, (const char *)layer->modem + offset, sizeof(value));
    return value;
}

struct file_value file_layer_text(const struct file_layer *top, const char *key, size_t offset)
{
    struct file_value value = { .text = NULL };
    const struct file_layer *layer = file_layer_with(top, key, &value.node);

    if (layer != NULL)
        value.text = member(layer, offset);
    assert((value.text == NULL) == (value.node == NULL)); /* the shape let it pass */
    return value;
}

uint32_t file_layer_number(const struct file_layer *top, const char *key, size_t offset,
                           uint32_t preset)
{
    const struct file_node *node;
    const struct file_layer *layer = file_layer_with(top, key, &node);

    return layer != NULL ? *(const uint32_t *)member(layer, offset) : preset;
}
