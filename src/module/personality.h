/* personality.h: what makes a modem that module: a maker's rows and state, and one model's data. */
#ifndef MODULE_PERSONALITY_H
#define MODULE_PERSONALITY_H

#include "at/handler.h"
#include "base/err.h"
#include "tlsmodem.h"

struct module_part;
struct module_terminal;

/* Limits that every maker's models have; the maker's own follow. */
enum module_limit { LIMIT_CONTEXTS = 1, LIMIT_OF_MAKER };

/* Where two models of a maker differ. */
struct module_model {
    struct tlsmodem_model identity;
    const struct personality *personality;
    const char *revision;  /* +CGMR */
    int access_technology; /* 27.007 <AcT>: 0 GSM, 2 UTRAN, 7 E-UTRAN */
    struct at_model
        at; /* limits (enum module_limit - 1 first) and features, as the maker's rows index them */
    size_t payload_max;     /* the longest input of a prompt, in bytes */
    const void *maker_data; /* the maker's own */
};

struct personality {
    const struct at_dialect *dialect;
    const struct at_commands *const *commands; /* ended by NULL */
    /* Bytes of what is there from power-on to power-off on this model: what rows bind, and what is
     * small; zeroed before the parts start. */
    size_t (*state_size)(const struct module_model *model);
    size_t output_bytes;                    /* queue from the module to each host */
    const struct module_part *const *parts; /* all else (part.h), in the order of their turns; ended
                                             * by NULL */
};

/* All models of all makers; NULL past the end.  personalities/list.c is the one place that knows.
 */
const struct module_model *module_model_at(size_t index);

#endif
