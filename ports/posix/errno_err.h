/* errno_err.h: errno in the words of base/err.h. */
#ifndef POSIX_ERRNO_ERR_H
#define POSIX_ERRNO_ERR_H

#include "base/err.h"

/* What `number`, a value of errno, means to the engine; ERR_IO when it has no word for it. */
enum err err_of_errno(int number);

#endif
