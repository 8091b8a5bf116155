/* config.h: what a session is made with. */
#ifndef AT_CONFIG_H
#define AT_CONFIG_H

#include "at/args.h"
#include "at/command.h"
#include "at/dialect.h"
#include "at/index.h"
#include "base/err.h"
#include "base/log.h"

/* An answer of the operator's own, to a command that the module does not have, or otherwise. */
struct at_own_answer {
    const char *const *lines; /* of information */
    size_t line_count;
    const char *result; /* "OK", "ERROR", or another final result, without line ends */
    uint32_t delay_ms;  /* until all of it */
};

/* The final result that a line ended with. */
enum at_ending {
    AT_ENDED_OK,
    AT_ENDED_CONNECT,
    AT_ENDED_NO_CARRIER,
    AT_ENDED_ERROR,
    AT_ENDED_CME_ERROR,
    AT_ENDED_CMS_ERROR,
    AT_ENDED_OTHERWISE /* by words of the maker's, or by none */
};

struct at_owner_ops {
    int64_t (*now_ms)(void *owner);
    /* The port is quiet: at_unsolicited() may be called as long as at_may_speak(). */
    void (*on_quiet)(struct at_session *at);
    /* True when what a host sends is seen some time later, so that a silence may seem shorter than
     * it was.  NULL: it never is. */
    bool (*sees_late)(void *owner);
    /* Bound values were set: store them if their row says so. */
    enum err (*keep)(struct at_session *at, const struct at_command *row, size_t index);
    /* They are what is stored again, or factory values.  NULL where `unsafe` is. */
    void (*reload)(struct at_session *at, const struct at_command *row, size_t index);
    /* The number of the newest change to what is kept that a loss of power could undo still,
     * counted from 1 on; 0: there is none.  Who counts some calls at_settled() when there are none
     * any more. NULL: there never are. */
    uint64_t (*unsafe)(const void *owner);
    /* How the operator has a command answered, which is given without its AT; false: as the module
     * does.  The same at any time.  NULL: always so. */
    bool (*own_answer)(void *owner, struct span command, struct at_own_answer *ret_answer);
    /* Asked before a command runs, which is not one of `=?`: AT_OK, or its error.  NULL: each may.
     */
    enum at_status (*allows)(struct at_session *at, const struct at_command *row);
    /* A command line begins to run, given without its AT.  NULL: nobody looks. */
    void (*on_line)(void *owner, struct span line);
    /* A command line has ended.  NULL: nobody counts. */
    void (*on_line_end)(void *owner, enum at_ending ending);
    /* The number of the port in the log, from 1.  NULL: the log names none. */
    size_t (*port)(const void *owner);
};

struct at_config {
    const struct at_dialect *dialect;
    const struct at_commands *const *commands; /* ended by NULL */
    struct at_index *index; /* of `commands`, shared; NULL: a name is searched for among them */
    struct at_model model;
    const struct at_owner_ops *owner_ops;
    void *owner;
    const struct log *log;
    size_t payload_max; /* the longest input of a prompt whose owner brings no memory */
    size_t output_cap;  /* bytes for the host, at least twice dialect->answer_max */
};

#endif
