/* editor.c: collects a command line. */
#include "at/editor.h"

#include "base/wipe.h"

#include <assert.h>
#include <string.h>

enum { CR = '\r', CONTROL_END = 0x20, DELETE = 0x7F };

void at_editor_init(struct at_editor *editor, uint8_t *line, size_t cap)
{
    assert(line != NULL || cap == 0);
    if (line != NULL)
        wipe(line, cap);
    *editor = (struct at_editor){ .line = line, .cap = cap };
}

void at_editor_move(struct at_editor *editor, uint8_t *line, size_t cap)
{
    assert(editor->len <= cap);
    if (editor->len > 0)
        memcpy(line, editor->line, editor->len);
    editor->line = line;
    editor->cap = cap;
}

static bool is_letter(uint8_t c, char capital)
{
    return c == (uint8_t)capital || c == (uint8_t)(capital - 'A' + 'a');
}

static enum at_edited hunt(struct at_editor *editor, uint8_t c)
{
    if (is_letter(c, 'A'))
        editor->state = EDITOR_A;
    else
        editor->junk = true;
    return EDIT_TAKEN;
}

static enum at_edited after_a(struct at_editor *editor, uint8_t c)
{
    if (is_letter(c, 'T')) {
        editor->state = EDITOR_BODY;
        editor->len = 0;
        return EDIT_TAKEN;
    }
    editor->state = EDITOR_HUNT;
    if (c == '/' && !editor->junk)
        return EDIT_REPEAT;
    editor->junk = true;
    return hunt(editor, c);
}

static enum at_edited body(struct at_editor *editor, uint8_t c)
{
    if (editor->len == editor->cap) {
        editor->state = EDITOR_OVERLONG;
        editor->len = 0;
        return EDIT_TAKEN;
    }
    editor->line[editor->len++] = c;
    return EDIT_TAKEN;
}

static enum at_edited end_line(struct at_editor *editor)
{
    enum at_editor_state state = editor->state;

    editor->state = EDITOR_HUNT;
    if (state == EDITOR_BODY)
        editor->behind = editor->junk;
    editor->junk = false;
    if (state == EDITOR_BODY)
        return EDIT_LINE;
    return state == EDITOR_OVERLONG ? EDIT_TOO_LONG : EDIT_EMPTY;
}

static enum at_edited erase(struct at_editor *editor)
{
    if (editor->state == EDITOR_BODY && editor->len > 0) {
        editor->len--;
        return EDIT_ERASED;
    }
    if (editor->state == EDITOR_BODY) {
        editor->state = EDITOR_A;
        return EDIT_ERASED;
    }
    if (editor->state == EDITOR_A) {
        editor->state = EDITOR_HUNT;
        return EDIT_ERASED;
    }
    return EDIT_NOTHING;
}

/* The next letter of AT. */
static bool is_prefix(const struct at_editor *editor, uint8_t c)
{
    return (editor->state == EDITOR_HUNT && is_letter(c, 'A')) ||
           (editor->state == EDITOR_A && is_letter(c, 'T'));
}

enum at_edited at_editor_feed(struct at_editor *editor, uint8_t c, uint8_t s3, uint8_t s5)
{
    if (!is_prefix(editor, c)) {
        if (c == s3 || c == CR)
            return end_line(editor);
        if (c == s5)
            return erase(editor);
        if (c < CONTROL_END || c == DELETE)
            return EDIT_NOTHING;
    }
    switch (editor->state) {
    case EDITOR_HUNT:
        return hunt(editor, c);
    case EDITOR_A:
        return after_a(editor, c);
    case EDITOR_BODY:
        return body(editor, c);
    case EDITOR_OVERLONG:
        return EDIT_TAKEN;
    }
    return EDIT_NOTHING;
}

/* The letters of AT, where they are looked for. */
static size_t take_at(struct at_editor *editor, struct span bytes)
{
    if (editor->state != EDITOR_HUNT || bytes.len < 2 || !is_letter(bytes.data[0], 'A') ||
        !is_letter(bytes.data[1], 'T'))
        return 0;
    editor->state = EDITOR_BODY;
    editor->len = 0;
    return 2;
}

size_t at_editor_take(struct at_editor *editor, struct span bytes, uint8_t s3, uint8_t s5)
{
    size_t before = take_at(editor, bytes), room, most;
    size_t count = 0;

    if (editor->state != EDITOR_BODY)
        return 0;
    bytes = span_skip(bytes, before);
    room = editor->cap - editor->len;
    most = bytes.len < room ? bytes.len : room;
    for (; count < most; count++) {
        uint8_t c = bytes.data[count];

        if (c < CONTROL_END || c == DELETE || c == s3 || c == s5)
            break;
        editor->line[editor->len + count] = c;
    }
    editor->len += count;
    return before + count;
}

bool at_editor_is_open(const struct at_editor *editor)
{
    return editor->state != EDITOR_HUNT;
}

struct span at_editor_line(const struct at_editor *editor)
{
    assert(editor->len <= editor->cap);
    return span_at(editor->line, editor->len);
}
