/* memory.c: see memory.h.  GnuTLS frees through a pointer that it gives its users to set. */
#include "tls_gnutls/memory.h"

#include "base/wipe.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

/* Only while a session goes: data's way through buffers costs nothing. */
static _Thread_local bool wiping;

static void release(void *block)
{
    if (wiping && block != NULL)
        wipe(block, malloc_usable_size(block));
    free(block);
}

void gtls_memory_install(void)
{
    gnutls_free = release;
}

void gtls_memory_deinit(gnutls_session_t gnutls)
{
    wiping = true;
    gnutls_deinit(gnutls);
    wiping = false;
}
