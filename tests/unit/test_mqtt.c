/* test_mqtt.c: the MQTT client in a scripted world: a broker that is told each packet. */
#include "base/text.h"
#include "check.h"
#include "service_rig.h"
#include "services/mqtt.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORT = 1883, REPLY_MS = 5000, RETRIES = 2, MESSAGE_MAX = 300 };

struct mqtt_rig {
    struct service_rig rig;
    struct scripted_peer *broker;
    struct mqtt mqtt;
    char said_memory[2000];
    struct text said; /* what happened */
    bool full;        /* the reader of messages has no room */
};

static void on_open(void *ctx, enum mqtt_end end)
{
    struct mqtt_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "open:%s ", mqtt_end_text(end));
}

static void on_connected(void *ctx, enum mqtt_end end, uint8_t code)
{
    struct mqtt_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "connected:%s:%u ", mqtt_end_text(end), (unsigned)code);
}

static void on_answer(void *ctx, const struct mqtt_answer *answer)
{
    struct mqtt_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "%d:%u:%d", (int)answer->request, (unsigned)answer->id,
             (int)answer->result);
    for (size_t i = 0; i < answer->codes.len; i++)
        text_add(&rig->said, ",%u", (unsigned)answer->codes.data[i]);
    text_add(&rig->said, " ");
}

static bool on_message(void *ctx, const struct mqtt_message *message)
{
    struct mqtt_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    if (rig->full)
        return false;
    text_add(&rig->said, "<%.*s|%.*s|%u%s%s", (int)message->topic.len,
             (const char *)message->topic.data, (int)message->payload.len,
             (const char *)message->payload.data, (unsigned)message->qos,
             message->retain ? "r" : "", message->dup ? "d" : "");
    if (message->lost > 0)
        text_add(&rig->said, "|-%lu", (unsigned long)message->lost);
    text_add(&rig->said, "> ");
    return true;
}

static void on_end(void *ctx, enum mqtt_end end)
{
    struct mqtt_rig *rig = ctx;

    assert_true(rig->rig.inside > 0);
    text_add(&rig->said, "end:%s ", mqtt_end_text(end));
}

static const struct mqtt_events events = {
    .on_open = on_open,
    .on_connected = on_connected,
    .on_answer = on_answer,
    .on_message = on_message,
    .on_end = on_end,
};

static int64_t deadline(const void *service)
{
    return mqtt_deadline(service);
}

static void tick(void *service)
{
    mqtt_tick(service);
}

static void setup(struct mqtt_rig *rig)
{
    memset(rig, 0, sizeof(*rig));
    rig_init(&rig->rig);
    mqtt_init(&rig->mqtt, 0, &rig->rig.around, &events, rig, &rig->rig.tls_source, MESSAGE_MAX);
    rig->rig.service = &rig->mqtt;
    rig->rig.deadline = deadline;
    rig->rig.tick = tick;
    text_init(&rig->said, rig->said_memory, sizeof(rig->said_memory));
    rig->broker = rig_listen(&rig->rig, "mqtt.test", PORT, PEER_ACCEPTS);
}

static void teardown(struct mqtt_rig *rig)
{
    mqtt_deinit(&rig->mqtt);
    rig_settle(&rig->rig);
    rig_deinit(&rig->rig);
}

/* Bytes from "20 02 'ab' 00": hexadecimal numbers and text in single quotes. */
static struct span bytes_of(const char *text)
{
    static uint8_t bytes[2000];
    size_t len = 0;
    bool quoted = false;

    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            quoted = !quoted;
        } else if (quoted) {
            bytes[len++] = (uint8_t)*text;
        } else if (*text != ' ') {
            char digits[] = { text[0], text[1], '\0' };

            bytes[len++] = (uint8_t)strtoul(digits, NULL, 16);
            text++;
        }
    }
    return span_at(bytes, len);
}

static void give(struct mqtt_rig *rig, const char *packet)
{
    assert_true(peer_send(rig->broker, bytes_of(packet)));
    rig_settle(&rig->rig);
}

static void gets(struct mqtt_rig *rig, const char *row, const char *packet)
{
    rig_settle(&rig->rig);
    check_bytes(row, byte_queue_peek(&rig->broker->got), bytes_of(packet));
    byte_queue_clear(&rig->broker->got);
}

