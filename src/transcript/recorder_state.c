/* recorder_state.c: what the module says, in its place among other events.
 *
 * A port takes it when its host does, which is later than the module's next dial.  So the terminal
 * is looked into; what was seen is known by a sum, since other bytes may be in front of it for a
 * while.
 */
#include "transcript/recorder_state.h"

#include "base/mask.h"
#include "tlsmodem.h"
#include "transcript/writer.h"

#include <assert.h>

static uint32_t sum_of(struct span bytes)
{
    uint32_t sum = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < bytes.len; i++)
        sum = (sum ^ bytes.data[i]) * 16777619u;
    return sum;
}

static bool has_seen(const struct recorder_port *port, struct span said)
{
    return port->seen == 0 ||
           (said.len >= port->seen && sum_of(span_at(said.data, port->seen)) == port->sum);
}

static void see(struct recorder_port *port, struct span said)
{
    port->seen = said.len;
    port->sum = sum_of(said);
}

enum { SECRETS_MAX = 16, BEFORE_MAX = 4096, SHORT_BYTES = 4 };

/* A key or a certificate that a host has not waited with. */
static const char armour[] = "-----BEGIN", armour_end[] = "-----END";

void recorder_note_secrets(struct recorder *recorder, unsigned index, struct span line)
{
    struct span values[SECRETS_MAX];
    size_t count = tlsmodem_find_secrets(recorder->modem, index, line, values, SECRETS_MAX);

    for (size_t i = 0; i < count; i++)
        writer_secret(recorder->writer, values[i]);
}

static void note_secrets(struct recorder_port *port, struct span text)
{
    struct span values[SECRETS_MAX];
    struct recorder *recorder = port->recorder;
    size_t count;

    if (!port->is_data) {
        recorder_note_secrets(recorder, port->index, text);
        return;
    }
    count = mask_find(text, values, SECRETS_MAX);
    for (size_t i = 0; i < count; i++)
        writer_secret(recorder->writer, values[i]);
    if (count == SECRETS_MAX)
        writer_secret(recorder->writer, text);
}

/* True when a secret by its place is too short to be one wherever it stands. */
static bool note_fields(struct recorder_port *port, struct span data)
{
    struct span values[SECRETS_MAX];
    size_t count = fields_find(&port->fields, data, values, SECRETS_MAX);
    bool is_short = false;

    for (size_t i = 0; i < count; i++) {
        writer_secret(port->recorder->writer, values[i]);
        is_short = is_short || values[i].len < SHORT_BYTES;
    }
    return is_short;
}

bool recorder_judge_online(struct recorder_port *port, struct span data)
{
    struct span values[SECRETS_MAX];
    size_t count = mask_find(data, values, SECRETS_MAX);

    for (size_t i = 0; i < count; i++)
        writer_secret(port->recorder->writer, values[i]);
    return note_fields(port, data) || count == SECRETS_MAX || span_contains(data, armour);
}

static bool is_control(uint8_t c)
{
    return c < ' ' || c == 0x7f;
}

/* A line without its end, and what has ended the one before. */
static struct span bare(struct span line)
{
    while (line.len > 0 && is_control(line.data[0]))
        line = span_skip(line, 1);
    while (line.len > 0 && (line.data[line.len - 1] == '\r' || line.data[line.len - 1] == '\n'))
        line.len--;
    return line;
}

static bool is_edited(struct span line, uint8_t erase)
{
    for (size_t i = 0; i < line.len; i++) {
        if (is_control(line.data[i]) || line.data[i] == erase)
            return true;
    }
    return false;
}

/* What the module makes of a line, and how it echoes it. */
static enum err edit(struct span line, uint8_t erase, struct bytes *text, struct bytes *echo)
{
    const uint8_t erased[] = { erase, ' ', erase };
    enum err err = ERR_OK;

