/* door_trial.c: whether hosts can come by TLS with the files that a port names. */
#include "door_trial.h"

#include "dates_trial.h"
#include "file/bytes.h"
#include "posix/tls_door.h"

#include <stdlib.h>

enum { FILE_MAX = 1024 * 1024 }; /* the door's own */

/* NULL: it has gone since the door read it; `free` is for who called. */
static uint8_t *read_file(const char *path, struct span *ret_bytes)
{
    const char *why;
    size_t len = 0;
    uint8_t *bytes = file_bytes_read(path, FILE_MAX, &len, &why);

    *ret_bytes = span_at(bytes, bytes != NULL ? len : 0);
    return bytes;
}

static bool try_dates(const struct port_tls *files, const char **ret_member, struct text *why,
                      struct doubts *doubts)
{
    struct span own, ca;
    uint8_t *memory = read_file(files->cert, &own);
    bool good = true;

    dates_trial_own(own, doubts);
    free(memory);
    if (files->ca == NULL)
        return true;
    *ret_member = "ca";
    memory = read_file(files->ca, &ca);
    good = dates_trial_ca(ca, why, doubts);
    free(memory);
    return good;
}

bool door_trial(const struct port_tls *files, const char **ret_member, struct text *why,
                struct doubts *doubts)
{
    static const char *const members[] = {
        [TLS_DOOR_CERT] = "cert", [TLS_DOOR_KEY] = "key", [TLS_DOOR_CA] = "ca"
    };
    struct port_failure failure;
    enum tls_door_file file;
    struct tls_door *door;

    if (tls_door_open(files, &file, &failure, &door) == ERR_OK) {
        tls_door_close(door);
        return try_dates(files, ret_member, why, doubts);
    }
    *ret_member = members[file];
    text_add(why, "%s", failure.text);
    return false;
}
