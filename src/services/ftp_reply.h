/* ftp_reply.h: what an FTP server says, read byte by byte, and the addresses in it.
 *
 * Source: RFC 959 section 4.2; RFC 2428 section 3.
 */
#ifndef SERVICES_FTP_REPLY_H
#define SERVICES_FTP_REPLY_H

#include "iface/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FTP_REPLY_MAX = 255 };

/* The last line of a reply, code and text, without its end; a longer line is cut. */
struct ftp_reply {
    int code; /* 100 to 599 */
    char text[FTP_REPLY_MAX + 1];
};

enum ftp_reply_result {
    FTP_REPLY_MORE,  /* not complete yet */
    FTP_REPLY_WHOLE, /* a reply is there */
    FTP_REPLY_BROKEN /* no FTP server says such a thing */
};

struct ftp_reply_reader {
    struct ftp_reply reply;
    size_t len;    /* of the line so far, as far as it is kept */
    int many_code; /* of the reply of several lines that is under way, or 0 */
};

/* Forgets what was read. */
void ftp_reply_reset(struct ftp_reply_reader *reader);

/* Takes one byte.  After FTP_REPLY_WHOLE reader->reply is good until the next call. */
enum ftp_reply_result ftp_reply_feed(struct ftp_reply_reader *reader, uint8_t byte);

/* The words behind the code. */
const char *ftp_reply_words(const struct ftp_reply *reply);

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