/* What the broker has got does not matter. */
static void forget(struct mqtt_rig *rig)
{
    rig_settle(&rig->rig);
    byte_queue_clear(&rig->broker->got);
}

static void said(struct mqtt_rig *rig, const char *row, const char *text)
{
    rig_settle(&rig->rig);
    check_text(row, rig->said.at, text);
    text_init(&rig->said, rig->said_memory, sizeof(rig->said_memory));
}

static void dial(struct mqtt_rig *rig, bool secure)
{
    struct mqtt_target target = {
        .host = "mqtt.test", .port = PORT, .secure = secure, .step_timeout_ms = 10000
    };

    assert_int_equal(mqtt_open(&rig->mqtt, &target), ERR_OK);
    rig_settle(&rig->rig);
}

static const struct mqtt_terms terms = { .reply_ms = REPLY_MS, .retries = RETRIES };

static void log_in(struct mqtt_rig *rig, bool clean)
{
    struct mqtt_login login = {
        .level = 4, .clean = clean, .keep_alive_s = 60, .client_id = span_of("c")
    };

    assert_int_equal(mqtt_connect(&rig->mqtt, &login, &terms), ERR_OK);
    gets(rig, "CONNECT",
         clean ? "10 0D 0004 'MQTT' 04 02 003C 0001 'c'" : "10 0D 0004 'MQTT' 04 00 003C 0001 'c'");
}

/* Up to CONNACK. */
static void go(struct mqtt_rig *rig, bool clean)
{
    setup(rig);
    dial(rig, false);
    said(rig, "open", "open:no failure ");
    log_in(rig, clean);
    give(rig, "20 02 00 00");
    said(rig, "connected", "connected:no failure:0 ");
}

/* The connection has broken; the next one, up to CONNECT. */
static void come_back(struct mqtt_rig *rig)
{
    scripted_net_listen(&rig->rig.world.scripted_net, PORT, PEER_ACCEPTS);
    rig->broker = scripted_net_peer(&rig->rig.world.scripted_net, PORT);
    dial(rig, false);
    said(rig, "open again", "open:no failure ");
    log_in(rig, false);
}

static void publish(struct mqtt_rig *rig, uint8_t qos, uint16_t id)
{
    struct mqtt_message message = {
        .topic = span_of("t"), .payload = span_at("\0x", 2), .qos = qos, .id = id
    };

    assert_int_equal(mqtt_publish(&rig->mqtt, &message, NULL), ERR_OK);
}

/* ---- the login ---- */

static void test_login(void **state)
{
    struct mqtt_login login = {
        .level = 3,
        .clean = true,
        .keep_alive_s = 300,
        .client_id = span_of("id"),
        .has_user = true,
        .has_password = true,
        .user = span_of("u"),
        .password = span_at("\0", 1),
        .has_will = true,
        .will = { .topic = span_of("w"), .payload = span_of("gone"), .qos = 2, .retain = true }
    };
    struct mqtt_rig rig;

    (void)state;
    setup(&rig);
    assert_int_equal(mqtt_connect(&rig.mqtt, &login, &terms), ERR_STATE);
    dial(&rig, false);
    said(&rig, "open", "open:no failure ");
    assert_int_equal(mqtt_connect(&rig.mqtt, &login, &terms), ERR_OK);
    gets(&rig, "CONNECT",
         "10 1F 0006 'MQIsdp' 03 F6 012C 0002 'id' 0001 'w' 0004 'gone' 0001 'u' 0001 00");
    give(&rig, "20 02 00 00");
    said(&rig, "connected", "connected:no failure:0 ");
    teardown(&rig);
}

