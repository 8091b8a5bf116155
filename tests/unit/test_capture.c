/* test_capture.c: what passes at ports and sockets stands in a capture, byte for byte and in order,
 * however it comes and ends; and what there is no memory for leaves the rest whole.
 *
 * capture_rig.h has what really passes, and compares.
 */
#include "address_literal.h"
#include "capture_rig.h"
#include "check.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORT = 700, LISTEN_PORT = 2000, MANY = 40000 };

/* ---- the allocator: from one call on there is no memory, for so many calls ---- */

static unsigned calls_before, calls_failing; /* 0 failing: none fails */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool is_refused(void)
{
    if (calls_failing == 0)
        return false;
    if (calls_before > 0) {
        calls_before--;
        return false;
    }
    calls_failing--;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

/* ---- a modem, captured ---- */

static struct world world;
static struct capture_rig rig;
static uint8_t many[MANY];

static void begin(const char *model, size_t ports)
{
    for (size_t i = 0; i < MANY; i++)
        many[i] = (uint8_t)(i * 7 + i / 251);
    world_init(&world);
    capture_rig_begin(&rig, &world);
    assert_int_equal(world_switch_on(&world, model, false, ports), ERR_OK);
    capture_rig_attach(&rig, &world);
}

/* Of the network, as the module's part of it is gone. */
static const struct pcapng_seen *look(void)
{
    const char *mistake;

    world_deinit(&world);
    mistake = capture_rig_look(&rig);
    if (mistake != NULL)
        fail_msg("%s", mistake);
    return &rig.seen;
}

static void context(void)
{
    talk_ok(&world, "ATE0");
    talk_ok(&world, "AT+CGDCONT=1,\"IP\",\"internet\"");
    talk_ok(&world, "AT#SGACT=1,1");
}

static struct scripted_peer *dial(const char *address)
{
    char line[80];

    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    snprintf(line, sizeof(line), "AT#SD=1,0,%d,\"%s\",0,0,1", PORT, address);
    talk_ok(&world, line);
    return scripted_net_peer(&world.scripted_net, PORT);
}

static void send_extended(size_t len)
{
    char line[40];

    snprintf(line, sizeof(line), "AT#SSENDEXT=1,%zu", len);
    (void)talk(&world, line);
    world_type(&world, 0, span_at(many, len));
}

/* ---- sockets ---- */

static void a_connection_from_its_dial_to_its_end(void **state)
{
    const struct pcapng_seen_stream *stream;
    struct scripted_peer *peer;

    (void)state;
    begin("he910", 1);
    context();
    peer = dial("10.0.0.7");
    send_extended(1500);
    peer_send(peer, span_of("from here"));
    world_settle(&world);
    talk_ok(&world, "AT#SRECV=1,100");
    talk_ok(&world, "AT#SH=1");
    stream = look()->streams;
    assert_true(stream->is_tcp && stream->opened == 1 && !stream->was_dialled_by_peer);
    assert_int_equal(stream->ports[PCAPNG_PEER], PORT);
    assert_memory_equal(stream->addresses[PCAPNG_PEER], "\x0a\0\0\x07", 4);
    assert_memory_equal(stream->addresses[PCAPNG_OWN], "\x7f\0\0\x01", 4);
    check_bytes("sent", bytes_span(&stream->sent[PCAPNG_OWN]), span_at(many, 1500));
    check_bytes("received", bytes_span(&stream->sent[PCAPNG_PEER]), span_of("from here"));
    assert_true(stream->has_fin[PCAPNG_OWN] && !stream->is_reset);
    assert_null(stream->next);
    capture_rig_end(&rig);
}

/* Bytes of the server in pieces of a segment, acknowledged on the way. */
static void more_than_a_segment(void **state)
{
    const struct pcapng_seen_stream *stream;
    struct scripted_peer *peer;

    (void)state;
    begin("he910", 1);
    context();
    talk_ok(&world, "AT#SCFG=1,1,1500,0,600,1");
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    (void)talk(&world, "AT#SD=1,0,700,\"10.0.0.7\"");
    peer = scripted_net_peer(&world.scripted_net, PORT);
    peer_send(peer, span_at(many, MANY));
    world_settle(&world);
    world_type(&world, 0, span_at(many, MANY));
    world_advance(&world, 1000);
    peer_close(peer);
    world_advance(&world, 1000);
    stream = look()->streams;
    check_bytes("received", bytes_span(&stream->sent[PCAPNG_PEER]), span_at(many, MANY));
    assert_true(stream->sent[PCAPNG_OWN].len > 0);
    assert_true(stream->has_fin[PCAPNG_PEER] && stream->has_fin[PCAPNG_OWN]);
    capture_rig_end(&rig);
}

static void who_refuses_and_who_is_silent(void **state)
{
    const struct pcapng_seen *seen;

    (void)state;
    begin("he910", 1);
    context();
    scripted_net_listen(&world.scripted_net, PORT, PEER_REFUSES);
    talk_error(&world, "AT#SD=1,0,700,\"10.0.0.7\",0,0,1");
    scripted_net_listen(&world.scripted_net, PORT, PEER_HANGS);
    (void)talk(&world, "AT#SD=1,0,700,\"10.0.0.7\",0,0,1");
    world_advance(&world, 300000);
    seen = look();
    assert_true(seen->streams->is_reset && seen->streams->opened == 0);
    assert_non_null(seen->streams->next);
    assert_int_equal(seen->streams->next->opened, 0);
    assert_false(seen->streams->next->is_reset);
    capture_rig_end(&rig);
}

static void a_call_that_comes_in(void **state)
{
    static const struct net_address from = { .family = NET_IPV4, .bytes = { 127, 0, 0, 1 } };
    const struct pcapng_seen_stream *stream;
    struct scripted_peer *peer;

    (void)state;
    begin("he910", 1);
    context();
    talk_ok(&world, "AT#FRWL=1,\"127.0.0.1\",\"255.255.255.255\"");
    talk_ok(&world, "AT#SL=1,1,2000");
    peer = scripted_net_peer(&world.scripted_net, PORT);
    assert_true(scripted_net_call(peer, &from, LISTEN_PORT));
    world_settle(&world);
    talk_ok(&world, "AT#SA=1,1");
    peer_send(peer, span_of("called"));
    world_settle(&world);
    talk_ok(&world, "AT#SRECV=1,100");
    stream = look()->streams;
    assert_true(stream->was_dialled_by_peer && stream->opened == 1);
    assert_int_equal(stream->ports[PCAPNG_OWN], LISTEN_PORT);
    check_bytes("received", bytes_span(&stream->sent[PCAPNG_PEER]), span_of("called"));
    capture_rig_end(&rig);
}

static void datagrams(void **state)
{
    const struct pcapng_seen_stream *stream;
    struct scripted_peer *peer;

    (void)state;
    begin("he910", 1);
    context();
    talk_ok(&world, "AT#SD=1,1,700,\"10.0.0.7\",0,0,1");
    peer = scripted_net_udp_peer(&world.scripted_net, PORT);
    send_extended(4);
    peer_send(peer, span_of("pong"));
    world_settle(&world);
    talk_ok(&world, "AT#SRECV=1,100");
    stream = look()->streams;
    assert_false(stream->is_tcp);
    check_bytes("sent", bytes_span(&stream->sent[PCAPNG_OWN]), span_at(many, 4));
    check_bytes("received", bytes_span(&stream->sent[PCAPNG_PEER]), span_of("pong"));
    capture_rig_end(&rig);
}

/* ---- the network by itself ---- */

struct line_end {
    bool connected;
};

static void on_event(void *ctx, enum net_event event, enum err err)
{
    (void)err;
    ((struct line_end *)ctx)->connected = event == NET_CONNECTED;
}

static struct net_stream *connect_alone(enum net_transport transport, const char *address)
{
    struct net_target to = { .transport = transport, .port = PORT };
    struct line_end end = { .connected = false };
    struct net_stream *stream = NULL;

    assert_true(address_literal(address, &to.address));
    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    assert_int_equal(net_connect(world.net, &to, on_event, &end, &stream), ERR_OK);
    world_settle(&world);
    assert_true(end.connected);
    return stream;
}

/* What the reader's memory cannot hold of a datagram is lost, and the packet says how much. */
static void cut_datagrams_and_ipv6(void **state)
{
    const struct pcapng_seen_stream *seen;
    struct net_stream *stream;
    uint8_t buf[10];

    (void)state;
    world_init(&world);
    capture_rig_begin(&rig, &world);
    stream = connect_alone(NET_UDP, "2001:db8::7");
    peer_send(scripted_net_udp_peer(&world.scripted_net, PORT), span_at(many, 1000));
    world_settle(&world);
    assert_int_equal(net_stream_recv(stream, buf, sizeof(buf)), 1000);
    assert_int_equal(net_stream_send(stream, many, 7), 7);
    net_stream_close(stream);
    stream = connect_alone(NET_TCP, "2001:db8::7");
    assert_int_equal(net_stream_send(stream, many, 5000), 5000);
    net_stream_close(stream);
    seen = look()->streams;
    assert_true(seen->is_ipv6 && !seen->is_tcp);
    assert_int_equal(seen->missing, 990);
    assert_true(seen->next->is_ipv6 && seen->next->is_tcp && seen->next->has_fin[PCAPNG_OWN]);
    check_bytes("sent", bytes_span(&seen->next->sent[PCAPNG_OWN]), span_at(many, 5000));
    capture_rig_end(&rig);
}

/* Who sends once more learns of the reset, and may still read what came before it. */
static void what_came_before_a_reset_is_there(void **state)
{
    const struct pcapng_seen_stream *seen;
    struct scripted_peer *peer;
    struct net_stream *stream;
    uint8_t buf[10];

    (void)state;
    world_init(&world);
    capture_rig_begin(&rig, &world);
    stream = connect_alone(NET_TCP, "10.0.0.7");
    peer = scripted_net_peer(&world.scripted_net, PORT);
    peer_send(peer, span_of("words"));
    assert_true(peer_reset_behind(peer));
    world_settle(&world);
    assert_int_equal(net_stream_send(stream, "x", 1), -ERR_RESET);
    assert_int_equal(net_stream_recv(stream, buf, sizeof(buf)), 5);
    net_stream_close(stream);
    seen = look()->streams;
    assert_true(seen->is_reset && !seen->has_fin[PCAPNG_OWN]);
    check_bytes("received", bytes_span(&seen->sent[PCAPNG_PEER]), span_of("words"));
    capture_rig_end(&rig);
}

/* ---- TLS: packets wait for the secrets that their handshake makes ---- */

static struct net_stream *below;

static ptrdiff_t send_below(void *ctx, const void *data, size_t len)
{
    (void)ctx;
    return net_stream_send(below, data, len);
}

static ptrdiff_t recv_below(void *ctx, void *buf, size_t cap)
{
    (void)ctx;
    return net_stream_recv(below, buf, cap);
}

/* A library that sends first and tells its secrets then. */
static enum tls_step toy_handshake(struct tls_session *session)
{
    (void)session;
    assert_int_equal(send_below(NULL, "client hello", 12), 12);
    assert_int_equal(pcapng_secrets(&rig.file, span_of("CLIENT_RANDOM 00 11\n")), ERR_OK);
    return TLS_DONE;
}

static ptrdiff_t toy_read(struct tls_session *session, void *buf, size_t cap)
{
    ptrdiff_t count = recv_below(NULL, buf, cap);

    (void)session;
    assert_int_equal(pcapng_secrets(&rig.file, span_of("CLIENT_RANDOM 22 33\n")), ERR_OK);
    return count;
}

static void toy_free(struct tls_session *session)
{
    (void)session;
}

static bool toy_cannot;

static enum err toy_open(struct tls *tls, const struct tls_config *config,
                         const struct tls_lower *lower, struct tls_session **ret_session,
                         struct tls_failure *ret_failure)
{
    static const struct tls_session_ops session_ops = { .handshake = toy_handshake,
                                                        .read = toy_read,
                                                        .free = toy_free };
    static struct tls_session session = { .ops = &session_ops };

    (void)tls;
    (void)config;
    (void)lower;
    (void)ret_failure;
    if (toy_cannot)
        return ERR_UNSUPPORTED;
    *ret_session = &session;
    return ERR_OK;
}

static int64_t no_time(void *ctx)
{
    (void)ctx;
    return 0;
}

/* Where in the file. */
static size_t place_of(const char *text)
{
    const uint8_t *at = memmem(rig.file.data, rig.file.len, text, strlen(text));

    assert_non_null(at);
    return (size_t)(at - rig.file.data);
}

static void secrets_stand_before_their_packets(void **state)
{
    static const struct tls_ops ops = { .open = toy_open };
    const struct tls_config config = {
        .min_version = TLS_1_2, .max_version = TLS_1_2, .server_name = "x", .utc_s = no_time
    };
    const struct tls_lower lower = { recv_below, send_below, NULL };
    struct tls toy = { .ops = &ops };
    struct tls_session *session;
    struct tls_failure failure;
    uint8_t buf[100];

    (void)state;
    world_init(&world);
    world.tls = &toy;
    capture_rig_begin(&rig, &world);
    below = connect_alone(NET_TCP, "10.0.0.7");
    toy_cannot = true;
    assert_int_equal(tls_open(rig.tls, &config, &lower, &session, &failure), ERR_UNSUPPORTED);
    toy_cannot = false;
    assert_int_equal(tls_open(rig.tls, &config, &lower, &session, &failure), ERR_OK);
    assert_int_equal(tls_session_handshake(session), TLS_DONE);
    peer_send(scripted_net_peer(&world.scripted_net, PORT), span_of("server hello"));
    world_settle(&world);
    assert_int_equal(tls_session_read(session, buf, sizeof(buf)), 12);
    tls_session_free(session);
    net_stream_close(below);
    assert_int_equal(look()->secrets, 2);
    assert_true(place_of("CLIENT_RANDOM 00") < place_of("client hello"));
    assert_true(place_of("client hello") < place_of("CLIENT_RANDOM 22"));
    assert_true(place_of("CLIENT_RANDOM 22") < place_of("server hello"));
    capture_rig_end(&rig);
}

/* ---- ports ---- */

static void lines_and_answers(void **state)
{
    const struct pcapng_seen_interface *seen;

    (void)state;
    begin("m95", 2);
    talk_ok(&world, "AT");
    (void)talk_on(&world, 1, "AT+CGMM");
    world_type_text(&world, "AT+CS"); /* no end, for ever */
    seen = pcapng_interface_named(look(), CAPTURE_RIG_NAME "/0");
    check_bytes("typed", bytes_span(&seen->typed), span_of("AT\rAT+CS"));
    check_bytes("said", bytes_span(&seen->said), span_of("AT\r\r\nOK\r\nAT+CS"));
    seen = pcapng_interface_named(&rig.seen, CAPTURE_RIG_NAME "/1");
    check_bytes("typed there", bytes_span(&seen->typed), span_of("AT+CGMM\r"));
    assert_null(pcapng_interface_named(&rig.seen, CAPTURE_RIG_NAME)); /* no socket */
    capture_rig_end(&rig);
}

/* A line, and an answer, that are longer than any packet waits for. */
static void lines_of_any_length(void **state)
{
    (void)state;
    begin("he910", 1);
    world_type_text(&world, "AT+FROB=");
    for (int i = 0; i < 300; i++)
        world_type_text(&world, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    world_type_text(&world, "\r");
    world_set_appetite(&world, 0, 3); /* a host that reads little at a time */
    world_type_text(&world, "AT+CGMM;+CGMI;+CGSN\r");
    world_set_appetite(&world, 0, 1);
    world_set_appetite(&world, 0, SIZE_MAX);
    assert_true(pcapng_interface_named(look(), CAPTURE_RIG_NAME "/0")->typed.len > 4096);
    capture_rig_end(&rig);
}

/* What is typed while a command runs waits, and its host may leave meanwhile. */
static void a_host_that_leaves(void **state)
{
    struct terminal *terminal;

    (void)state;
    begin("he910", 1);
    context();
    scripted_net_listen(&world.scripted_net, PORT, PEER_HANGS);
    world_type_text(&world, "AT#SD=1,0,700,\"10.0.0.7\",0,0,1\rAT+CSQ\r");
    terminal = world.ports[0].terminal;
    assert_true(terminal->ops->busy(terminal));
    byte_queue_clear(&world.ports[0].typed);
    terminal->ops->host_gone(terminal);
    talk_ok(&world, "AT");
    terminal->ops->accept_lf(terminal);
    world_type_text(&world, "AT\n");
    world_type_text(&world, "AT");
    assert_true(terminal->ops->end_input(terminal));
    assert_false(terminal->ops->online(terminal));
    terminal->ops->set_dtr(terminal, false);
    terminal->ops->set_dtr(terminal, true);
    terminal->ops->abort(terminal);
    (void)look();
    capture_rig_end(&rig);
}

/* ---- no memory ---- */

static void converse(void)
{
    struct scripted_peer *peer;

    scripted_net_listen(&world.scripted_net, PORT, PEER_ACCEPTS);
    (void)talk(&world, "AT#SD=1,0,700,\"10.0.0.7\",0,0,1");
    peer = scripted_net_peer(&world.scripted_net, PORT);
    peer_send(peer, span_at(many, 3000));
    world_settle(&world);
    (void)talk(&world, "AT#SRECV=1,1000");
    (void)talk(&world, "AT#SH=1");
}

/* Memory that is always there. */
static uint8_t file[1 << 20];
static size_t file_len;

static bool add_interface(void *ctx, enum pcapng_link link, struct span name, uint32_t *ret_number)
{
    struct bytes block = { .data = NULL };
    uint32_t *count = ctx;
    enum err err = pcapng_interface(&block, link, name);

    if (err != ERR_OK)
        return false;
    assert_true(block.len <= sizeof(file) - file_len);
    memcpy(file + file_len, block.data, block.len);
    file_len += block.len;
    bytes_free(&block);
    *ret_number = (*count)++;
    return true;
}

static void put(void *ctx, struct span blocks)
{
    (void)ctx;
    assert_true(blocks.len <= sizeof(file) - file_len);
    memcpy(file + file_len, blocks.data, blocks.len);
    file_len += blocks.len;
}

static uint64_t now_us(void *ctx)
{
    (void)ctx;
    return 0;
}

/* Packets may be missing: a stranger would see gaps, and no block that is cut. */
static void is_a_file(void)
{
    size_t at = 0;

    while (at < file_len) {
        const uint8_t *block = file + at;
        uint32_t len, again;

        assert_true(file_len - at >= 12);
        memcpy(&len, block + 4, sizeof(len));
        assert_true(len >= 12 && len % 4 == 0 && len <= file_len - at);
        memcpy(&again, block + len - 4, sizeof(again));
        assert_int_equal(len, again);
        at += len;
    }
}

static void no_memory_costs_packets_only(void **state)
{
    (void)state;
    for (unsigned call = 0; call < 60; call++) {
        uint32_t interfaces = 0;
        const struct capture_sink sink = { add_interface, put, now_us, &interfaces };
        struct capture *capture;

        file_len = 0;
        world_init(&world);
        assert_int_equal(capture_open(sink, "m", &capture), ERR_OK);
        world.net = capture_net(capture, world.net);
        world.tls = capture_tls(capture, &world.tls, 1)[0];
        assert_int_equal(world_switch_on(&world, "he910", false, 1), ERR_OK);
        capture_attach(capture, world.modem);
        world.ports[0].terminal = capture_terminal(capture, 0, world.ports[0].terminal);
        context();
        calls_before = call;
        calls_failing = 3;
        converse();
        calls_failing = 0;
        talk_ok(&world, "AT");
        world_deinit(&world);
        capture_stop(capture);
        is_a_file();
        capture_close(capture);
    }
}

/* As when the disk is full at the first packet of a port. */
static void without_an_interface_nothing_is_written(void **state)
{
    (void)state;
    begin("he910", 1);
    rig.has_no_interfaces = true;
    talk_ok(&world, "AT");
    rig.has_no_interfaces = false;
    talk_ok(&world, "AT+CSQ");
    world_deinit(&world);
    capture_stop(rig.capture);
    assert_true(pcapng_look(bytes_span(&rig.file), &rig.seen));
    check_bytes("typed", bytes_span(&rig.seen.interfaces[0].typed), span_of("AT+CSQ\r"));
    capture_rig_end(&rig);
}

static void names_are_cut(void **state)
{
    const struct capture_sink sink = { .ctx = NULL };
    struct capture *capture;
    char name[300];

    (void)state;
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(capture_open(sink, name, &capture), ERR_OK);
    capture_close(capture);
    capture_close(NULL);
    calls_before = 0;
    calls_failing = 1;
    assert_int_equal(capture_open(sink, name, &capture), ERR_NO_MEMORY);
    calls_failing = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_from_its_dial_to_its_end),
        cmocka_unit_test(more_than_a_segment),
        cmocka_unit_test(who_refuses_and_who_is_silent),
        cmocka_unit_test(what_came_before_a_reset_is_there),
        cmocka_unit_test(a_call_that_comes_in),
        cmocka_unit_test(datagrams),
        cmocka_unit_test(cut_datagrams_and_ipv6),
        cmocka_unit_test(secrets_stand_before_their_packets),
        cmocka_unit_test(lines_and_answers),
        cmocka_unit_test(lines_of_any_length),
        cmocka_unit_test(a_host_that_leaves),
        cmocka_unit_test(no_memory_costs_packets_only),
        cmocka_unit_test(without_an_interface_nothing_is_written),
        cmocka_unit_test(names_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