    for (size_t i = 0; i < line.len && err == ERR_OK; i++) {
        struct span c = span_at(line.data + i, 1);

        if (c.data[0] == erase && text->len > 0) {
            text->len--;
            err = bytes_add(echo, span_at(erased, sizeof(erased)), UINT32_MAX);
        } else if (c.data[0] != erase && !is_control(c.data[0])) {
            err = bytes_add(text, c, UINT32_MAX);
            if (err == ERR_OK)
                err = bytes_add(echo, c, UINT32_MAX);
        }
    }
    return err;
}

/* True when a line that somebody has corrected has a secret: then it is one as a whole, and so is
 * its echo. */
static bool note_edited(struct recorder_port *port, struct span line, uint8_t erase)
{
    struct recorder *recorder = port->recorder;
    struct bytes text = { 0 }, echo = { 0 };
    struct span value;
    enum err err = edit(line, erase, &text, &echo);
    bool secret = err != ERR_OK || tlsmodem_find_secrets(recorder->modem, port->index,
                                                         bytes_span(&text), &value, 1) > 0;

    if (secret) {
        note_secrets(port, bytes_span(&text));
        if (echo.len > 0)
            writer_secret(recorder->writer, bytes_span(&echo));
    }
    bytes_free(&text);
    bytes_free(&echo);
    return secret;
}

bool recorder_judge(struct recorder_port *port, struct span typed)
{
    uint8_t erase = tlsmodem_erase_key(port->recorder->modem, port->index);
    struct span line = port->is_data ? typed : bare(typed);
    bool secret = port->overlong || port->armoured;

    if (span_contains(typed, armour))
        secret = port->armoured = true;
    if (span_contains(typed, armour_end))
        port->armoured = false;
    if (line.len > 0)
        note_secrets(port, line);
    if (port->is_data)
        secret = note_fields(port, line) || secret;
    if (!port->is_data && is_edited(line, erase))
        secret = note_edited(port, line, erase) || secret;
    if (secret && line.len > 0)
        writer_secret(port->recorder->writer, line); /* as it comes back */
    return secret;
}

static bool has_secret(const struct recorder_port *port, struct span line)
{
    struct span value;

    return tlsmodem_find_secrets(port->recorder->modem, port->index, line, &value, 1) > 0;
}

/* The rest of a line, of which the beginning is written: a secret altogether, if the line has one.
 */
static bool judge_rest(struct recorder_port *port, struct span rest)
{
    struct bytes whole = bytes_take(&port->before);
    bool secret = recorder_judge(port, rest) || bytes_add(&whole, rest, UINT32_MAX) != ERR_OK ||
                  is_edited(bare(bytes_span(&whole)),
                            tlsmodem_erase_key(port->recorder->modem, port->index)) ||
                  has_secret(port, bytes_span(&whole));

    bytes_free(&whole);
    return secret;
}

static void write_line(struct recorder_port *port, bool secret)
{
    struct writer *writer = port->recorder->writer;
    struct bytes line = bytes_take(&port->line), echo = bytes_take(&port->echo);

    if (line.len > 0)
        writer_host(writer, port->line_ms, port->index, bytes_span(&line), secret);
    if (echo.len > 0)
        writer_module(writer, port->line_ms, port->index, bytes_span(&echo));
    bytes_free(&line);
    bytes_free(&echo);
}

/* Past the lines of the module that begin text: CR LF, something, CR LF. */
static size_t skip_lines(struct span text)
{
    size_t at = 0;

    while (at + 1 < text.len && text.data[at] == '\r' && text.data[at + 1] == '\n') {
        size_t end = at + 2;

        while (end + 1 < text.len && !(text.data[end] == '\r' && text.data[end + 1] == '\n'))
            end++;
        if (end + 1 >= text.len)
            break;
        at = end + 2;
    }
    return at;
}

