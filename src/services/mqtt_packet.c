/* mqtt_packet.c: the packets of MQTT. */
#include "services/mqtt_packet.h"

#include "services/charset.h"

#include <assert.h>

enum {
    LENGTH_DIGITS = 4, /* §2.2.3 */
    LENGTH_MORE = 0x80,
    FLAGS_FIXED = 2, /* of PUBREL, SUBSCRIBE, UNSUBSCRIBE: §2.2.2 */
    FLAG_DUP = 8,
    FLAG_RETAIN = 1
};

/* ---- taken apart ---- */

/* False: the remaining length is longer than it may be. */
static bool take_digit(struct mqtt_reader *reader, uint8_t digit)
{
    reader->length |= (uint32_t)(digit & ~LENGTH_MORE & 0xFF) << (7 * reader->digits);
    reader->digits++;
    reader->measured = (digit & LENGTH_MORE) == 0;
    return reader->measured || reader->digits < LENGTH_DIGITS;
}

/* False: there is no memory. */
static bool take_body(struct mqtt_reader *reader, struct span bytes)
{
    size_t room = reader->max - reader->body.len;
    struct span kept = { bytes.data, bytes.len < room ? bytes.len : room };

    if (kept.len > 0 && bytes_add(&reader->body, kept, reader->max) != ERR_OK)
        return false;
    reader->taken += (uint32_t)bytes.len;
    return true;
}

enum mqtt_read mqtt_reader_take(struct mqtt_reader *reader, struct span bytes, size_t *ret_used)
{
    size_t left;

    assert(reader->max > 0);
    for (*ret_used = 0; *ret_used < bytes.len && !reader->measured; ++*ret_used) {
        uint8_t byte = bytes.data[*ret_used];

        if (!reader->begun) {
            reader->first = byte;
            reader->begun = true;
        } else if (!take_digit(reader, byte)) {
            return MQTT_MALFORMED;
        }
    }
    if (!reader->measured)
        return MQTT_NEED;
    bytes = span_skip(bytes, *ret_used);
    left = reader->length - reader->taken;
    if (bytes.len > left)
        bytes.len = left;
    if (!take_body(reader, bytes))
        return MQTT_STARVED;
    *ret_used += bytes.len;
    return bytes.len == left ? MQTT_WHOLE : MQTT_NEED;
}

static uint16_t number_at(const uint8_t *data)
{
    return (uint16_t)(data[0] << 8 | data[1]);
}

/* Takes a two-byte number off the front; false: there is none. */
static bool take_number(struct span *bytes, uint16_t *ret_number)
{
    if (bytes->len < 2)
        return false;
    *ret_number = number_at(bytes->data);
    *bytes = span_skip(*bytes, 2);
    return true;
}

static bool has_wildcard(struct span topic)
{
    return span_contains(topic, "#") || span_contains(topic, "+");
}

static bool read_publish(const struct mqtt_reader *reader, struct span body,
                         struct mqtt_packet *packet)
{
    struct mqtt_message *message = &packet->message;
    uint16_t len;

    message->dup = (reader->first & FLAG_DUP) != 0;
    message->retain = (reader->first & FLAG_RETAIN) != 0;
    message->qos = reader->first >> 1 & 3;
    if (message->qos > MQTT_QOS_MAX || (message->qos == 0 && message->dup) ||
        !take_number(&body, &len) || len == 0 || body.len < len)
        return false;
    message->topic = span_at(body.data, len);
    body = span_skip(body, len);
    if (has_wildcard(message->topic) || !charset_is_utf8(message->topic) ||
        (message->qos > 0 && (!take_number(&body, &message->id) || message->id == 0)))
        return false;
    message->payload = body;
    message->lost = reader->length - reader->body.len;
    packet->id = message->id;
    return true;
}

static bool read_connack(struct span body, struct mqtt_packet *packet)
{
    if (body.len != 2 || body.data[0] > 1)
        return false;
    packet->session_present = body.data[0] == 1;
    packet->code = body.data[1];
    return !packet->session_present || packet->code == 0;
}

