/* http_internal.h: what the files of the HTTP client share. */
#ifndef SERVICES_HTTP_INTERNAL_H
#define SERVICES_HTTP_INTERNAL_H

#include "base/time.h"
#include "services/http.h"

enum http_stage { HTTP_STAGE_LINE, HTTP_STAGE_FIELDS, HTTP_STAGE_BODY, HTTP_STAGE_SENT };

/* http.c: the only writer of http->state. */
void http_enter(struct http *http, enum http_state next);
int64_t http_now_ms(const struct http *http);
/* http.c: the end by failure, without telling; and with, from the event loop. */
void http_break_off(struct http *http, enum http_error error);
void http_fail(struct http *http, enum http_error error);
/* http.c: opens a connection to http->url. */
enum http_error http_open_connection(struct http *http);
void http_close_all(struct http *http);

/* http_response.c: the head of the response, as far as it has come. */
void http_take_head(struct http *http);
/* http_response.c: while the reader has no use for bytes, none are fetched. */
void http_rest_unless_dry(struct http *http);

/* http_request.c: true when the caller's fields can be sent as they are. */
bool http_headers_are_valid(struct span headers);
void http_begin_request(struct http *http);
/* Sends what can be sent now; false when the connection is lost. */
bool http_send(struct http *http);
/* True when the request carries its body. */
bool http_has_body(const struct http *http);

#endif
