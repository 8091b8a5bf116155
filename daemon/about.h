/* about.h: what --list-modules and --version print. */
#ifndef DAEMON_ABOUT_H
#define DAEMON_ABOUT_H

#include <stdio.h>

/* One line for each module: name, maker, product, platform, generation. */
void about_print_modules(FILE *out);

/* tlsmodem and its libraries, one in a line; each TLS provider with the versions that it speaks. */
void about_print_versions(FILE *out);

#endif
