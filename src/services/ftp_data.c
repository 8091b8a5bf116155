/* ftp_data.c: the way to a data connection: passive or active, over IPv4 or IPv6.
 *
 * Source: RFC 959 section 3.2, RFC 1123 section 4.1.2, RFC 2428.
 */
#include "services/address_text.h"
#include "services/ftp_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ARGUMENT_MAX = 80 };

enum { REPLY_PASSIVE = 227, REPLY_EXTENDED_PASSIVE = 229 };

void ftp_send_transfer(struct ftp *ftp)
{
    static const char *const verbs[] = {
#define FTP_KIND_TEXT(name, text) [name] = text,
        FTP_KINDS(FTP_KIND_TEXT)
#undef FTP_KIND_TEXT
    };

    ftp_enter(ftp, FTP_TRANSFER);
    ftp_send(ftp, verbs[ftp->transfer.kind], span_of(ftp->transfer.name));
}

void ftp_send_restart_or_transfer(struct ftp *ftp)
{
    char offset[ARGUMENT_MAX];

    if (ftp->transfer.offset == 0) {
        ftp_send_transfer(ftp);
        return;
    }
    snprintf(offset, sizeof(offset), "%" PRIu64, ftp->transfer.offset);
    ftp_enter(ftp, FTP_RESTART);
    ftp_send(ftp, "REST", span_of(offset));
}

/* TLS on the data connection is with the server that was dialled, whatever address it gave (RFC
 * 4217 section 15.2 leaves the certificate the same). */
enum err ftp_name_data(struct ftp *ftp)
{
    return connection_rename(&ftp->data, ftp->control.host);
}

static void connect_data(struct ftp *ftp, const struct net_address *address, uint16_t port)
{
    char host[ADDRESS_TEXT_MAX];
    struct connection_target target = {
        .host = host,
        .port = port,
        .transport = NET_TCP,
        .step_timeout_ms = ftp->timeout_ms,
        .total_timeout_ms = ftp->total_ms,
    };
    struct connection_failure failure;

    address_text(address, host);
    if (connection_open(&ftp->data, &target, &failure) != ERR_OK) {
        ftp_conclude(ftp, FTP_NO_DATA);
        return;
    }
    ftp->deadline_ms = CLOCK_NEVER; /* the connection has its own */
    ftp_enter(ftp, FTP_DATA_CONNECTING);
}

void ftp_passive_reply(struct ftp *ftp, int code)
{
    const struct net_address *server = connection_peer(&ftp->control);
    struct net_address address = *server;
    uint16_t port;
    bool good;

    if (code / 100 >= 4) {
        ftp_conclude(ftp, FTP_REFUSED);
        return;
    }
    if (server->family == NET_IPV6)
        good = code == REPLY_EXTENDED_PASSIVE && ftp_reply_extended_passive(&ftp->reply, &port);
    else
        good = code == REPLY_PASSIVE && ftp_reply_passive(&ftp->reply, &address, &port);
    if (!good) {
        ftp_conclude(ftp, FTP_UNEXPECTED);
        return;
    }
    if (ftp->ignore_private && ftp_address_is_private(&address))
        address = *server;
    connect_data(ftp, &address, port);
}

/* PORT, or EPRT (RFC 2428), with the address that the control connection has here. */
static enum ftp_error start_active(struct ftp *ftp)
{
    struct connection_target target = { .host = ftp->control.host,
                                        .transport = NET_TCP,
                                        .step_timeout_ms = ftp->timeout_ms,
                                        .total_timeout_ms = ftp->total_ms };
    struct connection_failure failure;
    struct net_address here;
    uint16_t port;
    char text[ADDRESS_TEXT_MAX], argument[ARGUMENT_MAX];

    if (net_stream_local(ftp->control.stream, &here, &port) != ERR_OK)
        return FTP_NO_LISTENER;
    if (connection_await(&ftp->data, &target, &here, connection_peer(&ftp->control), &port,
                         &failure) != ERR_OK)
        return FTP_NO_LISTENER;
    if (here.family == NET_IPV4) {
        snprintf(argument, sizeof(argument), "%d,%d,%d,%d,%d,%d", here.bytes[0], here.bytes[1],
                 here.bytes[2], here.bytes[3], port >> 8, port & 0xFF);
    } else {
        address_text(&here, text);
        snprintf(argument, sizeof(argument), "|2|%s|%u|", text, (unsigned)port);
    }
    ftp_start_total(ftp);
    ftp_enter(ftp, FTP_ACTIVE);
    ftp_send(ftp, here.family == NET_IPV4 ? "PORT" : "EPRT", span_of(argument));
    return FTP_FINE;
}

enum ftp_error ftp_transfer(struct ftp *ftp, enum ftp_kind kind, struct span name, uint64_t offset)
{
    struct ftp_transfer *transfer = &ftp->transfer;
    bool ipv6;

    if (ftp_check_argument(name, FTP_NAME_MAX) != FTP_FINE)
        return FTP_INVALID;
    if (ftp_obstacle(ftp) != FTP_FINE)
        return ftp_obstacle(ftp);
    if (ftp->control.state != CONNECTION_OPEN)
        return FTP_BUSY;
    *transfer = (struct ftp_transfer){ .kind = kind, .idle_until_ms = CLOCK_NEVER };
    if (name.len > 0)
        memcpy(transfer->name, name.data, name.len);
    transfer->offset = ftp_kind_is_upload(kind) ? 0 : offset;
    if (!ftp->passive)
        return start_active(ftp);
    ipv6 = connection_peer(&ftp->control)->family == NET_IPV6;
    ftp_start_total(ftp);
    ftp_enter(ftp, FTP_PASSIVE);
    ftp_send(ftp, ipv6 ? "EPSV" : "PASV", span_at(NULL, 0));
    return FTP_FINE;
}
