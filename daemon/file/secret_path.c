/* secret_path.c: a path of security data, which may be a credential of systemd. */
#include "file/secret_path.h"

#include "base/span.h"
#include "base/wipe.h"
#include "file/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char prefix[] = "credential:";

enum { KEY_FILE_MAX = 64 * 1024 };

bool secret_path_is_credential(const char *value)
{
    return strncmp(value, prefix, strlen(prefix)) == 0;
}

bool secret_path_of_credential(const char *value, char *ret_path, size_t cap, struct text *why)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    const char *name = value + strlen(prefix);

    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
        text_add(why, "it names no credential; allowed: credential:NAME, without a slash in NAME");
        return false;
    }
    if (folder == NULL || folder[0] != '/') {
        text_add(why,
                 "there is no CREDENTIALS_DIRECTORY; allowed: a service of systemd that has "
                 "LoadCredential=%s:PATH, or a path",
                 name);
        return false;
    }
    if (snprintf(ret_path, cap, "%s/%s", folder, name) < (int)cap)
        return true;
    text_add(why, "it is too long; allowed: %zu bytes with CREDENTIALS_DIRECTORY", cap - 1);
    return false;
}

static bool is_private_key(const char *path)
{
    static const char mark[] = "PRIVATE KEY-----";
    const char *why, *slash = strrchr(path, '/');
    size_t len;
    uint8_t *bytes = file_bytes_read(path, KEY_FILE_MAX, &len, &why);
    bool is_key;

    if (bytes == NULL)
        return false;
    is_key = span_contains(span_at(bytes, len), mark) ||
             (strstr(slash != NULL ? slash : path, "key") != NULL && /* DER has no mark */
              !span_contains(span_at(bytes, len), "-----BEGIN "));
    wipe(bytes, len);
    free(bytes);
    return is_key;
}

/* DER begins with a SEQUENCE of a length of its own (X.690 8.1.3, 8.9). */
static bool is_der(struct span bytes)
{
    return bytes.len > 2 && bytes.data[0] == 0x30 &&
           (bytes.data[1] < 0x80 ? bytes.len == bytes.data[1] + 2U : bytes.data[1] <= 0x83);
}

bool secret_path_is_noise(const char *path)
{
    const char *why;
    size_t len;
    uint8_t *bytes = file_bytes_read(path, KEY_FILE_MAX, &len, &why);
    bool is_noise;

    if (bytes == NULL)
        return false;
    is_noise = !is_der(span_at(bytes, len)) && !span_contains(span_at(bytes, len), "-----BEGIN ");
    wipe(bytes, len);
    free(bytes);
    return is_noise;
}

bool secret_path_is_open(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0 &&
           is_private_key(path);
}
