/* Made by tools/public_headers of src/tlsmodem.h. */
/* tlsmodem.h: a software cellular module for a program to embed.
 *
 * A modem is driven from one thread: bytes of a host go in through a terminal (tlsmodem/channel.h),
 * answers come out, and tlsmodem_tick() is called when the time that `arm` asked for has come.  The
 * world outside (network, TLS, storage, time) is what the config brings.  Several modems may live
 * in one process, each thread with its own.
 *
 * What takes a modem is called from its thread, and from inside a callback only where that says so;
 * the rest from any thread.  Results go to parameters named ret_...: a failure leaves them alone.
 */
#ifndef TLSMODEM_H
#define TLSMODEM_H

#include "tlsmodem/channel.h"
#include "tlsmodem/clock.h"
#include "tlsmodem/data_call.h"
#include "tlsmodem/err.h"
#include "tlsmodem/log.h"
#include "tlsmodem/net.h"
#include "tlsmodem/storage.h"
#include "tlsmodem/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TLSMODEM_VERSION "0.2.0"

enum { TLSMODEM_TERMINALS_MAX = 8 };

/* One module that can be started by name. */
struct tlsmodem_model {
    const char *name;       /* as --module takes it: "he910" */
    const char *maker;      /* of the module: who made it */
    const char *product;    /* as the module names itself: "HE910" */
    const char *platform;   /* "12" */
    const char *generation; /* "3G" */
};

/* The models, one for each index from 0; NULL past the end.  Static, with all it points to. */
const struct tlsmodem_model *tlsmodem_model_at(size_t index);

/* One thing that the modules of a maker do, which a source confirms or we had to decide. */
struct tlsmodem_fact {
    const char *name;    /* lower case with dashes: "open-limit-ms" */
    const char *meaning; /* one line */
    const char *source;  /* a page of docs/facts and its sections */
    bool confirmed;      /* the source says that this model does as `choice` has it */
    char choice[128];    /* of this model, as tlsmodem_fact_value.value takes it */
    char allowed[256];   /* what may be given instead, in words */
};

/* The facts of a model, one for each index from 0; false past the end, and for no model.  All
 * models of a maker have the same names in the same order.  What `ret_fact` points to is static. */
bool tlsmodem_fact_at(const char *model, size_t index, struct tlsmodem_fact *ret_fact);

/* A fact that is another on this modem. */
struct tlsmodem_fact_value {
    const char *name, *value;
};

/* TLSMODEM_ERR_OK when a modem of this model may have the value.  TLSMODEM_ERR_NOT_FOUND: no such
 * model; TLSMODEM_ERR_INVALID: no such fact, or not this value; `why` gets one sentence, cut at
 * `cap` bytes (at least 1), that says what is allowed. */
enum tlsmodem_err tlsmodem_fact_check(const char *model, const struct tlsmodem_fact_value *value,
                                      char *why, size_t cap);

/* An answer of the operator's own, which comes before the module's. */
struct tlsmodem_answer {
    const char *command;      /* as a host types it, AT included, in any case; each * is anything */
    const char *const *lines; /* of information, without line ends */
    size_t line_count;
    const char *result; /* NULL: OK; "ERROR"; or another final result, which ends the line */
    uint32_t delay_ms;  /* until all of it comes, at most ten minutes */
};

/* TLSMODEM_ERR_OK when a modem may have it.  TLSMODEM_ERR_INVALID: `why` gets one sentence, cut at
 * `cap` bytes (at least 1), that says what is allowed. */
enum tlsmodem_err tlsmodem_answer_check(const struct tlsmodem_answer *answer, char *why,
                                        size_t cap);

/* TLSMODEM_ERR_OK when a modem of this model has a place of this name for security data of `len`
 * bytes: by makers "1/ca", "NVRAM:CA0", "TRUSTFILE".  TLSMODEM_ERR_NOT_FOUND: no such model;
 * TLSMODEM_ERR_INVALID, TLSMODEM_ERR_FULL: `why` gets one sentence, cut at `cap` bytes (at least
 * 1). */
enum tlsmodem_err tlsmodem_credential_check(const char *model, const char *name, size_t len,
                                            char *why, size_t cap);

