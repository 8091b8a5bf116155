/* Made by tools/public_headers of src/tlsmodem_control.h. */
/* tlsmodem_control.h: a laboratory's hand on a modem: what its network, its SIM, its callers and
 * its power do.
 *
 * Hosts hear of it as of the real thing, in the words of the modem's maker: when a call returns,
 * the ports have what there is to say, as far as each may speak.  All calls are made from the
 * modem's thread, and not from inside its callbacks; channels, network, storage and `arm` may be
 * called inside.  What a modem is told here holds until it is told otherwise or freed, also over
 * its power cycles; while it is off, what needs it on is TLSMODEM_ERR_STATE.  A call that fails
 * changes nothing.
 */
#ifndef TLSMODEM_CONTROL_H
#define TLSMODEM_CONTROL_H

#include "tlsmodem.h"
#include "tlsmodem/fault.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the network ---- */

/* What the network makes of it.  Who is not registered any more has no contexts, attachment and
 * calls.  TLSMODEM_ERR_INVALID: no such value. */
enum tlsmodem_err tlsmodem_set_registration(struct tlsmodem *modem,
                                            enum tlsmodem_registration registration);

/* +CSQ <rssi>: 0 to 31, or 99: unknown.  TLSMODEM_ERR_INVALID. */
enum tlsmodem_err tlsmodem_set_signal(struct tlsmodem *modem, int signal);

/* Name and number of the network, as tlsmodem_identity has them and copied; NULL leaves what is.
 * TLSMODEM_ERR_INVALID, TLSMODEM_ERR_NO_MEMORY. */
enum tlsmodem_err tlsmodem_set_operator(struct tlsmodem *modem, const char *name, const char *code);

/* The cell that it is in, as tlsmodem_identity has it; 0 is the preset.  TLSMODEM_ERR_INVALID. */
enum tlsmodem_err tlsmodem_set_cell(struct tlsmodem *modem, uint16_t area_code, uint32_t cell);

/* Attaches it to the packet domain, or detaches it, which ends its contexts.  TLSMODEM_ERR_STATE:
 * it is off, or not registered. */
enum tlsmodem_err tlsmodem_set_attached(struct tlsmodem *modem, bool attached);

/* The network ends the PDP context `cid` (from 1); 0: all of them.  TLSMODEM_ERR_STATE: none is up,
 * or it is off; TLSMODEM_ERR_INVALID: the model has no such cid. */
enum tlsmodem_err tlsmodem_lose_context(struct tlsmodem *modem, size_t cid);

/* The network says that it is this time: seconds since 1970-01-01T00:00:00Z, and local time minus
 * UTC in quarters of an hour, -48 to 56.  It goes on from there, and is what the modem is told
 * from now on, where its host wants that; a modem that is registered is told at once.
 * TLSMODEM_ERR_INVALID: not of the years 2000 to 2099. */
enum tlsmodem_err tlsmodem_give_time(struct tlsmodem *modem, int64_t utc_s, int zone_quarters);

/* ---- the SIM ---- */

enum tlsmodem_sim {
    TLSMODEM_SIM_READY,
    TLSMODEM_SIM_PIN,   /* wants its PIN, also after each power-on */
    TLSMODEM_SIM_PUK,   /* is blocked */
    TLSMODEM_SIM_ABSENT /* was taken out */
};

#define TLSMODEM_PIN "1234"     /* of each SIM, until a host changes it */
#define TLSMODEM_PUK "12345678" /* of each SIM */

/* State of the SIM, which hosts may change after that by +CPIN and +CLCK; tries are as on a new
 * one. TLSMODEM_ERR_INVALID: no such value. */
enum tlsmodem_err tlsmodem_set_sim(struct tlsmodem *modem, enum tlsmodem_sim sim);

/* ---- the module's own ---- */

/* Sets its clock, as a host does: arguments as for tlsmodem_give_time(), and its
 * TLSMODEM_ERR_INVALID. */
enum tlsmodem_err tlsmodem_set_clock(struct tlsmodem *modem, int64_t utc_s, int zone_quarters);

enum tlsmodem_power {
    TLSMODEM_POWER_OFF,      /* stays off until it is told to go on */
    TLSMODEM_POWER_ON,       /* nothing, if it is on */
    TLSMODEM_POWER_RESET,    /* off, and on again by itself as after a restart */
    TLSMODEM_POWER_BROWN_OUT /* the voltage falls too low and comes back */
};

/* Power, with nothing stored first: what a host has set and not stored is gone.
 * TLSMODEM_ERR_INVALID: no such value; TLSMODEM_ERR_STATE: a reset or brown-out of one that is off.
 * TLSMODEM_ERR_NO_MEMORY, TLSMODEM_ERR_IO, TLSMODEM_ERR_CORRUPT: it could not be switched on, and
 * is off. */
enum tlsmodem_err tlsmodem_set_power(struct tlsmodem *modem, enum tlsmodem_power power);

/* Circuit 108 (DTR) of the port `index`, below the config's `terminals`, as its host drives it. */
void tlsmodem_set_dtr(struct tlsmodem *modem, size_t index, bool on);

/* Circuits of that port as they are: bits of enum tlsmodem_channel_line. */
unsigned tlsmodem_circuits(const struct tlsmodem *modem, size_t index);

