/* fibocom_facts.h: the one table of what no source confirms about Fibocom modules.
 *
 * Each is an inference (docs/facts/fibocom.md names the reason); a correction is one line here.
 */
#ifndef FIBOCOM_FACTS_H
#define FIBOCOM_FACTS_H

#include "base/fact.h"
#include "personalities/fibocom/fibocom_errors.h"

enum fibocom_fact { FACT_REVISION = FACT_FIRST, FACT_END };

extern const struct fact_table fibocom_facts;

/* UNCONFIRMED: bad syntax and values out of range, with +CMEE on; those of +GTSSL* are a plain
 * ERROR in any case (§5). */
#define FACT_ERROR_SYNTAX FIBOCOM_BAD_PARAMETERS
#define FACT_ERROR_RANGE  FIBOCOM_BAD_PARAMETERS

/* UNCONFIRMED: a socket in use, one that is not open, no context, +MIPCALL=1 while there is one
 * (§2.1, §2.2, §2.5). */
#define FACT_ERROR_STATE FIBOCOM_NOT_ALLOWED

/* Manual form and driver form (§7.2, §8).  The manuals print "+MIPOPEN 1,0" and "+MIPCLOSE: 1,1";
 * drivers await "+MIPOPEN: 1,0", or "+MIPSTAT: 1,1" beside it, and "+MIPCLOSE: 1,0".  Models have
 * the first; the second are rows of their own, "l610-drivers" and "nl668-cn-00-drivers". */
#define FACT_OPEN_FAILED_MANUAL  "+MIPOPEN"
#define FACT_OPEN_FAILED_DRIVERS "+MIPOPEN:"
#define FACT_CLOSE_TYPE_MANUAL   1
#define FACT_CLOSE_TYPE_DRIVERS  0

/* UNCONFIRMED: what stands between socket and hexadecimal data: the NL668 manual prints 0, the L610
 * manual 201 on two frames of different length; drivers look for 0 (§2.3, §8). */
#define FACT_LEFT 0

/* UNCONFIRMED: +GTSET="IPRFMT" at each start: hosts set it every time; one driver's comment says
 * that it is saved (§2.3). */
#define FACT_FORMAT 0

/* Longest piece of data in a line: of the examples; 512 bytes are what the smallest driver's buffer
 * holds (§2.3, trap 9). */
#define FACT_CHUNK_L610    1388
#define FACT_CHUNK_NL668   1372
#define FACT_CHUNK_DRIVERS 512

/* UNCONFIRMED: while a socket is being opened, nothing comes before the result (trap 7). */
#define FACT_OPENING_HOLDS_DATA 1

/* UNCONFIRMED: +GTSSLVER at power-up: 2 in both manuals; a real L610 read 0 (§1.5).  0, which only
 * the L610 takes, negotiates TLS 1.0 to 1.2. */
#define FACT_L610_VERSION  2
#define FACT_NL668_VERSION 2

/* UNCONFIRMED: what +GTSSLCIPHER? shows at power-up: nothing on the L610, which then loads its
 * whole list (with 1 to 6, as Example 6 shows them, no connection of the other examples could
 * succeed); the defaults on NL668 and M910 (§1.6). */
#define FACT_L610_ENABLED       0
#define FACT_NL668_STARTS_BLANK 0

/* UNCONFIRMED: the groups of products that no list of the manual names: CN_03 and CN_10 have the
 * suites that its example 2.5 reads, 2,3,4,5,7,8,9, with the defaults of the later products. */
#define FACT_EXAMPLE_GROUP (BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(7) | BIT(8) | BIT(9))

/* UNCONFIRMED: host names are checked with +GTSSLMODE 1 on NL668 and M910, not on the L610 (§6,
 * §8.7); the name is sent as SNI. */
#define FACT_L610_CHECKS_NAME  0
#define FACT_NL668_CHECKS_NAME 1
#define FACT_SEND_SNI          1

/* UNCONFIRMED: NL668 and M910 take certificates that begin with their mark and PKCS #1 keys only,
 * as their manual says; the L610 looks for the mark and takes any key (§1.2). */
#define FACT_NL668_STRICT_FILES 1

/* Both manuals: data stays away for so long, and a prompt gives up.  UNCONFIRMED for +MIPSEND
 * without a length, which then sends what there is (G24). */
#define FACT_PROMPT_IDLE_MS 12000

/* UNCONFIRMED: limits of time (§8.12): a step of an opening and the whole of it; how long +MIPSEND
 * waits for a peer that takes nothing. */
#define FACT_OPEN_STEP_MS  60000
#define FACT_OPEN_TOTAL_MS 60000
#define FACT_SEND_MS       30000

/* UNCONFIRMED: longest data of one +MIPSEND, and what a socket holds for the peer (§2.4). */
#define FACT_SEND_MAX 2048