static const struct {
    const char *name, *says, *said;
} login_rows[] = {
    { "refused", "20 02 00 05", "connected:the broker refuses the login:5 " },
    { "a number that is none yet", "20 02 00 99", "connected:the broker refuses the login:153 " },
    { "a message first", "30 04 0001 't' 'x'", "connected:what the broker sends is no MQTT:0 " },
    { "a ping first", "D0 00", "connected:what the broker sends is no MQTT:0 " },
    { "too long a CONNACK", "20 03 00 00 00", "connected:what the broker sends is no MQTT:0 " },
    { "flags that are none", "20 02 02 00", "connected:what the broker sends is no MQTT:0 " },
    { "a session of one refused", "20 02 01 05", "connected:what the broker sends is no MQTT:0 " },
    { "another protocol",
      "'HTTP/1.1 400 Bad Request' 0D 0A 'Content-Length: 0' 0D 0A 'Connection: "
      "close' 0D 0A 'Server: somebody' 0D 0A",
      "connected:what the broker sends is no MQTT:0 " },
    { "half a packet", "20 02 00", "" },
    { "nothing", "", "" },
};

static void test_login_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(login_rows); i++) {
        struct mqtt_rig rig;

        setup(&rig);
        dial(&rig, false);
        log_in(&rig, true);
        said(&rig, login_rows[i].name, "open:no failure ");
        give(&rig, login_rows[i].says);
        said(&rig, login_rows[i].name, login_rows[i].said);
        if (login_rows[i].said[0] == '\0') {
            rig_advance(&rig.rig, REPLY_MS);
            said(&rig, login_rows[i].name,
                 "connected:the broker does not answer CONNECT in time:0 ");
        }
        assert_int_equal(rig.mqtt.state, MQTT_CLOSED);
        teardown(&rig);
    }
}

static void test_refusal_is_logged(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    setup(&rig);
    dial(&rig, false);
    log_in(&rig, true);
    give(&rig, "20 02 00 04");
    check_text("log", rig.rig.world.log_line,
               "mqtt 0: mqtt.test port 1883: the broker refuses the login: 4, user or password");
    teardown(&rig);
}

static void test_nobody_there(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    setup(&rig);
    scripted_net_listen(&rig.rig.world.scripted_net, PORT, PEER_REFUSES);
    dial(&rig, false);
    said(&rig, "refused", "open:the connection cannot be opened ");
    rig.rig.lend_nothing = true;
    assert_int_equal(mqtt_open(&rig.mqtt, &(struct mqtt_target){ .host = "mqtt.test",
                                                                 .port = PORT,
                                                                 .secure = true,
                                                                 .step_timeout_ms = 1 }),
                     ERR_NOT_FOUND);
    said(&rig, "no certificates", "");
    teardown(&rig);
}

static void test_tls(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    setup(&rig);
    dial(&rig, true);
    peer_decide(rig.broker, &(struct peer_handshake){ .verdict = VERDICT_YES });
    said(&rig, "open", "open:no failure ");
    assert_int_equal(rig.rig.lent, 1);
    log_in(&rig, true);
    give(&rig, "20 02 00 00");
    said(&rig, "connected", "connected:no failure:0 ");
    teardown(&rig);
}

/* ---- messages of ours ---- */

static void test_publish(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    publish(&rig, 0, 0);
    gets(&rig, "QoS 0", "30 05 0001 't' 00 'x'");
    said(&rig, "QoS 0", "3:0:0 ");
    publish(&rig, 1, 7);
    gets(&rig, "QoS 1", "32 07 0001 't' 0007 00 'x'");
    said(&rig, "QoS 1", "");
    give(&rig, "40 02 0007");
    said(&rig, "QoS 1", "3:7:0 ");
    publish(&rig, 2, 0);
    gets(&rig, "QoS 2", "34 07 0001 't' 0001 00 'x'");
    give(&rig, "50 02 0001");
    gets(&rig, "PUBREL", "62 02 0001");
    said(&rig, "QoS 2", "");
    give(&rig, "70 02 0001");
    said(&rig, "QoS 2", "3:1:0 ");
    teardown(&rig);
}

