/* real_stage.h: a real module as a stage, with peers on sockets of this machine: one that somebody
 * has connected, or this program in a process of its own. */
#ifndef DAEMON_CHECK_REAL_STAGE_H
#define DAEMON_CHECK_REAL_STAGE_H

#include "check/authority.h"
#include "check/program.h"
#include "transcript/stage.h"

/* What is pointed to is borrowed until real_stage_close(). */
struct real_stage_config {
    const struct script_header *header;
    struct program *program; /* NULL: it is at these ports, one for each of the header */
    const struct port_spec *ports;
    size_t port_count;
    const char *address; /* numeric, where the module reaches this machine */
    bool single_bytes;
    bool forgets_old;     /* what the module said before is none of this play */
    uint32_t patience_ms; /* how long peers wait for the module; 0: STAGE_ANSWER_MS */
    struct test_authority *authority;
};

struct real_stage;

/* Opens ports and peers, and starts the program if it is one.  ERR_UNSUPPORTED: the header asks for
 * what is not possible here, ERR_INVALID: it has more ports than were given, ERR_IO: one cannot be
 * used, or the program does not start, ERR_NO_MEMORY; `why` says which.  Then nothing is left
 * behind, but for the program, which is its owner's. */
enum err real_stage_open(const struct real_stage_config *config, struct report *why,
                         struct real_stage **ret_stage);

/* What a player is given; good until real_stage_close(). */
struct stage *real_stage_iface(struct real_stage *stage);

/* Has the program end, when all has been played.  False: it did so otherwise than it should, and
 * `why` says how. */
bool real_stage_end(struct real_stage *stage, struct report *why);

/* Closes all of it, peers first, and hears what a module that stays says about that, so that the
 * next play does not: until it is quiet, for 3 s a port at most.  NULL is nothing. */
void real_stage_close(struct real_stage *stage);

#endif