enum {
    TLSMODEM_IMEI_CAP = 16,
    TLSMODEM_IMSI_CAP = 16,
    TLSMODEM_ICCID_CAP = 21,
    TLSMODEM_OPERATOR_MAX = 23 /* bytes of its name */
};

/* Reads an IMEI (3GPP TS 23.003) of 14 digits, to which the check digit is added, or of 15, whose
 * last must be it.  `ret_imei` has TLSMODEM_IMEI_CAP bytes.  TLSMODEM_ERR_INVALID: not so many
 * digits, or something else; TLSMODEM_ERR_CORRUPT: the check digit is wrong. */
enum tlsmodem_err tlsmodem_imei(const char *digits, char *ret_imei);

/* Reads an IMSI (ITU-T E.212, 3GPP TS 23.003): 6 to 15 digits, into TLSMODEM_IMSI_CAP bytes.
 * TLSMODEM_ERR_INVALID. */
enum tlsmodem_err tlsmodem_imsi(const char *digits, char *ret_imsi);

/* Reads an ICCID (ITU-T E.118), which begins with 89: of 18 digits, to which the check digit is
 * added, of 19, whose last must be it, or of 20, longer than E.118 has them and taken as they are.
 * `ret_iccid` has TLSMODEM_ICCID_CAP bytes.  TLSMODEM_ERR_INVALID, TLSMODEM_ERR_CORRUPT as for an
 * IMEI. */
enum tlsmodem_err tlsmodem_iccid(const char *digits, char *ret_iccid);

/* What the network makes of a modem that asks it. */
enum tlsmodem_registration {
    TLSMODEM_HOME,
    TLSMODEM_ROAMING,
    TLSMODEM_SEARCHING, /* and finds none */
    TLSMODEM_DENIED,
    TLSMODEM_LOST /* out of coverage */
};

/* Who a modem is, and what network it finds; a member that is NULL or zero is the preset. */
struct tlsmodem_identity {
    const char *imei;          /* as tlsmodem_imei() makes it; preset: a test number of the maker */
    const char *imsi;          /* as tlsmodem_imsi() makes it */
    const char *iccid;         /* as tlsmodem_iccid() makes it */
    const char *operator_name; /* 1 to TLSMODEM_OPERATOR_MAX printable ASCII bytes, no quotes */
    const char *operator_code; /* MCC and MNC: 5 or 6 digits */
    uint16_t area_code;        /* LAC or TAC; preset: 1 */
    uint32_t cell;             /* at most 28 bits, of which a GSM module shows 16; preset: 1 */
    bool has_signal;           /* else `signal` is 20 */
    int signal;                /* +CSQ <rssi>: 0 to 31, or 99: unknown */
    enum tlsmodem_registration registration;
};

/* Where a modem's own clock, by which it checks certificates, has its time from. */
enum tlsmodem_time_from {
    TLSMODEM_TIME_OF_MACHINE, /* the network gives the machine's time to who registers */
    /* It starts as the maker's modules do, and the network gives its time only where a host asks
     * for that; else hosts and time servers set it. */
    TLSMODEM_TIME_BY_HAND,
    TLSMODEM_TIME_GIVEN /* the network gives `utc_s`, and what has passed since the first start */
};

/* A clock goes on while the modem is not there, if it has storage.  What was stored under another
 * `from`, or another `utc_s`, does not count. */
struct tlsmodem_time {
    enum tlsmodem_time_from from;
    int zone_quarters; /* of TLSMODEM_TIME_GIVEN: local time minus UTC in quarters of an hour, -48
                        * to 56, and */
    int64_t utc_s;     /* seconds since 1970-01-01T00:00:00Z */
};

/* Reads "machine", "manual" (by hand), or a time of 2000 to 2099 as ISO 8601 has it,
 * 2026-05-01T12:00:00 with Z or +hh:mm behind; `zone_quarters` is that of one without.
 * TLSMODEM_ERR_INVALID. */
enum tlsmodem_err tlsmodem_time_read(const char *text, int zone_quarters,
                                     struct tlsmodem_time *ret_time);

/* A message that a host sends. */
struct tlsmodem_sending {
    const char *to;   /* digits, and a + in front */
    const char *text; /* UTF-8; NULL: it is no text */
    const char *pdu;  /* the same whole, in hexadecimal: service centre and SMS-SUBMIT */
    int reference;    /* that the host is told, 0 to 255 */
    uint32_t ticket;  /* for tlsmodem_message_decided() (tlsmodem_control.h) */
};

