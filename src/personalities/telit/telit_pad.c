/* telit_pad.c: #PADCMD, #PADFWD: a character that has online data leave at once.
 *
 * Source: docs/facts/telit-plain-sockets.md §4.
 */
#include "module/record.h"
#include "personalities/telit/telit.h"

#include <string.h>

/* There while one is not as it comes. */
struct pad {
    int32_t mode, character, way;
};

enum { FORWARDS = 1 }; /* the bit of #PADCMD */

static void *record_if(struct at_session *at, size_t index);

static const struct module_record_kind kind = { sizeof(struct pad), false, record_if };

static void *record_if(struct at_session *at, size_t index)
{
    return module_record_if(at, &kind, index);
}

static void *make_record(struct at_session *at, size_t index)
{
    return module_record(at, &kind, index);
}

bool telit_pad_cut(struct at_session *at, struct span *bytes)
{
    const struct pad *pad = record_if(at, 0);
    const uint8_t *end;

    if (pad == NULL || (pad->mode & FORWARDS) == 0 || bytes->len == 0)
        return false;
    end = memchr(bytes->data, (uint8_t)pad->character, bytes->len);
    if (end == NULL)
        return false;
    bytes->len = (size_t)(end - bytes->data) + 1;
    return true;
}

#define PAD(field) AT_BIND(pad, field)

static const struct at_param command_params[] = {
    { .name = "mode", .max = 1, .bound = PAD(mode) },
};
static const struct at_param forward_params[] = {
    { .name = "char", .max = 255, .preset = 13, .bound = PAD(character) },
    { .name = "mode", .optional = true, .max = 1, .bound = PAD(way) },
};

#define KEPT                                                                                       \
    .source = "docs/facts/telit-plain-sockets.md §4", .record = record_if,                         \
    .make_record = make_record, .keep = AT_KEEP_NVM

static const struct at_command rows[] = {
    { .name = "#PADCMD",
      .help = "Has online data of plain sockets leave when the character of #PADFWD comes (1).",
      AT_PARAMS(command_params),
      KEPT },
    { .name = "#PADFWD",
      .help = "That character, which leaves as well.",
      AT_PARAMS(forward_params),
      KEPT },
};
const struct at_commands telit_pad = AT_COMMANDS(rows);
