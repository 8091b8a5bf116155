/* texts.h: the makers' files of probes (src/personalities/MAKER/MAKER.probes), as they are in the
 * program. */
#ifndef DAEMON_PROBE_TEXTS_H
#define DAEMON_PROBE_TEXTS_H

#include "base/span.h"

struct probe_text {
    const char *maker; /* as tlsmodem_model.maker has it */
    struct span text;
};

/* One for each index from 0; false past the end.  Static. */
bool probe_text_at(size_t index, struct probe_text *ret_text);

#endif
