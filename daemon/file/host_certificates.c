/* host_certificates.c: `certificates` of an entry of `hosts:`. */
#include "file/host_certificates.h"

#include "base/wipe.h"
#include "file/bytes.h"
#include "file/document.h"
#include "file/secret_path.h"
#include "transcript/variable.h"

#include <stdlib.h>
#include <string.h>

enum {
    WHY_CAP = 500,
    PATH_CAP = FILE_TEXT_MAX + 1,
    BYTES_MAX = 65536,
    NAME_MAX_LEN = VARIABLE_NAME_MAX - 9 /* behind it: _pem_size */
};

static bool check_name(const char *name, struct text *why)
{
    if (variable_is_name(span_of(name)) && strlen(name) <= NAME_MAX_LEN)
        return true;
    text_add(why,
             "%s cannot be the beginning of a variable's name; allowed: letters, digits and _, %d "
             "at most",
             name, NAME_MAX_LEN);
    return false;
}

static bool find_file(const struct file_node *node, char *ret_path, size_t cap, struct text *why)
{
    if (strstr(node->text, "${") != NULL)
        text_add(why, "all modems of these hosts have the same file; allowed: a path without ${, "
                      "and for each modem its own by its credentials");
    else if (secret_path_is_credential(node->text))
        secret_path_of_credential(node->text, ret_path, cap, why);
    else if (!file_path(node->place.file, node->text, ret_path, cap))
        text_add(why, "the path is too long; allowed: a shorter one");
    return why->len == 0;
}

static void take(const char *name, struct span file, const struct file_settings *settings,
                 struct host_plan *plan, struct text *why)
{
    struct host_certificate certificate = { .pem = { NULL, 0, 0 } };

    if (settings->host_certificate(file, &certificate, why) &&
        !host_plan_add_certificate(plan, name, &certificate))
        text_add(why, "out of memory");
    bytes_free(&certificate.pem);
    bytes_free(&certificate.der);
}

static void read_one(const struct file_node *node, const struct file_settings *settings,
                     struct host_plan *plan, struct text *why)
{
    char path[PATH_CAP];
    const char *reason;
    uint8_t *bytes;
    size_t len;

    if (!check_name(node->key, why) || !find_file(node, path, sizeof(path), why) ||
        settings->host_certificate == NULL)
        return;
    bytes = file_bytes_read(path, BYTES_MAX, &len, &reason);
    if (bytes == NULL) {
        text_add(why, "it cannot be read: %s; allowed: a file of at most %d bytes", reason,
                 BYTES_MAX);
        return;
    }
    take(node->key, span_at(bytes, len), settings, plan, why);
    wipe(bytes, len);
    free(bytes);
}

bool file_host_certificates(const struct file_node *entry, const struct file_settings *settings,
                            struct file_report *report, struct host_plan *plan)
{
    const struct file_node *map = file_node_at(entry, "certificates");
    bool good = true;

    for (const struct file_node *node = map != NULL ? map->first : NULL; node != NULL;
         node = node->next) {
        char memory[WHY_CAP];
        struct text why;

        text_init(&why, memory, sizeof(memory));
        read_one(node, settings, plan, &why);
        if (why.len > 0)
            file_report_wrong(report, &node->place, node->key, node->text, "%s", memory);
        good = good && why.len == 0;
    }
    return good;
}
