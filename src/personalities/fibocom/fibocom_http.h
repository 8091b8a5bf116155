/* fibocom_http.h: the one HTTP client of a module, and its settings. */
#ifndef FIBOCOM_HTTP_H
#define FIBOCOM_HTTP_H

#include "personalities/fibocom/fibocom_http_phase.h"

struct tlsmodem;

enum { FIBOCOM_HTTP_VALUE_MAX = 255 };

/* Of +HTTPACT. */
enum { MODE_GET, MODE_POST, MODE_HEAD };

/* Parameters of +HTTPSET. */
enum fibocom_http_param {
    HTTP_PARAM_URL,
    HTTP_PARAM_AGENT,
    HTTP_PARAM_CONTENT_TYPE,
    HTTP_PARAM_ACCEPT,
    HTTP_PARAM_HEADER,
    HTTP_PARAM_MODE,
    HTTP_PARAM_REDIRECT,
    HTTP_PARAM_RANGE,
    HTTP_PARAM_COUNT
};

/* ---- fibocom_http_params.c ---- */

/* The parameter of this name; HTTP_PARAM_COUNT: there is none. */
size_t fibocom_http_param(struct span name);

/* The name of one. */
const char *fibocom_http_param_name(size_t param);

/* True when it may be set so. */
bool fibocom_http_param_takes(size_t param, struct span value);

/* What +HTTPSET has set; "0" for a switch that it has not. */
const char *fibocom_http_value(const struct tlsmodem *modem, size_t param);

/* ---- fibocom_http_fields.c ---- */

/* Puts the header of the request together; false: no memory. */
bool fibocom_http_write_fields(struct fibocom_http *http);

/* ---- fibocom_http_exchange.c ---- */

/* NULL: no memory, and the error is noted. */
struct fibocom_http *fibocom_http_of(struct at_session *at);

/* Starts a request as the settings say, in place of what was; AT_OK: its URCs follow.  AT_FAIL: no
 * memory, or the URL or a field is none, and the last response stays. */
enum at_status fibocom_http_begin(struct fibocom_http *http, struct module_terminal *owner,
                                  int mode, const struct at_arg *timer);

/* Tells whether there is a connection: once for a request. */
void fibocom_http_tell_connected(struct fibocom_http *http, bool connected);

/* Tells how it ended, or with MODE 1 that it comes: the status or error, and the length. */
void fibocom_http_tell_result(struct fibocom_http *http, int code, size_t len);

/* Ends the request, and tells so: FACT_HTTP_NETWORK_ERROR or another. */
void fibocom_http_fail(struct fibocom_http *http, int32_t fact);

/* Ends it for this failure of the exchange. */
void fibocom_http_fail_for(struct fibocom_http *http, enum http_error error);

/* True while a request, a prompt or a reader of the response needs what there is. */
bool fibocom_http_is_busy(const struct fibocom_http *http);

/* ---- fibocom_http_read.c ---- */

/* Something has come for the reader of a stream, if there is one. */
void fibocom_http_pump(struct fibocom_http *http);

#endif
