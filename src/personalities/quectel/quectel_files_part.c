/* quectel_files_part.c: certificates and keys by name.  Source: GSM_SSL_TCP_Application_Note V3.1
 * §2.2.7 to §2.2.9; docs/facts/quectel.md §1.10, §1.11. */
#include "personalities/quectel/quectel.h"

#include "base/wipe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* In front of the data in NVRAM: its checksum and its length, high bytes first. */
enum { HEAD_BYTES = 4, ENTRY_MAX = HEAD_BYTES + QUECTEL_NVRAM_FILE_MAX };

static const char ram_prefix[] = "RAM:";

static const struct {
    const char *name;
    enum quectel_file_kind kind;
} slots[] = {
    { "NVRAM:CA0", FILE_CA },
    { "NVRAM:CA1", FILE_CA },
    { "NVRAM:CC0", FILE_CERTIFICATE },
    { "NVRAM:CK0", FILE_KEY },
};

enum { SLOT_COUNT = sizeof(slots) / sizeof(slots[0]) };

/* NULL: there are no files. */
static struct quectel_files *files_of(const struct tlsmodem *modem)
{
    return module_part_if(modem, &quectel_files_part, 0);
}

uint16_t quectel_checksum(struct span data)
{
    unsigned sum = 0;

    for (size_t i = 0; i < data.len; i++)
        sum ^= i % 2 == 0 ? (unsigned)data.data[i] << 8 : data.data[i];
    return (uint16_t)sum;
}

/* ---- names ---- */

static bool is_ram(struct span name)
{
    size_t prefix = sizeof(ram_prefix) - 1;

    return name.len > prefix && name.len <= QUECTEL_FILE_NAME_MAX &&
           memcmp(name.data, ram_prefix, prefix) == 0;
}

bool quectel_file_is_name(struct span name)
{
    return is_ram(name) || quectel_file_fits(name, FILE_CA) ||
           quectel_file_fits(name, FILE_CERTIFICATE) || quectel_file_fits(name, FILE_KEY);
}

bool quectel_file_fits(struct span name, enum quectel_file_kind kind)
{
    assert(kind <= FILE_KEY);
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        if (span_equal(name, span_of(slots[i].name)))
            return slots[i].kind == kind;
    }
    return is_ram(name);
}

size_t quectel_file_limit(struct span name)
{
    assert(quectel_file_is_name(name));
    return is_ram(name) ? QUECTEL_RAM_FILE_MAX : QUECTEL_NVRAM_FILE_MAX;
}

/* A modem without storage keeps its NVRAM with the rest. */
static bool is_stored(const struct tlsmodem *modem, const char *name)
{
    return modem->config.storage != NULL && !is_ram(span_of(name));
}

/* ---- RAM ---- */

void quectel_file_forget(struct quectel_file *file)
{
    bytes_free(&file->data);
    *file = (struct quectel_file){ .checksum = 0 };
}

/* Where the pointer to a file is; NULL: there is no such. */
static struct quectel_file **find_ram(const struct tlsmodem *modem, const char *name)
{
    struct quectel_files *files = files_of(modem);

    for (size_t i = 0; files != NULL && i < QUECTEL_RAM_FILES_MOST; i++) {
        if (files->ram[i] != NULL && strcmp(files->ram[i]->name, name) == 0)
            return &files->ram[i];
    }
    return NULL;
}

static bool exceeds(const struct tlsmodem *modem, size_t number, int32_t limit)
{
    if (number <= (size_t)module_fact_peek(modem, limit))
        return false;
    module_note_fact(modem, limit);
    return true;
}

/* A place for a file of so many bytes; NULL: there is none. */
static struct quectel_file **find_room(const struct tlsmodem *modem, struct quectel_files *files,
                                       size_t len)
{
    struct quectel_file **place = NULL;
    size_t count = 1;

    for (size_t i = 0; i < QUECTEL_RAM_FILES_MOST; i++) {
        if (files->ram[i] != NULL) {
            count++;
            len += files->ram[i]->data.len;
        } else if (place == NULL) {
            place = &files->ram[i];
        }
    }
    if (exceeds(modem, count, FACT_RAM_FILES) || exceeds(modem, len, FACT_RAM_TOTAL))
        return NULL;
    return place;
}

static enum err keep_in_ram(struct tlsmodem *modem, struct quectel_file *file)
{
    struct quectel_files *files = module_part(modem, &quectel_files_part, 0);
    struct quectel_file **place;

    if (files == NULL)
        return ERR_NO_MEMORY;
    place = find_room(modem, files, file->data.len);
    if (place == NULL)
        return ERR_FULL;
    *place = malloc(sizeof(**place));
    if (*place == NULL)
        return ERR_NO_MEMORY;
    **place = *file;
    *file = (struct quectel_file){ .checksum = 0 };
    return ERR_OK;
}

/* ---- NVRAM ---- */

static void key_of(const char *name, char key[STORAGE_KEY_MAX + 1])
{
    snprintf(key, STORAGE_KEY_MAX + 1, "file/%s", name);
}

static enum err apply(struct tlsmodem *modem, const char *name, bool remove, struct span value)
{
    const struct storage *storage = modem->config.storage;
    char key[STORAGE_KEY_MAX + 1];
    struct storage_change change = { .key = key, .secret = true, .remove = remove, .value = value };

    key_of(name, key);
    return storage->ops->apply(storage->impl, &change, 1);
}

static enum err load(struct tlsmodem *modem, const char *name, uint8_t entry[ENTRY_MAX],
                     size_t *ret_len)
{
    const struct storage *storage = modem->config.storage;
    char key[STORAGE_KEY_MAX + 1];

    key_of(name, key);
    return storage->ops->load(storage->impl, key, true, entry, ENTRY_MAX, ret_len);
}

