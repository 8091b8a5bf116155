/* sheet.c: the file of facts that a module was asked for. */
#include "probe/sheet.h"

#include <string.h>

/* A text of a module in a comment: one line of printable characters. */
static void add_comment(struct report *sheet, const char *head, const char *text)
{
    report_add(sheet, "# %s", head);
    for (; *text != '\0'; text++)
        report_add(sheet, "%c", *text >= ' ' && *text < 0x7F ? *text : '?');
    report_add(sheet, "\n");
}

void sheet_begin(struct report *sheet, const char *module, const char *product,
                 const char *firmware, const char *when, bool has_facts)
{
    report_add(sheet,
               "# What a module does where manuals are silent: asked by tlsmodem %s on %s.\n"
               "# A file of --config with modems of this firmware has this one in its `include:`\n"
               "# (docs/confirm-a-fact.md says how others get it, too).\n",
               TLSMODEM_VERSION, when);
    add_comment(sheet, "it was asked as ", module);
    add_comment(sheet, "it calls itself ", product[0] != '\0' ? product : "nothing");
    add_comment(sheet, "its firmware (+CGMR) is ", firmware[0] != '\0' ? firmware : "not told");
    report_add(sheet, "defaults:\n  module: %s\n  facts:%s\n", module, has_facts ? "" : " {}");
}

static void add_quoted(struct report *sheet, const char *value)
{
    report_add(sheet, "\"");
    for (; *value != '\0'; value++)
        report_add(sheet, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    report_add(sheet, "\"");
}

void sheet_add(struct report *sheet, const struct tlsmodem_fact *fact, const char *value)
{
    report_add(sheet, "    # %s\n    %s: ", fact->meaning, fact->name);
    add_quoted(sheet, value);
    if (strcmp(value, fact->choice) != 0) {
        report_add(sheet, " # not ");
        add_quoted(sheet, fact->choice);
    } else if (!fact->confirmed) {
        report_add(sheet, " # as was guessed");
    }
    report_add(sheet, "\n");
}

/* Lines as the rest of a comment. */
static void add_lines(struct report *sheet, struct span lines)
{
    while (lines.len > 0) {
        const uint8_t *end = memchr(lines.data, '\n', lines.len);
        size_t len = end != NULL ? (size_t)(end - lines.data) : lines.len;

        report_add_text(sheet, span_at(lines.data, len));
        lines = span_skip(lines, end != NULL ? len + 1 : len);
        report_add(sheet, lines.len > 0 ? "\n    #   " : "\n");
    }
}

void sheet_add_unknown(struct report *sheet, const struct tlsmodem_fact *fact, struct span reason)
{
    report_add(sheet, "    # %s: not asked: ", fact->name);
    add_lines(sheet, reason);
}

void sheet_add_unanswered(struct report *sheet, const struct tlsmodem_fact *fact, struct span words)
{
    report_add(sheet, "    # %s: the module answers otherwise than was expected:\n    #   ",
               fact->name);
    add_lines(sheet, words);
}
