/* quectel_facts.h: the one table of what no source confirms about these modules.
 *
 * Each is an inference (docs/facts/quectel.md names the reason); a correction is one line here.  Of
 * §10 only 12 is missing, the channels of +CMUX, which is refused.
 */
#ifndef QUECTEL_FACTS_H
#define QUECTEL_FACTS_H

#include "personalities/quectel/quectel_errors.h"

/* UNCONFIRMED: revisions, by analogy to M95FAR02A08 (§5.2, §10.13). */
#define FACT_REVISION_M10 "M10FAR01A08"
#define FACT_REVISION_M66 "M66FAR01A08"
#define FACT_REVISION_M85 "M85FAR01A08"

/* UNCONFIRMED: an IMEI that is nobody's.  A host takes a line for one when it begins with 8, as
 * those of these modules do (§8, driver 10). */
#define FACT_IMEI "860000000000009"

/* UNCONFIRMED: longest command line; how many contexts +CGDCONT defines. */
#define FACT_LINE_MAX     560
#define FACT_PDP_CONTEXTS 3

/* UNCONFIRMED: bad syntax and values out of range, outside TCP/IP and SSL, with +CMEE on (§2.3). */
#define FACT_ERROR_SYNTAX QUECTEL_NOT_ALLOWED
#define FACT_ERROR_RANGE  QUECTEL_NOT_ALLOWED

/* UNCONFIRMED: errors are numbers from the start, and X is 4 (§5.2). */
#define FACT_CMEE_PRESET             1
#define FACT_EXTENDED_CONNECT_PRESET 4

/* UNCONFIRMED: a prompt is left open as long as the host likes. */
#define FACT_PROMPT_IDLE_MS 0

/* UNCONFIRMED: the start-up lines begin so long after power-on and follow one another so (§5.1); a
 * port whose rate is automatic (+IPR=0) and was never found hears none of them. */
#define FACT_START_UP_FIRST_MS                1000
#define FACT_START_UP_NEXT_MS                 1000
#define FACT_START_UP_NEEDS_RATE              1
#define FACT_START_UP_SAYS_SMS_READY          0
#define FACT_START_UP_SETTING_IS_KEPT_AT_ONCE AT_KEEP_NVM

/* UNCONFIRMED: how long a restart keeps the module off the port, and a power-down, after which
 * nobody can press the key here. */
#define FACT_RESTART_OFF_MS  2000
#define FACT_SHUTDOWN_OFF_MS 5000

/* UNCONFIRMED: the clock goes on through a restart (the first power-on sets 2004-01-01). */
#define FACT_CLOCK_SURVIVES_RESTART 1

/* UNCONFIRMED: +QISDE is on from the start, and counts only with E1; packets of transparent mode
 * (§2.2, §10.10). */
#define FACT_SEND_ECHO_PRESET        1
#define FACT_TRANSPARENT_SIZE_PRESET 1024

/* §2.3 gives 75 s.  UNCONFIRMED: bytes that a socket holds for the host. */
#define FACT_OPEN_LIMIT_MS 75000
#define FACT_SOCKET_BUFFER 3072

/* UNCONFIRMED: ESC at a prompt ends it with OK, else with ERROR (§1.4, §10.6). */
#define FACT_ESCAPED_PROMPT_IS_OK 1

/* UNCONFIRMED: what the peer sent before it closed stays readable (§1.5, §10.7). */
#define FACT_DATA_OUTLIVES_THE_PEER 1

/* UNCONFIRMED: what an index in use answers, without OK before it and without its index (§2.3). */
#define FACT_ALREADY_CONNECTED "ALREADY CONNECT"

/* UNCONFIRMED: the line that ends transparent mode when the peer closes, or DTR with &D2; the same
 * for secure sockets (§1.9, §2.5, §10.1). */
#define FACT_TRANSPARENT_END "CLOSED"

/* UNCONFIRMED: blanks in the lines of +QSSLSTATE, which are those of +QISTATE (§1.7, §10.2). */
#define FACT_STATE_LINE      "%s: %d, \"%s\", \"%s\", %u, \"%s\"%s"
#define FACT_STATE_IDLE_LINE "%s: %d, \"\", \"\", , \"INITIAL\"%s"
#define FACT_STATE_SECURE    ", 1"
#define FACT_STATE_PLAIN     ", 0"

/* UNCONFIRMED: heads of received data with +QINDI=0 and one socket (§2.2). */
#define FACT_HEAD_SENDER "RECV FROM:%s:%u"
#define FACT_HEAD_LOCAL  "TO:%s"

/* UNCONFIRMED: text in answers of +QSSLCFG stands in quotes (§1.2, §10.3). */
#define FACT_CONFIG_TEXT  "\"%s\""
#define FACT_CONFIG_SUITE "\"0X%04X\""

/* UNCONFIRMED: +QSSLOPEN is an ERROR before the stack is registered, after it activates the context
 * (§1.3, §10.11). */
#define FACT_SSL_NEEDS_REGISTRATION 1

/* UNCONFIRMED: a local +QIDEACT says nothing of secure sockets but DEACT OK (§1.12); a second
 * +QIREGAPP, and +QIACT where there is a context, are an ERROR (§2.1); +QIMUX and +QIMODE refuse a
 * real change while a socket is open (§2.2); a name without +QIDNSIP=1 is an ERROR (§2.3).  These
 * are in the handlers, each said there. */

