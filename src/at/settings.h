/* settings.h: the settings that the interpreter itself obeys, as commands of V.250 and 27.007 set
 * them.
 */
#ifndef AT_SETTINGS_H
#define AT_SETTINGS_H

#include <stdint.h>

struct at_settings {
    int32_t echo;             /* E */
    int32_t quiet;            /* Q */
    int32_t verbose;          /* V */
    int32_t extended_connect; /* X: kept for the host */
    int32_t cmee;             /* +CMEE: 0 ERROR, 1 number, 2 text */
    int32_t s0, s7;           /* kept for the host */
    int32_t s2;               /* escape character */
    int32_t s3;               /* ends a command line, as CR does */
    int32_t s4;               /* line feed of answers */
    int32_t s5;               /* erases a character */
    int32_t s12;              /* escape guard time, 1/50 s */
    int32_t escape_guard_s;   /* a guard time in seconds that overrides S12; 0: S12 counts */
};

#endif