static void test_not_acknowledged(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    publish(&rig, 1, 7);
    gets(&rig, "first", "32 07 0001 't' 0007 00 'x'");
    rig_advance(&rig.rig, REPLY_MS);
    gets(&rig, "second", "3A 07 0001 't' 0007 00 'x'");
    said(&rig, "second", "3:7:1 ");
    rig_advance(&rig.rig, REPLY_MS);
    gets(&rig, "third", "3A 07 0001 't' 0007 00 'x'");
    said(&rig, "third", "3:7:1 ");
    rig_advance(&rig.rig, REPLY_MS);
    gets(&rig, "no more", "");
    said(&rig, "no more", "3:7:2 ");
    publish(&rig, 2, 7);
    give(&rig, "50 02 0007");
    gets(&rig, "another", "34 07 0001 't' 0007 00 'x' 62 02 0007");
    rig_advance(&rig.rig, REPLY_MS);
    gets(&rig, "released again", "62 02 0007");
    said(&rig, "released again", "3:7:1 ");
    teardown(&rig);
}

static void test_what_is_no_request(void **state)
{
    struct mqtt_message message = { .topic = span_of("a/+"), .payload = span_of("") };
    static uint8_t big[MQTT_PACKET_MAX];
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    assert_int_equal(mqtt_publish(&rig.mqtt, &message, NULL), ERR_INVALID);
    message.topic = span_of("");
    assert_int_equal(mqtt_publish(&rig.mqtt, &message, NULL), ERR_INVALID);
    message.topic = span_of("t");
    message.payload = span_at(big, sizeof(big));
    assert_int_equal(mqtt_publish(&rig.mqtt, &message, NULL), ERR_INVALID);
    message.payload.len -= 6;
    assert_int_equal(mqtt_publish(&rig.mqtt, &message, NULL), ERR_OK);
    said(&rig, "the longest", "3:0:0 ");
    publish(&rig, 1, 9);
    message = (struct mqtt_message){ .topic = span_of("t"), .qos = 1, .id = 9 };
    assert_int_equal(mqtt_publish(&rig.mqtt, &message, NULL), ERR_BUSY);
    for (int i = 1; i < MQTT_FLIGHTS_MAX; i++)
        publish(&rig, 1, 0);
    message.id = 0;
    assert_int_equal(mqtt_publish(&rig.mqtt, &message, NULL), ERR_FULL);
    teardown(&rig);
}

static void test_filters(void **state)
{
    struct mqtt_filter filters[] = { { span_of("a/#"), 1 }, { span_of("b"), 2 } };
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    assert_int_equal(mqtt_filter(&rig.mqtt, MQTT_SUBSCRIBE, 3, filters, 2, NULL), ERR_OK);
    gets(&rig, "SUBSCRIBE", "82 0C 0003 0003 'a/#' 01 0001 'b' 02");
    give(&rig, "90 04 0003 01 80");
    said(&rig, "SUBACK", "8:3:0,1,128 ");
    assert_int_equal(mqtt_filter(&rig.mqtt, MQTT_UNSUBSCRIBE, 0, filters, 2, NULL), ERR_OK);
    gets(&rig, "UNSUBSCRIBE", "A2 0A 0001 0003 'a/#' 0001 'b'");
    give(&rig, "B0 02 0001");
    said(&rig, "UNSUBACK", "10:1:0 ");
    assert_int_equal(mqtt_filter(&rig.mqtt, MQTT_SUBSCRIBE, 3, filters, 2, NULL), ERR_OK);
    give(&rig, "90 03 0003 01");
    said(&rig, "too few", "8:3:2 end:what the broker sends is no MQTT ");
    teardown(&rig);
}

/* ---- messages of others ---- */

static void test_messages(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    give(&rig, "31 05 0001 't' 'hi'");
    said(&rig, "QoS 0", "<t|hi|0r> ");
    gets(&rig, "QoS 0", "");
    give(&rig, "32 05 0001 't' 0102");
    said(&rig, "QoS 1, empty", "<t||1> ");
    gets(&rig, "QoS 1", "40 02 0102");
    give(&rig, "34 06 0001 't' FFFF 'x'");
    gets(&rig, "QoS 2", "50 02 FFFF");
    give(&rig, "3C 06 0001 't' FFFF 'x'");
    said(&rig, "QoS 2 is told once", "<t|x|2> ");
    gets(&rig, "QoS 2", "50 02 FFFF");
    give(&rig, "62 02 FFFF");
    gets(&rig, "PUBREL", "70 02 FFFF");
    give(&rig, "34 06 0001 't' FFFF 'y'");
    said(&rig, "a new one", "<t|y|2> ");
    gets(&rig, "a new one", "50 02 FFFF");
    give(&rig, "62 02 0005");
    gets(&rig, "never heard of", "70 02 0005");
    teardown(&rig);
}

