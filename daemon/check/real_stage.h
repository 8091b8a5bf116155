/* real_stage.h: a real module on serial devices as a stage, with peers on sockets of this machine.
 */
#ifndef DAEMON_CHECK_REAL_STAGE_H
#define DAEMON_CHECK_REAL_STAGE_H

#include "check/authority.h"
#include "posix/port.h"
#include "transcript/stage.h"

/* What is pointed to is borrowed until real_stage_close(). */
struct real_stage_config {
    const struct script_header *header;
    const struct port_spec *devices; /* should be one for each port of the header */
    size_t device_count;
    const char *address; /* numeric, where the module reaches this machine */
    bool single_bytes;
    bool forgets_old; /* what the module said before is none of this play */
    struct test_authority *authority;
};

struct real_stage;

/* Opens devices and peers.  ERR_UNSUPPORTED: the header asks for what is not possible here,
 * ERR_INVALID: it has more ports than there are devices, ERR_IO: a device cannot be used,
 * ERR_NO_MEMORY; `why` says which.  Then nothing is left behind. */
enum err real_stage_open(const struct real_stage_config *config, struct report *why,
                         struct real_stage **ret_stage);

/* What a player is given; good until real_stage_close(). */
struct stage *real_stage_iface(struct real_stage *stage);

/* Closes all of it, peers first, and hears what the module says about that, so that the next play
 * does not: until it is quiet, for 3 s a device at most.  NULL is nothing. */
void real_stage_close(struct real_stage *stage);

#endif
