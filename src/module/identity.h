/* identity.h: who a modem is, and what network it finds: as its config says, else presets. */
#ifndef MODULE_IDENTITY_H
#define MODULE_IDENTITY_H

#include "base/err.h"

struct at_session;
struct tlsmodem;
struct tlsmodem_identity;

/* NULL, or what cannot be so, and what is allowed. */
const char *identity_fault(const struct tlsmodem_identity *identity);

/* Looks at what the config gives.  ERR_INVALID: it cannot be so, and the log says what is allowed.
 */
enum err identity_check(const struct tlsmodem *modem);

/* Texts are good as long as the modem. */

/* 15 digits; the preset is nobody's, of the test range (GSMA TS.06). */
const char *identity_imei(const struct at_session *at);

/* The SIM's; the preset has the test network's code (3GPP TS 36.508 §4.4.2). */
const char *identity_imsi(const struct at_session *at);

/* The SIM's, with a valid check digit. */
const char *identity_iccid(const struct at_session *at);

/* The network's name: at most TLSMODEM_OPERATOR_MAX bytes, without quotes. */
const char *identity_operator_name(const struct at_session *at);

/* The network's MCC and MNC. */
const char *identity_operator_code(const struct at_session *at);

/* LAC or TAC of the one cell that is there. */
unsigned identity_area_code(const struct at_session *at);

/* The cell's own number, of 28 bits. */
unsigned long identity_cell(const struct at_session *at);

/* +CSQ's <rssi>: 0 to 31, or 99. */
int identity_signal(const struct at_session *at);

#endif
