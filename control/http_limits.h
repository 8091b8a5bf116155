/* http_limits.h: what clients of the web server may hold. */
#ifndef CONTROL_HTTP_LIMITS_H
#define CONTROL_HTTP_LIMITS_H

enum {
    HTTP_CONNECTIONS_MAX = 32,
    HTTP_STREAMS_MAX = 8, /* of those connections */
    HTTP_BODY_MAX = 64 * 1024,
    HTTP_STREAM_BYTES_MAX = 256 * 1024, /* that wait for one reader */
    HTTP_DESCRIPTORS = HTTP_CONNECTIONS_MAX + 5
};

#endif
