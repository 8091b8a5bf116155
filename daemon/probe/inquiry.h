/* inquiry.h: one fact is asked for. */
#ifndef DAEMON_PROBE_INQUIRY_H
#define DAEMON_PROBE_INQUIRY_H

#include "probe/device.h"
#include "probe/outcome.h"

enum inquiry_end {
    INQUIRY_FOUND,
    INQUIRY_OTHERWISE, /* the module answered what the probe does not expect; `why` says what */
    INQUIRY_GONE       /* there is no module any more; `why` says so */
};

/* Asks the module for a fact by its probe, which has steps, and whose needs `device` has.
 * `ret_value` is a value as --config takes it; of any end but the first nothing.  `left` has, of
 * any end, why something that the probe has set could not be put back; nothing where all was. */
enum inquiry_end inquiry_run(const struct probe_device *device, const char *fact,
                             const struct probe *probe, char ret_value[OUTCOME_VALUE_MAX + 1],
                             struct report *left, struct report *why);

/* Whether the steps of a probe can be read, as the transcripts that they are, and end; false: `why`
 * says what is wrong. */
bool inquiry_check(const struct probe_device *device, const char *fact, const struct probe *probe,
                   struct report *why);

#endif