/* A piece of a line that comes back by itself: if it is short, with what comes behind it. */
static void note_piece(struct recorder_port *port, struct span piece)
{
    struct bytes more = { .data = NULL };

    if (piece.len == 0)
        return;
    writer_secret(port->recorder->writer, piece);
    if (piece.len >= SHORT_BYTES)
        return;
    if (bytes_copy(&more, piece) == ERR_OK &&
        bytes_add(&more, span_of("\r\n"), UINT32_MAX) == ERR_OK)
        writer_secret(port->recorder->writer, bytes_span(&more));
    bytes_free(&more);
}

/* What the module says after five silent seconds in half a line stands in the middle of its echo:
 * then each piece is a secret.  False: it came back in one. */
static bool note_pieces(struct recorder_port *port, struct span line)
{
    struct span echo = bytes_span(&port->echo);
    size_t from = 0, at = 0;
    bool any = false;

    while (at < line.len && echo.len > 0) {
        size_t skipped = echo.data[0] == line.data[at] ? 0 : skip_lines(echo);

        if (echo.data[0] != line.data[at] && skipped == 0)
            break;
        if (skipped > 0) {
            note_piece(port, span_at(line.data + from, at - from));
            from = at;
            any = true;
            echo = span_skip(echo, skipped);
        } else {
            echo = span_skip(echo, 1);
            at++;
        }
    }
    if (any)
        note_piece(port, span_skip(line, from));
    return any;
}

/* The same of a line that may have been corrected. */
static bool note_echo(struct recorder_port *port, struct span line)
{
    uint8_t erase = tlsmodem_erase_key(port->recorder->modem, port->index);
    struct bytes text = { .data = NULL }, echo = { .data = NULL };
    bool any;

    if (!is_edited(bare(line), erase))
        return note_pieces(port, line);
    any = edit(line, erase, &text, &echo) != ERR_OK || note_pieces(port, bytes_span(&echo));
    bytes_free(&text);
    bytes_free(&echo);
    return any;
}

/* True when all of it is a secret, and what is one is noted. */
static bool judge(struct recorder_port *port, struct span line)
{
    bool secret = port->before.len > 0 ? judge_rest(port, line) : recorder_judge(port, line);

    if (!port->is_data && (secret || has_secret(port, bare(line))))
        secret = note_echo(port, line) || secret;
    return secret;
}

void recorder_release(struct recorder_port *port)
{
    struct span line = bytes_span(&port->line);
    bool secret = line.len > 0 && judge(port, line);

    write_line(port, secret);
    bytes_drop(&port->before, port->before.len);
}

/* The first bytes of what is held, and as many of what has come back. */
static void release_part(struct recorder_port *port, size_t count)
{
    struct bytes line = bytes_take(&port->line), echo = bytes_take(&port->echo);
    size_t echoed = echo.len < count ? echo.len : count;
    enum err err = bytes_add(&port->line, span_skip(bytes_span(&line), count), UINT32_MAX);

    if (err == ERR_OK)
        err = bytes_add(&port->echo, span_skip(bytes_span(&echo), echoed), UINT32_MAX);
    if (err == ERR_OK) {
        struct span part = span_at(line.data, count);
        bool secret = recorder_judge(port, part);

        writer_host(port->recorder->writer, port->line_ms, port->index, part, secret);
        if (echoed > 0)
            writer_module(port->recorder->writer, port->line_ms, port->index,
                          span_at(echo.data, echoed));
    }
    bytes_free(&line);
    bytes_free(&echo);
}

void recorder_make_room(struct recorder_port *port, size_t keep)
{
    struct span line = bytes_span(&port->line);
    size_t end = line.len;

    while (end > 0 && line.len - end < keep && line.data[end - 1] > ' ' &&
           line.data[end - 1] != '"')
        end--;
    if (end == 0 || line.len - end >= keep)
        recorder_release(port); /* a word that is no URL of anybody's */
    else
        release_part(port, end);
}

