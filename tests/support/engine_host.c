/* engine_host.c: the engine behind a line protocol on standard input and output.
 *
 * engine_host.md beside this file is the protocol; world.h does the work.
 */
#include "address_literal.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS_MAX = 8, PORT_MAX = 65535, VERSION_MAX = 0xFFFF };

/* One request, cut into words. */
struct request {
    char *words[WORDS_MAX];
    int count;
};

struct host {
    struct world world;
    size_t port; /* that `feed` and `take` mean */
    bool quit;
    struct byte_queue answer;
    const char *error;
};

/* ---- answers ---- */

static void fail(struct host *host, const char *error)
{
    host->error = error;
}

static void answer_text(struct host *host, const char *text)
{
    byte_queue_put(&host->answer, span_of(text));
}

static void answer_hex(struct host *host, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        char pair[2] = { digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15] };

        byte_queue_put(&host->answer, span_at(pair, sizeof(pair)));
    }
}

static void write_answer(struct host *host)
{
    struct span value = byte_queue_peek(&host->answer);

    if (host->error != NULL)
        printf("err %s", host->error);
    else
        printf(value.len > 0 ? "ok " : "ok");
    if (host->error == NULL && value.len > 0)
        fwrite(value.data, 1, value.len, stdout);
    putchar('\n');
    fflush(stdout);
    byte_queue_clear(&host->answer);
    host->error = NULL;
}

/* ---- words ---- */

static const char *word_at(const struct request *request, int index)
{
    return index < request->count ? request->words[index] : "";
}

static bool is_word(const struct request *request, int index, const char *word)
{
    return strcmp(word_at(request, index), word) == 0;
}

