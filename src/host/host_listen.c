/* host_listen.c: what a host makes of what it hears. */
#include "host/host_listen.h"

#include "host/host_words.h"

/* What a host waits for: a line, or one that a pattern matches. */
struct wanted {
    struct host *host;
    struct span line;                     /* or the pattern, for who is told of it */
    const struct programme_step *pattern; /* NULL: exactly the line */
    bool is_full;                         /* there was no memory for a value */
};

static void on_group(void *ctx, struct span name, struct span value)
{
    struct wanted *wanted = ctx;

    wanted->is_full = host_set(wanted->host, name, value) != ERR_OK || wanted->is_full;
}

/* What the module answers to a dial has the connection's number, in `+MIPOPEN: 1,1` and the like.
 */
static void note_number(struct host *host, struct span line)
{
    if (host->is_dialling && host_word_number(line, &host->number))
        host->has_number = true;
}

static bool is_wanted(void *ctx, struct span line)
{
    struct wanted *wanted = ctx;
    struct host *host = wanted->host;
    bool is_it;

    if (wanted->pattern == NULL)
        is_it = span_equal(line, wanted->line);
    else
        is_it = programme_match(host->crowd->programme, wanted->pattern, line, on_group, wanted);
    if (is_it)
        note_number(host, line);
    return is_it;
}

static void note_result(struct host *host)
{
    if (host->typed_us == 0)
        return;
    host->ops->answered(host->ctx, host_since(host, host->typed_us));
    host->typed_us = 0;
}

/* While it dials, the word that is awaited with another value behind it says that there is no
 * connection. */
static enum host_reason reason_of(const struct host *host, struct span line, struct span wanted)
{
    enum host_reason reason = host_reason_of(line);

    return reason == HOST_UNEXPECTED && host->is_dialling && host_word_is_same(wanted, line)
               ? HOST_REFUSED
               : reason;
}

/* True where the line does not say that it is of another connection than the host's. */
static bool may_be_own(const struct host *host, struct span line)
{
    uint8_t number;

    return !host->has_number || !host_word_number(line, &number) || number == host->number;
}

/* A line that is there and was not what is awaited (empty: nothing is). */
static enum host_turn sift(struct host *host, struct span line, struct span wanted)
{
    bool is_awaited = wanted.len > 0;
    bool is_lost = host_word_is_loss(line) && may_be_own(host, line) &&
                   (host->is_connected || (host->is_dialling && is_awaited));
    bool is_result = host_word_is_result(line);

    if (is_result && is_awaited)
        note_result(host);
    if (is_lost ||
        (is_awaited && (is_result || host_word_is_same(wanted, line) || host_word_is_close(line))))
        return host_turn_fail(host, reason_of(host, line, wanted), wanted, line);
    ears_put_aside(&host->ears, line);
    return HOST_WAITS;
}

static enum host_turn listen_line(struct host *host, struct wanted *wanted)
{
    enum host_turn turn = HOST_WAITS;
    struct span line;

    if (ears_find_aside(&host->ears, is_wanted, wanted))
        turn = HOST_NEXT;
    while (turn == HOST_WAITS && ears_line(&host->ears, &line)) {
        if (!is_wanted(wanted, line)) {
            turn = sift(host, line, wanted->line);
            continue;
        }
        if (host_word_is_result(line))
            note_result(host);
        ears_drop_line(&host->ears, line);
        turn = HOST_NEXT;
    }
    if (turn == HOST_NEXT && wanted->is_full)
        return host_turn_fail(host, HOST_OUT_OF_MEMORY, wanted->line, span_at(NULL, 0));
    return turn;
}

enum host_turn host_listen_match(struct host *host, const struct programme_step *step)
{
    struct wanted wanted = { .host = host, .line = step->step.pattern, .pattern = step };

    return listen_line(host, &wanted);
}

/* ---- bytes ---- */

static bool begins(struct span bytes, struct span with)
{
    return bytes.len >= with.len && memcmp(bytes.data, with.data, with.len) == 0;
}

static bool is_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

static struct span without_ends(struct span line)
{
    while (line.len > 0 && is_end(line.data[0]))
        line = span_skip(line, 1);
    while (line.len > 0 && is_end(line.data[line.len - 1]))
        line.len--;
    return line;
}

static enum host_turn listen_bytes(struct host *host)
{
    struct span wanted = bytes_span(&host->text), heard = ears_bytes(&host->ears);

    if (wanted.len == 0)
        return HOST_NEXT;
    if (heard.len == 0 || (heard.len < wanted.len && begins(wanted, heard)))
        return HOST_WAITS;
    if (!begins(heard, wanted))
        return host_turn_fail(host, host_reason_of(without_ends(heard)), wanted, heard);
    ears_drop(&host->ears, wanted.len);
    return HOST_NEXT;
}

/* `>` and a blank, or nothing, behind lines that came before it. */
static enum host_turn listen_prompt(struct host *host, struct span prompt)
{
    enum host_turn turn = HOST_WAITS;
    struct span line;

    while (turn == HOST_WAITS) {
        bool has_line = ears_line(&host->ears, &line);

        if (begins(ears_bytes(&host->ears), prompt)) {
            ears_drop(&host->ears, prompt.len);
            note_result(host);
            return HOST_NEXT;
        }
        if (!has_line)
            return HOST_WAITS;
        turn = sift(host, line, prompt);
    }
    return turn;
}

/* A pattern of counted bytes has line ends of its own. */
static bool is_one_line(struct span line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (is_end(line.data[i]))
            return false;
    }
    return line.len > 0;
}

enum host_turn host_listen_text(struct host *host, const struct script_step *step)
{
    struct wanted wanted = { .host = host, .line = without_ends(bytes_span(&host->text)) };

    if (step->is_line && is_one_line(wanted.line))
        return listen_line(host, &wanted);
    if (span_equal(wanted.line, span_of(">")) || span_equal(wanted.line, span_of("> ")))
        return listen_prompt(host, wanted.line);
    return listen_bytes(host);
}

enum host_turn host_listen_meanwhile(struct host *host)
{
    enum host_turn turn = HOST_WAITS;
    struct span line;

    while (turn == HOST_WAITS && !host->terminal->ops->online(host->terminal) &&
           ears_line(&host->ears, &line))
        turn = sift(host, line, span_at(NULL, 0));
    return turn;
}
