/* document.h: one file, and those that it includes: their trees, held against the shape, and what
 * libcyaml makes of them. */
#ifndef DAEMON_FILE_DOCUMENT_H
#define DAEMON_FILE_DOCUMENT_H

#include "base/span.h"
#include "file/report.h"
#include "file/schema.h"
#include "file/tree.h"

#include <stdbool.h>

struct file_document {
    char *name;
    const struct file_document *parent; /* that includes it; NULL: none does */
    struct file_tree tree;
    struct file_root *root;
    struct file_document *next; /* in the order in which their modems count */
    /* Of those that it includes the ones that have no modems: their defaults hold for its own.  The
     * last one first. */
    const struct file_document *sets;
    const struct file_document *next_set;
};

struct file_documents {
    struct file_document *first; /* the included ones stand before those that include them */
    size_t count;
};

/* Reads a file and what it includes, in order.  False: the report says why, and there is nothing to
 * free. */
bool file_documents_read(const char *path, struct file_report *report,
                         struct file_documents *ret_documents);

/* The same of bytes that have no folder: what they include is not read. */
bool file_documents_of(struct span bytes, const char *name, struct file_report *report,
                       struct file_documents *ret_documents);

/* What the file says that `outer` began with holds for the modems of one document that was read
 * alone (file_documents_of()), as if it were included there.  `outer` stays until that is freed. */
void file_documents_put_under(struct file_documents *documents, const struct file_documents *outer);

/* Gives everything back; of a zeroed one nothing. */
void file_documents_free(struct file_documents *documents);

/* A path as the file `name` means it: relative ones begin in that file's folder.  False: `ret_path`
 * (`cap` bytes) is too short. */
bool file_path(const char *name, const char *path, char *ret_path, size_t cap);

#endif
