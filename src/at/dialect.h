/* dialect.h: what a maker's interpreter does its own way. */
#ifndef AT_DIALECT_H
#define AT_DIALECT_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers that are an int32_t may be a fact (base/fact.h). */
struct at_dialect {
    const char *prefixes; /* of extended commands */
    int32_t line_max;     /* longest command line in characters, AT included */
    uint16_t answer_max;  /* the longest answer of one command, in bytes */
    int32_t error_syntax; /* what a malformed or missing parameter answers: a +CME ERROR number */
    int32_t error_range;  /* a value outside its range */
    int32_t error_memory; /* the value could not be stored */
    const char *(*error_text)(int code); /* for +CMEE=2; NULL: unknown */
    /* The same of +CMS ERROR; NULL: numbers stand for all of them. */
    const char *(*message_error_text)(int code);
    const char *no_name; /* stands for the name of a number that no phonebook has; NULL: nothing */
    const char *prompt;  /* what asks for data, "\r\n> "; S3 and S4 stand for its line ends */
    bool asks_each_line; /* a message's text has it again behind each CR */
    bool prompt_echo;    /* what comes after it is echoed while E1 */
    int32_t prompt_idle_ms; /* a prompt ends without a byte for so long; 0: never */
    bool quotes_escaped;   /* inside quotes \" is a quote, and does not end them: a `;` behind it is
                            * no end of the command */
    bool lf_ends_line;     /* a line feed without a CR before it ends a command line too */
    bool read_executes;    /* AT+NAME? of a row that has `run` and nothing to read runs it, unless
                            * the row `acts` */
    uint32_t urc_after_ms; /* an unsolicited line comes at least so long after a final result */
    uint32_t urc_gap_ms;   /* and so long after another */
    int32_t cmee_preset;   /* factory value of +CMEE */
};

#endif
