/* environment.h: the environment of a program that is started: ours, and what it is told besides.
 */
#ifndef POSIX_ENVIRONMENT_H
#define POSIX_ENVIRONMENT_H

#include <stddef.h>

/* A list ended by NULL, to be freed by the caller: our own variables but for those that `more` has
 * too, and the `count` of it, each NAME=VALUE.  The texts are borrowed.  NULL: no memory. */
char **posix_environment(char *const *more, size_t count);

#endif
