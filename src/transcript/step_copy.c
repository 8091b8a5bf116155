/* step_copy.c: steps that outlive the reader's next one. */
#include "transcript/step_copy.h"

#include "transcript/variable.h"

#include <stdlib.h>

static enum err copy_part(struct script_part *part)
{
    uint8_t *bytes;

    if (part->kind != SCRIPT_LITERAL || part->text.len == 0)
        return ERR_OK;
    bytes = malloc(part->text.len);
    if (bytes == NULL) {
        part->text = span_at(NULL, 0);
        return ERR_NO_MEMORY;
    }
    memcpy(bytes, part->text.data, part->text.len);
    part->text.data = bytes;
    return ERR_OK;
}

static void free_text(struct script_text *text)
{
    for (size_t i = 0; i < text->count; i++) {
        if (text->parts[i].kind == SCRIPT_LITERAL)
            free((uint8_t *)text->parts[i].text.data);
    }
    free((struct script_part *)text->parts);
    *text = (struct script_text){ NULL, 0 };
}

/* A text that outlives its reader's next step; without memory it is empty. */
static enum err copy_text(struct script_text *text)
{
    struct script_part *parts;
    enum err err = ERR_OK;

    if (text->count == 0) {
        text->parts = NULL;
        return ERR_OK;
    }
    parts = calloc(text->count, sizeof(parts[0]));
    if (parts == NULL) {
        *text = (struct script_text){ NULL, 0 };
        return ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < text->count; i++) {
        parts[i] = text->parts[i];
        if (err == ERR_OK)
            err = copy_part(&parts[i]);
        else if (parts[i].kind == SCRIPT_LITERAL)
            parts[i].text = span_at(NULL, 0);
    }
    text->parts = parts;
    if (err != ERR_OK)
        free_text(text);
    return err;
}

enum err step_copy(struct script_step *step)
{
    enum err err = copy_text(&step->text);

    if (err == ERR_OK)
        err = copy_text(&step->second);
    else
        step->second = (struct script_text){ NULL, 0 };
    if (err != ERR_OK)
        free_text(&step->text);
    return err;
}

void step_free(struct script_step *step)
{
    free_text(&step->text);
    free_text(&step->second);
}

/* ---- variables ---- */

/* The first variable of a text for which `wanted` says so; empty: there is none. */
static struct span find_variable(const struct script_text *text,
                                 bool (*wanted)(const void *ctx, struct span name), const void *ctx)
{
    for (size_t i = 0; i < text->count; i++) {
        if (text->parts[i].kind == SCRIPT_VARIABLE && wanted(ctx, text->parts[i].text))
            return text->parts[i].text;
    }
    return span_at(NULL, 0);
}

static struct span find_in_words(struct span words,
                                 bool (*wanted)(const void *ctx, struct span name), const void *ctx)
{
    while (words.len > 0) {
        struct variable variable;
        size_t before = variable_find(words, &variable);

        if (before < words.len && wanted(ctx, variable.name))
            return variable.name;
        words = span_skip(words, before < words.len ? before + variable.len : before);
    }
    return span_at(NULL, 0);
}

struct span step_find_variable(const struct script_step *step,
                               bool (*wanted)(const void *ctx, struct span name), const void *ctx)
{
    struct span name = find_variable(&step->text, wanted, ctx);

    if (name.len == 0)
        name = find_variable(&step->second, wanted, ctx);
    return name.len > 0 || step->kind == SCRIPT_SET || step->kind == SCRIPT_LET
               ? name
               : find_in_words(step->words, wanted, ctx);
}
