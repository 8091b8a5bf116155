/* lexer.h: cuts the body of a command line (what follows AT) into commands.  Source:
 * V.250 5.3, 5.4. */
#ifndef AT_LEXER_H
#define AT_LEXER_H

#include "base/span.h"

#include <stdbool.h>

enum at_form { AT_RUN, AT_SET, AT_READ, AT_TEST };

enum { AT_NAME_MAX = 23 };

struct at_lexeme {
    char name[AT_NAME_MAX + 1]; /* upper case, with its prefix: "#SSLD", "&K", "S12" */
    bool basic;
    enum at_form form;
    struct span body; /* AT_SET: the text of the parameters */
};

enum at_lexed {
    AT_LEXED,     /* a command; the cursor stands behind it */
    AT_LINE_DONE, /* nothing but blanks was left */
    AT_MALFORMED
};

/* Takes the next command of `line` from `*cursor` on.  `prefixes` are the characters that start an
 * extended command ("+#"); with `escapes` a quote behind a backslash, inside quotes, does not end
 * them.  The lexeme's body borrows from `line`. */
enum at_lexed at_lex(struct span line, const char *prefixes, bool escapes, size_t *cursor,
                     struct at_lexeme *ret_lexeme);

#endif
