/* programme.h: a transcript as a host plays it: a list of steps, read once, played by any number of
 * hosts, of several threads too: nobody changes it. */
#ifndef HOST_PROGRAMME_H
#define HOST_PROGRAMME_H

#include "transcript/reader_world.h"
#include "transcript/script.h"

enum { PROGRAMME_STEPS_MAX = 100000 };

/* Gets the groups of a pattern that has matched; both spans are good during the call. */
typedef void programme_group_fn(void *ctx, struct span name, struct span value);

/* Who knows regular expressions.  A compiled one is used by several threads at once. */
struct programme_patterns {
    /* NULL: there is no memory. */
    void *(*compile)(struct span pattern);
    bool (*match)(const void *compiled, struct span line, programme_group_fn *on_group, void *ctx);
    void (*free)(void *compiled);
};

struct programme_step {
    struct script_step step; /* of hosts and of time alone */
    size_t partner;          /* REPEAT: the index of its END, and the other way round */
    void *pattern;           /* MATCH: compiled */
};

struct programme;

/* Reads the transcript at `path`; `world` is the caller's until programme_free(), `patterns` too.
 * `knows` says which variables there will be besides those that the transcript makes.
 * ERR_INVALID: it has mistakes, all told; ERR_NO_MEMORY; or what read_file() has said of `path`
 * itself, told too. */
enum err programme_read(struct reader_world *world, const char *path,
                        const struct programme_patterns *patterns,
                        bool (*knows)(void *ctx, struct span name), void *ctx,
                        struct programme **ret_programme);

/* How many steps there are, at least one. */
size_t programme_count(const struct programme *programme);

/* The step at `index`, below the count; good until programme_free(). */
const struct programme_step *programme_at(const struct programme *programme, size_t index);

/* Whether the pattern of a MATCH step matches all of the line, after `on_group` was called for each
 * named group. */
bool programme_match(const struct programme *programme, const struct programme_step *step,
                     struct span line, programme_group_fn *on_group, void *ctx);

/* The silence around an escape sequence. */
uint32_t programme_guard_ms(const struct programme *programme);

/* The first step with the variable `name`; NULL: there is none. */
const struct script_step *programme_uses(const struct programme *programme, const char *name);

/* Frees it; NULL is nothing. */
void programme_free(struct programme *programme);

#endif
