/* door_trial.c: whether hosts can come by TLS with the files that a port names. */
#include "door_trial.h"

#include "posix/tls_door.h"

bool door_trial(const struct port_tls *files, const char **ret_member, struct text *why)
{
    static const char *const members[] = {
        [TLS_DOOR_CERT] = "cert", [TLS_DOOR_KEY] = "key", [TLS_DOOR_CA] = "ca"
    };
    struct port_failure failure;
    enum tls_door_file file;
    struct tls_door *door;

    if (tls_door_open(files, &file, &failure, &door) == ERR_OK) {
        tls_door_close(door);
        return true;
    }
    *ret_member = members[file];
    text_add(why, "%s", failure.text);
    return false;
}
