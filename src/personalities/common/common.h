/* common.h: rows that several makers share: V.250 and 3GPP TS 27.007. */
#ifndef PERSONALITIES_COMMON_H
#define PERSONALITIES_COMMON_H

#include "at/command.h"
#include "module/module.h"

/* 27.007 9.2: numbers that common rows answer with; their words are the maker's. */
enum cme {
    CME_NOT_ALLOWED = 3,
    CME_NOT_SUPPORTED = 4,
    CME_INCORRECT_PASSWORD = 16,
    CME_INVALID_INDEX = 21,
    CME_NOT_FOUND = 22,
    CME_MEMORY_FAILURE = 23,
    CME_NO_NETWORK = 30
};

/* A list of rows each, for a maker's list of lists. */
extern const struct at_commands common_v250, common_registers, common_identity, common_network,
    common_packet, common_general;

/* Records of bound rows that more than one file has: the interpreter's and the circuits' settings.
 */
void *common_session_record(struct at_session *at, size_t index);

/* The settings of the circuits; `index` does not matter. */
void *common_terminal_record(struct at_session *at, size_t index);

/* The same of the SIM. */
extern const struct at_commands common_sim;

/* State of the SIM as +CPIN says it; "NOT INSERTED" where there is none. */
const char *common_sim_words(const struct tlsmodem *modem);

enum { COMMON_ZONE_CAP = 16 };

/* The zone that the network gave last, in quarters of an hour: "+32". */
void common_zone_text(const struct tlsmodem *modem, char text[COMMON_ZONE_CAP]);

/* `set` of &K and +IFC, which makes what XON and XOFF need first. */
enum at_status common_set_flow(struct at_session *at, const struct at_args *args);

/* `changed` of &K. */
void common_flow_changed(struct at_session *at, size_t index);

/* `changed` of +IFC. */
void common_local_flow_changed(struct at_session *at, size_t index);

/* +CEREG (27.007 10.1.22), for the models with LTE; its record is common_terminal_record(). */
enum { COMMON_CEREG_PARAMS = 1 };
extern const struct at_param common_cereg_params[COMMON_CEREG_PARAMS];

/* `read` of that row. */
enum at_status common_read_cereg(struct at_session *at);

/* +CGDCONT, for a maker whose `?` answer is another. */
enum { COMMON_CONTEXT_PARAMS = 6 };
extern const struct at_param common_context_params[COMMON_CONTEXT_PARAMS];

/* `record` of that row: the context of cid `index` + 1. */
void *common_context_record(struct at_session *at, size_t index);

/* `make_record` of that row. */
void *common_context_make_record(struct at_session *at, size_t index);

/* `set` of that row. */
enum at_status common_context_set(struct at_session *at, const struct at_args *args);

/* The error of a context that network_activate() has left down, `code`, with the reason: it is not
 * defined, which `how` does, or there is no network. */
enum at_status common_refuse_activation(struct at_session *at, size_t cid, int32_t code,
                                        const char *how);

/* What +CCLK shows. */
void common_clock_text(struct tlsmodem *modem, char text[MODULE_TIME_CAP]);

/* `set` of +CCLK: `form` is what a refusal says of it. */
enum at_status common_set_clock(struct at_session *at, struct span text, const char *form);

#endif
