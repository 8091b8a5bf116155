/* steps.h: steps of a probe, read as the transcript that they are. */
#ifndef DAEMON_PROBE_STEPS_H
#define DAEMON_PROBE_STEPS_H

#include "probe/device.h"
#include "probe/table.h"
#include "transcript/reader.h"

struct probe_steps {
    struct reader_world world; /* reads the text below, and the maker's parts */
    struct bytes text;
    struct report mistakes;
    const struct probe_device *device;
    struct reader *reader;
};

/* Reads them; of those that begin anew with what the probe needs before them.  They stay where they
 * are until probe_steps_close().  False: `why` says what is wrong; there is nothing to close. */
bool probe_steps_open(struct probe_steps *steps, const struct probe_device *device,
                      const char *fact, const struct probe *probe, enum probe_turn turn,
                      struct span lines, struct report *why);

/* Frees what was read. */
void probe_steps_close(struct probe_steps *steps);

#endif
