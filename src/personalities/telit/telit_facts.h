/* telit_facts.h: the one table of what no source confirms about Telit modules.
 *
 * Each is an inference (docs/facts/telit.md names the reason); a correction is one line here.
 */
#ifndef TELIT_FACTS_H
#define TELIT_FACTS_H

#include "base/fact.h"
#include "personalities/telit/telit_errors.h"

enum telit_fact { FACT_REVISION = FACT_FIRST, FACT_END };

extern const struct fact_table telit_facts;

/* UNCONFIRMED: how much of each a model has, where the guides say "use the test command" (§1.0).
 * All 2G modules use context 1 only, as r6 §3.4 says. */
#define FACT_CONTEXTS     5
#define FACT_SOCKETS_23   6
#define FACT_DATA_ACTIONS 3
#define FACT_DATA_SIZE_4G 4095

/* UNCONFIRMED: bad syntax and values out of range, with +CMEE on (§0). */
#define FACT_ERROR_SYNTAX TELIT_NOT_SUPPORTED
#define FACT_ERROR_RANGE  TELIT_NOT_SUPPORTED

/* UNCONFIRMED: a prompt that gets nothing for so long is given up, with ERROR. */
#define FACT_PROMPT_IDLE_MS 60000

/* UNCONFIRMED: ranges and limits (§1.5, §1.6, §1.8, §1.9). */
#define FACT_PACKET_MAX    1500
#define FACT_IDLE_MAX_S    65535
#define FACT_ANSWER_MIN_DS 10
#define FACT_ANSWER_MAX_DS 5000
#define FACT_FLUSH_MAX_DS  255
#define FACT_DIAL_MIN_DS   10
#define FACT_DIAL_MAX_DS   5000
#define FACT_BLOCK_MIN_DS  1
#define FACT_BLOCK_MAX_DS  5000
#define FACT_SEND_MAX      1023
#define FACT_SEND_EXT_MAX  1500

/* UNCONFIRMED: how long a dial and an operation of FTP may take as a whole.  The manuals limit one
 * step ("it's not the total handshake timeout", 80446ST10707A p.359), which a server that sends a
 * byte now and then makes endless.  A host that asks for long steps gets time for four: name,
 * connection, and the server's two turns in a handshake. */
#define FACT_TOTAL_MS    120000
#define FACT_TOTAL_STEPS 4

/* UNCONFIRMED: with pktSz 0 ("automatic") what the port brings goes out at once, txTo or not. */
#define FACT_AUTOMATIC_FLUSHES_AT_ONCE 1

/* UNCONFIRMED: how much longer than Size a PEM entry may be (hosts differ over its final line
 * feed). */
#define FACT_PEM_TOLERANCE 2

/* UNCONFIRMED: which error for which refusal (§1.1, §1.6, §1.8, §5). */
#define FACT_ERROR_DISABLE_WHILE_OPEN TELIT_SSL_CONNECTED
#define FACT_ERROR_CONFIG_WHILE_OPEN  TELIT_SSL_CONNECTED
#define FACT_ERROR_DISABLE_DISABLED   TELIT_SSL_NOT_ACTIVE
#define FACT_ERROR_OTHER_INSTANCE     TELIT_SSL_CANNOT_ACTIVATE
#define FACT_ERROR_CONNECT            TELIT_SSL_SOCKET
#define FACT_ERROR_SEND_TIMEOUT       TELIT_SSL_SOCKET
#define FACT_ERROR_ENTRY_TOO_LONG     TELIT_SSL_CREDENTIALS

/* UNCONFIRMED: #SSLFASTD without a session that is kept (§1.7). */
#define FACT_ERROR_NO_SESSION TELIT_SSL_GENERIC
/* UNCONFIRMED: how long a session may be taken up; a day is what RFC 5246 F.1.4 suggests at most.
 */
#define FACT_SESSION_MAX_MS INT64_C(86400000)

/* UNCONFIRMED: "large certificates", which platforms 10 and 16 need #CPUMODE for (r12 §5): longer
 * than so many bytes of DER, where they are verified.  The dial fails at once, not after a
 * time-out. */
#define FACT_LARGE_CERTIFICATE 1024

/* UNCONFIRMED: answers (§1.4, §1.10). */
#define FACT_NO_DATA_STORED    "No data stored"
#define FACT_NO_CARRIER_MODE_1 "NO CARRIER:SSL,%d"
#define FACT_NO_CARRIER_MODE_2 "NO CARRIER:SSL,%d,%d"

/* UNCONFIRMED: a module of platform 12 sends no SNI of its own; today's servers need it, others
 * ignore it. */
#define FACT_SEND_SNI 1

/* UNCONFIRMED: default of #NITZ; and that time from the network replaces a +CCLK at registration.
 */
#define FACT_NITZ_PRESET 7

/* UNCONFIRMED: how long a restart keeps the module off the port. */
#define FACT_RESTART_OFF_MS  2000
#define FACT_SHUTDOWN_OFF_MS 5000

/* UNCONFIRMED: ATI without a number. */
#define FACT_ATI_CODE "332"

/* UNCONFIRMED: sockets 1 to 3 are on context 1, 4 to 6 on context 2 (§2 #SCFG). */
#define FACT_SOCKET_CONTEXTS                                                                       \
    {                                                                                              \
        1, 1, 1, 2, 2, 2                                                                           \
    }

/* UNCONFIRMED: which error for which refusal of FTP (§3, §6). */
#define FACT_ERROR_FTP_NO_SESSION  TELIT_FTP_NOT_CONNECTED
#define FACT_ERROR_FTP_NO_DATA     TELIT_FTP_DATA_CLOSED
#define FACT_ERROR_FTP_TLS         TELIT_SSL_HANDSHAKE
#define FACT_ERROR_FTP_NO_TLS      TELIT_FTP_REPLY
#define FACT_ERROR_FTP_CREDENTIALS TELIT_SSL_CREDENTIALS

/* UNCONFIRMED: #FTPRECV hands out so many bytes at once at most, half of it as hexadecimal digits;
 * #FTPAPPEXT takes so many (§3). */
#define FACT_FTP_RECEIVE_MAX 3000
#define FACT_FTP_APPEND_MAX  1500

/* UNCONFIRMED: after the last byte one #FTPRECV answers 0 before the next is refused, unless
 * #FTPGETPKT? has told the end: hosts that ask in between must not meet an error because the
 * server's end came just then. */
#define FACT_FTP_LAST_RECEIVE_IS_EMPTY 1

/* UNCONFIRMED: a server that stands still in the middle of a file is given up after so long. */
#define FACT_FTP_IDLE_MS 90000

/* UNCONFIRMED: a session begins with binary type; #FTPCWD with an empty name asks the server for
 * nothing. */
#define FACT_FTP_TYPE_PRESET 0

#endif
