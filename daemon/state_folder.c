/* state_folder.c: where the modem's memory lies unless --state says otherwise. */
#include "state_folder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Relative paths in these variables do not count, says the specification. */
static const char *folder_from(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] == '/' ? value : NULL;
}

bool state_folder_find(const char *given, char *ret_folder)
{
    const char *base = folder_from("XDG_STATE_HOME");
    const char *tail = "/tlsmodem";
    int len;

    assert(ret_folder != NULL);
    if (base == NULL) {
        base = folder_from("HOME");
        tail = "/.local/state/tlsmodem";
    }
    if (given != NULL) {
        base = given;
        tail = "";
    }
    if (base == NULL)
        return false;
    len = snprintf(ret_folder, STATE_FOLDER_CAP, "%s%s", base, tail);
    return len > 0 && len < STATE_FOLDER_CAP;
}