static void test_byte_by_byte(void **state)
{
    static const char *const bytes[] = { "34", "06", "00", "01", "'t'", "00", "01", "'x'" };
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    for (size_t i = 0; i < COUNT(bytes); i++) {
        said(&rig, "half a packet", "");
        give(&rig, bytes[i]);
    }
    said(&rig, "whole", "<t|x|2> ");
    give(&rig, "30 04 0001 'tx' 30 04 0001 'ty' D0 00 30");
    said(&rig, "two and a half", "<t|x|0> <t|y|0> ");
    teardown(&rig);
}

static void test_no_room(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    rig.full = true;
    give(&rig, "32 06 0001 't' 0001 'x' 32 06 0001 't' 0002 'y'");
    said(&rig, "full", "");
    gets(&rig, "full", "");
    publish(&rig, 0, 0);
    said(&rig, "goes on", "3:0:0 ");
    forget(&rig);
    rig.full = false;
    mqtt_resume(&rig.mqtt);
    said(&rig, "room", "<t|x|1> <t|y|1> ");
    gets(&rig, "room", "40 02 0001 40 02 0002");
    teardown(&rig);
}

static void test_too_long(void **state)
{
    uint8_t packet[3 + MESSAGE_MAX + 50] = { 0x32, 0xDE, 0x02, 0, 1, 't', 0, 9 };
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    memset(packet + 8, 'x', sizeof(packet) - 8);
    assert_true(peer_send(rig.broker, span_at(packet, sizeof(packet))));
    rig_settle(&rig.rig);
    assert_non_null(strstr(rig.said.at, "x|1|-50> "));
    gets(&rig, "acknowledged", "40 02 0009");
    teardown(&rig);
}

static const struct {
    const char *name, *says;
} broken_rows[] = {
    { "a length of five bytes", "30 FF FF FF FF" },
    { "QoS 3", "36 06 0001 't' 0001 'x'" },
    { "a wildcard", "30 04 0001 '#x'" },
    { "a topic with U+0000", "30 06 0003 'a' 00 'bx'" },
    { "a topic that is no UTF-8", "30 05 0002 FFFE 'x'" },
    { "a topic with half a character", "30 05 0002 'a' C3 'x'" },
    { "a topic with a surrogate", "30 06 0003 EDA080 'x'" },
    { "no topic", "30 03 0000 'x'" },
    { "a topic beyond the packet", "30 04 0009 'tx'" },
    { "no number", "32 06 0001 't' 0000 'x'" },
    { "no room for a number", "32 03 0001 't'" },
    { "another CONNACK", "20 02 00 00" },
    { "a client's packet", "C0 00" },
    { "type 0", "00 00" },
    { "type 15", "F0 00" },
    { "wrong flags", "60 02 0001" },
    { "PUBACK without a number", "40 00" },
    { "a granted QoS that is none", "90 03 0001 03" },
    { "a PUBACK that is longer than all that is kept", "40 FF7F 00010203040506070809" },
};

static void test_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken_rows); i++) {
        struct mqtt_rig rig;

        go(&rig, true);
        give(&rig, broken_rows[i].says);
        if (i + 1 == COUNT(broken_rows)) {
            static uint8_t filler[0x3FFF - 10];

            for (size_t at = 0; at < sizeof(filler); at += 1000) {
                size_t left = sizeof(filler) - at;

                peer_send(rig.broker, span_at(filler + at, left < 1000 ? left : 1000));
                rig_settle(&rig.rig);
            }
        }
        said(&rig, broken_rows[i].name, "end:what the broker sends is no MQTT ");
        assert_int_equal(rig.mqtt.state, MQTT_CLOSED);
        teardown(&rig);
    }
}

static void test_unknown_numbers(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    publish(&rig, 1, 7);
    forget(&rig);
    give(&rig, "40 02 0008 70 02 0009 B0 02 0007 90 03 0007 00");
    said(&rig, "not ours", "");
    gets(&rig, "not ours", "");
    give(&rig, "50 02 0008");
    gets(&rig, "let go", "62 02 0008");
    give(&rig, "40 02 0007");
    said(&rig, "ours", "3:7:0 ");
    teardown(&rig);
}

