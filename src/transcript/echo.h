/* echo.h: what a host knows of the module's echo by what it has typed. */
#ifndef TRANSCRIPT_ECHO_H
#define TRANSCRIPT_ECHO_H

#include "base/span.h"

#include <stdbool.h>

/* Whether the module echoes after it got this command line, when it did (or not) before: by ATE,
 * ATZ, AT&F among the basic commands at its beginning (V.250 6.2.4). */
bool echo_after(struct span line, bool echo);

#endif
