/* host_plan.h: hosts inside, as a file's `hosts:` has them: what the hosts of many modems share. */
#ifndef DAEMON_HOST_PLAN_H
#define DAEMON_HOST_PLAN_H

#include "base/bytes.h"
#include "base/text.h"
#include "host/host.h"
#include "host/ramp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A transcript that was read; begins a struct of who has read it. */
struct host_script {
    struct programme *programme;
    uint64_t digest; /* of the bytes of its files */
    void (*free)(struct host_script *script);
};

/* Reads one.  `knows` says which variables there will be.  NULL: `say` got a line for each mistake.
 */
typedef struct host_script *host_script_fn(const char *path,
                                           bool (*knows)(void *ctx, struct span name),
                                           void *knows_ctx,
                                           void (*say)(void *ctx, const char *line), void *say_ctx);

struct host_value {
    char *name, *pattern; /* of ${name}, ${n}, ${shard}, ${imei} */
};

/* A certificate or a private key of a file, as transcripts say it. */
struct host_certificate {
    struct bytes pem, der;
};

/* Reads what a file has, in PEM or DER: its PEM is the file's own where that is what it has, its
 * DER that of the first.  Owned by the caller, also after false: `why` says what is wrong and
 * allowed.
 */
typedef bool host_certificate_fn(struct span file, struct host_certificate *ret_certificate,
                                 struct text *why);

/* A variable that is the same for all modems. */
struct host_constant {
    char *name;
    struct bytes value;
};

struct host_plan {
    char *name; /* of the entry */
    char *path; /* of its transcript */
    struct host_script *script;
    struct host_crowd crowd; /* its programme is the script's */
    struct ramp ramp;
    uint32_t seed; /* of all; each modem has one of it and its number */
    struct host_value *values;
    size_t value_count;
    struct host_constant *constants; /* variables of its certificates, the same for all */
    size_t constant_count;
    size_t users; /* one thread's */
};

/* An empty one with one user, all its members zero but for the patience; what is put into it is
 * freed with it.  NULL: no memory. */
struct host_plan *host_plan_new(void);

/* One more value, of copies.  False: no memory. */
bool host_plan_add_value(struct host_plan *plan, const char *name, const char *pattern);

/* One more certificate, or key: ${NAME_pem}, ${NAME_der} and their lengths, of copies.  False: no
 * memory. */
bool host_plan_add_certificate(struct host_plan *plan, const char *name,
                               const struct host_certificate *certificate);

/* The value of a variable of its certificates; false: there is none of this name. */
bool host_plan_constant(const struct host_plan *plan, struct span name, struct span *ret_value);

/* The pattern of a value; NULL: there is none of this name. */
const char *host_plan_value(const struct host_plan *plan, struct span name);

/* Whether its transcript or one of its values has this variable. */
bool host_plan_uses(const struct host_plan *plan, const char *name);

/* One user more; NULL is nothing. */
struct host_plan *host_plan_use(struct host_plan *plan);

/* One user less, the last of whom frees it; NULL is nothing. */
void host_plan_release(struct host_plan *plan);

/* True when a host of one of them does as one of the other; NULL is none. */
bool host_plan_equal(const struct host_plan *a, const struct host_plan *b);

#endif
