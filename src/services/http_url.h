/* http_url.h: the address of a web resource, as a host or a server's Location writes it (RFC 3986).
 *
 * What comes out holds no blank, no control character and no line end, so it can stand in a
 * request.
 */
#ifndef SERVICES_HTTP_URL_H
#define SERVICES_HTTP_URL_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_HOST_MAX = 255, HTTP_PATH_MAX = 2047 };

struct http_url {
    bool secure;                  /* https */
    char host[HTTP_HOST_MAX + 1]; /* name or address, an IPv6 address without its brackets */
    uint16_t port;
    char path[HTTP_PATH_MAX + 1]; /* with the query, without the fragment; begins with a slash */
};

/* Reads "http://host[:port][/path][?query]", https the same; without a scheme it is http.  Bytes
 * above 0x7E and blanks inside the path are percent-encoded.  ERR_UNSUPPORTED: another scheme.
 * ERR_INVALID: no URL, a user name in it (a password would go where nobody looks for it), or a
 * control character.  ERR_FULL: host or path longer than the above. */
enum err http_url_parse(struct span text, struct http_url *ret_url);

/* Goes from `url` to `reference`, absolute or relative to it (RFC 3986 §5.2).  Errors as above;
 * `url` is then as it was. */
enum err http_url_follow(struct http_url *url, struct span reference);

/* True when both are of the same scheme, host and port (RFC 6454). */
bool http_url_same_origin(const struct http_url *a, const struct http_url *b);

enum { HTTP_AUTHORITY_MAX = HTTP_HOST_MAX + 8 };

/* What the Host header says: the host, in brackets where needed, and a port that is not the
 * scheme's; at most HTTP_AUTHORITY_MAX bytes. */
void http_url_authority(const struct http_url *url, char *text, size_t cap);

#endif
