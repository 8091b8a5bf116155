/* makers.h: what each maker's hosts type: the models, and lines of theirs. */
#ifndef FUZZ_MAKERS_H
#define FUZZ_MAKERS_H

#include "drive.h"

extern const struct fuzz_maker fuzz_telit, fuzz_quectel, fuzz_fibocom;

#endif