/* UNCONFIRMED: HTTP (§3): what a response may hold, the limits of +HTTPHEAD and the timer, what
 * +HTTPRES shows where no server has answered, how many redirects are followed, and how long
 * +MIPNTP asks. */
#define FACT_HTTP_RESPONSE_MAX  1048576
#define FACT_HTTP_DATA_MAX      64000
#define FACT_HTTP_DATA_IDLE_MS  30000
#define FACT_HTTP_HEAD_MAX      2048
#define FACT_HTTP_TIMER_S       60
#define FACT_HTTP_TIMER_MAX_S   600
#define FACT_HTTP_SLOW_MS       120000 /* in all, for 1 kB of a body; or four timers */
#define FACT_HTTP_TIMED_OUT     408
#define FACT_HTTP_NETWORK_ERROR 601
#define FACT_HTTP_DNS_ERROR     603
#define FACT_HTTP_REDIRECTS_MAX 5
#define FACT_NTP_TIMEOUT_MS     5000
#define FACT_NTP_TRIES          3

/* UNCONFIRMED: MODE "1": +HTTPRES comes with the header of the response, and counts the header
 * alone where the server names no length; +HTTPREAD without numbers shows pieces of at most so many
 * bytes as they come, once, up to the end.  This for one that breaks off (§3). */
#define FACT_HTTP_PIECE        1024
#define FACT_ERROR_HTTP_BROKEN FIBOCOM_UNKNOWN

/* UNCONFIRMED: +HTTPSET takes any text; +HTTPACT with a URL that is none, one of another scheme or
 * a line of +HTTPHEAD that is no field fails with this, since there is nothing to send: no URC. */
#define FACT_ERROR_HTTP_INVALID FACT_ERROR_RANGE

/* UNCONFIRMED: what +HTTPHEAD gave is for one request: a driver enters a head for the next part of
 * a file and none for the next file.  It enters a whole head: the request line at its front and
 * what frames the body are overlooked, the rest takes the place of +HTTPSET's (§3). */
#define FACT_HTTP_HEAD_ONCE 1

/* UNCONFIRMED: how long a name server is waited for; hosts wait 20 s (§2.6). */
#define FACT_NAME_MS 18000

/* UNCONFIRMED: units and limits of +MIPKEEPCONF, those of the machine's TCP; drivers give 240 s, 50
 * s or 240 s, and 4 or 5 probes (§2.6). */
#define FACT_KEEP_ALIVE_MAX_S     32767
#define FACT_KEEP_ALIVE_COUNT_MAX 127

/* UNCONFIRMED: FTP (§3): waits for the server in one step and in a whole operation, and of +FTPRECV
 * for data; the longest list. */
#define FACT_FTP_TIMEOUT_MS 60000
#define FACT_FTP_TOTAL_MS   120000
#define FACT_FTP_RECEIVE_MS 10000
#define FACT_FTP_LIST_MAX   65536

/* UNCONFIRMED: +FTPGET: 2, then 1, when a file begins to come: a driver of the L610 waits for 1
 * before it reads, one of the MC669 for 2; for a list 2 says that text comes and 1 that it was all
 * (§3).  The MC669 closes with "+FTPCLOSE: 1", and so this does, also where the server or the
 * network has ended a session that was open. */
#define FACT_FTP_GET_COMING 1

/* UNCONFIRMED: the other names of §3 answer as +FTPCWD does, OK and then "+FTPDEL: 1" or 0; behind
 * the 1 of +FTPSIZE stands the size, behind that of +FTPPWD, +FTPTIME and +FTPSYST the text, in
 * quotes.  +FTPPUT="file",<length>[,<append>] asks for the file as +HTTPDATA does; +FTPSTOR and
 * +FTPRETR are +FTPPUT and +FTPGET.  +FTPMODE: 0 active, 1 passive.  +FTPSTAT: 0 closed, 1 ready, 2
 * busy.  +FTPINFO: the server's last reply. */
#define FACT_FTP_PASSIVE  1
#define FACT_FTP_NAME_MAX 200

/* UNCONFIRMED: +MPING without its numbers; its time is in seconds, and some drivers give more than
 * can be meant (§2.6). */
#define FACT_PING_COUNT         4
#define FACT_PING_SIZE          32
#define FACT_PING_TIMEOUT_S     10
#define FACT_PING_TIMEOUT_MAX_S 60

/* UNCONFIRMED: status of +MPINGSTAT when the name cannot be resolved, or the context goes down
 * meanwhile; a driver takes 2 for the end too (§2.6).  +MIPNTP then says 0, +MIPDNS fails as for a
 * name that is not there. */
#define FACT_PING_FAILED 2

/* UNCONFIRMED: identification (§4), and how long a restart keeps the module off the port. */
#define FACT_RADIO          "LTE"
#define FACT_RESTART_OFF_MS 2000

#endif
