/* editor.h: collects a command line, character by character.  Source: V.250 5.2. */
#ifndef AT_EDITOR_H
#define AT_EDITOR_H

#include "base/span.h"

#include <stdbool.h>

enum at_editor_state { EDITOR_HUNT, EDITOR_A, EDITOR_BODY, EDITOR_OVERLONG };

struct at_editor {
    uint8_t *line; /* what follows AT; kept for A/ until the next AT */
    size_t cap, len;
    enum at_editor_state state;
    bool junk;   /* something else stands before AT, so A/ does not count */
    bool behind; /* the line that was completed last stands behind something else */
};

enum at_edited {
    EDIT_NOTHING,  /* no part of a line, not echoed */
    EDIT_TAKEN,    /* echo it */
    EDIT_ERASED,   /* a character is gone from the line */
    EDIT_LINE,     /* the line is complete; echo it */
    EDIT_EMPTY,    /* a line end without AT before it */
    EDIT_TOO_LONG, /* the line is complete, and was longer than it may be; echo it */
    EDIT_REPEAT    /* A/: the line before, at once; echo it */
};

/* Wipes `cap` bytes of memory for a line, which it borrows, and begins anew.  NULL and 0 are
 * allowed: then every line is too long. */
void at_editor_init(struct at_editor *editor, uint8_t *line, size_t cap);

/* Goes on in other memory, into which what is in the line must fit; the old is as it was. */
void at_editor_move(struct at_editor *editor, uint8_t *line, size_t cap);

/* The next character from the host; `s3` ends a line, `s5` erases.  So that no value of theirs
 * makes a port deaf, the letters of AT are themselves where they are looked for, and CR ends a line
 * too.
 */
enum at_edited at_editor_feed(struct at_editor *editor, uint8_t c, uint8_t s3, uint8_t s5);

/* Takes as many of the next characters as are nothing but AT and the body of a line that has room,
 * as at_editor_feed() would one after the other, all of them EDIT_TAKEN; returns how many. */
size_t at_editor_take(struct at_editor *editor, struct span bytes, uint8_t s3, uint8_t s5);

/* True while a line is begun. */
bool at_editor_is_open(const struct at_editor *editor);

/* The body of the line that was completed last. */
struct span at_editor_line(const struct at_editor *editor);

#endif
