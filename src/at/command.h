/* command.h: a command is a row.
 *
 * From a row come the parsing of its parameters, the errors for bad ones, the `=?` answer, for
 * bound parameters also the `?` answer, what is kept over a restart, and the pages in
 * docs/commands/.  A handler gets checked values, answers with at_info() and the like
 * (at/handler.h), and says how it ended.
 */
#ifndef AT_COMMAND_H
#define AT_COMMAND_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct at_session;

/* How a handler ended. */
enum at_status {
    AT_OK,
    AT_FAIL,       /* the error that at_refuse() noted */
    AT_LATER,      /* at_finish() follows: after at_await(), a prompt or a long answer */
    AT_CONNECT,    /* at_online() was called: the rest of the line is void */
    AT_NO_CARRIER, /* ends the line */
    AT_SILENT      /* ends the line without a final result */
};

enum at_type { AT_NUMBER, AT_STRING };

/* `min`, `max` and `preset` are numbers or stand for a fact (base/fact.h). */
struct at_param {
    const char *name; /* the maker's spelling */
    enum at_type type;
    bool optional;
    bool hidden;            /* accepted and read back, left out of `=?` (reserved fields) */
    bool secret;            /* never traced */
    const char *shown_with; /* of one that is `secret`: not in a set whose first value is one of
                             * these words, "will,timeout", in any case; NULL: it is in each */
    bool quoted_too;        /* a number may stand in quotes: "80" */
    bool quoted_text;       /* numbers: a text may stand in quotes in its place, of any length */
    bool rest;          /* the last of its row, a string: all that is left of the command, to its
                         * last quote where it begins with one; quotes and commas may be in it */
    const char *values; /* numbers: the allowed ones, "0-2,7"; NULL: min to max.  Strings: what
                         * `=?` shows in their place */
    const char *words;  /* strings: the allowed ones besides the empty, "IP,IPV6"; NULL: any */
    int32_t min, max;   /* numbers; strings: shortest and longest length in bytes */
    int32_t told_max;   /* numbers: as much as `=?` says, where more is taken; 0: what is taken */
    uint8_t max_limit;  /* 1 + index into the model's limits, which then replaces `max`; 0: none */
    int32_t preset;     /* factory value of a bound number; of a bound string a fact, or 0 */
    const int32_t *preset_by_record; /* the same where it differs from record to record */
    uint16_t preset_dialect; /* AT_BIND(at_dialect, …): an int32_t of the maker's dialect is the
                              * factory value; 0: `preset` is */
    const char *preset_text; /* factory value of a bound string; NULL is empty */
    bool owned; /* a bound string lies in memory of its own length, see `bound`; its factory value
                 * is empty */
    uint16_t bound;   /* 1 + offset in the record of an int32_t, of char[max + 1], or where it is
                       * owned   of a char *, which at_args_bind() allocates, wipes and frees; NULL is
                       * empty   and at_text() reads it.  0: not bound */
    uint32_t only_on; /* features of the model that have it; 0: all */
};

#define AT_BIND(type, member) ((uint16_t)(1 + offsetof(struct type, member)))

enum { AT_ARGS_MAX = 12 };

struct at_arg {
    bool given;
    bool quoted;      /* a text that stood in quotes */
    int32_t number;   /* AT_NUMBER */
    struct span text; /* AT_STRING, or what stands for a number, without its quotes; borrowed from
                       * the command line */
};

/* One for each parameter of the row, and `count` of them typed (empty ones included). */
struct at_args {
    size_t count;
    struct at_arg list[AT_ARGS_MAX];
};

/* What becomes of a bound command's values. */
enum at_keep {
    AT_KEEP_NOT,     /* factory values at each start */
    AT_KEEP_PROFILE, /* stored by &W, restored by Z and at start */
    AT_KEEP_NVM      /* stored by each set */
};

/* What the coverage table says of a row. */
enum at_coverage {
    AT_IMPLEMENTED, /* does what the manual says */
    AT_ANSWERED,    /* takes, checks and keeps its values; nothing follows from them here */
    AT_REFUSED      /* answers as a command that the module does not have */
};

struct at_command {
    const char *name; /* "#SSLCFG", "+CMEE"; basic: "E", "&K", "S12" */
    const char *help; /* one line */
    const char *source;
    const struct at_param *params;
    uint8_t param_count;
    bool basic;             /* V.250 5.3.1 syntax: ATE0, AT&K3, ATS12=50, ATS12? */
    bool secret;            /* its parameters are never traced */
    bool free_form;         /* parameters are not looked at: answered with OK whatever they are */
    bool surplus;           /* parameters beyond the row's are not looked at */
    bool acts;              /* AT+NAME changes something: no AT+NAME? runs it */
    bool plain_error;       /* its errors are a plain ERROR whatever +CMEE says */
    bool of_port;           /* AT_KEEP_NVM: stored with the port that has set it */
    uint16_t message_error; /* its errors are +CMS ERROR, and this one that of bad values; 0: not */
    uint8_t digits;         /* basic: width of the number in its `?` answer, with leading zeros */
    enum at_coverage coverage;
    int32_t keep;               /* enum at_keep, or a fact whose words are in its order */
    uint32_t only_on;           /* features of the model that have it; 0: all */
    uint8_t record_count_limit; /* 1 + index into limits: one record each for 1 to that many, chosen
                                 * by the first parameter; 0: one record */

    /* Asked first: AT_OK to go on.  The one for a set sees values that are in range. */
    enum at_status (*guard_read)(struct at_session *at);
    enum at_status (*guard_set)(struct at_session *at, const struct at_args *args);
    enum at_status (*run)(struct at_session *at); /* AT+NAME; basic: without number */
    enum at_status (*set)(struct at_session *at, const struct at_args *args);
    enum at_status (*read)(struct at_session *at);
    const char *test_text; /* `=?` answer after the name, when it is not made from the parameters */
    enum at_status (*test)(struct at_session *at); /* `=?` where the modem decides on the answer */
    /* Where bound values live; `index` from 0.  NULL, of a row with `make_record` only: nowhere
     * yet, they are the factory values. */
    void *(*record)(struct at_session *at, size_t index);
    /* The same to put values there: NULL when there is no memory. */
    void *(*make_record)(struct at_session *at, size_t index);
    /* Bound values have changed by a set, a reset or a restore. */
    void (*changed)(struct at_session *at, size_t index);
};

#define AT_PARAMS(array)                                                                           \
    .params = (array), .param_count = (uint8_t)(sizeof(array) / sizeof((array)[0]))

/* A list of rows.  A personality has an array of pointers to such lists, ended by NULL. */
struct at_commands {
    const struct at_command *rows;
    size_t count;
    bool general; /* nothing of connections, files or TLS: why one is refused is an info, not a
                   * warning */
};

#define AT_COMMANDS(array)                                                                         \
    {                                                                                              \
        (array), sizeof(array) / sizeof((array)[0]), false                                         \
    }

/* The same for rows that are `general`. */
#define AT_GENERAL_COMMANDS(array)                                                                 \
    {                                                                                              \
        (array), sizeof(array) / sizeof((array)[0]), true                                          \
    }

#endif
