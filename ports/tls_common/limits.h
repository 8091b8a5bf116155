/* limits.h: what no server may ask of a session, whichever library has it. */
#ifndef TLS_COMMON_LIMITS_H
#define TLS_COMMON_LIMITS_H

enum {
    /* The smallest prime of Diffie and Hellman in bits.  Servers of the modules' time have 1024;
     * one of 512 can be broken while a handshake waits (https://weakdh.org). */
    TLS_DH_MIN_BITS = 1024,
    TLS_DH_MIN_BITS_OF_TODAY = 2048, /* where tls_config.today says so */

    /* The longest record in bytes: of plaintext, and protected (RFC 5246, 6.2.1 and 6.2.3). */
    TLS_RECORD_MAX = 1 << 14,
    TLS_PROTECTED_MAX = TLS_RECORD_MAX + 2048,

    /* All that a server may say in a handshake, in bytes.  GnuTLS takes 128 kB of messages, but
     * keeps 16 MB of one until it is complete; OpenSSL takes a chain of 100 kB.  The rest is what
     * protects the last ones. */
    TLS_HANDSHAKE_MAX = 128 * 1024 + 1024
};

#endif
