/* reader_state.c: what a reader knows while it reads: mistakes and memory. */
#include "transcript/reader_state.h"

#include <assert.h>
#include <stdlib.h>

enum { SHOWN_MAX = 60, CHUNK_BYTES = 4096 };

struct reader_chunk {
    struct reader_chunk *next;
    size_t used, size;
    _Alignas(max_align_t) uint8_t bytes[];
};

/* The bytes of the letter of UTF-8 that begins here; 1: it is ASCII, or none. */
static size_t letter_len(struct span text)
{
    uint8_t first = text.data[0];
    size_t len = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

    if (first < 0xc2 || first > 0xf4 || len > text.len ||
        (first == 0xc2 && text.data[1] < 0xa0)) /* a control character of ISO 6429 */
        return 1;
    for (size_t i = 1; i < len; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 1;
    }
    return len;
}

static void add_shown(struct text *text, struct span value)
{
    size_t at = 0;

    while (at < value.len && at < SHOWN_MAX) {
        size_t len = letter_len(span_skip(value, at));

        if (len > 1)
            text_add_span(text, span_at(value.data + at, len));
        else
            text_add_char(
                text, value.data[at] >= ' ' && value.data[at] < 0x7f ? (char)value.data[at] : '?');
        at += len;
    }
    if (at < value.len)
        text_add(text, "...");
}

static void begin_mistake(struct reader *reader, struct text *text, struct span value,
                          const char *why)
{
    const struct reader_place *place;

    assert(reader->depth > 0);
    place = &reader->places[reader->depth - 1];
    if (place->line > 0)
        text_add(text, "%s:%u: ", place->path, (unsigned)place->line);
    else
        text_add(text, "%s: ", place->path);
    if (reader->key.len > 0) {
        add_shown(text, reader->key);
        text_add(text, ": ");
    }
    if (value.len > 0) {
        text_add(text, "\"");
        add_shown(text, value);
        text_add(text, "\" is wrong because ");
    }
    text_add(text, "%s", why);
}

static void end_mistake(struct reader *reader, const struct text *text)
{
    if (!reader->first_pass)
        return;
    reader->mistakes++;
    if (reader->mistakes <= READER_MISTAKES_MAX)
        reader->world->ops->complain(reader->world, text->at);
}

void reader_mistake(struct reader *reader, struct span value, const char *why, const char *allowed)
{
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    begin_mistake(reader, &text, value, why);
    if (allowed != NULL)
        text_add(&text, "; allowed: %s", allowed);
    end_mistake(reader, &text);
}

void reader_mistake_words(struct reader *reader, struct span value, const char *why,
                          const char *(*word_at)(size_t index))
{
    char memory[READER_PATH_MAX + READER_MISTAKE_MAX];
    struct text text;

    text_init(&text, memory, sizeof(memory));
    begin_mistake(reader, &text, value, why);
    text_add(&text, "; allowed: ");
    for (size_t i = 0; word_at(i) != NULL; i++)
        text_add(&text, "%s%s", i > 0 ? ", " : "", word_at(i));
    end_mistake(reader, &text);
}

void *reader_memory(struct reader *reader, size_t size)
{
    struct reader_chunk *chunk = reader->chunks;
    size_t aligned = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    void *memory;

    if (chunk == NULL || aligned > chunk->size - chunk->used) {
        size_t room = aligned > CHUNK_BYTES ? aligned : CHUNK_BYTES;

        chunk = malloc(sizeof(*chunk) + room);
        if (chunk == NULL) {
            reader->out_of_memory = true;
            return NULL;
        }
        *chunk = (struct reader_chunk){ .next = reader->chunks, .size = room };
        reader->chunks = chunk;
    }
    memory = chunk->bytes + chunk->used;
    chunk->used += aligned;
    return memory;
}

char *reader_copy(struct reader *reader, struct span text)
{
    char *copy = reader_memory(reader, text.len + 1);

    if (copy == NULL)
        return NULL;
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}

void reader_free_memory(struct reader *reader)
{
    while (reader->chunks != NULL) {
        struct reader_chunk *chunk = reader->chunks;

        reader->chunks = chunk->next;
        free(chunk);
    }
}

void *reader_list_add(struct reader *reader, struct reader_list *list, size_t size, size_t max)
{
    uint8_t *item;

    if (list->count >= max) {
        reader_mistake(reader, (struct span){ NULL, 0 }, "there are too many of these", NULL);
        return NULL;
    }
    if (list->count == list->cap) {
        size_t cap = list->cap > 0 ? 2 * list->cap : 8;
        void *items = realloc(list->items, cap * size);

        if (items == NULL) {
            reader->out_of_memory = true;
            return NULL;
        }
        list->items = items;
        list->cap = cap;
    }
    item = (uint8_t *)list->items + list->count * size;
    memset(item, 0, size);
    list->count++;
    return item;
}
