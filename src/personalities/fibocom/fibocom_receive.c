/* fibocom_receive.c: received data in the formats of +GTSET="IPRFMT", and +MIPREAD.
 *
 * Source: examples 5 of both SSL manuals; docs/facts/fibocom.md §2.3.
 */
#include "personalities/fibocom/fibocom.h"

#include "base/wipe.h"
#include "bridge/receive.h"
#include "services/address_text.h"

#include <assert.h>

/* Longest piece in a line; a datagram has one line. */
enum { PIECE_MAX = FIBOCOM_CHUNK_MOST };

static int32_t format_of(const struct fibocom_socket *socket)
{
    return ((struct fibocom *)socket->modem->maker)->settings.named[NAMED_FORMAT];
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

static int left(const struct fibocom_socket *socket)
{
    return (int)module_fact(socket->modem, FACT_LEFT);
}

static void show_stream(const struct fibocom_socket *socket, struct at_session *at,
                        struct span data)
{
    uint8_t hex[2 * PIECE_MAX];

    if (format_of(socket) == FORMAT_IS_RAW) {
        at_unsolicited(at, data, "+MIPRTCP: %d,%zu,", socket->id, data.len);
        return;
    }
    at_unsolicited(at, hex_of(data, hex), "+MIPRTCP: %d,%d,", socket->id, left(socket));
    wipe(hex, 2 * data.len);
}

/* One line: a datagram is not read in parts. */
static void show_datagram(const struct fibocom_socket *socket, struct at_session *at,
                          struct span data)
{
    const struct connection *connection = &socket->connection;
    char from[ADDRESS_TEXT_MAX];
    uint8_t hex[2 * PIECE_MAX];

    address_text(connection_peer(connection), from);
    if (format_of(socket) != FORMAT_IS_HEX) {
        at_unsolicited(at, data, "+MIPRUDP: %s,%u,%d,%zu,", from, (unsigned)connection->port,
                       socket->id, data.len);
        return;
    }
    at_unsolicited(at, hex_of(data, hex), "+MIPRUDP: %s,%u,%d,%d,", from,
                   (unsigned)connection->port, socket->id, left(socket));
    wipe(hex, 2 * data.len);
}

static bool has_datagrams(const struct fibocom_socket *socket)
{
    return socket->connection.transport == NET_UDP;
}

static int32_t chunk_fact(const struct fibocom_socket *socket)
{
    return socket->secure ? FACT_CHUNK_TLS : FACT_CHUNK;
}

static size_t chunk_of(const struct fibocom_socket *socket)
{
    return has_datagrams(socket) ? PIECE_MAX
                                 : (size_t)module_fact_peek(socket->modem, chunk_fact(socket));
}

static size_t read(void *source, uint8_t *buf, size_t cap)
{
    return connection_read(&((struct fibocom_socket *)source)->connection, buf, cap);
}

static void show(void *source, struct at_session *at, struct span piece)
{
    const struct fibocom_socket *socket = source;

    if (!has_datagrams(socket) && piece.len == chunk_of(socket))
        module_note_fact(socket->modem, chunk_fact(socket));
    module_note_preset(socket->modem, FACT_FORMAT);
    if (format_of(socket) == FORMAT_IS_BARE)
        at_put(at, piece);
    else if (has_datagrams(socket))
        show_datagram(socket, at, piece);
    else
        show_stream(socket, at, piece);
}

static void show_count(struct fibocom_socket *socket)
{
    size_t available = connection_available(&socket->connection);

    if (!receive_is_news(&socket->told, available))
        return;
    module_note_preset(socket->modem, FACT_FORMAT);
    at_unsolicited(socket->owner->at, span_at(NULL, 0), "+MIPREAD: %d,%zu", socket->id, available);
}

void fibocom_receive_show(struct fibocom_socket *socket)
{
    static const struct receive_ops ops = { .read = read, .show = show };

    assert(connection_is_open(&socket->connection));
    if (format_of(socket) == FORMAT_IS_READ && !has_datagrams(socket))
        show_count(socket);
    else if (receive_all(&ops, socket, socket->owner->at, chunk_of(socket)))
        socket->unread = false;
}

static void show_read(void *source, struct at_session *at, struct span piece)
{
    at_info(at, "+MIPDATA: %d,%zu", ((struct fibocom_socket *)source)->id, piece.len);
    at_put(at, piece);
    at_put_line_end(at);
}

enum { READ_ID, READ_LEN };

static enum at_status set_read(struct at_session *at, const struct at_args *args)
{
    struct fibocom_socket *socket = fibocom_socket_open(at, args->list[READ_ID].number);
    static const struct receive_ops ops = { .read = read, .show = show_read };
    size_t max = FIBOCOM_RECEIVED_BYTES;

    if (socket == NULL)
        return AT_FAIL;
    if (args->list[READ_LEN].given && (size_t)args->list[READ_LEN].number < max)
        max = (size_t)args->list[READ_LEN].number;
    if (receive_one(&ops, socket, at, max) == 0)
        at_info(at, "+MIPDATA: %d,0", socket->id);
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
