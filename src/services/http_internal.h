/* http_internal.h: what the files of the HTTP client share; each calls those above it only. */
#ifndef SERVICES_HTTP_INTERNAL_H
#define SERVICES_HTTP_INTERNAL_H

#include "base/time.h"
#include "services/http.h"

enum http_stage { HTTP_STAGE_LINE, HTTP_STAGE_FIELDS, HTTP_STAGE_BODY, HTTP_STAGE_SENT };

/* ---- http_state.c ---- */

/* The only writer of http->state. */
void http_enter(struct http *http, enum http_state next);

/* The owner's clock. */
int64_t http_now_ms(const struct http *http);

/* Closes the connection, and wipes what came and what was to go. */
void http_close_all(struct http *http);

/* The end by failure, without telling. */
void http_break_off(struct http *http, enum http_error error);

/* The same, told: from the event loop. */
void http_fail(struct http *http, enum http_error error);

/* What the failure of an opening means. */
enum http_error http_opening_error(const struct http *http);

/* Opens a connection to http->url; the errors of http_start(). */
enum http_error http_open_connection(struct http *http);

/* ---- http_request.c ---- */

/* True when the caller's fields can be sent as they are. */
bool http_headers_are_valid(struct span headers);

/* The connection is open: the request begins. */
void http_begin_request(struct http *http);

/* Sends what can be sent now; false when the connection is lost. */
bool http_send(struct http *http);

/* True when the request carries its body. */
bool http_has_body(const struct http *http);

/* ---- http_response.c ---- */

/* The head of the response, as far as it has come. */
void http_take_head(struct http *http);

/* While the reader has no use for bytes, none are fetched. */
void http_rest_unless_dry(struct http *http);

/* http_response.c: bytes have come, or the end; the reader is to ask for them. */
void http_end_waiting(struct http *http);

#endif