static bool read_suback(struct span body, struct mqtt_packet *packet)
{
    if (!take_number(&body, &packet->id) || packet->id == 0 || body.len == 0)
        return false;
    packet->codes = body;
    for (; body.len > 0; body = span_skip(body, 1)) {
        if (body.data[0] > MQTT_QOS_MAX && body.data[0] != MQTT_SUBACK_REFUSED)
            return false;
    }
    return true;
}

bool mqtt_reader_packet(const struct mqtt_reader *reader, struct mqtt_packet *ret_packet)
{
    struct span body = bytes_span(&reader->body);
    uint8_t flags = reader->first & 0xF;

    assert(reader->measured && reader->taken == reader->length);
    *ret_packet = (struct mqtt_packet){ .type = (enum mqtt_type)(reader->first >> 4) };
    if (ret_packet->type == MQTT_PUBLISH)
        return read_publish(reader, body, ret_packet);
    if (flags != (ret_packet->type == MQTT_PUBREL ? FLAGS_FIXED : 0) || reader->length != body.len)
        return false;
    switch (ret_packet->type) {
    case MQTT_CONNACK:
        return read_connack(body, ret_packet);
    case MQTT_SUBACK:
        return read_suback(body, ret_packet);
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
    case MQTT_UNSUBACK:
        return take_number(&body, &ret_packet->id) && ret_packet->id != 0 && body.len == 0;
    case MQTT_PINGRESP:
        return body.len == 0;
    default:
        return false;
    }
}

void mqtt_reader_next(struct mqtt_reader *reader)
{
    bytes_free(&reader->body);
    *reader = (struct mqtt_reader){ .max = reader->max };
}

/* ---- put together ---- */

/* The fixed header, and memory for all of it. */
static enum err begin(struct bytes *to, enum mqtt_type type, unsigned flags, size_t length)
{
    uint8_t header[1 + LENGTH_DIGITS] = { (uint8_t)((unsigned)type << 4 | flags) };
    size_t count = 1;
    enum err err;

    do {
        header[count] = (uint8_t)(length & 0x7F);
        length >>= 7;
        if (length > 0)
            header[count] |= LENGTH_MORE;
        count++;
    } while (length > 0 && count < sizeof(header));
    if (length > 0)
        return ERR_INVALID;
    err = bytes_add(to, span_at(header, count), UINT32_MAX);
    if (err != ERR_OK)
        bytes_free(to);
    return err;
}

static void put(struct bytes *to, struct span bytes)
{
    assert(to->cap - to->len >= bytes.len);
    if (bytes.len > 0)
        memcpy(to->data + to->len, bytes.data, bytes.len);
    bytes_commit(to, bytes.len);
}

static void put_number(struct bytes *to, uint16_t number)
{
    uint8_t bytes[2] = { (uint8_t)(number >> 8), (uint8_t)number };

    put(to, span_at(bytes, sizeof(bytes)));
}

static void put_string(struct bytes *to, struct span text)
{
    put_number(to, (uint16_t)text.len);
    put(to, text);
}

/* begin(), and memory for what follows. */
static enum err start(struct bytes *to, enum mqtt_type type, unsigned flags, size_t length)
{
    enum err err;

    assert(to->len == 0);
    err = bytes_reserve(to, 1 + LENGTH_DIGITS + length);
    return err == ERR_OK ? begin(to, type, flags, length) : err;
}

static bool is_string(struct span text)
{
    return text.len <= MQTT_STRING_MAX;
}

bool mqtt_is_topic(struct span topic)
{
    return is_string(topic) && topic.len > 0 && !has_wildcard(topic);
}

static bool is_sendable(const struct mqtt_message *message)
{
    return mqtt_is_topic(message->topic) && message->qos <= MQTT_QOS_MAX;
}

static bool is_login(const struct mqtt_login *login)
{
    if (!is_string(login->client_id) || (login->has_password && !login->has_user))
        return false;
    if ((login->has_user && !is_string(login->user)) ||
        (login->has_password && !is_string(login->password)))
        return false;
    return !login->has_will || (is_sendable(&login->will) && is_string(login->will.payload));
}

