/* file.c: see file.h. */
#include "state/file.h"

#include "base/base64.h"
#include "base/text.h"
#include "base/wipe.h"
#include "posix/whole_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 1 };

static const char format_key[] = "tlsmodem-state";
static const char modems_key[] = "modems";

struct state_file {
    struct nvm_entry *list; /* each with memory of its own: modem, key, value */
    size_t count, cap;
};

static void free_wiped(void *memory)
{
    if (memory != NULL)
        wipe(memory, malloc_usable_size(memory));
    free(memory);
}

void state_file_wipe_all(void)
{
    json_set_alloc_funcs(malloc, free_wiped);
}

/* ---- the list ---- */

struct state_file *state_file_new(void)
{
    return calloc(1, sizeof(struct state_file));
}

/* One piece of memory has all of an entry, the modem's name first. */
static bool copy_entry(const struct nvm_entry *entry, struct nvm_entry *ret_copy)
{
    size_t modem = strlen(entry->slot.modem) + 1, key = strlen(entry->slot.key) + 1;
    char *memory = malloc(modem + key + entry->value.len);

    if (memory == NULL)
        return false;
    memcpy(memory, entry->slot.modem, modem);
    memcpy(memory + modem, entry->slot.key, key);
    if (entry->value.len > 0)
        memcpy(memory + modem + key, entry->value.data, entry->value.len);
    *ret_copy = (struct nvm_entry){ .slot = { memory, memory + modem, entry->slot.secret },
                                    .value = span_at(memory + modem + key, entry->value.len) };
    return true;
}

bool state_file_add(struct state_file *file, const struct nvm_entry *entry)
{
    if (file->count == file->cap) {
        size_t cap = file->cap == 0 ? 64 : file->cap * 2;
        struct nvm_entry *list = realloc(file->list, cap * sizeof(*list));

        if (list == NULL)
            return false;
        file->list = list;
        file->cap = cap;
    }
    if (!copy_entry(entry, &file->list[file->count]))
        return false;
    file->count++;
    return true;
}

const struct nvm_entry *state_file_entries(const struct state_file *file, size_t *ret_count)
{
    *ret_count = file->count;
    return file->list;
}

void state_file_free(struct state_file *file)
{
    if (file == NULL)
        return;
    for (size_t i = 0; i < file->count; i++)
        free_wiped((void *)(uintptr_t)file->list[i].slot.modem);
    free(file->list);
    free(file);
}

/* ---- writing ---- */

/* What a person can read stays so; the rest is bytes. */
static bool is_text(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t byte = value.data[i];

        if ((byte < 0x20 && byte != '\r' && byte != '\n' && byte != '\t') || byte >= 0x7f)
            return false;
    }
    return true;
}

static json_t *value_of(struct span value)
{
    char *text;
    json_t *json;

    if (is_text(value))
        return json_stringn(value.len > 0 ? (const char *)value.data : "", value.len);
    text = malloc(base64_length(value.len) + 1);
    if (text == NULL)
        return NULL;
    base64_encode(value, text);
    json = json_string(text);
    free_wiped(text);
    return json;
}

