/* quectel_disk_store.c: files of UFS in the modem's storage, where power-off leaves them.
 *
 * "ufs" is the list of their places, two bytes each, in order; "ufs/7" is the length and the name
 * of the file in place 7, "ufs/7/0" its first bytes, and so on.
 */
#include "personalities/quectel/quectel.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CHUNK = 8192,
    KEY_CAP = 32,
    LENGTH_BYTES = 4,
    HEAD_MAX = LENGTH_BYTES + QUECTEL_DISK_NAME_MAX,
    LIST_MAX = 2 * QUECTEL_DISK_FLASH_FILES
};

static const char list_key[] = "ufs";

static bool is_stored(const struct tlsmodem *modem, const struct quectel_disk_file *file)
{
    return modem->config.storage != NULL && !file->ram;
}

/* ---- changes ---- */

/* What one command changes: all of it, or nothing. */
struct batch {
    struct storage_change *changes; /* owned */
    char (*keys)[KEY_CAP];          /* owned */
    size_t count;
    uint8_t head[HEAD_MAX];
    uint8_t *list; /* owned */
};

static size_t chunks_of(size_t len)
{
    return (len + CHUNK - 1) / CHUNK;
}

/* Room for a list, two heads and `chunks`; false: no memory. */
static bool batch_init(struct batch *batch, size_t chunks)
{
    *batch = (struct batch){ .changes = calloc(chunks + 3, sizeof(batch->changes[0])),
                             .keys = calloc(chunks + 3, sizeof(batch->keys[0])) };
    return batch->changes != NULL && batch->keys != NULL;
}

static enum err batch_apply(struct batch *batch, const struct tlsmodem *modem, enum err err)
{
    const struct storage *storage = modem->config.storage;

    if (err == ERR_OK)
        err = storage->ops->apply(storage->impl, batch->changes, batch->count);
    free(batch->changes);
    free(batch->keys);
    free(batch->list);
    wipe(batch->head, sizeof(batch->head));
    return err;
}

/* The next change, with its key written. */
static struct storage_change *next(struct batch *batch)
{
    struct storage_change *change = &batch->changes[batch->count];

    *change = (struct storage_change){ .key = batch->keys[batch->count], .secret = true };
    batch->count++;
    return change;
}

static void put_list(struct batch *batch, const struct quectel_disk *disk,
                     const struct quectel_disk_file *without)
{
    struct storage_change *change = next(batch);
    size_t len = 0;

    snprintf(batch->keys[batch->count - 1], KEY_CAP, "%s", list_key);
    for (const struct quectel_disk_file *file = disk->files; file != NULL; file = file->next) {
        if (file->place == 0 || file == without)
            continue;
        batch->list[len++] = (uint8_t)(file->place >> 8);
        batch->list[len++] = (uint8_t)file->place;
    }
    change->value = span_at(batch->list, len);
    change->remove = len == 0;
}

static void put_head(struct batch *batch, const struct quectel_disk_file *file, bool remove)
{
    struct storage_change *change = next(batch);
    size_t name = strlen(file->name);

    snprintf(batch->keys[batch->count - 1], KEY_CAP, "ufs/%u", (unsigned)file->place);
    change->remove = remove;
    if (remove)
        return;
    for (int i = 0; i < LENGTH_BYTES; i++)
        batch->head[i] = (uint8_t)(file->data.len >> (8 * (LENGTH_BYTES - 1 - i)));
    memcpy(batch->head + LENGTH_BYTES, file->name, name);
    change->value = span_at(batch->head, LENGTH_BYTES + name);
}

/* The bytes of this piece; none: it goes. */
static void put_chunk(struct batch *batch, const struct quectel_disk_file *file, size_t index)
{
    struct storage_change *change = next(batch);
    struct span data = bytes_span(&file->data);
    size_t from = index * CHUNK;

    snprintf(batch->keys[batch->count - 1], KEY_CAP, "ufs/%u/%zu", (unsigned)file->place, index);
    change->remove = from >= data.len;
    if (change->remove)
        return;
    data = span_skip(data, from);
    if (data.len > CHUNK)
        data.len = CHUNK;
    change->value = data;
}

/* ---- a file ---- */

static uint16_t spare_place(const struct quectel_disk *disk)
{
    const struct quectel_disk_file *file;
    uint16_t place = 1;

    for (file = disk->files; file != NULL; file = file->next) {
        if (file->place >= place)
            place = (uint16_t)(file->place + 1);
    }
    if (place <= QUECTEL_DISK_FLASH_FILES)
        return place;
    for (place = 1;; place++) { /* there are fewer files than places */
        for (file = disk->files; file != NULL && file->place != place;)
            file = file->next;
        if (file == NULL)
            return place;
    }
}

/* All of a file goes. */
static void put_end(struct batch *batch, const struct quectel_disk_file *file)
{
    size_t chunks = chunks_of(file->data.len);

    put_head(batch, file, true);
    for (size_t i = 0; i < chunks; i++) {
        put_chunk(batch, file, i);
        batch->changes[batch->count - 1].remove = true;
    }
}

