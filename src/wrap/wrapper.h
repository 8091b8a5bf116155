/* wrapper.h: what may stand in front of a network, as a row: its option, its words, its making. */
#ifndef WRAP_WRAPPER_H
#define WRAP_WRAPPER_H

#include "base/log.h"
#include "base/span.h"
#include "base/text.h"
#include "iface/clock.h"
#include "iface/net.h"

#include <stdbool.h>

struct wrapper {
    const char *option; /* of the daemon, "--link"; without the dashes its name everywhere else */
    const char *value;  /* what --help calls its words */
    const char *help;
    /* Whether open() takes these words.  False: `error` says what is wrong and what is allowed. */
    bool (*check)(struct span words, struct text *error);
    /* Makes a network around `inner`, of words that check() has passed.  `inner`, `clock`
     * and `log` (may be NULL) are borrowed until close(), the words are read at once.
     * ERR_NO_MEMORY. */
    enum err (*open)(struct net *inner, struct clock *clock, const struct log *log,
                     struct span words, struct net **ret_net);
    /* Frees it, after every query of it was cancelled and every stream and listener closed. */
    void (*close)(struct net *net);
};

#endif
