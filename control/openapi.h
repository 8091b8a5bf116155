/* openapi.h: the page about the control port for programs (OpenAPI 3.0), made from the table of
 * routes. */
#ifndef CONTROL_OPENAPI_H
#define CONTROL_OPENAPI_H

#include <jansson.h>

#define OPENAPI_PATH "/v1/openapi.json"

/* All of it.  The caller's. */
json_t *openapi_json(void);

#endif