static json_t *entry_of(const struct nvm_entry *entry)
{
    json_t *json = json_object();

    if (json_object_set_new(json, "key", json_string(entry->slot.key)) != 0 ||
        (entry->slot.secret && json_object_set_new(json, "secret", json_true()) != 0) ||
        json_object_set_new(json, is_text(entry->value) ? "text" : "base64",
                            value_of(entry->value)) != 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* The list of a modem, made when its first entry comes. */
static json_t *list_of(json_t *modems, const char *modem)
{
    json_t *list = json_object_get(modems, modem);

    if (list == NULL && json_object_set_new(modems, modem, json_array()) == 0)
        list = json_object_get(modems, modem);
    return list;
}

/* NULL: no memory. */
static json_t *document_of(const struct state_file *file)
{
    json_t *root = json_object(), *modems = json_object();
    bool good = json_object_set_new(root, format_key, json_integer(VERSION)) == 0;

    for (size_t i = 0; i < file->count && good; i++)
        good = json_array_append_new(list_of(modems, file->list[i].slot.modem),
                                     entry_of(&file->list[i])) == 0;
    good = json_object_set_new(root, modems_key, modems) == 0 && good;
    if (good)
        return root;
    json_decref(root);
    return NULL;
}

static int put(const char *bytes, size_t len, void *ctx)
{
    return whole_file_put(*(const int *)ctx, span_at(bytes, len)) ? 0 : -1;
}

static bool write_to(void *ctx, int fd)
{
    const json_t *root = ctx;

    return json_dump_callback(root, put, &fd, JSON_INDENT(1)) == 0 && put("\n", 1, &fd) == 0;
}

static bool write_file(const char *path, json_t *root)
{
    if (strcmp(path, "-") == 0)
        return write_to(root, STDOUT_FILENO);
    return whole_file_write(path, S_IRUSR | S_IWUSR, WHOLE_FILE_IS_NEW, write_to, root);
}

bool state_file_write(const struct state_file *file, const char *path, char *ret_error)
{
    json_t *root = document_of(file);
    bool done;

    if (root == NULL) {
        snprintf(ret_error, STATE_FILE_ERROR_CAP, "%s: out of memory", path);
        return false;
    }
    done = write_file(path, root);
    if (!done)
        snprintf(ret_error, STATE_FILE_ERROR_CAP, "%s: cannot be written: %s%s", path,
                 strerror(errno),
                 errno == EEXIST ? "; another name is needed, nothing is replaced" : "");
    json_decref(root);
    return done;
}

/* ---- reading ---- */

struct reading {
    struct state_file *file;
    const char *path;
    const char *modem;
    size_t number; /* of the entry, from 1 */
    char *error;
};

static bool wrong(const struct reading *reading, const char *key, const char *why,
                  const char *allowed)
{
    struct text error;

    text_init(&error, reading->error, STATE_FILE_ERROR_CAP);
    text_add(&error, "%s: ", reading->path);
    if (reading->modem != NULL)
        text_add(&error, "%s: \"%s\": ", modems_key, reading->modem);
    if (reading->number > 0)
        text_add(&error, "entry %zu: ", reading->number);
    text_add(&error, "%s is wrong because %s; allowed: %s", key, why, allowed);
    return false;
}

static bool has_entry(const struct state_file *file, const struct nvm_slot *slot)
{
    for (size_t i = file->count; i > 0; i--) {
        const struct nvm_slot *other = &file->list[i - 1].slot;

        if (strcmp(other->modem, slot->modem) != 0)
            return false;
        if (other->secret == slot->secret && strcmp(other->key, slot->key) == 0)
            return true;
    }
    return false;
}

static bool add(struct reading *reading, const char *key, bool secret, struct span value)
{
    const struct nvm_entry entry = { { reading->modem, key, secret }, value };

    if (has_entry(reading->file, &entry.slot))
        return wrong(reading, key, "it is there twice", "one");
    if (value.len > STORAGE_VALUE_MAX)
        return wrong(reading, key, "it is larger than 16384 bytes", "up to 16384 bytes");
    return state_file_add(reading->file, &entry) ||
           wrong(reading, key, "there is no memory for it", "less");
}

static bool add_base64(struct reading *reading, const char *key, bool secret, json_t *value)
{
    gnutls_datum_t text = { (unsigned char *)(uintptr_t)json_string_value(value),
                            (unsigned)json_string_length(value) };
    gnutls_datum_t bytes = { NULL, 0 };
    bool good;

    if (gnutls_base64_decode2(&text, &bytes) != 0)
        return wrong(reading, "base64", "it is none", "bytes as RFC 4648 has them");
    good = add(reading, key, secret, span_at(bytes.data, bytes.size));
    wipe(bytes.data, bytes.size);
    gnutls_free(bytes.data);
    return good;
}

static bool has_only(const struct reading *reading, json_t *object, const char *const *known,
                     const char *allowed)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        size_t i = 0;

        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return wrong(reading, key, "it is unknown", allowed);
    }
    return true;
}