/* ---- time, and the end ---- */

static void test_keep_alive(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    rig_advance(&rig.rig, 59000);
    publish(&rig, 0, 0);
    forget(&rig);
    rig_advance(&rig.rig, 59000);
    gets(&rig, "not yet", "");
    rig_advance(&rig.rig, 1000);
    gets(&rig, "ping", "C0 00");
    give(&rig, "D0 00");
    rig_advance(&rig.rig, 60000);
    gets(&rig, "ping", "C0 00");
    rig_advance(&rig.rig, REPLY_MS - 1);
    said(&rig, "time", "3:0:0 ");
    rig_advance(&rig.rig, 1);
    said(&rig, "silent", "end:the broker does not answer PINGREQ in time ");
    teardown(&rig);
}

static void test_leave(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    assert_int_equal(mqtt_leave(&rig.mqtt), ERR_OK);
    said(&rig, "left", "end:disconnected as asked ");
    gets(&rig, "DISCONNECT", "E0 00");
    assert_int_equal(mqtt_leave(&rig.mqtt), ERR_STATE);
    teardown(&rig);
}

static void test_lost(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, true);
    publish(&rig, 1, 4);
    peer_close(rig.broker);
    said(&rig, "closed", "3:4:2 end:the broker ends the connection ");
    teardown(&rig);
}

static void test_kept_session(void **state)
{
    struct mqtt_rig rig;

    (void)state;
    go(&rig, false);
    publish(&rig, 2, 5);
    publish(&rig, 1, 4);
    give(&rig, "50 02 0005");
    give(&rig, "34 06 0001 't' 0001 'x'");
    said(&rig, "a message", "<t|x|2> ");
    peer_reset(rig.broker);
    said(&rig, "lost", "end:the broker ends the connection ");
    come_back(&rig);
    give(&rig, "20 02 01 00");
    gets(&rig, "sent again, in order", "62 02 0005 3A 07 0001 't' 0004 00 'x'");
    give(&rig, "3C 06 0001 't' 0001 'x'");
    said(&rig, "told already", "connected:no failure:0 ");
    gets(&rig, "told already", "50 02 0001");
    give(&rig, "40 02 0004 70 02 0005");
    said(&rig, "done", "3:4:0 3:5:0 ");
    mqtt_drop(&rig.mqtt);
    come_back(&rig);
    give(&rig, "20 02 00 00");
    give(&rig, "34 06 0001 't' 0001 'x'");
    said(&rig, "the broker has forgotten", "connected:no failure:0 <t|x|2> ");
    teardown(&rig);
}

/* Neither side reads: our own acknowledgements must not be lost, nor fill memory. */
static void test_flood(void **state)
{
    struct mqtt_rig rig;
    char expected[64];
    size_t told = 0, acknowledged;

    (void)state;
    go(&rig, true);
    peer_stall(rig.broker);
    for (int i = 0; i < 4000; i++) {
        uint8_t packet[] = { 0x32, 6, 0, 1, 't', (uint8_t)((i + 1) >> 8), (uint8_t)(i + 1), 'x' };

        peer_send(rig.broker, span_at(packet, sizeof(packet)));
        rig_settle(&rig.rig);
        for (const char *at = rig.said.at; (at = strchr(at, '<')) != NULL; at++)
            told++;
        text_init(&rig.said, rig.said_memory, sizeof(rig.said_memory));
    }
    assert_true(told < 4000);
    peer_resume(rig.broker);
    for (int i = 0; i < 100; i++)
        rig_settle(&rig.rig);
    acknowledged = byte_queue_peek(&rig.broker->got).len / 4;
    snprintf(expected, sizeof(expected), "%zu", acknowledged);
    check_text("all in the end", expected, "4000");
    teardown(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_login_rows),
        cmocka_unit_test(test_refusal_is_logged),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_publish),
        cmocka_unit_test(test_not_acknowledged),
        cmocka_unit_test(test_what_is_no_request),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_unknown_numbers),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_leave),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_kept_session),
        cmocka_unit_test(test_flood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