static bool read_number(const char *word, int base, int64_t min, int64_t max, int64_t *ret_number)
{
    char *end;
    long long number = strtoll(word, &end, base);

    if (*word == '\0' || *end != '\0' || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Turns the hexadecimal digits of a word into bytes, in the word's own memory. */
static bool read_hex(char *word, struct span *ret_bytes)
{
    uint8_t *bytes = (uint8_t *)word;
    size_t len = strlen(word);

    if (len % 2 != 0)
        return false;
    for (size_t i = 0; i < len / 2; i++) {
        int high = hex_value(word[2 * i]), low = hex_value(word[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *ret_bytes = span_at(bytes, len / 2);
    return true;
}

static bool get_hex(const struct request *request, int index, struct span *ret_bytes)
{
    *ret_bytes = span_at(NULL, 0);
    return index >= request->count || read_hex(request->words[index], ret_bytes);
}

/* ---- the modem and its host ---- */

static void do_new(struct host *host, const struct request *request)
{
    bool keeps = is_word(request, 2, "memory");
    int64_t terminals = 1;
    enum err err;

    if (request->count > 2 && !keeps && !is_word(request, 2, "none")) {
        fail(host, "storage is `none` or `memory`");
        return;
    }
    if (request->count > 3 &&
        !read_number(word_at(request, 3), 10, 1, TLSMODEM_TERMINALS_MAX, &terminals)) {
        fail(host, "not a number of terminals");
        return;
    }
    err = world_switch_on(&host->world, word_at(request, 1), keeps, (size_t)terminals);
    host->port = 0;
    if (err != ERR_OK)
        fail(host, err_text(err));
}

static bool set_level(struct host *host, const char *word)
{
    for (enum log_level level = LOG_ERROR; log_level_name(level) != NULL; level++) {
        if (strcmp(log_level_name(level), word) == 0) {
            host->world.log.level = level;
            return true;
        }
    }
    return false;
}

static void set_components(struct host *host, char *list)
{
    host->world.log.traced = 0;
    for (char *word = strtok(list, ","); word != NULL; word = strtok(NULL, ",")) {
        for (enum trace_component component = 0; component < TRACE_COUNT; component++) {
            if (strcmp(word, "all") == 0 || strcmp(word, trace_component_name(component)) == 0)
                host->world.log.traced |= UINT32_C(1) << component;
        }
    }
}

static void do_log(struct host *host, const struct request *request)
{
    if (!set_level(host, word_at(request, 1)))
        fail(host, "no such level");
    else if (request->count > 2)
        set_components(host, request->words[2]);
}

static void do_port(struct host *host, const struct request *request)
{
    int64_t port;

    if (!read_number(word_at(request, 1), 10, 0, (int64_t)host->world.port_count - 1, &port))
        fail(host, "no such terminal");
    else
        host->port = (size_t)port;
}

static void do_feed(struct host *host, const struct request *request)
{
    struct span bytes;

    if (host->world.modem == NULL)
        fail(host, "no modem");
    else if (!get_hex(request, 1, &bytes))
        fail(host, "not hexadecimal");
    else
        world_type(&host->world, host->port, bytes);
}

static void do_take(struct host *host, const struct request *request)
{
    (void)request;
    if (host->world.modem == NULL) {
        fail(host, "no modem");
        return;
    }
    answer_hex(host, world_heard(&host->world, host->port));
    world_forget(&host->world, host->port);
}

/* ---- time ---- */

static void do_advance(struct host *host, const struct request *request)
{
    int64_t ms;

    if (!read_number(word_at(request, 1), 10, 0, INT32_MAX, &ms))
        fail(host, "not a time in ms");
    else
        world_advance(&host->world, ms);
}

static void do_await(struct host *host, const struct request *request)
{
    char elapsed[32];
    int64_t ms;

    if (!read_number(word_at(request, 1), 10, 0, INT32_MAX, &ms)) {
        fail(host, "not a time in ms");
        return;
    }
    snprintf(elapsed, sizeof(elapsed), "%lld", (long long)world_await(&host->world, ms));
    answer_text(host, elapsed);
}

static void do_clock(struct host *host, const struct request *request)
{
    int64_t utc_s;

    if (!read_number(word_at(request, 1), 10, 0, INT64_MAX / 2, &utc_s))
        fail(host, "not a time in seconds");
    else
        virtual_clock_set_utc(&host->world.virtual_clock, utc_s);
}

/* ---- the network ---- */

static void do_names(struct host *host, const struct request *request)
{
    struct net_address address;
    struct scripted_net *net = &host->world.scripted_net;

    if (is_word(request, 2, "fail"))
        scripted_net_name(net, word_at(request, 1), NAME_FAILS, NULL, 0);
    else if (is_word(request, 2, "hang"))
        scripted_net_name(net, word_at(request, 1), NAME_HANGS, NULL, 0);
    else if (address_literal(word_at(request, 2), &address))
        scripted_net_name(net, word_at(request, 1), NAME_ADDRESSES, &address, 1);
    else
        fail(host, "neither an address nor `fail` nor `hang`");
}

static void do_listen(struct host *host, const struct request *request)
{
    static const char *const modes[] = {
        [PEER_REFUSES] = "refuse", [PEER_ACCEPTS] = "accept", [PEER_HANGS] = "hang"
    };
    int64_t port;

    if (!read_number(word_at(request, 1), 10, 1, PORT_MAX, &port)) {
        fail(host, "not a port");
        return;
    }
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (is_word(request, 2, modes[i])) {
            scripted_net_listen(&host->world.scripted_net, (uint16_t)port, (enum peer_listens)i);
            return;
        }
    }
    fail(host, "a listener does `accept`, `refuse` or `hang`");
}

/* ---- peers ---- */

typedef void peer_fn(struct host *host, struct scripted_peer *peer, const struct request *request);

static void need_connection(struct host *host, bool done)
{
    if (!done)
        fail(host, "no connection");
}

static void peer_state_is(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    answer_text(host, peer_state_name(peer->state));
}

static void peer_offer_is(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    if (peer->offer[0] == '\0')
        fail(host, "no session");
    else
        answer_text(host, peer->offer);
}

static bool read_yes(const struct request *request, struct peer_handshake *ret)
{
    int64_t version = 0, suite = 0;

    if (request->count > 4 && !read_number(word_at(request, 4), 16, 0, VERSION_MAX, &version))
        return false;
    if (request->count > 5 && !read_number(word_at(request, 5), 16, 0, VERSION_MAX, &suite))
        return false;
    *ret = (struct peer_handshake){ .verdict = VERDICT_YES,
                                    .version = (unsigned)version,
                                    .suite = (unsigned)suite };
    return true;
}

static bool read_no(const struct request *request, struct peer_handshake *ret)
{
    static const char *const reasons[] = {
#define REASON_NAME(name, text) [name] = #name,
        TLS_REASONS(REASON_NAME)
#undef REASON_NAME
    };
    int64_t alert = -1;

    if (request->count > 5 && !read_number(word_at(request, 5), 10, 0, UINT8_MAX, &alert))
        return false;
    for (size_t i = 1; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (is_word(request, 4, reasons[i])) {
            *ret = (struct peer_handshake){ .verdict = VERDICT_NO,
                                            .reason = (enum tls_reason)i,
                                            .alert = (int)alert };
            return true;
        }
    }
    return false;
}

static void peer_shakes_hands(struct host *host, struct scripted_peer *peer,
                              const struct request *request)
{
    struct peer_handshake handshake = { .verdict = VERDICT_NONE };
    bool good = is_word(request, 3, "hang");

    if (is_word(request, 3, "ok"))
        good = read_yes(request, &handshake);
    else if (is_word(request, 3, "fail"))
        good = read_no(request, &handshake);
    if (good)
        peer_decide(peer, &handshake);
    else
        fail(host, "handshake ok [VERSION [SUITE]], fail REASON [ALERT], or hang");
}

static void peer_sends(struct host *host, struct scripted_peer *peer, const struct request *request)
{
    struct span bytes;

    if (!get_hex(request, 3, &bytes))
        fail(host, "not hexadecimal");
    else
        need_connection(host, peer_send(peer, bytes));
}

static void peer_got(struct host *host, struct scripted_peer *peer, const struct request *request)
{
    (void)request;
    answer_hex(host, byte_queue_peek(&peer->got));
    byte_queue_clear(&peer->got);
}

static void peer_closes(struct host *host, struct scripted_peer *peer,
                        const struct request *request)
{
    (void)request;
    need_connection(host, peer_close(peer));
}

static void peer_hangs_up(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    need_connection(host, peer_hang_up(peer));
}

static void peer_resets(struct host *host, struct scripted_peer *peer,
                        const struct request *request)
{
    (void)request;
    need_connection(host, peer_reset(peer));
}

static void peer_corrupts(struct host *host, struct scripted_peer *peer,
                          const struct request *request)
{
    (void)request;
    need_connection(host, peer_corrupt(peer));
}

static void peer_stalls(struct host *host, struct scripted_peer *peer,
                        const struct request *request)
{
    (void)host;
    (void)request;
    peer_stall(peer);
}

static void peer_resumes(struct host *host, struct scripted_peer *peer,
                         const struct request *request)
{
    (void)host;
    (void)request;
    peer_resume(peer);
}

static const struct {
    const char *word;
    peer_fn *run;
} peer_words[] = {
    { "state", peer_state_is },  { "offer", peer_offer_is }, { "handshake", peer_shakes_hands },
    { "send", peer_sends },      { "got", peer_got },        { "close", peer_closes },
    { "hangup", peer_hangs_up }, { "reset", peer_resets },   { "corrupt", peer_corrupts },
    { "stall", peer_stalls },    { "resume", peer_resumes },
};

static void do_peer(struct host *host, const struct request *request)
{
    int64_t port;

    if (!read_number(word_at(request, 1), 10, 1, PORT_MAX, &port)) {
        fail(host, "not a port");
        return;
    }
    for (size_t i = 0; i < sizeof(peer_words) / sizeof(peer_words[0]); i++) {
        if (is_word(request, 2, peer_words[i].word)) {
            peer_words[i].run(host, scripted_net_peer(&host->world.scripted_net, (uint16_t)port),
                              request);
            return;
        }
    }
    fail(host, "unknown word after `peer PORT`");
}

/* ---- the program ---- */

static void do_quit(struct host *host, const struct request *request)
{
    (void)request;
    host->quit = true;
}

static const struct {
    const char *word;
    void (*run)(struct host *host, const struct request *request);
} requests[] = {
    { "new", do_new },     { "log", do_log },         { "port", do_port },   { "feed", do_feed },
    { "take", do_take },   { "advance", do_advance }, { "await", do_await }, { "clock", do_clock },
    { "names", do_names }, { "listen", do_listen },   { "peer", do_peer },   { "quit", do_quit },
};

static void run(struct host *host, const struct request *request)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        if (is_word(request, 0, requests[i].word)) {
            requests[i].run(host, request);
            return;
        }
    }
    fail(host, "unknown word");
}

static struct request cut(char *line)
{
    struct request request = { .count = 0 };

    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        if (request.count < WORDS_MAX)
            request.words[request.count++] = word;
    }
    return request;
}

/* One line without its end, terminated; false at the end of input. */
static bool read_line(struct byte_queue *line)
{
    int c;

    byte_queue_clear(line);
    while ((c = getchar()) != EOF && c != '\n') {
        uint8_t byte = (uint8_t)c;

        byte_queue_put(line, span_at(&byte, 1));
    }
    if (c == EOF && byte_queue_len(line) == 0)
        return false;
    byte_queue_put(line, span_at("", 1));
    return true;
}

static void write_log(void *ctx, const char *level_or_component, const char *text)
{
    (void)ctx;
    fprintf(stderr, "%s: %s\n", level_or_component, text);
}

int main(void)
{
    struct host host = { .quit = false };
    struct byte_queue line = { 0 };

    world_init(&host.world);
    host.world.log.write = write_log;
    while (!host.quit && read_line(&line)) {
        struct request request = cut((char *)line.data + line.start);

        run(&host, &request);
        world_settle(&host.world);
        world_mark(&host.world);
        if (host.quit)
            world_deinit(&host.world);
        write_answer(&host);
    }
    if (!host.quit)
        world_deinit(&host.world);
    byte_queue_deinit(&line);
    byte_queue_deinit(&host.answer);
    return 0;
}