/* §3.1.2.3 */
static uint8_t connect_flags(const struct mqtt_login *login)
{
    unsigned flags = login->clean ? 2 : 0;

    if (login->has_will)
        flags |= 4U | (unsigned)login->will.qos << 3 | (login->will.retain ? 0x20U : 0);
    if (login->has_password)
        flags |= 0x40;
    if (login->has_user)
        flags |= 0x80;
    return (uint8_t)flags;
}

enum err mqtt_make_connect(struct bytes *to, const struct mqtt_login *login)
{
    struct span protocol = span_of(login->level == 3 ? "MQIsdp" : "MQTT");
    uint8_t level_and_flags[2] = { login->level, connect_flags(login) };
    size_t length = 2 + protocol.len + 2 + 2 + 2 + login->client_id.len;
    enum err err;

    assert(login->level == 3 || login->level == 4);
    if (!is_login(login))
        return ERR_INVALID;
    if (login->has_will)
        length += 2 + login->will.topic.len + 2 + login->will.payload.len;
    if (login->has_user)
        length += 2 + login->user.len;
    if (login->has_password)
        length += 2 + login->password.len;
    err = start(to, MQTT_CONNECT, 0, length);
    if (err != ERR_OK)
        return err;
    put_string(to, protocol);
    put(to, span_at(level_and_flags, sizeof(level_and_flags)));
    put_number(to, login->keep_alive_s);
    put_string(to, login->client_id);
    if (login->has_will) {
        put_string(to, login->will.topic);
        put_string(to, login->will.payload);
    }
    if (login->has_user)
        put_string(to, login->user);
    if (login->has_password)
        put_string(to, login->password);
    return ERR_OK;
}

enum err mqtt_make_publish(struct bytes *to, const struct mqtt_message *message)
{
    unsigned flags = (unsigned)message->qos << 1 | (message->retain ? FLAG_RETAIN : 0);
    size_t length = 2 + message->topic.len + (message->qos > 0 ? 2U : 0U) + message->payload.len;
    enum err err;

    assert((message->qos == 0) == (message->id == 0));
    if (!is_sendable(message))
        return ERR_INVALID;
    err = start(to, MQTT_PUBLISH, flags | (message->dup ? FLAG_DUP : 0), length);
    if (err != ERR_OK)
        return err;
    put_string(to, message->topic);
    if (message->qos > 0)
        put_number(to, message->id);
    put(to, message->payload);
    return ERR_OK;
}

enum err mqtt_make_filters(struct bytes *to, enum mqtt_type type, uint16_t id,
                           const struct mqtt_filter *filters, size_t count)
{
    size_t length = 2;
    enum err err;

    assert(id != 0 && count > 0 && (type == MQTT_SUBSCRIBE || type == MQTT_UNSUBSCRIBE));
    for (size_t i = 0; i < count; i++) {
        if (!is_string(filters[i].topic) || filters[i].topic.len == 0 ||
            filters[i].qos > MQTT_QOS_MAX)
            return ERR_INVALID;
        length += 2 + filters[i].topic.len + (type == MQTT_SUBSCRIBE ? 1U : 0U);
    }
    err = start(to, type, FLAGS_FIXED, length);
    if (err != ERR_OK)
        return err;
    put_number(to, id);
    for (size_t i = 0; i < count; i++) {
        put_string(to, filters[i].topic);
        if (type == MQTT_SUBSCRIBE)
            put(to, span_at(&filters[i].qos, 1));
    }
    return ERR_OK;
}

size_t mqtt_make_bare(uint8_t bytes[MQTT_BARE_BYTES], enum mqtt_type type, uint16_t id)
{
    bytes[0] = (uint8_t)((unsigned)type << 4 | (type == MQTT_PUBREL ? FLAGS_FIXED : 0));
    bytes[1] = id != 0 ? 2 : 0;
    bytes[2] = (uint8_t)(id >> 8);
    bytes[3] = (uint8_t)id;
    return 2U + bytes[1];
}

void mqtt_mark_repeated(struct bytes *packet)
{
    assert(packet->len > 0 && packet->data[0] >> 4 == MQTT_PUBLISH);
    packet->data[0] |= FLAG_DUP;
}
