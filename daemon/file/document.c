/* document.c: one file, and those that it includes. */
#include "file/document.h"

#include "base/text.h"
#include "file/bytes.h"
#include "file/shape.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

enum { INCLUDE_DEPTH_MAX = 8 };

struct reading {
    struct file_report *report;
    struct file_documents *documents;
    bool follows;
};

bool file_path(const char *name, const char *path, char *ret_path, size_t cap)
{
    const char *slash = strrchr(name, '/');
    struct text text;

    text_init(&text, ret_path, cap);
    if (path[0] != '/' && slash != NULL)
        text_add_span(&text, span_at(name, (size_t)(slash - name) + 1));
    text_add(&text, "%s", path);
    return !text.cut;
}

/* What the shape has let pass, libcyaml takes; were it otherwise, this is its own word for it. */
static void say_yaml(cyaml_log_t level, void *ctx, const char *format, va_list values)
{
    struct text *words = ctx;

    (void)level;
    if (words->len == 0)
        text_add_list(words, format, values);
}

static cyaml_config_t config_of(struct text *words)
{
    return (cyaml_config_t){ .log_fn = say_yaml,
                             .log_ctx = words,
                             .mem_fn = cyaml_mem,
                             .log_level = CYAML_LOG_ERROR,
                             .flags = CYAML_CFG_NO_ALIAS };
}

/* An empty file has no value for libcyaml to load. */
static bool load(struct reading *reading, struct file_document *document, struct span bytes)
{
    char memory[200];
    struct text words;
    cyaml_config_t config;
    cyaml_err_t err;

    text_init(&words, memory, sizeof(memory));
    config = config_of(&words);
    if (document->tree.root->count == 0) {
        document->root = cyaml_mem(NULL, NULL, sizeof(*document->root));
        if (document->root != NULL)
            *document->root = (struct file_root){ .include = NULL };
        return document->root != NULL;
    }
    err = cyaml_load_data(bytes.data, bytes.len, &config, file_schema(),
                          (cyaml_data_t **)&document->root, NULL);
    if (err == CYAML_OK)
        return true;
    file_report_add(reading->report, &document->tree.root->place, "%s: %s", cyaml_strerror(err),
                    memory);
    return false;
}

static void free_document(struct file_document *document)
{
    char memory[1];
    struct text nowhere;
    cyaml_config_t config;

    text_init(&nowhere, memory, sizeof(memory));
    config = config_of(&nowhere);
    if (document->root != NULL)
        cyaml_free(&config, file_schema(), document->root, 0);
    file_tree_free(&document->tree);
    free(document->name);
    free(document);
}

static struct file_document *new_document(const char *name, const struct file_document *parent)
{
    struct file_document *document = calloc(1, sizeof(*document));

    if (document == NULL)
        return NULL;
    document->name = strdup(name);
    document->parent = parent;
    if (document->name != NULL)
        return document;
    free(document);
    return NULL;
}

static bool read_file(struct reading *reading, const char *path, const struct file_document *parent,
                      const struct file_node *asked_by);

/* True when `path` is the file or one that includes it. */
static bool includes_itself(const struct file_document *document, const char *path,
                            size_t *ret_depth)
{
    for (*ret_depth = 0; document != NULL; document = document->parent, (*ret_depth)++) {
        if (strcmp(document->name, path) == 0)
            return true;
    }
    return false;
}

/* What was read last has no modems: it is a set of defaults for who includes it. */
static void keep_set(const struct reading *reading, struct file_document *document)
{
    struct file_document *last = reading->documents->first;

    while (last->next != NULL)
        last = last->next;
    if (last->root->defaults == NULL || last->root->modems_count > 0 ||
        last->root->include_count > 0)
        return;
    last->next_set = document->sets;
    document->sets = last;
}