static bool read_entry(struct reading *reading, json_t *entry)
{
    static const char *const known[] = { "key", "secret", "text", "base64", NULL };
    json_t *key = json_object_get(entry, "key"), *secret = json_object_get(entry, "secret");
    json_t *text = json_object_get(entry, "text"), *base64 = json_object_get(entry, "base64");

    if (!json_is_object(entry))
        return wrong(reading, "it", "it is no object", "key, secret, text or base64");
    if (!has_only(reading, entry, known, "key, secret, text or base64"))
        return false;
    if (!json_is_string(key) || strlen(json_string_value(key)) == 0 ||
        strlen(json_string_value(key)) > STORAGE_KEY_MAX)
        return wrong(reading, "key", "it is no name", "a text of 1 to 63 bytes");
    if (secret != NULL && !json_is_boolean(secret))
        return wrong(reading, "secret", "it is neither true nor false", "true, false");
    if (json_is_string(text) == json_is_string(base64))
        return wrong(reading, json_string_value(key), "it has not one value",
                     "text or base64, one of them");
    if (json_is_string(base64))
        return add_base64(reading, json_string_value(key), json_is_true(secret), base64);
    return add(reading, json_string_value(key), json_is_true(secret),
               span_at(json_string_value(text), json_string_length(text)));
}

static bool read_modem(struct reading *reading, json_t *list)
{
    json_t *entry;
    size_t index;

    if (!json_is_array(list))
        return wrong(reading, "it", "it is no list", "a list of entries");
    if (strlen(reading->modem) == 0 || strlen(reading->modem) > NVM_MODEM_NAME_MAX)
        return wrong(reading, "the name", "it is empty or too long", "1 to 63 bytes");
    json_array_foreach(list, index, entry)
    {
        reading->number = index + 1;
        if (!read_entry(reading, entry))
            return false;
    }
    reading->number = 0;
    return true;
}

static bool read_document(struct reading *reading, json_t *root)
{
    static const char *const known[] = { format_key, modems_key, NULL };
    json_t *version = json_object_get(root, format_key),
           *modems = json_object_get(root, modems_key);
    const char *name;
    json_t *list;

    if (!json_is_integer(version))
        return wrong(reading, format_key, "it is missing: this is no file of tlsmodem state export",
                     "1");
    if (json_integer_value(version) != VERSION)
        return wrong(reading, format_key, "a newer program has written it",
                     "1, or the program that wrote it");
    if (!json_is_object(modems))
        return wrong(reading, modems_key, "it is no object", "names of modems");
    if (!has_only(reading, root, known, "tlsmodem-state, modems"))
        return false;
    json_object_foreach(modems, name, list)
    {
        reading->modem = name;
        if (!read_modem(reading, list))
            return false;
    }
    return true;
}

static json_t *load(const char *path, char *ret_error)
{
    size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_error_t error;
    struct stat info;
    json_t *root;
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &info) != 0 || info.st_size > STATE_FILE_MAX) {
        snprintf(ret_error, STATE_FILE_ERROR_CAP, "%s: cannot be read: %s", path,
                 fd < 0 ? strerror(errno) : "it is too large");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    root = json_loadfd(fd, flags, &error);
    if (root == NULL)
        snprintf(ret_error, STATE_FILE_ERROR_CAP, "%s:%d:%d: this is no JSON: %s", path, error.line,
                 error.column, error.text);
    close(fd);
    return root;
}

struct state_file *state_file_read(const char *path, char *ret_error)
{
    struct reading reading = { .path = path, .error = ret_error };
    json_t *root = load(path, ret_error);

    if (root == NULL)
        return NULL;
    reading.file = state_file_new();
    if (reading.file == NULL) {
        snprintf(ret_error, STATE_FILE_ERROR_CAP, "%s: out of memory", path);
    } else if (!read_document(&reading, root)) {
        state_file_free(reading.file);
        reading.file = NULL;
    }
    json_decref(root);
    return reading.file;
}
