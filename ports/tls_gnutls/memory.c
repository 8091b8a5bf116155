/* memory.c: see memory.h.  GnuTLS frees through pointers that it gives its users to set. */
#include "tls_gnutls/memory.h"

#include "base/wipe.h"

#include <gnutls/gnutls.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local bool wiping;

static void release(void *block)
{
    if (wiping && block != NULL)
        wipe(block, malloc_usable_size(block));
    free(block);
}

/* The C library's realloc() may leave the old block behind as it is. */
static void *resize(void *block, size_t size)
{
    size_t before = block != NULL ? malloc_usable_size(block) : 0;
    void *moved;

    if (!wiping || block == NULL || size <= before)
        return realloc(block, size);
    moved = malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, before);
    release(block);
    return moved;
}

void gtls_memory_install(void)
{
    gnutls_free = release;
    gnutls_realloc = resize;
}

void gtls_memory_wipes(bool on)
{
    wiping = on;
}
