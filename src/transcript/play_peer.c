/* play_peer.c: steps of peers. */
#include "transcript/play_peer.h"

#include "transcript/play_fill.h"

enum { PORT_MAX = 65535 };

/* A text that is a number of a port. */
static bool read_port(struct play *play, const struct script_text *text, uint16_t *ret_port)
{
    struct span bytes;
    unsigned port = 0;

    if (!play_fill(play, text, PLAY_GETS, &bytes))
        return false;
    for (size_t i = 0; i < bytes.len && port <= PORT_MAX; i++) {
        if (bytes.data[i] < '0' || bytes.data[i] > '9')
            port = PORT_MAX;
        port = port * 10 + (unsigned)(bytes.data[i] - '0');
    }
    *ret_port = (uint16_t)port;
    if (port > 0 && port <= PORT_MAX)
        return true;
    play->is_wrong = true;
    report_add(&play->why, "  \"");
    report_add_bytes(&play->why, bytes);
    report_add(&play->why, "\" is no port; allowed: 1 to %d\n", PORT_MAX);
    return false;
}

static bool comes_from(struct play *play, const struct script_step *step)
{
    uint16_t port, expected;

    if (!read_port(play, &step->text, &expected) ||
        !play->stage->ops->peer_from(play->stage, step->peer, &port, &play->why))
        return false;
    if (port != expected)
        report_add(&play->why, "  the module's own port is %u, expected %u\n", (unsigned)port,
                   (unsigned)expected);
    return port == expected;
}

static bool gets_line(struct play *play, const struct script_step *step)
{
    struct span line;

    return play->stage->ops->peer_line(play->stage, step->peer, &line, &play->why) &&
           play_match(play, step->pattern, line);
}

/* ---- what the module's hello offered ---- */

/* The first of the words, and `words` without it and the blanks around it; empty at the end. */
static struct span take_word(struct span *words)
{
    size_t len = 0;
    struct span word;

    while (words->len > 0 && words->data[0] == ' ')
        *words = span_skip(*words, 1);
    while (len < words->len && words->data[len] != ' ')
        len++;
    word = span_at(words->data, len);
    *words = span_skip(*words, len);
    return word;
}

/* The length of KEY with its "=" in a word. */
static size_t key_length(struct span word)
{
    size_t len = 0;

    while (len < word.len && word.data[len] != '=')
        len++;
    return len < word.len ? len + 1 : len;
}

/* A key that the stage does not see counts as offered. */
static bool is_offered(struct play *play, struct span offer, struct span expected)
{
    struct span key = span_at(expected.data, key_length(expected)), word;

    while ((word = take_word(&offer)).len > 0) {
        if (word.len < key.len || !span_equal(span_at(word.data, key.len), key))
            continue;
        if (span_equal(word, expected))
            return true;
        report_add(&play->why, "  the module offered ");
        report_add_bytes(&play->why, word);
        report_add(&play->why, ", expected ");
        report_add_bytes(&play->why, expected);
        report_add(&play->why, "\n");
        return false;
    }
    return true;
}

static bool offered(struct play *play, const struct script_step *step)
{
    struct span words, offer, word;

    if (!play_fill_words(play, step->words, &words) ||
        !play->stage->ops->peer_offer(play->stage, step->peer, &offer, &play->why))
        return false;
    while ((word = take_word(&words)).len > 0) {
        if (!is_offered(play, offer, word))
            return false;
    }
    return true;
}

static bool offers_match(struct play *play, const struct script_step *step)
{
    struct span offer;

    return play->stage->ops->peer_offer(play->stage, step->peer, &offer, &play->why) &&
           play_match(play, step->pattern, offer);
}

/* ---- orders ---- */

static bool order(struct play *play, const struct script_step *step)
{
    struct stage_order order = { .peer = step->peer,
                                 .verb = step->verb,
                                 .duration_ms = step->duration_ms,
                                 .version = step->version,
                                 .suite = step->suite,
                                 .resumption = step->resumption,
                                 .reason = step->reason,
                                 .alert = step->alert,
                                 .is_warning = step->is_warning };
    enum play_stream stream = step->verb == SCRIPT_SENDS ? PLAY_SENDS : PLAY_GETS;

    if (step->verb == SCRIPT_CONNECTS ? !read_port(play, &step->text, &order.port)
                                      : !play_fill(play, &step->text, stream, &order.bytes))
        return false;
    return play->stage->ops->order(play->stage, &order, &play->why);
}

bool play_peer(struct play *play, const struct script_step *step)
{
    switch (step->verb) {
    case SCRIPT_FROM:
        return comes_from(play, step);
    case SCRIPT_GETS_MATCH:
        return gets_line(play, step);
    case SCRIPT_OFFERED:
        return offered(play, step);
    case SCRIPT_OFFERED_MATCH:
        return offers_match(play, step);
    default:
        return order(play, step);
    }
}