static enum err keep_in_nvram(struct tlsmodem *modem, const struct quectel_file *file)
{
    uint8_t entry[ENTRY_MAX] = { (uint8_t)(file->checksum >> 8), (uint8_t)file->checksum,
                                 (uint8_t)(file->data.len >> 8), (uint8_t)file->data.len };
    enum err err;

    memcpy(entry + HEAD_BYTES, file->data.data, file->data.len);
    err = apply(modem, file->name, false, span_at(entry, HEAD_BYTES + file->data.len));
    wipe(entry, sizeof(entry));
    return err;
}

/* The data of an entry: ERR_CORRUPT when it is not what was uploaded. */
static enum err check_entry(const uint8_t *entry, size_t len, struct span *ret_data,
                            uint16_t *ret_checksum)
{
    if (len < HEAD_BYTES)
        return ERR_CORRUPT;
    *ret_data = span_at(entry + HEAD_BYTES, len - HEAD_BYTES);
    *ret_checksum = quectel_checksum(*ret_data);
    if (ret_data->len != (size_t)(entry[2] << 8 | entry[3]) ||
        *ret_checksum != (entry[0] << 8 | entry[1]))
        return ERR_CORRUPT;
    return ERR_OK;
}

static enum err check_nvram(struct tlsmodem *modem, const char *name, bool *ret_good,
                            uint16_t *ret_checksum)
{
    uint8_t entry[ENTRY_MAX];
    struct span data;
    size_t len = 0;
    enum err err = load(modem, name, entry, &len);

    *ret_checksum = 0;
    if (err == ERR_OK)
        err = check_entry(entry, len, &data, ret_checksum);
    wipe(entry, sizeof(entry));
    *ret_good = err == ERR_OK;
    return err == ERR_NOT_FOUND || err == ERR_IO ? err : ERR_OK;
}

/* ---- both ---- */

enum err quectel_file_check(struct tlsmodem *modem, const char *name, bool *ret_good,
                            uint16_t *ret_checksum)
{
    struct quectel_file **file;

    if (is_stored(modem, name))
        return check_nvram(modem, name, ret_good, ret_checksum);
    file = find_ram(modem, name);
    if (file == NULL)
        return ERR_NOT_FOUND;
    *ret_checksum = quectel_checksum(bytes_span(&(*file)->data));
    *ret_good = *ret_checksum == (*file)->checksum;
    return ERR_OK;
}

bool quectel_file_exists(struct tlsmodem *modem, const char *name)
{
    bool good;
    uint16_t checksum;

    return quectel_file_check(modem, name, &good, &checksum) != ERR_NOT_FOUND;
}

enum err quectel_file_keep(struct tlsmodem *modem, struct quectel_file *file)
{
    enum err err =
        is_stored(modem, file->name) ? keep_in_nvram(modem, file) : keep_in_ram(modem, file);

    quectel_file_forget(file);
    return err;
}

static void free_file(struct quectel_file **file)
{
    quectel_file_forget(*file);
    free(*file);
    *file = NULL;
}

enum err quectel_file_remove(struct tlsmodem *modem, const char *name)
{
    if (!quectel_file_exists(modem, name))
        return ERR_NOT_FOUND;
    if (is_stored(modem, name))
        return apply(modem, name, true, span_at(NULL, 0));
    free_file(find_ram(modem, name));
    return ERR_OK;
}

/* What a host has downloaded may be one, too. */
static enum err get_from_disk(const struct tlsmodem *modem, const char *name, struct span *ret_data)
{
    struct quectel_disk_name words;
    const struct quectel_disk_file *file =
        quectel_disk_read_name(span_of(name), &words) ? quectel_disk_find(modem, &words) : NULL;

    if (file == NULL)
        return ERR_NOT_FOUND;
    *ret_data = bytes_span(&file->data);
    return ERR_OK;
}

enum err quectel_file_get(struct tlsmodem *modem, const char *name, uint8_t *buf,
                          struct span *ret_data)
{
    struct quectel_file **file;
    uint8_t entry[ENTRY_MAX];
    uint16_t checksum;
    struct span data;
    size_t len = 0;
    enum err err;

    assert(name != NULL && buf != NULL && ret_data != NULL);
    if (!is_stored(modem, name)) {
        file = find_ram(modem, name);
        if (file == NULL)
            return get_from_disk(modem, name, ret_data);
        *ret_data = bytes_span(&(*file)->data);
        return ERR_OK;
    }
    err = load(modem, name, entry, &len);
    if (err == ERR_OK)
        err = check_entry(entry, len, &data, &checksum);
    if (err == ERR_OK) {
        memcpy(buf, data.data, data.len);
        *ret_data = span_at(buf, data.len);
    }
    wipe(entry, sizeof(entry));
    return err;
}

static void deinit(struct tlsmodem *modem, void *state)
{
    struct quectel_files *files = state;

    (void)modem;
    for (size_t i = 0; i < QUECTEL_RAM_FILES_MOST; i++) {
        if (files->ram[i] != NULL)
            free_file(&files->ram[i]);
    }
    quectel_file_forget(&files->upload);
}

static bool is_idle(const struct tlsmodem *modem, const void *state)
{
    const struct quectel_files *files = state;

    (void)modem;
    for (size_t i = 0; i < QUECTEL_RAM_FILES_MOST; i++) {
        if (files->ram[i] != NULL)
            return false;
    }
    return files->upload.data.data == NULL;
}

const struct module_part quectel_files_part = { .size = sizeof(struct quectel_files),
                                                .deinit = deinit,
                                                .is_idle = is_idle };
