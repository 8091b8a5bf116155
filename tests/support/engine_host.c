/* engine_host.c: the engine behind a line protocol on standard input and output.
 *
 * engine_host.md beside this file is the protocol; world.h does the work.
 */
#include "engine_host.h"

#include "address_literal.h"

#include <stdio.h>

/* ---- the modem and its host ---- */

static void do_new(struct host *host, const struct request *request)
{
    bool keeps = request_is(request, 2, "memory");
    int64_t terminals = 1;
    enum err err;

    if (request->count > 2 && !keeps && !request_is(request, 2, "none")) {
        host_fail(host, "storage is `none` or `memory`");
        return;
    }
    if (request->count > 3 &&
        !request_number(request_word(request, 3), 10, 1, TLSMODEM_TERMINALS_MAX, &terminals)) {
        host_fail(host, "not a number of terminals");
        return;
    }
    err = world_switch_on(&host->world, request_word(request, 1), keeps, (size_t)terminals);
    host->port = 0;
    if (err != ERR_OK)
        host_fail(host, err_text(err));
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
    if (!set_level(host, request_word(request, 1)))
        host_fail(host, "no such level");
    else if (request->count > 2)
        set_components(host, request->words[2]);
}

static void do_port(struct host *host, const struct request *request)
{
    int64_t port;

    if (!request_number(request_word(request, 1), 10, 0, (int64_t)host->world.port_count - 1,
                        &port))
        host_fail(host, "no such terminal");
    else
        host->port = (size_t)port;
}

static void do_feed(struct host *host, const struct request *request)
{
    struct span bytes;

    if (host->world.modem == NULL)
        host_fail(host, "no modem");
    else if (!request_hex(request, 1, &bytes))
        host_fail(host, "not hexadecimal");
    else
        world_type(&host->world, host->port, bytes);
}

static void do_take(struct host *host, const struct request *request)
{
    (void)request;
    if (host->world.modem == NULL) {
        host_fail(host, "no modem");
        return;
    }
    host_answer_hex(host, world_heard(&host->world, host->port));
    world_forget(&host->world, host->port);
}

/* ---- time ---- */

static void do_advance(struct host *host, const struct request *request)
{
    int64_t ms;

    if (!request_number(request_word(request, 1), 10, 0, INT32_MAX, &ms))
        host_fail(host, "not a time in ms");
    else
        world_advance(&host->world, ms);
}

static void do_await(struct host *host, const struct request *request)
{
    char elapsed[32];
    int64_t ms;

    if (!request_number(request_word(request, 1), 10, 0, INT32_MAX, &ms)) {
        host_fail(host, "not a time in ms");
        return;
    }
    snprintf(elapsed, sizeof(elapsed), "%lld", (long long)world_await(&host->world, ms));
    host_answer(host, elapsed);
}

static void do_clock(struct host *host, const struct request *request)
{
    int64_t utc_s;

    if (!request_number(request_word(request, 1), 10, 0, INT64_MAX / 2, &utc_s))
        host_fail(host, "not a time in seconds");
    else
        virtual_clock_set_utc(&host->world.virtual_clock, utc_s);
}

/* ---- the network ---- */

static void do_names(struct host *host, const struct request *request)
{
    struct net_address address;
    struct scripted_net *net = &host->world.scripted_net;

    if (request_is(request, 2, "fail"))
        scripted_net_name(net, request_word(request, 1), NAME_FAILS, NULL, 0);
    else if (request_is(request, 2, "hang"))
        scripted_net_name(net, request_word(request, 1), NAME_HANGS, NULL, 0);
    else if (address_literal(request_word(request, 2), &address))
        scripted_net_name(net, request_word(request, 1), NAME_ADDRESSES, &address, 1);
    else
        host_fail(host, "neither an address nor `fail` nor `hang`");
}

static void do_listen(struct host *host, const struct request *request)
{
    static const char *const modes[] = {
        [PEER_REFUSES] = "refuse", [PEER_ACCEPTS] = "accept", [PEER_HANGS] = "hang"
    };
    int64_t port;

    if (!request_number(request_word(request, 1), 10, 1, REQUEST_PORT_MAX, &port)) {
        host_fail(host, "not a port");
        return;
    }
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (request_is(request, 2, modes[i])) {
            scripted_net_listen(&host->world.scripted_net, (uint16_t)port, (enum peer_listens)i);
            return;
        }
    }
    host_fail(host, "a listener does `accept`, `refuse` or `hang`");
}

static bool read_echo(const struct request *request, struct scripted_echo *ret)
{
    int64_t after_ms = 1, ttl = 64;

    if (!address_literal(request_word(request, 1), &ret->address))
        return false;
    if (request_is(request, 2, "timeout"))
        ret->err = ERR_TIMEOUT;
    else if (request_is(request, 2, "unreachable"))
        ret->err = ERR_UNREACHABLE;
    else if (request_is(request, 2, "denied"))
        ret->err = ERR_DENIED;
    else if (!request_number(request_word(request, 2), 10, 0, INT32_MAX, &after_ms))
        return false;
    if (request->count > 3 && !request_number(request_word(request, 3), 10, 0, UINT8_MAX, &ttl))
        return false;
    ret->after_ms = (uint32_t)after_ms;
    ret->ttl = (int)ttl;
    return true;
}

static void do_time(struct host *host, const struct request *request)
{
    if (tlsmodem_time_read(request_word(request, 1), 0, &host->world.time) != ERR_OK)
        host_fail(host, "a modem's time is machine, manual, or as in ISO 8601");
}

static void do_echo(struct host *host, const struct request *request)
{
    struct scripted_echo echo = { .err = ERR_OK };

    if (read_echo(request, &echo))
        scripted_net_echo(&host->world.scripted_net, &echo);
    else
        host_fail(host, "echo ADDRESS MS [TTL], or timeout, unreachable, denied");
}

static void do_wrap(struct host *host, const struct request *request)
{
    static char why[400];
    struct text error;
    struct stack_plan plan = { { NULL } };

    text_init(&error, why, sizeof(why));
    if (host->world.modem != NULL ||
        host->world.net != scripted_net_iface(&host->world.scripted_net)) {
        host_fail(host, "wrappers come once, before the first modem");
        return;
    }
    for (int i = 1; request_word(request, i)[0] != '\0'; i += 2) {
        if (!stack_plan_add(&plan, request_word(request, i), request_word(request, i + 1),
                            &error)) {
            host_fail(host, why);
            return;
        }
    }
    world_wrap(&host->world, &plan);
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
    { "new", do_new },
    { "log", do_log },
    { "port", do_port },
    { "feed", do_feed },
    { "take", do_take },
    { "advance", do_advance },
    { "await", do_await },
    { "clock", do_clock },
    { "names", do_names },
    { "listen", do_listen },
    { "peer", host_do_peer },
    { "echo", do_echo },
    { "wrap", do_wrap },
    { "time", do_time },
    { "quit", do_quit },
    { "set", host_do_set },
    { "power", host_do_power },
    { "ring", host_do_ring },
    { "message", host_do_message },
    { "context-lost", host_do_context_lost },
};

static void run(struct host *host, const struct request *request)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        if (request_is(request, 0, requests[i].word)) {
            requests[i].run(host, request);
            return;
        }
    }
    host_fail(host, "unknown word");
}

static struct request cut(char *line)
{
    struct request request = { .count = 0 };

    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        if (request.count < REQUEST_WORDS_MAX)
            request.words[request.count++] = word;
    }
    return request;
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
