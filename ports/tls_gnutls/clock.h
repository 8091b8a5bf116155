/* clock.h: the modem's time where GnuTLS looks at its clock. */
#ifndef TLS_GNUTLS_CLOCK_H
#define TLS_GNUTLS_CLOCK_H

#include <stdint.h>

/* Makes GnuTLS ask us for the time.  Once for the process, more often is harmless. */
void gtls_clock_install(void);

/* From here to gtls_clock_leave() GnuTLS, on this thread, sees the time that `utc_s` tells. */
void gtls_clock_enter(int64_t (*utc_s)(void *ctx), void *ctx);

/* GnuTLS sees the time of the machine again. */
void gtls_clock_leave(void);

/* The time that GnuTLS sees on this thread. */
int64_t gtls_clock_now_s(void);

#endif