static bool include(struct reading *reading, struct file_document *document,
                    const struct file_node *node)
{
    char path[PATH_MAX];
    size_t depth;
    const char *why = NULL;

    if (!file_path(document->name, node->text, path, sizeof(path)))
        why = "the path is too long; allowed: a shorter one";
    else if (includes_itself(document, path, &depth))
        why = "it includes itself; allowed: other files";
    else if (depth > INCLUDE_DEPTH_MAX || reading->documents->count > FILE_INCLUDES_MAX)
        why = "there are too many; allowed: 100 files, 8 in each other";
    if (why != NULL) {
        file_report_wrong(reading->report, &node->place, "include", node->text, "%s", why);
        return false;
    }
    if (!read_file(reading, path, document, node))
        return false;
    keep_set(reading, document);
    return true;
}

static bool read_includes(struct reading *reading, struct file_document *document)
{
    const struct file_node *list = file_node_at(document->tree.root, "include");
    bool good = true;

    if (list == NULL || !reading->follows)
        return true;
    for (const struct file_node *node = list->first; node != NULL; node = node->next)
        good = include(reading, document, node) && good;
    return good;
}

static void append(struct file_documents *documents, struct file_document *document)
{
    struct file_document **end = &documents->first;

    while (*end != NULL)
        end = &(*end)->next;
    *end = document;
}

static bool read_bytes(struct reading *reading, struct file_document *document, struct span bytes)
{
    bool good;

    reading->documents->count++;
    if (!file_tree_read(bytes, document->name, reading->report, &document->tree))
        return false;
    good = file_shape_check(document->tree.root, reading->report) && load(reading, document, bytes);
    return good && read_includes(reading, document);
}

static bool read_file(struct reading *reading, const char *path, const struct file_document *parent,
                      const struct file_node *asked_by)
{
    struct file_place whole = { .file = path };
    struct file_document *document;
    char allowed[FILE_BYTES_ALLOWED_CAP];
    const char *why;
    uint8_t *bytes;
    size_t len;
    bool good;

    bytes = file_bytes_read(path, FILE_BYTES_MAX, &len, &why);
    if (bytes == NULL && asked_by != NULL)
        file_report_wrong(reading->report, &asked_by->place, "include", asked_by->text,
                          "it cannot be read: %s; allowed: %s", why,
                          file_bytes_allowed(why, FILE_BYTES_MAX, allowed));
    else if (bytes == NULL)
        file_report_add(reading->report, &whole, "the file cannot be read: %s; allowed: %s", why,
                        file_bytes_allowed(why, FILE_BYTES_MAX, allowed));
    if (bytes == NULL)
        return false;
    document = new_document(path, parent);
    if (document == NULL)
        file_report_add(reading->report, &whole, "out of memory");
    good = document != NULL && read_bytes(reading, document, span_at(bytes, len));
    free(bytes);
    if (document != NULL)
        append(reading->documents, document);
    return good;
}

bool file_documents_read(const char *path, struct file_report *report,
                         struct file_documents *ret_documents)
{
    struct file_documents documents = { .first = NULL };
    struct reading reading = { .report = report, .documents = &documents, .follows = true };

    if (!read_file(&reading, path, NULL, NULL)) {
        file_documents_free(&documents);
        return false;
    }
    *ret_documents = documents;
    return true;
}

bool file_documents_of(struct span bytes, const char *name, struct file_report *report,
                       struct file_documents *ret_documents)
{
    struct file_documents documents = { .first = NULL };
    struct reading reading = { .report = report, .documents = &documents };
    struct file_document *document = new_document(name, NULL);
    bool good = document != NULL && read_bytes(&reading, document, bytes);

    if (document != NULL)
        append(&documents, document);
    else
        file_report_add(report, &(struct file_place){ .file = name }, "out of memory");
    if (!good) {
        file_documents_free(&documents);
        return false;
    }
    *ret_documents = documents;
    return true;
}

void file_documents_put_under(struct file_documents *documents, const struct file_documents *outer)
{
    const struct file_document *last = outer->first;

    assert(documents->count == 1 && last != NULL);
    while (last->next != NULL)
        last = last->next;
    documents->first->parent = last;
}

void file_documents_free(struct file_documents *documents)
{
    while (documents->first != NULL) {
        struct file_document *document = documents->first;

        documents->first = document->next;
        free_document(document);
    }
    documents->count = 0;
}