/* UNCONFIRMED: name servers before any is set.  §2.1 gives 14 s for +QIDNSGIP, taken for +QPING
 * too. */
#define FACT_NAME_SERVER     "0.0.0.0"
#define FACT_LOOKUP_LIMIT_MS 14000

/* §2.1 has seen 5 for a failure.  UNCONFIRMED: that it is the only number, and how long and how
 * often a time server is asked (hosts wait 30 s). */
#define FACT_NTP_FAILED   5
#define FACT_NTP_LIMIT_MS 8000
#define FACT_NTP_TRIES    3

/* UNCONFIRMED: bytes of an echo request of +QPING. */
#define FACT_PING_BYTES 32

/* UNCONFIRMED: which error for which refusal of a file (§1.10). */
#define FACT_ERROR_FILE_MISSING   QUECTEL_FILE_NOT_FOUND
#define FACT_ERROR_FILE_EXISTS    QUECTEL_FILE_ALREADY_EXISTS
#define FACT_ERROR_FILE_PARAMETER QUECTEL_FILE_INVALID_PARAMETER
#define FACT_ERROR_FILE_NO_ROOM   QUECTEL_FILE_NO_SPACE
#define FACT_ERROR_FILE_TOO_LARGE QUECTEL_FILE_TOO_LARGE
#define FACT_ERROR_FILE_NO_DATA   QUECTEL_FILE_TIME_OUT
#define FACT_ERROR_FILE_STORAGE   QUECTEL_FILE_DRIVER_ERROR
#define FACT_ERROR_FILE_BUSY      QUECTEL_FILE_ACCESS_DENIED

/* UNCONFIRMED: how many files RAM holds, and how many bytes together. */
#define FACT_RAM_FILES 20
#define FACT_RAM_TOTAL 131072

/* UNCONFIRMED: longest URL and body of +QHTTP…, its times, how often a redirect is followed, and
 * what a request says of itself (§3, §10.8). */
#define FACT_HTTP_URL_MAX         700
#define FACT_HTTP_POST_MAX        32768
#define FACT_HTTP_TIME_PRESET_S   60
#define FACT_HTTP_TIME_MAX_S      3600
#define FACT_HTTP_SLOW_MS         120000 /* in all, for 1 kB of a body; or four times the wait */
#define FACT_HTTP_REDIRECTS_MAX   5
#define FACT_HTTP_DOWNLOAD_PRESET 10240
#define FACT_HTTP_LENGTH_UNKNOWN  (-1)
#define FACT_HTTP_CONTENT_TYPE    "application/x-www-form-urlencoded"
#define FACT_HTTP_USER_AGENT      "QUECTEL_MODULE"

/* UNCONFIRMED: presets of an SSL context, and that dates are checked (§1.2, §10.4).  What later
 * firmware has: SNI is off, the name in the certificate is not compared (the note's example 3.1
 * verifies a server that it dials by address), and a handshake may take as long as the opening. */
#define FACT_SSL_VERSION_PRESET  4
#define FACT_SECLEVEL_PRESET     0
#define FACT_IGNORE_DATES_PRESET 0
#define FACT_SNI_PRESET          0
#define FACT_CHECK_HOST_PRESET   0
#define FACT_NEGOTIATE_PRESET_S  300

/* UNCONFIRMED: what "sslversion" 4 offers: SSL 3.0 is another library's, which speaks no TLS, so
 * only a host that selects it gets it. */
#define FACT_SSL_ANY_FROM TLS_1_0
#define FACT_SSL_ANY_TO   TLS_1_2

/* UNCONFIRMED: +QSMTPDST and +QSMTPATT answer OK alone; asked with `?`, a line for each entry (§4,
 * §10.9). */
#define FACT_SMTP_RECIPIENT_LINE  "+QSMTPDST: %d,\"%s\""
#define FACT_SMTP_ATTACHMENT_LINE "+QSMTPATT: %zu,\"%s\",%zu"

/* UNCONFIRMED: how much of a mail fits, its times, its port when none is given (§4). */
#define FACT_SMTP_RECIPIENTS_MAX  20
#define FACT_SMTP_SUBJECT_MAX     200
#define FACT_SMTP_BODY_MAX        10240
#define FACT_SMTP_ATTACHMENTS_MAX 5
#define FACT_SMTP_ATTACHMENT_MAX  32768
#define FACT_SMTP_INPUT_PRESET_S  60
#define FACT_SMTP_TIME_PRESET_S   300
#define FACT_SMTP_TIME_MAX_S      3600
#define FACT_SMTP_PORT            25

/* UNCONFIRMED: what a refused +QSMTP… answers, and the numbers of +QSMTPPUT, of which only -9 was
 * seen (§4, §10.9). */
#define FACT_SMTP_ERROR          QUECTEL_NOT_ALLOWED
#define FACT_SMTP_ERROR_TOO_LONG QUECTEL_FILE_EXCEEDS_MAX_LENGTH
#define FACT_SMTP_GENERAL        (-1)
#define FACT_SMTP_DNS            (-2)
#define FACT_SMTP_CONNECT        (-3)
#define FACT_SMTP_TLS            (-4)
#define FACT_SMTP_AUTH           (-5)
#define FACT_SMTP_RECIPIENT      (-6)
#define FACT_SMTP_DATA           (-7)
#define FACT_SMTP_TIMEOUT        (-8)
#define FACT_SMTP_NETWORK        (-9)

#endif
