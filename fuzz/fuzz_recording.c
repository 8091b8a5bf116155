/* fuzz_recording.c: what passes at two ports and on the network, recorded.
 *
 * Whatever it is, the reader takes what the writer has written; and unless something of it was a
 * secret or differs each time, who plays it types the same bytes and awaits the same.
 */
#include "input.h"
#include "transcript/echo.h"
#include "transcript/fill.h"
#include "transcript/reader.h"
#include "transcript/writer.h"
#include "transcript/writer_peer.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORTS = 2, WAIT_MS = 40, CONNECTIONS = 3, PORT = 443 };

enum op {
    OP_TYPE,
    OP_SAY,
    OP_ECHO, /* typed, and said at once */
    OP_TYPE_SECRET,
    OP_SECRET,
    OP_CONNECT,
    OP_TLS,
    OP_GETS,
    OP_SENDS,
    OP_END,
    OP_GONE,
    OP_REFUSED,
    OP_NAME,
    OP_WAIT,
    OP_COUNT
};

struct run {
    struct reader_world world;
    struct writer *writer;
    struct bytes text;
    struct bytes typed[PORTS], heard[PORTS];           /* as it was */
    struct bytes typed_back[PORTS], heard_back[PORTS]; /* as who plays it has it */
    int connections[CONNECTIONS];                      /* -1: none */
    bool ended[CONNECTIONS], secure[CONNECTIONS];
    int64_t now_ms;
    bool is_exact; /* no secret so far */
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static void add(struct bytes *bytes, struct span more)
{
    if (bytes_add(bytes, more, UINT32_MAX) != ERR_OK)
        abort();
}

static void put(void *ctx, struct span text)
{
    struct run *run = ctx;

    add(&run->text, text);
}

static void patch(void *ctx, uint64_t offset, struct span text)
{
    struct run *run = ctx;

    claim(offset + text.len <= run->text.len, "a patch behind the end");
    memcpy(run->text.data + offset, text.data, text.len);
}

/* ---- what passes ---- */

static void take_host(struct run *run, enum op op, unsigned port, struct span bytes)
{
    if (op == OP_TYPE_SECRET)
        run->is_exact = false;
    if (op != OP_SAY) {
        writer_host(run->writer, run->now_ms, port, bytes, op == OP_TYPE_SECRET);
        add(&run->typed[port], bytes);
    }
    if (op == OP_SAY || op == OP_ECHO) {
        writer_module(run->writer, run->now_ms, port, bytes);
        add(&run->heard[port], bytes);
    }
}

static void take_secret(struct run *run, struct span bytes)
{
    if (bytes.len == 0)
        return;
    run->is_exact = false;
    writer_secret(run->writer, bytes);
}

static void take_connection(struct run *run, enum op op, unsigned which, struct span bytes)
{
    const struct net_target to = { .transport = which == 2 ? NET_UDP : NET_TCP,
                                   .address = { .family = NET_IPV4 },
                                   .port = (uint16_t)(PORT + which / 2) };
    const struct tls_failure failure = { .reason = TLS_ALERT, .alert = 40, .is_of_offer = true };
    int *number = &run->connections[which];

    if (op == OP_REFUSED)
        writer_refused(run->writer, run->now_ms, to.port, writer_dials(run->writer, to.port),
                       ERR_REFUSED);
    else if (op == OP_CONNECT && *number < 0) {
        *number = writer_connected(run->writer, run->now_ms, &to);
        run->ended[which] = run->secure[which] = false;
    }
    if (*number < 0)
        return;
    if (op == OP_TLS && which != 2 && !run->secure[which]) {
        run->secure[which] = true;
        writer_tls_begins(run->writer, run->now_ms, *number);
        if (bytes.len % 2 == 0)
            writer_tls_open(run->writer, run->now_ms, *number,
                            (struct tls_info){ .version = TLS_1_0, .suite = 0x35 });
        else
            writer_tls_fails(run->writer, run->now_ms, *number, &failure);
    } else if (op == OP_GETS && bytes.len > 0) {
        writer_peer_gets(run->writer, run->now_ms, *number, bytes);
    } else if (op == OP_SENDS && bytes.len > 0) {
        writer_peer_sends(run->writer, run->now_ms, *number, bytes);
    } else if (op == OP_END && !run->ended[which] && which != 2) {
        run->ended[which] = true;
        writer_peer_ends(run->writer, run->now_ms, *number, (enum writer_end)(bytes.len % 4));
    } else if (op == OP_GONE) {
        writer_gone(run->writer, run->now_ms, *number);
        *number = -1;
    }
}

static void take_name(struct run *run, struct span bytes)
{
    char name[64] = { 0 };
    struct net_address address = { .family = NET_IPV4, .bytes = { 192, 0, 2, 1 } };

    memcpy(name, bytes.data, bytes.len < 63 ? bytes.len : 63);
    if (name[0] != '\0')
        writer_resolved(run->writer, run->now_ms, name, bytes.len % 2 == 0 ? NULL : &address);
}

static void take(struct run *run, struct input *input)
{
    uint8_t first = input_byte(input);
    enum op op = (enum op)(first % OP_COUNT);
    unsigned which = first / OP_COUNT;
    size_t len = input_byte(input) % 64;
    struct span bytes = input_bytes(input, len < input->left.len ? len : input->left.len);

    if (op == OP_WAIT)
        run->now_ms += (int64_t)bytes.len * WAIT_MS;
    else if (op <= OP_TYPE_SECRET)
        take_host(run, op, which % PORTS, bytes);
    else if (op == OP_SECRET)
        take_secret(run, bytes);
    else if (op == OP_NAME)
        take_name(run, bytes);
    else
        take_connection(run, op, which % CONNECTIONS, bytes);
}

/* ---- back again ---- */

static enum err read_file(struct reader_world *world, const char *path, struct span *ret_bytes)
{
    (void)path;
    *ret_bytes = bytes_span(&((struct run *)world)->text);
    return ERR_OK;
}

static void complain(struct reader_world *world, const char *mistake)
{
    (void)world;
    fprintf(stderr, "fuzz: %s\n", mistake);
    abort();
}

static const struct reader_world_ops ops = { read_file, complain, NULL };

static bool find(void *ctx, struct span name, struct span *ret_value)
{
    (void)ctx;
    *ret_value = name;
    return true;
}

static void play_step(struct run *run, const struct script_step *step, bool *echo, unsigned port)
{
    static const struct fill_variables variables = { .find = find };
    struct bytes bytes = { NULL, 0, 0 };
    struct span unknown, filled;
    uint64_t position = 0;

    claim(fill_text(&step->text, &variables, &position, &bytes, &unknown) == ERR_OK, "no text");
    filled = bytes_span(&bytes);
    if (step->kind == SCRIPT_ECHO)
        *echo = step->on;
    if (step->kind == SCRIPT_MATCH)
        run->is_exact = false;
    if (step->kind == SCRIPT_EXPECT)
        add(&run->heard_back[port], filled);
    if (step->kind == SCRIPT_TYPE) {
        add(&run->typed_back[port], filled);
        if (*echo && step->typing != SCRIPT_TYPE_RAW)
            add(&run->heard_back[port], filled);
        if (step->typing == SCRIPT_TYPE_LINE)
            *echo = echo_after(span_at(filled.data, filled.len - 1), *echo);
    }
    bytes_free(&bytes);
}

static void play(struct run *run)
{
    bool echo[PORTS] = { true, true };
    const struct script_step *step;
    struct reader *reader;
    unsigned port = 0;

    run->world.ops = &ops;
    claim(reader_open(&run->world, "recorded", &reader) == ERR_OK, "it cannot be read");
    while (reader_next(reader, &step) == ERR_OK) {
        if (step->kind == SCRIPT_ON_PORT)
            port = step->port - 1;
        claim(port < PORTS, "a port that was none");
        play_step(run, step, &echo[port], port);
    }
    reader_close(reader);
}

static void compare(struct run *run)
{
    for (size_t i = 0; i < PORTS; i++) {
        if (run->is_exact) {
            claim(span_equal(bytes_span(&run->typed[i]), bytes_span(&run->typed_back[i])),
                  "other bytes are typed");
            claim(span_equal(bytes_span(&run->heard[i]), bytes_span(&run->heard_back[i])),
                  "other bytes are awaited");
        }
        bytes_free(&run->typed[i]);
        bytes_free(&run->typed_back[i]);
        bytes_free(&run->heard[i]);
        bytes_free(&run->heard_back[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = { .connections = { -1, -1, -1 }, .is_exact = true };
    const struct writer_config config = { .model = "he910",
                                          .source = "a fuzzer",
                                          .sink = { put, patch, &run } };
    struct input input = { span_at(data, size) };

    if (writer_open(&config, &run.writer) != ERR_OK)
        abort();
    while (!input_is_empty(&input))
        take(&run, &input);
    writer_close(run.writer);
    play(&run);
    compare(&run);
    bytes_free(&run.text);
    return 0;
}
