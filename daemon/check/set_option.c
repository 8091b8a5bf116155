/* set_option.c: --set, the values of variables of a transcript. */
#include "check/set_option.h"

#include "base/wipe.h"
#include "file/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 1000000 };

/* What an editor has put behind a password is easily not seen. */
static void tell_line_end(const char *command, struct span name, const char *path,
                          struct span value)
{
    if (value.len > 0 && memchr(value.data, '\n', value.len) == value.data + value.len - 1)
        fprintf(stderr, "tlsmodem: %s: --set %.*s: %s ends in a line end, which counts\n", command,
                (int)name.len, (const char *)name.data, path);
}

static bool set_from_file(struct values *values, const char *command, struct span name,
                          const char *path, struct text *error)
{
    const char *why = err_text(ERR_NO_MEMORY);
    char allowed[FILE_BYTES_ALLOWED_CAP];
    size_t len;
    uint8_t *data = file_bytes_read(path, VALUE_MAX, &len, &why);
    bool done = data != NULL && values_set(values, name, span_at(data, len)) == ERR_OK;

    if (!done)
        text_add(error, "--set: %s: %s; allowed: %s", path, why,
                 file_bytes_allowed(why, VALUE_MAX, allowed));
    if (done)
        tell_line_end(command, name, path, span_at(data, len));
    if (data != NULL)
        wipe(data, len);
    free(data);
    return done;
}

/* A name is what `${name}` can have; its value stands behind "=", or in a file behind "=@". */
bool set_option_read(struct values *values, const char *command, const char *value,
                     struct text *error)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    if (len == 0 || value[len] != '=') {
        text_add(error,
                 "--set: \"%s\" sets nothing; allowed: NAME=VALUE, or NAME=@FILE, NAME of letters, "
                 "digits and _",
                 value);
        return false;
    }
    if (value[len + 1] == '@')
        return set_from_file(values, command, span_at(value, len), value + len + 2, error);
    if (values_set(values, span_at(value, len), span_of(value + len + 1)) == ERR_OK)
        return true;
    text_add(error, "--set: there is no room for it");
    return false;
}