/* ---- calls ---- */

enum { TLSMODEM_NUMBER_MAX = 20 /* digits, and a + in front of them */ };

/* A voice call comes in, and rings until it is answered, refused, or ended here; there is no audio.
 * `caller` is copied, 1 to TLSMODEM_NUMBER_MAX digits and perhaps a + in front; NULL: withheld.
 * TLSMODEM_ERR_INVALID; TLSMODEM_ERR_BUSY: there is a call; TLSMODEM_ERR_STATE: it is off or not
 * registered; TLSMODEM_ERR_NO_MEMORY. */
enum tlsmodem_err tlsmodem_ring(struct tlsmodem *modem, const char *caller);

/* The other side ends the call.  TLSMODEM_ERR_STATE: there is none. */
enum tlsmodem_err tlsmodem_ring_end(struct tlsmodem *modem);

/* ---- messages ---- */

/* A message to the modem: `pdu`, or else `from` and `text`. */
struct tlsmodem_message {
    const char *from; /* as the caller of a call */
    const char *text; /* UTF-8: at most 160 characters of the GSM alphabet, or 70 of UCS-2 */
    const char *pdu; /* hexadecimal: an SMS-DELIVER (3GPP TS 23.040), the service centre in front */
};

/* A message comes in: it is stored and told, or shown, as the host's +CNMI says.
 * TLSMODEM_ERR_INVALID: it is none; TLSMODEM_ERR_FULL: the SIM is full, so that a network would
 * offer it again later; TLSMODEM_ERR_STATE: off or not registered; TLSMODEM_ERR_NO_MEMORY;
 * TLSMODEM_ERR_IO: it could not be stored. */
enum tlsmodem_err tlsmodem_receive_message(struct tlsmodem *modem,
                                           const struct tlsmodem_message *message);

/* The network has decided on a message that tlsmodem_config.send_message left open.
 * TLSMODEM_ERR_NOT_FOUND: nobody waits for it any more. */
enum tlsmodem_err tlsmodem_message_decided(struct tlsmodem *modem, uint32_t ticket, bool accepted);

/* ---- faults and links; docs/laboratory.md has what there is ---- */

/* Adds a fault, which is copied and strikes from now on, connections that are there too; it stays
 * over power cycles.  `ret_number` is from 1 on, each once.  TLSMODEM_ERR_STATE: the config has no
 * laboratory; TLSMODEM_ERR_INVALID: tlsmodem_fault_check() refuses it; TLSMODEM_ERR_FULL: there are
 * 64; TLSMODEM_ERR_NO_MEMORY. */
enum tlsmodem_err tlsmodem_add_fault(struct tlsmodem *modem, const struct tlsmodem_fault *fault,
                                     uint32_t *ret_number);

/* Removes the fault of this number, 0: all.  TLSMODEM_ERR_NOT_FOUND: there is none;
 * TLSMODEM_ERR_STATE as above. */
enum tlsmodem_err tlsmodem_remove_fault(struct tlsmodem *modem, uint32_t number);

struct tlsmodem_fault_status {
    uint32_t number;
    struct tlsmodem_fault fault;
    uint64_t seen;   /* connections, lines, bytes … that fitted it since it was added */
    uint64_t struck; /* how many of them it has struck */
};

/* The faults there are, one for each index from 0, in the order of their numbers; false past the
 * end. */
bool tlsmodem_fault_at(const struct tlsmodem *modem, size_t index,
                       struct tlsmodem_fault_status *ret_status);

/* Has the network be behind another radio from now on, for connections that are there too: words as
 * the option --link takes them; NULL: behind none, though one that was there from the start.  What
 * is under way arrives when it was to.  TLSMODEM_ERR_INVALID: `why` gets one sentence that says
 * what is allowed, cut at `cap` bytes (at least 1); TLSMODEM_ERR_STATE as above;
 * TLSMODEM_ERR_NO_MEMORY. */
enum tlsmodem_err tlsmodem_set_link(struct tlsmodem *modem, const char *words, char *why,
                                    size_t cap);

/* The words of the last tlsmodem_set_link(), good until the next; NULL: none. */
const char *tlsmodem_link(const struct tlsmodem *modem);

/* ---- how things are ---- */

enum tlsmodem_call { TLSMODEM_CALL_NONE, TLSMODEM_CALL_RINGS, TLSMODEM_CALL_ANSWERED };

/* Texts are good until the next call for this modem. */
struct tlsmodem_status {
    bool on;
    bool registered; /* the host wants it, and the network has it */
    enum tlsmodem_registration registration;
    int signal;
    const char *operator_name, *operator_code;
    uint16_t area_code;
    uint32_t cell;
    enum tlsmodem_sim sim;
    bool attached;
    unsigned contexts; /* those that are up: bit 0 is cid 1 */
    enum tlsmodem_call call;
    const char *caller; /* of a call; NULL: withheld, or none */
    size_t messages, unread;
    int64_t utc_s; /* by the module's clock */
    int zone_quarters;
};

/* All of it at once; nothing is called inside. */
void tlsmodem_get_status(const struct tlsmodem *modem, struct tlsmodem_status *ret_status);

#ifdef __cplusplus
}
#endif

#endif
