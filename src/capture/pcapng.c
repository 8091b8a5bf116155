/* pcapng.c: blocks of a pcapng file. */
#include "capture/pcapng.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BLOCK_SECRETS = 10,
    BYTE_ORDER = 0x1a2b3c4d,
    SECRETS_TLS = 0x544c534b, /* "TLSK" */
    OPTION_END = 0,
    OPTION_NAME = 2,        /* if_name */
    OPTION_FLAGS = 2,       /* epb_flags */
    OPTION_APPLICATION = 4, /* shb_userappl */
    FRAME_BYTES = 12,       /* type, and the length on both sides */
    OPTION_MAX = 65535,
    ALIGNMENT = 4
};

static size_t padded(size_t len)
{
    return (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void put_16(struct bytes *out, size_t value)
{
    const uint8_t bytes[] = { (uint8_t)value, (uint8_t)(value >> 8) };

    memcpy(out->data + out->len, bytes, sizeof(bytes));
    bytes_commit(out, sizeof(bytes));
}

static void put_32(struct bytes *out, size_t value)
{
    put_16(out, value & 0xffff);
    put_16(out, value >> 16);
}

static void put_bytes(struct bytes *out, struct span bytes)
{
    if (bytes.len == 0)
        return;
    memcpy(out->data + out->len, bytes.data, bytes.len);
    bytes_commit(out, bytes.len);
}

static void pad(struct bytes *out, size_t len)
{
    static const uint8_t zeros[ALIGNMENT] = { 0 };

    put_bytes(out, span_at(zeros, padded(len) - len));
}

/* Memory for the whole block, and its beginning. */
static enum err begin(struct bytes *out, uint32_t type, size_t body)
{
    enum err err = bytes_reserve(out, out->len + FRAME_BYTES + body);

    if (err != ERR_OK)
        return err;
    put_32(out, type);
    put_32(out, FRAME_BYTES + body);
    return ERR_OK;
}

static void end(struct bytes *out, size_t body)
{
    put_32(out, FRAME_BYTES + body);
}

static void put_option(struct bytes *out, size_t code, struct span value)
{
    put_16(out, code);
    put_16(out, value.len);
    put_bytes(out, value);
    pad(out, value.len);
}

static struct span cut(struct span text)
{
    return span_at(text.data, text.len < OPTION_MAX ? text.len : OPTION_MAX);
}

enum err pcapng_section(struct bytes *out, struct span application)
{
    struct span text = cut(application);
    size_t body = 16 + 4 + padded(text.len) + 4;
    enum err err = begin(out, BLOCK_SECTION, body);

    if (err != ERR_OK)
        return err;
    put_32(out, BYTE_ORDER);
    put_16(out, 1); /* version 1.0 */
    put_16(out, 0);
    put_32(out, UINT32_MAX); /* its length is not known */
    put_32(out, UINT32_MAX);
    put_option(out, OPTION_APPLICATION, text);
    put_option(out, OPTION_END, span_at(NULL, 0));
    end(out, body);
    return ERR_OK;
}

enum err pcapng_interface(struct bytes *out, enum pcapng_link link, struct span name)
{
    struct span text = cut(name);
    size_t body = 8 + 4 + padded(text.len) + 4;
    enum err err = begin(out, BLOCK_INTERFACE, body);

    if (err != ERR_OK)
        return err;
    put_16(out, link);
    put_16(out, 0);
    put_32(out, 0); /* packets of any length */
    put_option(out, OPTION_NAME, text);
    put_option(out, OPTION_END, span_at(NULL, 0));
    end(out, body);
    return ERR_OK;
}

enum err pcapng_secrets(struct bytes *out, struct span lines)
{
    size_t body = 8 + padded(lines.len);
    enum err err = begin(out, BLOCK_SECRETS, body);

    if (err != ERR_OK)
        return err;
    put_32(out, SECRETS_TLS);
    put_32(out, lines.len);
    put_bytes(out, lines);
    pad(out, lines.len);
    end(out, body);
    return ERR_OK;
}

enum err pcapng_packet(struct bytes *out, uint32_t interface, uint64_t time_us,
                       enum pcapng_direction direction, struct span head, struct span data,
                       size_t missing)
{
    const uint8_t flags[] = { (uint8_t)direction, 0, 0, 0 };
    size_t len = head.len + data.len;
    size_t body = 20 + padded(len) + 4 + sizeof(flags) + 4;
    enum err err = begin(out, BLOCK_PACKET, body);

    if (err != ERR_OK)
        return err;
    put_32(out, interface);
    put_32(out, (size_t)(time_us >> 32));
    put_32(out, (size_t)(time_us & UINT32_MAX));
    put_32(out, len);
    put_32(out, len + missing);
    put_bytes(out, head);
    put_bytes(out, data);
    pad(out, len);
    put_option(out, OPTION_FLAGS, span_at(flags, sizeof(flags)));
    put_option(out, OPTION_END, span_at(NULL, 0));
    end(out, body);
    return ERR_OK;
}
