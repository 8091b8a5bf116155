/* fibocom_receive.c: received data in the formats of +GTSET="IPRFMT", and +MIPREAD.
 *
 * Source: examples 5 of both SSL manuals; docs/facts/fibocom.md §2.3.
 */
#include "personalities/fibocom/fibocom.h"

#include "services/address_text.h"

enum { FORMAT_HEX = 0, FORMAT_BARE = 1, FORMAT_RAW = 2, FORMAT_READ = 5 };

/* Longest piece in a line; a datagram has one line. */
enum { PIECE_MAX = FIBOCOM_CHUNK_MOST };

int32_t fibocom_format_at_start(const struct tlsmodem *modem)
{
    static const int32_t formats[] = { [FORMAT_IS_HEX] = FORMAT_HEX,
                                       [FORMAT_IS_BARE] = FORMAT_BARE,
                                       [FORMAT_IS_RAW] = FORMAT_RAW,
                                       [FORMAT_IS_READ] = FORMAT_READ };

    return formats[module_fact_peek(modem, FACT_FORMAT)];
}

static int32_t format_of(const struct fibocom_socket *socket)
{
    return ((struct fibocom *)socket->modem->maker)->settings.format;
}

static struct span hex_of(struct span data, uint8_t hex[2 * PIECE_MAX])
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < data.len; i++) {
        hex[2 * i] = (uint8_t)digits[data.data[i] >> 4];
        hex[2 * i + 1] = (uint8_t)digits[data.data[i] & 15];
    }
    return span_at(hex, 2 * data.len);
}

static void show_stream(struct fibocom_socket *socket, struct span data)
{
    struct at_session *at = socket->owner->at;
    uint8_t hex[2 * PIECE_MAX];

    switch (format_of(socket)) {
    case FORMAT_BARE:
        at_put(at, data);
        break;
    case FORMAT_RAW:
        at_unsolicited(at, data, "+MIPRTCP: %d,%zu,", socket->id, data.len);
        break;
    default:
        at_unsolicited(at, hex_of(data, hex), "+MIPRTCP: %d,%d,", socket->id,
                       (int)module_fact(socket->modem, FACT_LEFT));
        break;
    }
}

static void show_datagram(struct fibocom_socket *socket, struct span data)
{
    struct at_session *at = socket->owner->at;
    const struct connection *connection = &socket->connection;
    char from[ADDRESS_TEXT_MAX];
    uint8_t hex[2 * PIECE_MAX];

    address_text(connection_peer(connection), from);
    switch (format_of(socket)) {
    case FORMAT_BARE:
        at_put(at, data);
        break;
    case FORMAT_HEX:
        at_unsolicited(at, hex_of(data, hex), "+MIPRUDP: %s,%u,%d,%d,", from,
                       (unsigned)connection->port, socket->id,
                       (int)module_fact(socket->modem, FACT_LEFT));
        break;
    default: /* a datagram is not read in parts */
        at_unsolicited(at, data, "+MIPRUDP: %s,%u,%d,%zu,", from, (unsigned)connection->port,
                       socket->id, data.len);
        break;
    }
}

static void show_data(struct fibocom_socket *socket)
{
    struct at_session *at = socket->owner->at;
    bool datagrams = socket->connection.transport == NET_UDP;
    size_t chunk = datagrams ? PIECE_MAX : (size_t)module_fact_peek(socket->modem, FACT_CHUNK);
    uint8_t data[PIECE_MAX];

    while (at_may_speak_at_length(at)) {
        size_t got = connection_read(&socket->connection, data, chunk);

        if (got == 0) {
            socket->unread = false;
            break;
        }
        if (!datagrams && got == chunk)
            module_note_fact(socket->modem, FACT_CHUNK);
        module_note_preset(socket->modem, FACT_FORMAT);
        if (datagrams)
            show_datagram(socket, span_at(data, got));
        else
            show_stream(socket, span_at(data, got));
    }
}

static void show_count(struct fibocom_socket *socket)
{
    size_t available = connection_available(&socket->connection);

    if (available <= socket->told)
        return;
    socket->told = available;
    module_note_preset(socket->modem, FACT_FORMAT);
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+MIPREAD: %d,%zu", socket->id, available);
}

void fibocom_receive_show(struct fibocom_socket *socket)
{
    if (format_of(socket) == FORMAT_READ && socket->connection.transport == NET_TCP)
        show_count(socket);
    else
        show_data(socket);
}

enum { READ_ID, READ_LEN };

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket = fibocom_socket_open(at, args->list[READ_ID].number);
    uint8_t data[FIBOCOM_RECEIVED_BYTES];
    size_t max = sizeof(data);
    size_t got;

    if (socket == NULL)
        return AT_FAIL;
    if (args->list[READ_LEN].given && (size_t)args->list[READ_LEN].number < max)
        max = (size_t)args->list[READ_LEN].number;
    got = connection_read(&socket->connection, data, max);
    at_info(at, "+MIPDATA: %d,%zu", socket->id, got);
    if (got > 0) {
        at_put(at, span_at(data, got));
        at_put_line_end(at);
    }
    socket->told = 0; /* what is left is told again */
    return AT_OK;
}

static const struct at_param read_params[] = {
    FIBOCOM_SOCKET_ID,
    { .name = "length", .optional = true, .min = 1, .max = 65535 },
};

static const struct at_command rows[] = {
    { .name = "+MIPREAD",
      .help = "Reads received data, with +GTSET=\"IPRFMT\",5.",
      .source = "docs/facts/fibocom.md §2.3",
      AT_PARAMS(read_params),
      .set = set_read },
};
const struct at_commands fibocom_receive = AT_COMMANDS(rows);
