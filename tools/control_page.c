/* control_page.c: docs/openapi.json, what the control port says of itself. */
#include "control/openapi.h"

#include <stdio.h>

int main(void)
{
    json_t *page = openapi_json();
    int failed = page == NULL || json_dumpf(page, stdout, JSON_INDENT(2)) != 0;

    json_decref(page);
    return failed || putchar('\n') == EOF;
}
