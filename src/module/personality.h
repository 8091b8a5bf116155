/* personality.h: what makes a modem that module: a maker's rows and state, and one model's data. */
#ifndef MODULE_PERSONALITY_H
#define MODULE_PERSONALITY_H

#include "at/handler.h"
#include "at/index.h"
#include "base/err.h"
#include "tlsmodem.h"

struct data_call_facts;
struct module_part;
struct multiplex_facts;
struct module_phone_ops;
struct module_terminal;

/* Limits that every maker's models have; the maker's own follow. */
enum module_limit { LIMIT_CONTEXTS = 1, LIMIT_OF_MAKER };

/* How a model writes area code and cell, without a radio technology where it is GSM. */
enum module_place {
    PLACE_PADDED, /* 4 digits and 8, of GSM 4 */
    PLACE_LOWER,  /* 4 digits, as many as needed but 4, in lower case */
    PLACE_BARE    /* 4 digits, as many as needed */
};

/* Where two models of a maker differ. */
struct module_model {
    struct tlsmodem_model identity;
    const struct personality *personality;
    int32_t revision; /* +CGMR: a fact that is a text */
    enum module_place place;
    int access_technology; /* 27.007 <AcT>: 0 GSM, 2 UTRAN, 7 E-UTRAN */
    struct at_model at; /* limits (enum module_limit - 1 first), features and facts, as the maker's
                         * rows index them; the facts as they are on each modem of the model */
    size_t payload_max; /* the longest input of a prompt, in bytes */
    const void *maker_data; /* the maker's own */
};

/* All of it is there, unless it says what NULL or 0 means. */
struct personality {
    const struct at_dialect *dialect;
    const struct at_commands *const *commands; /* ended by NULL */
    struct at_index *index;                    /* of `commands`, which all modems share */
    /* Bytes of what is there from power-on to power-off on this modem: what rows bind, and what is
     * small; zeroed before the parts start. */
    size_t (*state_size)(const struct tlsmodem *modem);
    size_t output_bytes;     /* queue from the module to each host */
    int32_t clock_start;     /* a fact that is a text: as module_time_read() takes it */
    int32_t clock_takes_utc; /* a fact: while the clock shows UTC (module/clock.h) a host sets UTC,
                              * too; 0: never */
    int32_t flow_is_coded;   /* a fact: with XON and XOFF, bytes that look like them are coded
                              * (module/flow.h); 0: never */
    int32_t restart_off_ms;  /* how long a restart keeps the module off its ports; may be a fact */
    int32_t caller_line;     /* a fact: what a caller's line has behind the number */
    /* Calls and messages that come in: common_phone_ops, with the parts that common/call.h,
     * message_arrival.h and message_write.h have for it. */
    const struct module_phone_ops *phone;
    const struct multiplex_facts *multiplex; /* of +CMUX (module/multiplex.h) */
    const struct data_call_facts *data_call; /* of ATD*99#: common/data_call.h, with its part */
    /* The longest item of security data that a place of this name takes; 0: the model has none.
     * NULL, as the two below: the maker takes none. */
    size_t (*credential_max)(const struct module_model *model, const char *name);
    const char *credential_names; /* in words, for who looks for one */
    /* Puts it there as if a host had, of a name and a length that fit.  ERR_NO_MEMORY, ERR_FULL,
     * ERR_IO. */
    enum err (*put_credential)(struct tlsmodem *modem, const char *name, struct span data);
    const struct module_part *const *parts; /* all else (part.h), in the order of their turns; ended
                                             * by NULL */
};

/* All models of all makers; NULL past the end.  personalities/list.c is the one place that knows.
 */
const struct module_model *module_model_at(size_t index);

/* The model of this name; NULL: there is none. */
const struct module_model *module_model_named(const char *name);

#endif
