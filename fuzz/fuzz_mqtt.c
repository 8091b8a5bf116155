/* fuzz_mqtt.c: what a broker may send to the MQTT client, in one piece and byte by byte: the same
 * is told, nothing hangs, nothing is left.
 *
 * The first byte says how: bit 0 the client is connected already, bit 1 its session is kept, bit 2
 * requests are under way, bit 3 its reader of messages has room every other time only.
 */
#include "input.h"
#include "services/mqtt.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORT = 1883, MESSAGE_MAX = 64, STEPS_MAX = 100000 };

struct side {
    struct world world;
    struct connection_world around;
    struct scripted_peer *broker;
    struct mqtt mqtt;
    bool choosy; /* has room every other time */
    bool refuses;
    uint32_t sum; /* of what was told */
    bool over;
};

static void claim(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

static void add(struct side *side, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        side->sum = (side->sum ^ bytes.data[i]) * 16777619U;
}

static void add_number(struct side *side, uint32_t number)
{
    add(side, span_at(&number, sizeof(number)));
}

static void on_open(void *ctx, enum mqtt_end end)
{
    (void)ctx;
    claim(end == MQTT_FINE, "not opened");
}

static void on_connected(void *ctx, enum mqtt_end end, uint8_t code)
{
    struct side *side = ctx;

    add_number(side, (uint32_t)end << 8 | code);
    side->over = side->over || end != MQTT_FINE;
}

static void on_answer(void *ctx, const struct mqtt_answer *answer)
{
    struct side *side = ctx;

    claim(answer->codes.len <= 2, "more codes than filters");
    add_number(side, (uint32_t)answer->request << 24 | (uint32_t)answer->result << 16 | answer->id);
    add(side, answer->codes);
}

static bool on_message(void *ctx, const struct mqtt_message *message)
{
    struct side *side = ctx;

    side->refuses = side->choosy && !side->refuses;
    if (side->refuses)
        return false;
    claim(message->topic.len > 0 && message->qos <= MQTT_QOS_MAX, "what is no message");
    claim((message->id == 0) == (message->qos == 0), "a number where there is none");
    add(side, message->topic);
    add(side, message->payload);
    add_number(side, (uint32_t)message->id << 8 | message->qos);
    add_number(side, message->lost);
    return true;
}

static void on_end(void *ctx, enum mqtt_end end)
{
    struct side *side = ctx;

    add_number(side, (uint32_t)end);
    side->over = true;
}

static const struct mqtt_events events = { on_open, on_connected, on_answer, on_message, on_end };

static int64_t now_ms(void *ctx)
{
    return ((struct side *)ctx)->world.virtual_clock.now_ms;
}

static int64_t utc_s(void *ctx)
{
    return clock_utc_s(((struct side *)ctx)->world.clock);
}

static void pass(void *ctx)
{
    (void)ctx;
}

static void settle(struct side *side)
{
    bool news = true;

    for (unsigned steps = 0; news; steps++) {
        claim(steps < STEPS_MAX, "no end of it");
        news = scripted_net_step(&side->world.scripted_net);
        if (mqtt_deadline(&side->mqtt) <= now_ms(side)) {
            mqtt_tick(&side->mqtt);
            news = true;
        }
        if (side->mqtt.held) {
            mqtt_resume(&side->mqtt);
            news = true;
        }
    }
}

static void dial(struct side *side, bool clean)
{
    static const struct mqtt_terms terms = { .reply_ms = 1000, .retries = 1 };
    struct mqtt_target target = { .host = "10.0.0.7", .port = PORT, .step_timeout_ms = 1000 };
    struct mqtt_login login = {
        .level = 4, .clean = clean, .keep_alive_s = 60, .client_id = span_of("c")
    };

    claim(mqtt_open(&side->mqtt, &target) == ERR_OK, "cannot be opened");
    settle(side);
    claim(mqtt_connect(&side->mqtt, &login, &terms) == ERR_OK, "cannot connect");
    settle(side);
}

static void ask(struct side *side)
{
    struct mqtt_filter filters[] = { { span_of("a"), 0 }, { span_of("b"), 2 } };

    for (uint8_t qos = 0; qos <= MQTT_QOS_MAX; qos++) {
        struct mqtt_message message = { .topic = span_of("t"), .qos = qos };

        mqtt_publish(&side->mqtt, &message, NULL);
    }
    mqtt_filter(&side->mqtt, MQTT_SUBSCRIBE, 3, filters, 2, NULL);
    mqtt_filter(&side->mqtt, MQTT_UNSUBSCRIBE, 4, filters, 1, NULL);
    settle(side);
}

static struct side *side_new(uint8_t how)
{
    struct side *side = calloc(1, sizeof(*side));

    claim(side != NULL, "no memory");
    world_init(&side->world);
    side->around = (struct connection_world){ .net = side->world.net,
                                              .tls = &side->world.tls,
                                              .tls_count = 1,
                                              .log = &side->world.log,
                                              .now_ms = now_ms,
                                              .utc_s = utc_s,
                                              .enter = pass,
                                              .leave = pass,
                                              .ctx = side };
    side->choosy = (how & 8) != 0;
    scripted_net_listen(&side->world.scripted_net, PORT, PEER_ACCEPTS);
    side->broker = scripted_net_peer(&side->world.scripted_net, PORT);
    mqtt_init(&side->mqtt, 0, &side->around, &events, side, NULL, MESSAGE_MAX);
    dial(side, (how & 2) == 0);
    if ((how & 1) != 0) {
        peer_send(side->broker, span_at("\x20\x02\0\0", 4));
        settle(side);
    }
    if ((how & 5) == 5)
        ask(side);
    return side;
}

static void send(struct side *side, struct span bytes, size_t piece)
{
    while (bytes.len > 0 && !side->over) {
        size_t len = bytes.len < piece ? bytes.len : piece;

        if (!peer_send(side->broker, span_at(bytes.data, len)))
            break;
        settle(side);
        bytes = span_skip(bytes, len);
    }
}

/* What it ends with, after all time that it may take. */
static uint32_t side_end(struct side *side)
{
    uint32_t sum = side->sum;

    for (unsigned i = 0; i < 8 && mqtt_deadline(&side->mqtt) != CLOCK_NEVER; i++) {
        side->world.virtual_clock.now_ms = mqtt_deadline(&side->mqtt);
        settle(side);
    }
    mqtt_deinit(&side->mqtt);
    scripted_net_step(&side->world.scripted_net);
    claim(side->world.scripted_net.streams == NULL, "a stream is left");
    world_deinit(&side->world);
    free(side);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { span_at(data, size) };
    uint8_t how = input_byte(&input);
    struct side *whole = side_new(how), *pieces = side_new(how);
    uint32_t sum;

    send(whole, input.left, 1000);
    send(pieces, input.left, 1);
    sum = side_end(whole);
    claim(sum == side_end(pieces), "what is told depends on the pieces");
    return 0;
}
