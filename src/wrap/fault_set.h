/* fault_set.h: the faults that a modem has now, what they strike, and what they have struck. */
#ifndef WRAP_FAULT_SET_H
#define WRAP_FAULT_SET_H

#include "base/err.h"
#include "base/fault.h"
#include "base/log.h"

enum { FAULT_SET_MAX = 64 };

struct fault_entry {
    struct fault_entry *next;
    uint32_t number; /* from 1, and never again */
    struct fault fault;
    uint64_t seen, struck; /* what fitted, and what of it was struck */
};

/* Whose it is, where and when: what a fault's `when` is compared with. */
struct fault_scene {
    int32_t socket; /* FAULT_ANY_SOCKET: of no socket that has a number */
    size_t line_len;
    uint8_t line[FAULT_LINE_MAX]; /* the command line under way, or the last one */
};

/* Zeroed but for its log and scene.socket: none. */
struct fault_set {
    struct fault_entry *first; /* in the order in which they were added */
    uint32_t last_number;
    unsigned changes;         /* goes up with each that is added or removed */
    struct fault_scene scene; /* as it is now */
    const struct log *log;    /* NULL: silence */
};

/* Adds one that fault_check() agrees to.  ERR_FULL: there are FAULT_SET_MAX; ERR_NO_MEMORY. */
enum err fault_set_add(struct fault_set *set, const struct fault *fault, uint32_t *ret_number);

/* Removes one; 0: all.  ERR_NOT_FOUND: there is none of this number. */
enum err fault_set_remove(struct fault_set *set, uint32_t number);

/* One for each index from 0; NULL past the end. */
const struct fault_entry *fault_set_at(const struct fault_set *set, size_t index);

/* The one of this number; NULL: it is gone. */
struct fault_entry *fault_set_find(const struct fault_set *set, uint32_t number);

/* Whether a fault's socket and command are those of a scene. */
bool fault_fits(const struct fault *fault, const struct fault_scene *scene);

/* Something that fits has come: counts it, and says whether it is struck, which is a line of the
 * log where `says`. */
bool fault_set_counts(const struct fault_set *set, struct fault_entry *entry, bool says);

/* The same for all of a type that fit the scene as it is now; the first that strikes, NULL: none.
 */
const struct fault *fault_set_strikes(const struct fault_set *set, enum fault_type type, bool says);

/* Whether there is one of the types from `first` to `last`. */
bool fault_set_has(const struct fault_set *set, enum fault_type first, enum fault_type last);

/* The scene has another command line, which is given without its AT. */
void fault_set_line(struct fault_set *set, struct span line);

#endif
