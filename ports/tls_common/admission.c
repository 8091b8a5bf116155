/* admission.c: see admission.h. */
#include "tls_common/admission.h"

#include <assert.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A handshake has some 25 kB, and the server's chain at its end; what goes on meanwhile, hosts that
 * type and records that come, has as much as a hundred ports. */
enum { HANDSHAKE_BYTES = 64 * 1024, REST_BYTES = 1024 * 1024 };

/* A record as it comes and as it is read, of 18 kB at most each. */
enum { RECORD_BYTES = 40 * 1024 };

static atomic_size_t under_way;

/* Whether so much could be had, of the system or of what the heap holds back.  Nothing is touched,
 * so it costs no memory. */
static bool is_left(size_t bytes)
{
    void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (place == MAP_FAILED)
        return mallinfo2().fordblks >= bytes;
    munmap(place, bytes);
    return true;
}

bool tls_admission_enter(void)
{
    size_t count = atomic_fetch_add(&under_way, 1) + 1;

    if (is_left(REST_BYTES + count * HANDSHAKE_BYTES))
        return true;
    atomic_fetch_sub(&under_way, 1);
    return false;
}

void tls_admission_leave(void)
{
    size_t before = atomic_fetch_sub(&under_way, 1);

    assert(before > 0);
    (void)before;
}

bool tls_admission_has_record(void)
{
    void *volatile probe = malloc(RECORD_BYTES); /* or the compiler would do without */
    bool is_there = probe != NULL;

    free(probe);
    return is_there;
}