/* What happens while a line is half typed comes behind that half, unless that tells of a secret. */
static void release_half(struct recorder_port *port)
{
    struct span line = bytes_span(&port->line);
    uint8_t erase;

    if (line.len == 0 || port->is_data || port->overlong || port->armoured)
        return;
    erase = tlsmodem_erase_key(port->recorder->modem, port->index);
    if (is_edited(bare(line), erase) || span_contains(line, armour) || has_secret(port, line) ||
        bytes_add(&port->before, line, BEFORE_MAX) != ERR_OK)
        return;
    write_line(port, false);
}

/* True while what was typed waits for more of it, and what the module says behind it. */
static bool holds(struct recorder_port *port)
{
    const struct tlsmodem *modem = port->recorder->modem;

    if (port->line.len > 0 && !tlsmodem_in_prompt(modem, port->index) &&
        !tlsmodem_in_line(modem, port->index))
        recorder_release(port);
    return port->line.len > 0;
}

/* What was typed while the port kept bytes back comes back in pieces, line by line. */
static void note_kept(struct recorder_port *port)
{
    struct bytes kept = bytes_take(&port->kept);
    struct span left = bytes_span(&kept);

    while (left.len > 0) {
        size_t len = 0;

        while (len < left.len && left.data[len] != '\r' && left.data[len] != '\n')
            len++;
        if (len >= SHORT_BYTES)
            writer_secret(port->recorder->writer, span_at(left.data, len));
        if (len > 0)
            recorder_note_secrets(port->recorder, port->index, span_at(left.data, len));
        left = span_skip(left, len < left.len ? len + 1 : len);
    }
    bytes_free(&kept);
}

/* Memory that runs out loses an echo, and shows nothing. */
static void hear(struct recorder_port *port, int64_t now_ms, struct span bytes)
{
    note_kept(port);
    if (holds(port))
        (void)bytes_add(&port->echo, bytes, UINT32_MAX);
    else
        writer_module(port->recorder->writer, now_ms, port->index, bytes);
}

static void look(struct recorder_port *port, int64_t now_ms)
{
    struct span said;

    if (holds(port) || (port->framed && tlsmodem_says_frames(port->recorder->modem, port->index)))
        return;
    said = port->around.inner->ops->peek(port->around.inner);
    if (!has_seen(port, said) || said.len == port->seen)
        return;
    note_kept(port);
    writer_module(port->recorder->writer, now_ms, port->index, span_skip(said, port->seen));
    see(port, said);
}

int64_t recorder_event_ms(struct recorder *recorder)
{
    int64_t now_ms = clock_now_ms(recorder->clock);

    for (size_t i = 0; i < SCRIPT_PORTS_MAX && !recorder->stopped; i++) {
        if (recorder->ports[i].around.inner == NULL)
            continue;
        look(&recorder->ports[i], now_ms);
        release_half(&recorder->ports[i]);
    }
    return now_ms;
}

int64_t recorder_fetch_ms(struct recorder *recorder)
{
    struct recorder_port *feeding = recorder->feeding;
    int64_t now_ms = clock_now_ms(recorder->clock);

    if (recorder->stopped || feeding == NULL || !writer_holds(recorder->writer, feeding->index))
        return recorder_event_ms(recorder);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++) {
        if (recorder->ports[i].around.inner != NULL && &recorder->ports[i] != feeding)
            look(&recorder->ports[i], now_ms);
    }
    writer_precede(recorder->writer, feeding->index);
    return now_ms;
}

void recorder_said(struct recorder_port *port, size_t count)
{
    struct span said = port->around.inner->ops->peek(port->around.inner);
    int64_t now_ms = clock_now_ms(port->recorder->clock);

    if (port->framed && tlsmodem_says_frames(port->recorder->modem, port->index))
        return;
    assert(count <= said.len);
    if (!has_seen(port, said)) {
        hear(port, now_ms, span_at(said.data, count));
        return;
    }
    if (count > port->seen)
        hear(port, now_ms, span_at(said.data + port->seen, count - port->seen));
    see(port, span_at(said.data + count, port->seen > count ? port->seen - count : 0));
}
