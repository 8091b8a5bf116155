/* page.h: the files of the live page, which are in the program. */
#ifndef CONTROL_PAGE_H
#define CONTROL_PAGE_H

#include <stddef.h>

struct page_file {
    const char *path, *type;
    const unsigned char *bytes;
    size_t len;
};

/* The file of an address; NULL: there is none.  Static. */
const struct page_file *page_find(const char *path);

#endif
