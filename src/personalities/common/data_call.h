/* data_call.h: a data call: what the host of a port sends goes to somebody who speaks PPP with it
 * (iface/data_call.h).  A port has one at most, and so has a PDP context.
 */
#ifndef PERSONALITIES_COMMON_DATA_CALL_H
#define PERSONALITIES_COMMON_DATA_CALL_H

#include "at/command.h"
#include "module/module.h"
#include "module/part.h"

/* What makers differ in: facts of their tables. */
struct data_call_facts {
    int32_t connect;      /* a text: what the host hears when it is connected */
    int32_t undefined;    /* what a dial to a context that is not defined answers: enum below */
    int32_t ends_context; /* a context that the dial has brought up goes down with the call */
};

enum data_call_undefined { DATA_CALL_UNDEFINED_IS_ERROR, DATA_CALL_UNDEFINED_IS_NO_CARRIER };
#define DATA_CALL_UNDEFINED_WORDS "error,no-carrier"

/* The three facts of a maker's table; `from` is their source. */
#define DATA_CALL_FACTS(from)                                                                      \
    TEXT_FACT(FACT_DATA_CALL_CONNECT, "data-call-connect", "CONNECT", 1, 40, from,                 \
              "What a data call answers when it is there; modules of other makers say a rate "     \
              "behind it."),                                                                       \
        WORD_FACT(FACT_DATA_CALL_UNDEFINED, "data-call-undefined", DATA_CALL_UNDEFINED_IS_ERROR,   \
                  DATA_CALL_UNDEFINED_WORDS, from,                                                 \
                  "What ATD*99***n# and +CGDATA answer of a context n that is not defined."),      \
        SWITCH_FACT(FACT_DATA_CALL_ENDS_CONTEXT, "data-call-ends-context", true, from,             \
                    "A context that the dial has activated goes down when the call ends.")

/* Its commands, a list of rows: ATD and +CGDATA. */
extern const struct at_commands common_data_calls;

/* Lists it among a maker's parts. */
extern const struct module_part common_data_call_part;

/* Dials for the running command, with `number` as the host has said it: attaches, brings the
 * context up, and answers, now or later, CONNECT or NO CARRIER with a line in the log.  `is_named`:
 * the host has named the context, which is 1 to the model's last. */
enum at_status data_call_dial(struct at_session *at, size_t cid, bool is_named, const char *number);

/* True when this port's call is there, and the port is in command mode. */
bool data_call_is_left(const struct at_session *at);

/* When that began; of a port for which data_call_is_left(). */
int64_t data_call_left_ms(const struct at_session *at);

/* Goes back to it, of a port for which data_call_is_left(): what the running command returns. */
enum at_status data_call_resume(struct at_session *at);

/* Inside on_context_down(): true where the context goes as the call goes that has brought it up. */
bool data_call_takes_down(const struct tlsmodem *modem, size_t cid);

/* Ends this port's call, if there is one that is in command mode, and says nothing. */
void data_call_hang_up(struct at_session *at);

#endif
