/* trouble.h: what the operator is told when a modem's entries cannot be stored or read: once for
 * each place and kind, however often the host tries; the rest is counted. */
#ifndef NVM_SQLITE_TROUBLE_H
#define NVM_SQLITE_TROUBLE_H

#include "base/log.h"

#include <stdint.h>

enum { NVM_TROUBLE_KINDS = 8 };

/* Zeroed: all is well. */
struct nvm_trouble {
    uint32_t said[NVM_TROUBLE_KINDS]; /* digests of what the log has; 0: free */
    unsigned next;                    /* the place of the next one: the oldest is forgotten */
    unsigned unstored;                /* changes that failed since the last that did not */
};

/* A change to entry `key` failed: `why` is one line.  What stands before the first '/' of a key is
 * the place that stores. */
void nvm_trouble_unstored(struct nvm_trouble *trouble, const struct log *log, const char *key,
                          const char *why);

/* A change succeeded: what failed before is over, and is said again when it returns. */
void nvm_trouble_stored(struct nvm_trouble *trouble, const struct log *log);

/* Entry `key` is there and cannot be read. */
void nvm_trouble_unread(struct nvm_trouble *trouble, const struct log *log, const char *key,
                        const char *why);

#endif