enum err quectel_disk_store_over(const struct tlsmodem *modem, struct quectel_disk_file *file,
                                 size_t from, size_t had, struct quectel_disk_file *gone)
{
    const struct quectel_disk *disk = module_part_if(modem, &quectel_disk_part, 0);
    size_t first = from / CHUNK;
    size_t end = chunks_of(had > file->data.len ? had : file->data.len);
    bool is_new = file->place == 0, is_over = gone != NULL && gone->place != 0;
    struct batch batch;
    enum err err;

    if (!is_stored(modem, file))
        return ERR_OK;
    if (!batch_init(&batch,
                    (end > first ? end - first : 0) + (is_over ? chunks_of(gone->data.len) : 0)))
        return batch_apply(&batch, modem, ERR_NO_MEMORY);
    if (is_new)
        file->place = spare_place(disk);
    if (is_new || is_over) {
        batch.list = malloc(LIST_MAX);
        if (batch.list == NULL)
            goto failed;
        put_list(&batch, disk, gone);
    }
    put_head(&batch, file, false);
    for (size_t i = first; i < end; i++)
        put_chunk(&batch, file, i);
    if (is_over)
        put_end(&batch, gone);
    err = batch_apply(&batch, modem, ERR_OK);
    if (err != ERR_OK && is_new)
        file->place = 0;
    if (err == ERR_OK && is_over)
        gone->place = 0;
    return err;
failed:
    if (is_new)
        file->place = 0;
    return batch_apply(&batch, modem, ERR_NO_MEMORY);
}

enum err quectel_disk_store(const struct tlsmodem *modem, struct quectel_disk_file *file,
                            size_t from, size_t had)
{
    return quectel_disk_store_over(modem, file, from, had, NULL);
}

enum err quectel_disk_unstore(const struct tlsmodem *modem, struct quectel_disk_file *file)
{
    const struct quectel_disk *disk = module_part_if(modem, &quectel_disk_part, 0);
    struct batch batch;
    enum err err = ERR_OK;

    if (!is_stored(modem, file) || file->place == 0)
        return ERR_OK;
    if (!batch_init(&batch, chunks_of(file->data.len)) || (batch.list = malloc(LIST_MAX)) == NULL)
        return batch_apply(&batch, modem, ERR_NO_MEMORY);
    put_list(&batch, disk, file);
    put_end(&batch, file);
    err = batch_apply(&batch, modem, ERR_OK);
    if (err == ERR_OK)
        file->place = 0;
    return err;
}

/* ---- power-on ---- */

static enum err load(const struct tlsmodem *modem, const char *key, uint8_t *buf, size_t cap,
                     size_t *ret_len)
{
    const struct storage *storage = modem->config.storage;

    return storage->ops->load(storage->impl, key, true, buf, cap, ret_len);
}

static enum err load_bytes(const struct tlsmodem *modem, struct quectel_disk_file *file, size_t len)
{
    char key[KEY_CAP];
    size_t got;

    if (len > 0 && bytes_reserve(&file->data, len) != ERR_OK)
        return ERR_NO_MEMORY;
    for (size_t i = 0; file->data.len < len; i++) {
        size_t left = len - file->data.len, part = left < CHUNK ? left : CHUNK;
        enum err err;

        snprintf(key, sizeof(key), "ufs/%u/%zu", (unsigned)file->place, i);
        err = load(modem, key, file->data.data + file->data.len, part, &got);
        if (err != ERR_OK || got != part)
            return err != ERR_OK ? err : ERR_CORRUPT;
        bytes_commit(&file->data, got);
    }
    return ERR_OK;
}

/* The file in this place; NULL: `ret_err` says why. */
static struct quectel_disk_file *load_file(const struct tlsmodem *modem, uint16_t place,
                                           enum err *ret_err)
{
    struct quectel_disk_file *file = calloc(1, sizeof(*file));
    uint8_t head[HEAD_MAX];
    char key[KEY_CAP];
    size_t got = 0, len = 0;

    *ret_err = ERR_NO_MEMORY;
    if (file == NULL)
        return NULL;
    file->place = place;
    snprintf(key, sizeof(key), "ufs/%u", (unsigned)place);
    *ret_err = load(modem, key, head, sizeof(head), &got);
    if (*ret_err == ERR_OK && got <= LENGTH_BYTES)
        *ret_err = ERR_CORRUPT;
    if (*ret_err == ERR_OK) {
        for (int i = 0; i < LENGTH_BYTES; i++)
            len = len << 8 | head[i];
        memcpy(file->name, head + LENGTH_BYTES, got - LENGTH_BYTES);
        *ret_err = load_bytes(modem, file, len);
    }
    wipe(head, sizeof(head));
    if (*ret_err == ERR_OK)
        return file;
    bytes_free(&file->data);
    free(file);
    return NULL;
}

static void load_list(const struct tlsmodem *modem, struct quectel_disk *disk, struct span list)
{
    struct quectel_disk_file **last = &disk->files;

    for (size_t i = 0; i + 1 < list.len; i += 2) {
        uint16_t place = (uint16_t)(list.data[i] << 8 | list.data[i + 1]);
        enum err err;

        *last = load_file(modem, place, &err);
        if (*last != NULL)
            last = &(*last)->next;
        else
            log_say(modem->config.log, LOG_WARNING, "file %u of UFS is lost: %s", (unsigned)place,
                    err_text(err));
    }
}

bool quectel_disk_has_stored(const struct tlsmodem *modem)
{
    uint8_t probe;
    size_t len;
    enum err err = ERR_NOT_FOUND;

    if (modem->config.storage != NULL)
        err = load(modem, list_key, &probe, sizeof(probe), &len);
    if (err != ERR_NOT_FOUND && err != ERR_FULL)
        log_say(modem->config.log, LOG_WARNING, "the files of UFS cannot be read: %s",
                err_text(err));
    return err == ERR_FULL;
}

void quectel_disk_load(const struct tlsmodem *modem, struct quectel_disk *disk)
{
    uint8_t *list = malloc(LIST_MAX);
    size_t len;
    enum err err = ERR_NO_MEMORY;

    assert(disk->files == NULL);
    if (list != NULL)
        err = load(modem, list_key, list, LIST_MAX, &len);
    if (err == ERR_OK)
        load_list(modem, disk, span_at(list, len));
    else
        log_say(modem->config.log, LOG_WARNING, "the files of UFS cannot be read: %s",
                err_text(err));
    free(list);
}
