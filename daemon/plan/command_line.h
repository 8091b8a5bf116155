/* command_line.h: the command line of a command of the program, as data: a table says what there
 * is, and --help is made from it. */
#ifndef DAEMON_COMMAND_LINE_H
#define DAEMON_COMMAND_LINE_H

#include "base/text.h"

#include <stdio.h>

struct command_option {
    const char *name;  /* "--uart" */
    const char *value; /* what --help calls it; NULL: takes none */
    /* Takes the value (NULL where there is none); false: `error` says what is wrong and what is
     * allowed. */
    bool (*take)(void *options, const char *value, struct text *error);
    const char *help;
};

/* All static. */
struct command_line {
    const char *command;                /* "probe" */
    const char *const *usage;           /* lines, ended by NULL, as behind "usage: " */
    const char *about;                  /* paragraphs, lines of 100 bytes at most */
    const struct command_option *table; /* --help is there besides */
    size_t count;
    /* A word that is no option; NULL: none is allowed. */
    bool (*take_word)(void *options, const char *word, struct text *error);
    const char *end; /* what --help says behind the options: exit status */
};

enum { COMMAND_LINE_ERROR_CAP = 1024 };

/* Reads argv[1] to the end, argv[0] being the command's name; texts are borrowed.  `ret_help`:
 * --help was among them, and what is missing does not count.  False: `error` says in one line what
 * is wrong and what is allowed. */
bool command_line_read(const struct command_line *line, int argc, char *const *argv, void *options,
                       bool *ret_help, struct text *error);

/* Writes what --help prints. */
void command_line_print_help(const struct command_line *line, FILE *out);

#endif