enum tlsmodem_sent { TLSMODEM_ACCEPTED, TLSMODEM_REFUSED, TLSMODEM_UNDECIDED };

/* Where the servers of a module listen, as its host asks for a port. */
struct tlsmodem_listening {
    struct tlsmodem_net_address address; /* of the machine */
    /* Both 0: the host's port.  Else that if it is one of these, `first` to `last`, and free; if
     * not, the first of them that is. */
    uint16_t first, last;
};

/* The final result that a command line ended with. */
enum tlsmodem_result {
    TLSMODEM_RESULT_OK,
    TLSMODEM_RESULT_CONNECT,
    TLSMODEM_RESULT_NO_CARRIER,
    TLSMODEM_RESULT_ERROR,
    TLSMODEM_RESULT_CME_ERROR,
    TLSMODEM_RESULT_CMS_ERROR,
    TLSMODEM_RESULT_OTHER, /* words of the maker's, such as SEND OK, or none */
    TLSMODEM_RESULTS
};

/* Who counts what hosts do.  Called in the modem's thread; nothing of the modem may be called
 * inside. */
struct tlsmodem_observer {
    void (*on_result)(void *ctx, enum tlsmodem_result result);
    /* Bytes that the modem has taken from a host, or that a host was given. */
    void (*on_bytes)(void *ctx, size_t from_host, size_t to_host);
    void *ctx;
    /* A command line begins to run at a terminal, those of multiplexers counted behind those of
     * ports; and has had its result, after on_result().  A line that is refused as it stands, as it
     * is too long, begins when it ends; one that the power goes under only begins.  NULL: nobody is
     * told. */
    void (*on_line)(void *ctx, size_t terminal);
    void (*on_line_end)(void *ctx, size_t terminal);
};

/* Everything pointed to is borrowed until tlsmodem_free(). */
struct tlsmodem_config {
    const char *model; /* name of a model */
    size_t terminals;  /* 1 to TLSMODEM_TERMINALS_MAX ports (AT instances) */
    struct tlsmodem_net *net;
    const struct tlsmodem_listening *listening; /* NULL: the host's port of 127.0.0.1 */
    struct tlsmodem_tls *const *tls; /* providers, asked in this order for the selected version */
    size_t tls_count;                /* 0: TLS connections fail */
    /* NULL: settings and security data live in memory only. */
    const struct tlsmodem_storage *storage;
    const struct tlsmodem_clock *clock; /* asked for the time only: its timers may be missing */
    const struct tlsmodem_log *log;     /* NULL: silence; its name is the modem's */
    struct tlsmodem_identity identity;
    struct tlsmodem_time time;
    const struct tlsmodem_fact_value *facts; /* each once; the others are the model's */
    size_t fact_count;
    const struct tlsmodem_answer *answers; /* the first that fits is given */
    size_t answer_count;
    /* Takes a message that a host sends, or not, or says so later; what `message` points to is
     * borrowed for the call, in which nothing of the modem may be called.  NULL: the network
     * refuses each. */
    enum tlsmodem_sent (*send_message)(void *ctx, const struct tlsmodem_sending *message);
    void *send_message_ctx;
    struct tlsmodem_data_calls *data_calls;   /* takes data calls (ATD*99#); NULL: nobody does */
    const struct tlsmodem_observer *observer; /* NULL: nobody counts */
    /* A clock that shows the time of `clock` and has timers, for faults and links at run time
     * (tlsmodem_control.h); NULL: there are none, and they cost nothing. */
    struct tlsmodem_clock *laboratory;
    /* Call tlsmodem_tick() at `deadline_ms` of the clock; TLSMODEM_CLOCK_NEVER: not before
     * something happens.  Replaces what was armed before.  Nothing of the modem may be called
     * inside. */
    void (*arm)(void *ctx, int64_t deadline_ms);
    void *arm_ctx;
};

struct tlsmodem;

