/* state_folder.c: where the modem's memory lies unless --state says otherwise. */
#include "plan/state_folder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Relative paths in these variables do not count, says the specification. */
static const char *folder_from(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && value[0] == '/' ? value : NULL;
}

static const struct {
    const char *variable, *tail;
    const char *ends; /* what ends the folder in the variable */
} places[] = {
    { "STATE_DIRECTORY", "", ":" }, /* systemd's StateDirectory=; of several the first */
    { "XDG_STATE_HOME", "/tlsmodem", "" },
    { "HOME", "/.local/state/tlsmodem", "" },
};

bool state_folder_find(const char *given, char *ret_folder)
{
    const char *base = given, *tail = "", *ends = "";
    int len;

    assert(ret_folder != NULL);
    for (size_t i = 0; base == NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        base = folder_from(places[i].variable);
        tail = places[i].tail;
        ends = places[i].ends;
    }
    if (base == NULL)
        return false;
    len = snprintf(ret_folder, STATE_FOLDER_CAP, "%.*s%s", (int)strcspn(base, ends), base, tail);
    return len > 0 && len < STATE_FOLDER_CAP;
}
