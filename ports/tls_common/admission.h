/* admission.h: who may begin a handshake while memory is short, and who waits.
 *
 * A handshake needs memory that its session gives back at its end, and the libraries beneath end
 * the process where a number does not get its own.  So a new one is refused before that: when there
 * is not enough for it, for those under way, and for what goes on.
 */
#ifndef TLS_COMMON_ADMISSION_H
#define TLS_COMMON_ADMISSION_H

#include <stdbool.h>

/* One handshake more is under way, until tls_admission_leave(); false: there is no memory for it.
 * Any thread. */
bool tls_admission_enter(void);

/* One that was let in has ended.  Any thread. */
void tls_admission_leave(void);

/* Whether a record could be taken, or made, now: a library that gets no memory for one gives up the
 * session, which had better wait.  Any thread. */
bool tls_admission_has_record(void);

#endif