/* Makes a modem and switches it on; `arm`, `storage` and `log` may be called inside.
 * TLSMODEM_ERR_NOT_FOUND: no such model; TLSMODEM_ERR_INVALID: terminals, or facts, answers or the
 * identity, of which the log says what is allowed; TLSMODEM_ERR_NO_MEMORY; TLSMODEM_ERR_IO,
 * TLSMODEM_ERR_CORRUPT: storage.  Then nothing is left behind.  The config itself is copied.  Owned
 * by the caller; see tlsmodem_free(). */
enum tlsmodem_err tlsmodem_new(const struct tlsmodem_config *config, struct tlsmodem **ret_modem);

/* Closes its connections, wipes its secrets, frees it; NULL is nothing.  Its terminals must not be
 * used after.  Not from inside a callback of its channels, network or `arm`. */
void tlsmodem_free(struct tlsmodem *modem);

/* The port with this index (AT instance), below the config's `terminals`; the modem's, until it is
 * freed.  Also from inside callbacks. */
struct tlsmodem_terminal *tlsmodem_terminal_at(struct tlsmodem *modem, size_t index);

/* Says who carries the port's bytes, and borrows it until somebody else does or the modem is freed;
 * NULL: nobody does any more, and output waits.  The channel may be called inside.  Not from inside
 * its callbacks. */
void tlsmodem_attach(struct tlsmodem *modem, size_t index, struct tlsmodem_channel *channel);

/* Lets everything happen whose time has come; channels, network, storage and `arm` may be called
 * inside.  Too early or too often is harmless; not from inside callbacks. */
void tlsmodem_tick(struct tlsmodem *modem);

/* True when what the host of this port types next is security data, as a whole: who records must
 * not show it. */
bool tlsmodem_awaits_secret(const struct tlsmodem *modem, size_t index);

/* True while the host of this port sends frames of a multiplexer: what they carry is another
 * terminal's, and may be secret. */
bool tlsmodem_hears_frames(const struct tlsmodem *modem, size_t index);

/* True while what the host of this port is given are such frames. */
bool tlsmodem_says_frames(const struct tlsmodem *modem, size_t index);

/* True while a prompt is open at this port. */
bool tlsmodem_in_prompt(const struct tlsmodem *modem, size_t index);

/* True while the port keeps bytes of its host back that the modem has not heard: with XON and XOFF
 * it takes them while a command runs. */
bool tlsmodem_keeps_typed(const struct tlsmodem *modem, size_t index);

/* True while a host of this port has begun a command line, or something that stands before one. */
bool tlsmodem_in_line(const struct tlsmodem *modem, size_t index);

/* S5 of this port: erases the character before it. */
uint8_t tlsmodem_erase_key(const struct tlsmodem *modem, size_t index);

/* How many of the bytes that a host of this port types next are for one and the same: up to the end
 * of a command line, which `*ret_ends` tells, or what a prompt takes at most, or all.  0: a command
 * runs, and they wait. */
size_t tlsmodem_typed_part(const struct tlsmodem *modem, size_t index, struct tlsmodem_span bytes,
                           bool *ret_ends);

/* Finds what must not be shown of a command line, as a host of this port types it: values such as
 * passwords, and all the rest from where a command that has some is not understood.  Borrowed from
 * `line`; how many.  Where there are more than `cap`, the whole line is the only one. */
size_t tlsmodem_find_secrets(const struct tlsmodem *modem, size_t index, struct tlsmodem_span line,
                             struct tlsmodem_span *list, size_t cap);

/* Puts security data into a place of that name, as if a host had; the bytes are copied, and wiped
 * where they are no more.  Not from inside callbacks; storage may be called inside.
 * TLSMODEM_ERR_INVALID, TLSMODEM_ERR_FULL as tlsmodem_credential_check() has them;
 * TLSMODEM_ERR_STATE: the modem is off; TLSMODEM_ERR_NO_MEMORY; TLSMODEM_ERR_IO. */
enum tlsmodem_err tlsmodem_put_credential(struct tlsmodem *modem, const char *name,
                                          const uint8_t *data, size_t len);

/* True when, since tlsmodem_new(), a host or a peer has seen something that rests on this fact of
 * the modem's model, and neither a source nor the config says that it is so.  `index` as for
 * tlsmodem_fact_at(), below its end. */
bool tlsmodem_relied_on(const struct tlsmodem *modem, size_t index);

#ifdef __cplusplus
}
#endif

#endif
