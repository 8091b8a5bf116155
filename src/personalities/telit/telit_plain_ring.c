/* telit_plain_ring.c: SRING, and received data as #SCFGEXT has it shown.
 *
 * Source: docs/facts/telit-plain-sockets.md §2, §5.
 */
#include "personalities/telit/telit.h"

#include "base/wipe.h"
#include "bridge/receive.h"
#include "services/address_text.h"

#include <assert.h>

enum { DECISECOND_MS = 100, SECOND_MS = 1000 };
enum { RING_BARE, RING_COUNT, RING_DATA, RING_ORIGIN };
enum { SHORT_PIECE = 64 };

/* Where the next digit goes. */
static uint8_t *put_digits(uint8_t byte, const char *digits, uint8_t *to)
{
    *to++ = (uint8_t)digits[byte >> 4];
    *to++ = (uint8_t)digits[byte & 0x0F];
    return to;
}

struct span telit_plain_show(const struct telit_plain *plain, struct span piece, uint8_t *text)
{
    uint8_t *to = text;
    const char *digits;

    assert(piece.len <= TELIT_PLAIN_PIECE);
    if (plain->settings.receive_mode == 0)
        return piece;
    digits = module_fact_is(plain->modem, FACT_PLAIN_DIGITS_ARE_CAPITAL) ? "0123456789ABCDEF"
                                                                         : "0123456789abcdef";
    for (size_t i = 0; i < piece.len; i++)
        to = put_digits(piece.data[i], digits, to);
    return span_at(text, (size_t)(to - text));
}

static size_t read(void *source, uint8_t *buf, size_t cap)
{
    return telit_plain_read(source, buf, cap);
}

static void show(void *source, struct at_session *at, struct span piece)
{
    const struct telit_plain *plain = source;
    char from[ADDRESS_TEXT_MAX];
    uint8_t text[2 * TELIT_PLAIN_PIECE];
    struct span shown = telit_plain_show(plain, piece, text);

    if (plain->settings.ring_mode == RING_ORIGIN && plain->socket.transport == NET_UDP) {
        address_text(connection_peer(&plain->socket), from);
        at_unsolicited(at, shown, "SRING: %s,%u,%d,%zu,%zu,", from, (unsigned)plain->socket.port,
                       plain->id, piece.len, (size_t)plain->datagrams.rest);
    } else {
        at_unsolicited(at, shown, "SRING: %d,%zu,", plain->id, piece.len);
    }
    wipe(text, shown.len);
}

/* UDP: always the short one. */
static size_t piece_of(const struct telit_plain *plain)
{
    if (plain->settings.ring_length == 0 || plain->socket.transport == NET_UDP)
        return SHORT_PIECE;
    return (size_t)module_fact(plain->modem, FACT_PLAIN_RING_PAYLOAD);
}

/* A line at a time, and a distance between them. */
static void ring_data(struct telit_plain *plain)
{
    static const struct receive_ops ops = { .read = read, .show = show };
    struct at_session *at = plain->owner->at;
    int32_t ds = plain->settings.ring_ds;
    int64_t now_ms = module_now(plain->modem);

    if (now_ms < plain->ring_from_ms) {
        plain->ring_timer_ms = plain->ring_from_ms;
        return;
    }
    if (!at_may_speak_at_length(at) || receive_one(&ops, plain, at, piece_of(plain)) == 0)
        return;
    plain->ring_from_ms = now_ms + (ds > 0 ? (int64_t)ds * DECISECOND_MS : SECOND_MS);
    plain->ring_timer_ms = plain->ring_from_ms;
    telit_plain_touch(plain);
}

void telit_plain_ring(struct telit_plain *plain)
{
    struct at_session *at = plain->owner->at;
    size_t unread = telit_plain_unread(plain);

    assert(!online_is_on(&plain->online));
    if (unread == 0)
        return;
    switch (plain->settings.ring_mode) {
    case RING_BARE:
        if (plain->rung == 0)
            at_unsolicited(at, span_at(NULL, 0), "SRING: %d", plain->id);
        plain->rung = unread;
        break;
    case RING_COUNT:
        if (receive_is_news(&plain->rung, unread))
            at_unsolicited(at, span_at(NULL, 0), "SRING: %d,%zu", plain->id, unread);
        break;
    default:
        ring_data(plain);
        break;
    }
}
