/* limits.h: what no server may ask of a session, whichever library has it. */
#ifndef TLS_COMMON_LIMITS_H
#define TLS_COMMON_LIMITS_H

enum {
    /* The smallest prime of Diffie and Hellman in bits.  Servers of the modules' time have 1024;
     * one of 512 can be broken while a handshake waits (https://weakdh.org). */
    TLS_DH_MIN_BITS = 1024
};

#endif
