/* watch.c: knows what in what passes is a secret. */
#include "tap/watch.h"

#include <string.h>

enum { LINE_MAX_BYTES = 4096, SECRETS_MAX = 16 };

static struct watch *of(struct terminal *base)
{
    return (struct watch *)base;
}

static void tell(struct watch *watch, const struct span *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].len > 0)
            writer_secret(watch->writer, list[i]);
    }
}

/* What modules of the other makers would not have shown of it. */
static void judge_line(struct watch *watch, struct span line)
{
    struct span list[SECRETS_MAX];

    for (size_t i = 1; i < watch->module_count && line.len > 0; i++)
        tell(watch, list,
             tlsmodem_find_secrets(shadow_engine(watch->modules[i]), 0, line, list, SECRETS_MAX));
}

/* A piece up to the end of a line, before anybody else has it. */
static void judge(struct watch *watch, struct span piece)
{
    bool ends = piece.data[piece.len - 1] == '\r';
    bool is_secret = false;

    for (size_t i = 1; i < watch->module_count; i++)
        is_secret = is_secret || tlsmodem_awaits_secret(shadow_engine(watch->modules[i]), 0);
    if (is_secret)
        writer_secret(watch->writer, piece);
    (void)bytes_add(&watch->line, span_at(piece.data, piece.len - (ends ? 1 : 0)), LINE_MAX_BYTES);
    if (ends) {
        judge_line(watch, bytes_span(&watch->line));
        bytes_free(&watch->line);
    }
}

/* ---- past the recorder ---- */

static bool in_prompt(const struct watch *watch)
{
    for (size_t i = 0; i < watch->module_count; i++) {
        const struct tlsmodem *modem = shadow_engine(watch->modules[i]);

        if (tlsmodem_in_prompt(modem, 0) || tlsmodem_awaits_secret(modem, 0))
            return true;
    }
    return false;
}

/* A line that begins with it goes to no command interpreter. */
static bool begins_raw(const struct watch *watch, uint8_t first)
{
    return !in_prompt(watch) && (watch->is_online || !strchr("Aa \r\n", first) || first == '\0');
}

static void keep_tail(struct watch *watch, struct span bytes)
{
    if (bytes.len > WATCH_TAIL_MAX)
        bytes = span_skip(bytes, bytes.len - WATCH_TAIL_MAX);
    if (watch->tail_len + bytes.len > WATCH_TAIL_MAX) {
        size_t over = watch->tail_len + bytes.len - WATCH_TAIL_MAX;

        memmove(watch->tail, watch->tail + over, watch->tail_len - over);
        watch->tail_len -= over;
    }
    memcpy(watch->tail + watch->tail_len, bytes.data, bytes.len);
    watch->tail_len += bytes.len;
}

/* True from the mark of a private key (RFC 7468) to its end, which may both stand in two pieces. */
static bool is_key(struct watch *watch, struct span bytes)
{
    static const char begin[] = "PRIVATE KEY-----", end[] = "-----END ";
    struct bytes joined = { .data = NULL };
    struct span all = bytes;
    bool secret;

    if (bytes_add(&joined, span_at(watch->tail, watch->tail_len), UINT32_MAX) == ERR_OK &&
        bytes_add(&joined, bytes, UINT32_MAX) == ERR_OK)
        all = bytes_span(&joined);
    secret = watch->is_armoured;
    if (!secret && span_contains(all, begin) &&
        !span_contains(span_at(watch->tail, watch->tail_len), begin))
        secret = watch->is_armoured = true;
    if (watch->is_armoured && span_contains(all, end))
        watch->is_armoured = false;
    keep_tail(watch, bytes);
    bytes_free(&joined);
    return secret;
}

static size_t feed_raw(struct watch *watch, struct span piece)
{
    size_t taken = watch->plain->ops->feed(watch->plain, piece);

    if (taken > 0) {
        piece = span_at(piece.data, taken);
        writer_host(watch->writer, clock_now_ms(watch->clock), 0, piece, is_key(watch, piece));
    }
    return taken;
}

static size_t feed_recorded(struct watch *watch, struct span piece)
{
    size_t taken;

    judge(watch, piece);
    taken = watch->around.inner->ops->feed(watch->around.inner, piece);
    for (size_t i = 1; i < watch->module_count && taken > 0; i++)
        (void)shadow_feed(watch->modules[i], span_at(piece.data, taken));
    return taken;
}

/* ---- the terminal ---- */

static size_t piece_of(struct span bytes)
{
    const uint8_t *end = memchr(bytes.data, '\r', bytes.len);

    return end != NULL ? (size_t)(end - bytes.data) + 1 : bytes.len;
}

static size_t feed(struct terminal *base, struct span bytes)
{
    struct watch *watch = of(base);
    struct span list[SECRETS_MAX];
    size_t all = 0;

    while (bytes.len > 0) {
        struct span piece = span_at(bytes.data, piece_of(bytes));
        size_t taken;

        if (!watch->is_inside)
            watch->is_raw = begins_raw(watch, piece.data[0]);
        taken = watch->is_raw ? feed_raw(watch, piece) : feed_recorded(watch, piece);
        if (taken > 0) {
            tell(watch, list,
                 fields_find(&watch->typed, span_at(piece.data, taken), list, SECRETS_MAX));
            watch->is_inside = piece.data[taken - 1] != '\r';
        }
        all += taken;
        bytes = span_skip(bytes, taken);
        if (taken < piece.len)
            break;
    }
    watch->is_raw = watch->is_raw && watch->is_inside;
    return all;
}

/* ---- what the module says ---- */

static void take_heard(struct watch *watch)
{
    static const char *const ends[] = { "OK", "ERROR", "NO CARRIER", "CLOSED", "DISCONNECT" };

    if (watch->heard_len >= 7 && memcmp(watch->heard, "CONNECT", 7) == 0)
        watch->is_online = !in_prompt(watch);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (watch->heard_len == strlen(ends[i]) &&
            memcmp(watch->heard, ends[i], watch->heard_len) == 0)
            watch->is_online = false;
    }
}

static void hear(struct watch *watch, struct span said)
{
    for (size_t i = 0; i < said.len; i++) {
        if (said.data[i] == '\n') {
            take_heard(watch);
            watch->heard_len = 0;
        } else if (said.data[i] != '\r' && watch->heard_len < WATCH_LINE_MAX) {
            watch->heard[watch->heard_len++] = (char)said.data[i];
        }
    }
}

static void consume(struct terminal *base, size_t count)
{
    struct watch *watch = of(base);
    struct span said = watch->around.inner->ops->peek(watch->around.inner), list[SECRETS_MAX];

    if (count > 0) {
        hear(watch, span_at(said.data, count));
        tell(watch, list, fields_find(&watch->said, span_at(said.data, count), list, SECRETS_MAX));
    }
    watch->around.inner->ops->consume(watch->around.inner, count);
}

static const struct terminal_ops ops = { .feed = feed, .consume = consume };

void watch_init(struct watch *watch, struct terminal *recorded, struct terminal *plain,
                struct writer *writer, const struct clock *clock)
{
    *watch = (struct watch){ .plain = plain, .clock = clock, .writer = writer };
    around_init(&watch->around, &ops, recorded);
}

void watch_deinit(struct watch *watch)
{
    bytes_free(&watch->line);
}
