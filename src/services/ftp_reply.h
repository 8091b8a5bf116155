/* ftp_reply.h: what stands in replies of an FTP server: addresses, sizes, paths.
 *
 * Source: RFC 959 section 4.2; RFC 2428 section 3; RFC 3659 section 4.
 */
#ifndef SERVICES_FTP_REPLY_H
#define SERVICES_FTP_REPLY_H

#include "iface/net.h"
#include "services/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last line of a reply, code and text, as services/reply.h reads it. */
struct ftp_reply {
    int code; /* 100 to 599; 0: none yet */
    char text[REPLY_TEXT_MAX + 1];
};

/* 227: the first six numbers with commas between them, wherever they stand (RFC 1123 section
 * 4.1.2.6). */
bool ftp_reply_passive(const struct ftp_reply *reply, struct net_address *ret_address,
                       uint16_t *ret_port);

/* 229: the port alone. */
bool ftp_reply_extended_passive(const struct ftp_reply *reply, uint16_t *ret_port);

/* 213 of SIZE. */
bool ftp_reply_size(const struct ftp_reply *reply, uint64_t *ret_size);

/* 257: what stands between its quotes, where a doubled quote is one; false when it has none or
 * does not fit. */
bool ftp_reply_path(const struct ftp_reply *reply, char *path, size_t cap);

/* True for an IPv4 address that is not of the Internet: private (RFC 1918), shared (RFC 6598),
 * link-local, loopback or unspecified. */
bool ftp_address_is_private(const struct net_address *address);

#endif
