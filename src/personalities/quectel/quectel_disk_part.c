/* quectel_disk_part.c: files of a host, their names, room and handles.
 *
 * Source: docs/facts/quectel-files-and-servers.md §1, §2.
 */
#include "personalities/quectel/quectel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static struct quectel_disk *disk_if(const struct tlsmodem *modem)
{
    return module_part_if(modem, &quectel_disk_part, 0);
}

/* ---- names ---- */

static bool starts(struct span text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

bool quectel_disk_read_name(struct span text, struct quectel_disk_name *ret)
{
    ret->ram = starts(text, "RAM:");
    ret->name = ret->ram || starts(text, "UFS:") ? span_skip(text, 4) : text;
    if (ret->name.len == 0 || text.len > QUECTEL_DISK_NAME_MAX)
        return false;
    for (size_t i = 0; i < ret->name.len; i++) {
        uint8_t c = ret->name.data[i];

        if (c < ' ' || c == 0x7F || c == '*' || c == ':' || c == '/')
            return false;
    }
    return true;
}

bool quectel_disk_read_path(struct span text, struct quectel_disk_name *ret)
{
    bool ram = starts(text, "/RAM/");

    if (!ram && !starts(text, "/UFS/"))
        return quectel_disk_read_name(text, ret);
    if (!quectel_disk_read_name(span_skip(text, 5), ret) || ret->name.len != text.len - 5)
        return false; /* or with a second prefix */
    ret->ram = ram;
    return true;
}

enum at_status quectel_disk_refuse_name(struct at_session *at, struct span text)
{
    if (starts(text, "SD:"))
        return at_refuse(at, FACT_ERROR_FILE_STORAGE, "there is no card");
    return at_refuse(at, FACT_ERROR_FILE_PARAMETER,
                     "<filename> is none: up to %d bytes, after UFS: or RAM: or nothing",
                     (int)QUECTEL_DISK_NAME_MAX);
}

enum at_status quectel_disk_refuse_missing(struct at_session *at)
{
    return at_refuse(at, FACT_ERROR_FILE_MISSING, "there is no file of this name");
}

struct quectel_disk_file *quectel_disk_find(const struct tlsmodem *modem,
                                            const struct quectel_disk_name *name)
{
    const struct quectel_disk *disk = disk_if(modem);
    struct quectel_disk_file *file = disk != NULL ? disk->files : NULL;

    while (file != NULL && (file->ram != name->ram || !span_equal(span_of(file->name), name->name)))
        file = file->next;
    return file;
}

/* ---- room ---- */

size_t quectel_disk_total(const struct tlsmodem *modem, bool ram)
{
    return (size_t)module_fact_peek(modem, ram ? FACT_DISK_RAM : FACT_DISK_FLASH);
}

size_t quectel_disk_free(const struct tlsmodem *modem, bool ram)
{
    const struct quectel_disk *disk = disk_if(modem);
    size_t total = quectel_disk_total(modem, ram);

    for (const struct quectel_disk_file *file = disk != NULL ? disk->files : NULL; file != NULL;
         file = file->next) {
        if (file->ram == ram)
            total -= file->data.len < total ? file->data.len : total;
    }
    return total;
}

/* An empty file costs something too. */
enum { FILE_COST = 128 };

static bool is_full(const struct tlsmodem *modem, const struct quectel_disk *disk, bool ram)
{
    int32_t count = 0;

    for (const struct quectel_disk_file *file = disk->files; file != NULL; file = file->next)
        count += file->ram == ram;
    if (!ram)
        return count >= QUECTEL_DISK_FLASH_FILES ||
               (size_t)count >= quectel_disk_total(modem, false) / FILE_COST;
    if (count < module_fact_peek(modem, FACT_DISK_RAM_FILES))
        return false;
    module_note_fact(modem, FACT_DISK_RAM_FILES);
    return true;
}

struct quectel_disk_file *quectel_disk_make(struct tlsmodem *modem,
                                            const struct quectel_disk_name *name)
{
    struct quectel_disk *disk = module_part(modem, &quectel_disk_part, 0);
    struct quectel_disk_file *file, **last;

    assert(quectel_disk_find(modem, name) == NULL);
    if (disk == NULL || is_full(modem, disk, name->ram))
        return NULL;
    file = calloc(1, sizeof(*file));
    if (file == NULL)
        return NULL;
    file->ram = name->ram;
    memcpy(file->name, name->name.data, name->name.len);
    for (last = &disk->files; *last != NULL;)
        last = &(*last)->next;
    *last = file;
    return file;
}

/* Out of the list, and of memory. */
static void drop(struct tlsmodem *modem, struct quectel_disk_file *file)
{
    struct quectel_disk_file **link = &disk_if(modem)->files;

    assert(file->users == 0);
    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    bytes_free(&file->data);
    free(file);
}

enum err quectel_disk_remove(struct tlsmodem *modem, struct quectel_disk_file *file)
{
    enum err err = quectel_disk_unstore(modem, file);

    if (err == ERR_OK)
        drop(modem, file);
    return err;
}

/* No byte moves. */
enum err quectel_disk_rename(struct tlsmodem *modem, struct quectel_disk_file *file,
                             const struct quectel_disk_name *to)
{
    struct quectel_disk_file *there = quectel_disk_find(modem, to);
    char before[sizeof(file->name)];
    enum err err;

    assert(file->users == 0 && file->ram == to->ram && there != file);
    memcpy(before, file->name, sizeof(before));
    memset(file->name, 0, sizeof(file->name));
    memcpy(file->name, to->name.data, to->name.len);
    err = quectel_disk_store_over(modem, file, file->data.len, file->data.len, there);
    if (err != ERR_OK)
        memcpy(file->name, before, sizeof(before));
    else if (there != NULL)
        drop(modem, there);
    return err;
}

/* In memory and in storage, or as it was. */
static enum err replace(struct tlsmodem *modem, struct quectel_disk_file *file, struct bytes *data)
{
    struct bytes before = bytes_take(&file->data);
    enum err err;

    file->data = bytes_take(data);
    bytes_trim(&file->data);
    err = quectel_disk_store(modem, file, 0, before.len);
    if (err != ERR_OK) {
        bytes_free(&file->data);
        file->data = bytes_take(&before);
    }
    bytes_free(&before);
    return err;
}

enum err quectel_disk_keep(struct tlsmodem *modem, const struct quectel_disk_name *name,
                           struct bytes *data)
{
    struct quectel_disk_file *file = quectel_disk_find(modem, name);
    size_t had = file != NULL ? file->data.len : 0;
    bool is_new = file == NULL;
    enum err err = ERR_OK;

    if (file != NULL && file->users > 0)
        err = ERR_BUSY;
    else if (data->len > quectel_disk_free(modem, name->ram) + had)
        err = ERR_FULL;
    else if (is_new && (file = quectel_disk_make(modem, name)) == NULL)
        err = ERR_NO_MEMORY;
    if (err == ERR_OK) {
        err = replace(modem, file, data);
        if (err != ERR_OK && is_new)
            drop(modem, file);
    }
    bytes_free(data);
    return err;
}

/* ---- handles and transfers ---- */

struct quectel_disk_handle *quectel_disk_handle(struct at_session *at, const struct at_arg *arg)
{
    struct quectel_disk *disk = disk_if(module_of(at));

    for (size_t i = 0; disk != NULL && i < QUECTEL_DISK_HANDLES; i++) {
        if (disk->handles[i].file != NULL && disk->handles[i].number == arg->number)
            return &disk->handles[i];
    }
    at_refuse(at, FACT_ERROR_FILE_PARAMETER, "<filehandle> is none that +QFOPEN gave");
    return NULL;
}

struct quectel_disk *quectel_disk_begin(struct at_session *at)
{
    struct quectel_disk *disk = module_part(module_of(at), &quectel_disk_part, 0);

    if (disk == NULL) {
        at_refuse_memory(at, FACT_ERROR_FILE_NO_ROOM);
        return NULL;
    }
    if (disk->transfer.at != NULL && disk->transfer.at != at) {
        at_refuse(at, FACT_ERROR_FILE_BUSY, "another port is reading or writing a file");
        return NULL;
    }
    quectel_disk_end(disk); /* one that a host has left behind */
    disk->transfer.at = at;
    return disk;
}

void quectel_disk_end(struct quectel_disk *disk)
{
    if (disk->transfer.file != NULL)
        disk->transfer.file->users--;
    bytes_free(&disk->transfer.incoming);
    disk->transfer = (struct quectel_disk_transfer){ .at = NULL };
}

/* ---- the part ---- */

static void deinit(struct tlsmodem *modem, void *state)
{
    struct quectel_disk *disk = state;

    (void)modem;
    bytes_free(&disk->transfer.incoming);
    while (disk->files != NULL) {
        struct quectel_disk_file *file = disk->files;

        disk->files = file->next;
        bytes_free(&file->data);
        free(file);
    }
}

static void init(struct tlsmodem *modem, void *state, size_t unit)
{
    (void)unit;
    if (quectel_disk_has_stored(modem))
        quectel_disk_load(modem, state);
}

/* Power is on: what is stored is there, with its room. */
static void ready(struct tlsmodem *modem)
{
    if (quectel_disk_has_stored(modem) && module_part(modem, &quectel_disk_part, 0) == NULL)
        log_say(modem->config.log, LOG_WARNING, "no memory for the files of UFS");
}

/* Handles are not given twice before power-off. */
static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_disk *disk = state;

    (void)modem;
    return disk->files == NULL && disk->opened == 0 && disk->transfer.at == NULL;
}

const struct module_part quectel_disk_part = { .size = sizeof(struct quectel_disk),
                                               .init = init,
                                               .ready = ready,
                                               .deinit = deinit,
                                               .is_idle = is_idle };
